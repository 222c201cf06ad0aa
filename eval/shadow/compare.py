"""Joins silent answers with billed codes, and counts agreement, help and harm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from eval.measures.shares import Share, share

SHOWN = 5  # codes of an answer that a user would have seen
SURE = 0.5  # confidence from which on a wrong first code would have misled
BINS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.01)


class SilentAnswer(msgspec.Struct, frozen=True):
    """An answer that was kept.

    Attributes:
        line_id: The site's own id of the line; empty for none.
        text_key: What equal texts have in common: the text itself, or its keyed hash.
        on: Date of service.
        refused: Whether it was "no good match".
        codes: Its codes, best first.
        confidence: Of the first code.
    """

    line_id: str
    text_key: str
    on: date | None
    refused: bool
    codes: tuple[str, ...]
    confidence: float


class Billed(msgspec.Struct, frozen=True):
    """A line as it was billed in the end: every code of it."""

    line_id: str
    text_key: str
    on: date | None
    codes: tuple[str, ...]
    kind: str = ""


class Group(msgspec.Struct, frozen=True):
    """Counts of the joined lines of one kind, or of one range of confidence.

    Attributes:
        name: Of the group.
        lines: Joined lines.
        first: Lines whose first code was billed, with the interval of 95 % (Wilson).
        among: Lines with a billed code among the first five.
        helped: Lines answered with the billed code first.
        harmed: Lines with a sure first code, where no billed code is among the first five.
        refused: Lines answered "no good match".
        confidence: Mean confidence of the first codes.
    """

    name: str
    lines: int
    first: Share
    among: int
    helped: int
    harmed: int
    refused: int
    confidence: float


class Comparison(msgspec.Struct, frozen=True):
    """What a pilot shows.

    Attributes:
        answers: Answers that were kept.
        billed: Billed lines that were given.
        unjoined: Billed lines without an answer.
        total: All joined lines.
        by_kind: By kind, or by the first letter of the billed code where no kind is given.
        by_confidence: By the confidence of the first code.
    """

    answers: int
    billed: int
    unjoined: int
    total: Group
    by_kind: tuple[Group, ...]
    by_confidence: tuple[Group, ...]


Pair = tuple[SilentAnswer, Billed]


def compare_billed(answers: Iterable[SilentAnswer], billed: Sequence[Billed]) -> Comparison:
    """Join by the line's id, else by text and date; the newest answer of a line counts."""
    by_id: dict[str, SilentAnswer] = {}
    by_text: dict[tuple[str, date | None], SilentAnswer] = {}
    kept = 0
    for answer in answers:
        kept += 1
        if answer.line_id:
            by_id[answer.line_id] = answer
        by_text[answer.text_key, answer.on] = answer
        by_text[answer.text_key, None] = answer
    found = [(_answer_of(line, by_id, by_text), line) for line in billed]
    pairs = [(answer, line) for answer, line in found if answer is not None]
    return Comparison(
        kept,
        len(billed),
        len(billed) - len(pairs),
        _group("all", pairs),
        _groups(pairs, lambda pair: pair[1].kind or pair[1].codes[0][:1]),
        _groups(pairs, lambda pair: _bin(pair[0].confidence)),
    )


def _answer_of(
    line: Billed,
    by_id: Mapping[str, SilentAnswer],
    by_text: Mapping[tuple[str, date | None], SilentAnswer],
) -> SilentAnswer | None:
    if line.line_id in by_id:
        return by_id[line.line_id]
    return by_text.get((line.text_key, line.on)) if line.text_key else None


def _bin(confidence: float) -> str:
    low, high = next(pair for pair in zip(BINS, BINS[1:], strict=False) if confidence < pair[1])
    return f"{low:.2f} to {min(high, 1.0):.2f}"


def _groups(pairs: Sequence[Pair], name_of: Callable[[Pair], str]) -> tuple[Group, ...]:
    grouped: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        grouped[name_of(pair)].append(pair)
    return tuple(_group(name, grouped[name]) for name in sorted(grouped))


def _group(name: str, pairs: Sequence[Pair]) -> Group:
    first = among = harmed = helped = 0
    for answer, line in pairs:
        is_first = answer.codes[:1] != () and answer.codes[0] in line.codes
        is_among = not set(answer.codes[:SHOWN]).isdisjoint(line.codes)
        first += is_first
        among += is_among
        helped += is_first and not answer.refused
        harmed += not is_among and answer.confidence >= SURE and not answer.refused
    n = len(pairs)
    confidence = round(sum(answer.confidence for answer, _ in pairs) / max(1, n), 4)
    refused = sum(answer.refused for answer, _ in pairs)
    return Group(name, n, share(first, n), among, helped, harmed, refused, confidence)


def comparison_rows(comparison: Comparison) -> list[list[str]]:
    """Rows for a text table, the header first."""
    head = ["lines", "n", "billed first", "in first 5", "would help", "would harm", "refused", "confidence"]
    groups = [comparison.total, *comparison.by_kind, *comparison.by_confidence]
    return [head, *(_cells(group) for group in groups)]


def _cells(group: Group) -> list[str]:
    counts = (group.among, group.helped, group.harmed, group.refused)
    shares = [f"{count / max(1, group.lines):.1%}" for count in counts]
    return [group.name, str(group.lines), str(group.first), *shares, f"{group.confidence:.3f}"]
