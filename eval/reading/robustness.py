"""How often the first answer changes when a text is changed in a way that does not change its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

import msgspec

from eval.cases.cases import Case
from eval.measures.shares import Share, share
from eval.reading.changes import CHANGES, TARGETS
from eval.reading.replies import Reply, ask_texts, grouped

TEXTS = 500
EXAMPLES = 5
MAX_NEW_REFUSALS = 0.01


class Example(msgspec.Struct, frozen=True):
    """A text whose answer changed: before and after, with first code and confidence."""

    text: str
    changed: str
    first: str
    now: str
    confidence: float
    refused: bool


class Robustness(msgspec.Struct, frozen=True):
    """What one kind of change does to texts that were answered right.

    Attributes:
        changed: Share whose first code is another one; wrong: whose first code is not acceptable any more.
        refused: Share that is refused now.
        target: Highest share of changed first codes that is aimed at.
        examples: Some that changed or are refused.
    """

    kind: str
    changed: Share
    wrong: Share
    refused: Share
    target: float
    examples: tuple[Example, ...]


def measure_robustness(
    suggester: Any, cases: Sequence[Case], on: date, texts: int = TEXTS, seed: int = 0
) -> list[Robustness]:
    """Change texts that are answered right, in each way of `CHANGES`, and compare the answers.

    A text that a change leaves as it is does not count for that change.

    Args:
        suggester: What is asked.
        cases: Where the texts are drawn from, evenly over the case sets.
        on: Date of service.
        texts: Number of texts drawn.
        seed: Of the draw and of the changes.
    """
    coded = [case for case in cases if case.codes]
    replies = ask_texts(suggester, [case.query for case in coded], on)
    right = [
        (case, reply)
        for case, reply in zip(coded, replies, strict=True)
        if reply.first in case.codes and not reply.refused
    ]
    drawn = draw_evenly(right, texts, seed)
    return [_measure(suggester, kind, drawn, on, seed) for kind in CHANGES]


def draw_evenly(right: Sequence[tuple[Case, Reply]], texts: int, seed: int) -> list[tuple[Case, Reply]]:
    """Draw texts at random, in turns from each case set, until enough are drawn or none is left."""
    queues = grouped(right, lambda pair: pair[0].set)
    for name, queue in queues.items():
        Random(f"{seed} {name}").shuffle(queue)
    drawn: list[tuple[Case, Reply]] = []
    while len(drawn) < texts and any(queues.values()):
        for queue in queues.values():
            if queue and len(drawn) < texts:
                drawn.append(queue.pop())
    return drawn


def _measure(
    suggester: Any, kind: str, drawn: Sequence[tuple[Case, Reply]], on: date, seed: int
) -> Robustness:
    changed = [
        (case, reply, CHANGES[kind](case.query, Random(f"{seed} {kind} {case.set} {case.id}")))
        for case, reply in drawn
    ]
    kept = [item for item in changed if item[2] != item[0].query]
    now = ask_texts(suggester, [text for _, _, text in kept], on)
    pairs = list(zip(kept, now, strict=True))
    examples = [
        Example(case.query, text, before.first, after.first, round(after.confidence, 3), after.refused)
        for (case, before, text), after in pairs
        if after.first != before.first or after.refused
    ]
    return Robustness(
        kind=kind,
        changed=share(sum(after.first != before.first for (_, before, _), after in pairs), len(pairs)),
        wrong=share(sum(after.first not in case.codes for (case, _, _), after in pairs), len(pairs)),
        refused=share(sum(after.refused for _, after in pairs), len(pairs)),
        target=TARGETS[kind],
        examples=tuple(examples[:EXAMPLES]),
    )


def robustness_rows(measured: Sequence[Robustness]) -> list[list[str]]:
    """Make header and rows of the table."""
    head = ["change", "texts", "first code changed", "at most", "not acceptable", "newly refused", "at most"]
    return [head] + [
        [
            row.kind,
            str(row.changed.n),
            str(row.changed),
            f"{row.target:.0%}",
            str(row.wrong),
            str(row.refused),
            f"{MAX_NEW_REFUSALS:.0%}",
        ]
        for row in measured
    ]
