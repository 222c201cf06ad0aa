"""Confidences of one list: with the probability that no code fits they add up to at most 1.

The calibration gives each candidate its own probability. One text may have several right codes: twins that differ
in a clause that texts leave out, or codes between which a general text does not decide. Then the sum is above 1,
and the answer names those codes (`Answer.acceptable_together`). A small excess is noise of the calibration, and
the codes after the first give way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from index.records import Record

NOISE = 1.2
"""A larger sum of the confidences says that the text has several right codes. On the development sets (1,003
answers with such a sum) 1.5 of the first ten codes are right on average, elsewhere 1.05."""

MAX_CACHED_KEYS = 1 << 13

_CLAUSES = re.compile(
    r"\([a-z][\w .&-]+\),? ?not therapeutically equivalent to [a-z0-9 ,]*"
    r"|,? ?not therapeutically equivalent to [a-z0-9 ,]*"
    r"|\(?(?:for )?(?:non-)?esrd (?:on dialysis|use)\)?"
    r"|prefabricated item that has been trimmed, bent, molded, assembled, or otherwise customized to fit a specific"
    r" patient by an individual with expertise"
    r"|prefabricated|off[- ]the[- ]shelf|custom fitted|,? ?includes fitting and adjustment"
)
"""Clauses of descriptors that texts seldom say: the maker, dialysis, and how a brace is fitted."""

_WORD = re.compile(r"[a-z0-9.%/]+")


class Confidences(NamedTuple):
    """What a list of suggestions says of its certainty.

    Attributes:
        values: Confidence of each candidate, 0 to 1, to four places, never rising.
        groups: Positions of candidates that are acceptable together, in order; groups have no candidate in
            common.
    """

    values: list[float]
    groups: list[list[int]]


class Twins:
    """Finds codes whose descriptors differ in nothing but a clause that texts leave out."""

    def __init__(self, records: Sequence[Record]) -> None:
        """Take the records of an index."""
        self._records = records
        self.key = lru_cache(MAX_CACHED_KEYS)(self._computed_key)

    def _computed_key(self, row: int) -> str:
        """The words of a descriptor without such clauses; twins have the same."""
        return " ".join(_WORD.findall(_CLAUSES.sub(" ", self._records[row].long_description.lower())))

    def groups(self, rows: Sequence[int]) -> list[list[int]]:
        """Positions of the given codes, those of twins together, in order of the first of each group."""
        by_key: dict[str, list[int]] = {}
        for position, row in enumerate(rows):
            by_key.setdefault(self.key(row), []).append(position)
        return list(by_key.values())


def limited(
    probabilities: Sequence[float], rows: Sequence[int], budget: float, twins: Twins, noise: float = NOISE
) -> Confidences:
    """Confidences that add up to at most `budget`, when of each group only the first is counted.

    Args:
        probabilities: Of each candidate, never rising, each at most `budget`.
        rows: Catalogue rows of the candidates.
        budget: Probability that any code fits.
        twins: Of the index.
        noise: See `NOISE`; infinity for probabilities that are not calibrated.
    """
    values = list(probabilities)
    if sum(values) <= budget:
        return Confidences(values, [])
    groups = twins.groups(rows)
    total = sum([values[group[0]] for group in groups])
    if total <= noise * budget:
        values = _scaled(values, groups, budget, total)
    else:
        groups = _joined(values, groups, budget, total)
    return Confidences(values, [group for group in groups if len(group) > 1])


def _scaled(values: list[float], groups: Sequence[list[int]], budget: float, total: float) -> list[float]:
    """The values, those after the first group made smaller so that one of each group adds up to the budget."""
    first = values[0]
    factor = min(1.0, (budget - first) / (total - first)) if total > first else 1.0
    own = set(groups[0])
    return [value if i in own else int(value * factor * 1e4) / 1e4 for i, value in enumerate(values)]


def _joined(values: list[float], groups: list[list[int]], budget: float, total: float) -> list[list[int]]:
    """The groups, as many of the first ones joined as it takes for the rest to fit the budget."""
    joined, n = list(groups[0]), 1
    while total > budget and n < len(groups):
        total -= values[groups[n][0]]
        joined += groups[n]
        n += 1
    return [sorted(joined), *groups[n:]]
