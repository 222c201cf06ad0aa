"""What to use instead of a code on a day on which it is not valid.

CMS cross-references some ended codes to the code that replaced them. For the others a successor is proposed
where a code begins on the day after the last one of the ended code and has nearly the same words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import log, sqrt
from typing import Literal

import msgspec

from index.code_systems import LEVEL_II
from index.records import Record
from index.text.words import normalise, words

MIN_SIMILARITY = 0.6
"""Least cosine of the words of two descriptors; below it CMS's cross-references are too few to measure."""

MIN_SIMILARITY_OF_MEASURES = 0.9
"""The same for sections G and M, whose many quality measures share most of their words."""

AGREEMENT = ((0.9, 0.97), (MIN_SIMILARITY, 0.87))
"""Least similarity, and how often CMS's cross-reference names the proposed code: lower end of Wilson's 95 %
interval over the January 2026 release, 114 of 114 and 25 of 25 (`docs/data.md`)."""

MAX_STEPS = 5  # from one ended code to its successor, and on

NamedBy = Literal["CMS", "proposed"]


class Proposal(msgspec.Struct, frozen=True, gc=False):
    """A code that probably replaced an ended one for which CMS names none.

    Attributes:
        code: The proposed code.
        probability: How often such a proposal is the code that CMS names, where CMS names one.
    """

    code: str
    probability: float


class Replacement(msgspec.Struct, frozen=True, gc=False):
    """A code to use instead of another one on a day.

    Attributes:
        code: A code that is valid on that day.
        named_by: "CMS" for its cross-reference, "proposed" where a step on the way was proposed.
        probability: Product of the probabilities of the proposed steps; 1 for CMS alone.
    """

    code: str
    named_by: NamedBy
    probability: float


Proposals = Mapping[str, Proposal]


def propose(records: Sequence[Record]) -> dict[str, Proposal]:
    """A successor for each ended Level II code without a known cross-reference, where one is likely.

    Args:
        records: All codes of a release.

    Returns:
        Ended code -> proposal, in the order of the records.
    """
    known = {record.code for record in records}
    rows = [
        row
        for row, record in enumerate(records)
        if record.effective_to is not None
        and LEVEL_II.matches(record.code)
        and not known & set(record.cross_references)
    ]
    return {
        records[row].code: Proposal(records[other].code, agreement(similarity))
        for row, other, similarity in closest(records, rows)
        if similarity >= _least(records[row])
    }


def _least(record: Record) -> float:
    return MIN_SIMILARITY_OF_MEASURES if record.section in "GM" else MIN_SIMILARITY


def agreement(similarity: float) -> float:
    """Probability of a proposal by the similarity of the descriptors; see `AGREEMENT`."""
    return next((share for least, share in AGREEMENT if similarity >= least), 0.0)


def closest(records: Sequence[Record], rows: Sequence[int]) -> Iterator[tuple[int, int, float]]:
    """For each row the most similar code that begins on the day after the row's code ends.

    Args:
        records: All codes.
        rows: Rows of ended codes.

    Yields:
        Row, row of the closest code, cosine of their words weighted by idf; only where a code begins then.
    """
    starting: dict[date, list[int]] = {}
    for row, record in enumerate(records):
        if record.effective_from is not None:
            starting.setdefault(record.effective_from, []).append(row)
    held = [_words(record) for record in records]
    frequency = Counter(word for each in held for word in each)
    weight = {word: log((len(records) + 1) / count) ** 2 for word, count in frequency.items()}
    lengths = [sqrt(sum(map(weight.__getitem__, each))) or 1.0 for each in held]
    for row in rows:
        end = records[row].effective_to
        others = [] if end is None else starting.get(end + timedelta(days=1), [])
        best, similarity = -1, 0.0
        for other in others:
            shared = sum(map(weight.__getitem__, held[row] & held[other]))
            cosine = shared / (lengths[row] * lengths[other])
            if cosine > similarity:
                best, similarity = other, cosine
        if best >= 0:
            yield row, best, similarity


def _words(record: Record) -> frozenset[str]:
    """The words of a descriptor, without numbers and single letters."""
    found = words(normalise(record.long_description))
    return frozenset(word for word in found if len(word) > 1 and word[0].isalpha())


def replacements(
    records: Mapping[str, Record], proposals: Proposals, code: str, on: date
) -> tuple[Replacement, ...]:
    """The codes to use instead of an ended code on a day.

    A successor that has ended too leads on to its own successors.

    Args:
        records: Code -> record.
        proposals: As `propose` makes them.
        code: A code that has ended on that day.
        on: The day.

    Returns:
        Each code once, the order of CMS; empty when none is known.
    """
    found: dict[str, Replacement] = {}
    waiting = [Replacement(code, "CMS", 1.0)]
    met = {code}
    for _ in range(MAX_STEPS):
        waiting = [
            step for one in waiting for step in _steps(records, proposals, one) if step.code not in met
        ]
        met |= {step.code for step in waiting}
        for step in waiting:
            if records[step.code].status(on) == "active":
                found.setdefault(step.code, step)
        waiting = [step for step in waiting if records[step.code].status(on) == "terminated"]
    return tuple(found.values())


def _steps(records: Mapping[str, Record], proposals: Proposals, one: Replacement) -> Iterator[Replacement]:
    """The successors of one code that the release holds."""
    named = [code for code in records[one.code].successors if code in records]
    for code in dict.fromkeys(named):
        yield Replacement(code, one.named_by, one.probability)
    proposal = proposals.get(one.code)
    if not named and proposal is not None and proposal.code in records:
        yield Replacement(proposal.code, "proposed", round(one.probability * proposal.probability, 4))
