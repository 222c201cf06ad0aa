"""Refusals: of texts without a code by what they look like, and of texts that have one by case set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from eval.cases.cases import Case
from eval.measures.shares import Share, share
from eval.reading.replies import Reply, ask_texts, grouped
from suggest.looks import OTHERS

POOLED_BELOW = 100  # case sets with fewer coded texts are counted together
POOL = "smaller sets together"
Pair = tuple[Case, Reply]


class NoCode(msgspec.Struct, frozen=True):
    """Texts without a code: shares refused, answered above 50 % and above 90 %, and named rightly.

    `looks_like` counts the texts that are labelled with a system.
    """

    group: str
    refused: Share
    above_50: Share
    above_90: Share
    looks_like: Share


class Coded(msgspec.Struct, frozen=True):
    """Texts with a code: the share refused, and the share refused although the first code is acceptable."""

    group: str
    refused: Share
    refused_right: Share


def measure_refusals(
    suggester: Any, cases: Sequence[Case], labels: dict[str, Any], on: date
) -> tuple[list[NoCode], list[Coded]]:
    """Ask every text and count refusals.

    Args:
        suggester: What is asked.
        cases: Texts with and without a code.
        labels: Text to the system that it belongs to, where known.
        on: Date of service.
    """
    pairs = list(zip(cases, ask_texts(suggester, [case.query for case in cases], on), strict=True))
    without = [pair for pair in pairs if not pair[0].codes]
    groups = grouped(without, _set_of)
    labelled = [pair for pair in without if labels.get(pair[0].query)]
    groups |= grouped(labelled, lambda pair: f"{pair[0].set}: {labels[pair[0].query]}")
    no_code = [_no_code(name, groups[name], labels) for name in sorted(groups)]
    coded = grouped([pair for pair in pairs if pair[0].codes], _set_of)
    small = [pair for group in coded.values() if len(group) < POOLED_BELOW for pair in group]
    large = {name: group for name, group in coded.items() if len(group) >= POOLED_BELOW}
    return no_code, [
        _coded(name, group) for name, group in (large | ({POOL: small} if small else {})).items()
    ]


def _set_of(pair: Pair) -> str:
    return pair[0].set


def _no_code(name: str, pairs: Sequence[Pair], labels: dict[str, Any]) -> NoCode:
    n = len(pairs)
    answered = [reply.confidence for _, reply in pairs if not reply.refused]
    labelled = [(str(labels[case.query]), reply) for case, reply in pairs if labels.get(case.query)]
    return NoCode(
        name,
        share(n - len(answered), n),
        share(sum(confidence > 0.5 for confidence in answered), n),
        share(sum(confidence > 0.9 for confidence in answered), n),
        share(sum(_named(label) == reply.looks_like for label, reply in labelled), len(labelled)),
    )


def _named(label: str) -> str:
    """What an answer should name: nothing for a label such as `vague`."""
    return label if label in OTHERS else ""


def _coded(name: str, pairs: Sequence[Pair]) -> Coded:
    refused = [(case, reply) for case, reply in pairs if reply.refused]
    right = sum(reply.first in case.codes for case, reply in refused)
    return Coded(name, share(len(refused), len(pairs)), share(right, len(pairs)))


def no_code_rows(measured: Sequence[NoCode]) -> list[list[str]]:
    """Make header and rows of the table of texts without a code."""
    head = ["no code", "texts", "refused", "answered above 50 %", "above 90 %", "system named rightly"]
    return [head] + [
        [
            row.group,
            str(row.refused.n),
            str(row.refused),
            str(row.above_50),
            str(row.above_90),
            str(row.looks_like),
        ]
        for row in measured
    ]


def coded_rows(measured: Sequence[Coded]) -> list[list[str]]:
    """Make header and rows of the table of texts with a code."""
    head = ["with a code", "texts", "refused", "refused, first code right"]
    return [head] + [
        [row.group, str(row.refused.n), str(row.refused), str(row.refused_right)] for row in measured
    ]
