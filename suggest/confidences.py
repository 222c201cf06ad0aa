"""Confidences of one list: with the probability that no code fits they add up to at most 1.

The calibration gives each candidate its own probability, so that their sum may be above 1. Where the text
does not tell codes apart, several are right at once and only one of them is counted: twins, whose descriptors
differ in a clause that texts leave out, and the codes of a known term that is the whole text. Else the codes
after the first give way.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import lru_cache
from itertools import accumulate

import msgspec

from index.records import Record

MIN_TOGETHER = 0.05
"""A code with a lower probability is not named as acceptable together with others."""

BEGINNING = 14  # first characters of a descriptor, which twins have in common
MAX_CACHED_KEYS = 1 << 13

_CLAUSES = re.compile(
    r"(?:\([a-z][\w .&-]+\))?,? ?not therapeutically equivalent to (?:[a-z]\d{4}(?:, | or |/)?)*"
    r"|\(?(?:for )?(?:non-)?esrd (?:on dialysis|use)\)?"
    r"|prefabricated item that has been trimmed, bent, molded, assembled, or otherwise customized to fit a"
    r" specific patient by an individual with expertise"
    r"|prefabricated|off[- ]the[- ]shelf|custom fitted|,? ?includes fitting and adjustment"
)
"""Clauses of descriptors that texts seldom say: the maker, dialysis, and how a brace is fitted."""

_CLAUSE_WORDS = ("esrd", "therapeutically", "prefabricated", "shelf", "fitted", "fitting")
"""A descriptor without any of these has no such clause."""

_WORD = re.compile(r"[a-z0-9.%/+]+")


class Confidences(msgspec.Struct, frozen=True):
    """What a list of suggestions says of its certainty.

    Attributes:
        values: Confidence of each candidate, 0 to 1, to four places, never rising.
        none_fits: Probability that no code fits, to four places.
        groups: Positions of candidates that are acceptable together, in order; groups have no candidate in
            common.
    """

    values: list[float]
    none_fits: float
    groups: list[list[int]]


class Twins:
    """Finds codes whose descriptors differ in nothing but a clause that texts leave out."""

    def __init__(self, records: Sequence[Record]) -> None:
        """Take the records of an index."""
        self._records = records
        self._key = lru_cache(MAX_CACHED_KEYS)(self._computed_key)

    def keys(self, rows: Sequence[int]) -> list[str]:
        """For each code a key that only its twins share."""
        descriptors = [self._records[row].long_description for row in rows]
        beginnings = [descriptor[:BEGINNING] for descriptor in descriptors]
        if len(set(beginnings)) == len(rows):
            return descriptors
        with_clause = {
            beginning
            for beginning, descriptor in zip(beginnings, descriptors, strict=True)
            if any([word in descriptor for word in _CLAUSE_WORDS])
        }
        return [
            self._key(row) if beginning in with_clause else descriptor
            for row, beginning, descriptor in zip(rows, beginnings, descriptors, strict=True)
        ]

    def _computed_key(self, row: int) -> str:
        """The words of a descriptor without such clauses."""
        return " ".join(_WORD.findall(_CLAUSES.sub(" ", self._records[row].long_description.lower())))


def limited(
    probabilities: Sequence[float],
    none_fits: float,
    rows: Sequence[int],
    twins: Twins,
    named: Container[int] = (),
) -> Confidences:
    """Confidences that add up to at most 1 with the probability that no code fits.

    The first candidate keeps its probability, on which the calibration is measured. What it leaves is shared
    by the others and by "none", in proportion to their probabilities.

    Args:
        probabilities: Of each candidate, never rising.
        none_fits: Probability that no code fits.
        rows: Catalogue rows of the candidates.
        twins: Of the index.
        named: Rows of the codes that the whole text is a name of.
    """
    values = list(probabilities)
    if sum(values) + none_fits <= 1.0:
        return Confidences(values, round(none_fits, 4), [])
    groups = _groups(values, rows, twins, named)
    own = groups[0] if groups and groups[0][0] == 0 else [0]
    others = sum(values[1:]) + none_fits
    if groups:
        again = {i for group in groups for i in group[1:]}  # counted with the first of their group
        others = sum([value for i, value in enumerate(values) if i and i not in again]) + none_fits
    if values[0] + others > 1.0:
        factor = (1.0 - values[0]) / others
        none_fits *= factor
        shared = [int(value * factor * 1e4 + 1e-6) / 1e4 for value in values]  # as `_floor`
        for i in own:
            shared[i] = values[i]
        values = list(accumulate(shared, min))
    return Confidences(values, _floor(none_fits), groups)


def _groups(
    values: Sequence[float], rows: Sequence[int], twins: Twins, named: Container[int]
) -> list[list[int]]:
    """Positions of the candidates that are acceptable together, each likely by itself."""
    if len(values) < 2 or values[1] < MIN_TOGETHER:
        return []
    likely = rows[: next((i for i, value in enumerate(values) if value < MIN_TOGETHER), len(values))]
    by_key: dict[str, list[int]] = {}
    for i, (row, key) in enumerate(zip(likely, twins.keys(likely), strict=True)):
        by_key.setdefault("" if row in named else key, []).append(i)
    return [group for group in by_key.values() if len(group) > 1]


def _floor(value: float) -> float:
    """A value to four places, not rounded up, so that a sum stays below its limit."""
    return int(value * 1e4 + 1e-6) / 1e4
