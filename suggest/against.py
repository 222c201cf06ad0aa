"""What the descriptor of a code says against a text: other attributes, and sizes outside its range."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from index.records import Record
from index.store.profiles import Profiles
from index.text.attributes import GROUPS, attributes
from index.text.memoize import memoized
from index.text.quantities import DIMENSIONS, Quantity, Range
from index.text.ranges import AT_EDGE, EDGE, INCH
from index.text.words import cut
from suggest.reader import Query

MAX_PHRASE_WORDS = 6  # of a phrase that states an attribute
MAX_MEMOIZED_WORDS = 1 << 15
MAX_CACHED_PHRASES = 1 << 13  # of descriptors

_UNITS = dict(
    mass="mg", units="units", volume="ml", activity="mCi", length="mm", area="sq in", time="minutes",
    gauge="Fr", percent="%", equivalents="mEq", weight="lb", pressure="mmHg", age="years", flow="l/min",
    concentration="mg/ml", energy="kcal/ml", angle="degrees",
)  # fmt: skip
"""Base unit of each dimension, as answers write it; of others it is the name of the dimension."""

Phrases = tuple[str, ...]
NOTHING: Phrases = ()


class Against:
    """Finds what codes say against texts. Safe to use from several threads."""

    def __init__(self, profiles: Profiles, records: Sequence[Record]) -> None:
        """Take what was read from the descriptors, and the descriptors."""
        self._attributes = [profiles.stated(row) for row in range(len(records))]
        self._ranges = [
            [Range(*own) for own in zip(*columns, strict=True) if own[0] >= 0]
            for columns in zip(
                profiles.range_dimensions.tolist(),
                profiles.range_low.tolist(),
                profiles.range_high.tolist(),
                strict=True,
            )
        ]
        self._records = records
        self._says = lru_cache(MAX_CACHED_PHRASES)(self._descriptor_phrase)
        self._covers = lru_cache(MAX_CACHED_PHRASES)(self._range_phrase)

    def phrases(self, query: Query, rows: Sequence[int]) -> list[Phrases]:
        """For each code what it says against the text, such as "says oral; your text says iv".

        Args:
            query: A text that was read. Only what its own words state counts, not what they stand for.
            rows: Catalogue rows of the codes.
        """
        stated = query.attributes
        groups, excluded = _excluded(stated) if stated else ((), 0)
        dimensions = {quantity.dimension for quantity in query.quantities}
        if not groups and not dimensions:
            return [NOTHING] * len(rows)
        found: list[Phrases] = []
        typed: dict[int, str] = {}
        for row in rows:
            theirs, ranges = self._attributes[row], self._ranges[row] if dimensions else ()
            if not theirs & excluded and not ranges:  # most codes
                found.append(NOTHING)
                continue
            phrases: list[str] = []
            for group in groups:
                if theirs & group and not theirs & group & stated:
                    if group not in typed:
                        typed[group] = phrase_of(query.words, group)
                    phrases += self._other_value(typed[group], row, group)
            for covered in ranges:
                if covered.dimension in dimensions:
                    phrases += self._other_size(query, row, covered)
            found.append(tuple(phrases))
        return found

    def _other_value(self, typed: str, row: int, group: int) -> list[str]:
        """The phrase for a group of attributes of which text and code state different values."""
        says = self._says(row, group) if typed else ""
        return [f"says {says}; your text says {typed}"] if says else []

    def _other_size(self, query: Query, row: int, covered: Range) -> list[str]:
        """The phrase for a text that states sizes of which none is in a range of the code."""
        sizes = [quantity for quantity in query.quantities if quantity.dimension == covered.dimension]
        low, high = covered.low * (1 - AT_EDGE), covered.high * (1 + AT_EDGE)
        if any([low <= size.amount <= high for size in sizes]):
            return []
        sizes_of_code, in_inches = self._covers(row, covered)
        return [f"for {sizes_of_code}; your text says {_amount(sizes[0], in_inches)}"]

    def _range_phrase(self, row: int, covered: Range) -> tuple[str, bool]:
        """A range of a code in words, and whether its descriptor says inches."""
        in_inches = "inch" in self._records[row].long_description.lower()
        return _range(covered, in_inches), in_inches

    def _descriptor_phrase(self, row: int, group: int) -> str:
        """What a code says of a group of attributes; empty if it says several things."""
        record = self._records[row]
        return phrase_of(cut(record.long_description), group) or phrase_of(
            cut(record.short_description), group
        )


@lru_cache(MAX_CACHED_PHRASES)
def _excluded(stated: int) -> tuple[tuple[int, ...], int]:
    """The groups of which a text states a value, and the bits of their other values."""
    groups = tuple(group for group in GROUPS if group & stated)
    return groups, sum(groups) & ~stated


_bits = memoized(lambda word: attributes([word]), MAX_MEMOIZED_WORDS)
"""Attributes that a word states by itself."""


def phrase_of(text_words: Sequence[str], group: int) -> str:
    """The shortest words of a text that state what the whole text states of a group; empty if nothing."""
    stated = attributes(list(text_words)) & group
    if not stated:
        return ""
    for word in text_words:
        if _bits(word) & group == stated:
            return word
    for length in range(2, MAX_PHRASE_WORDS + 1):
        for start in range(len(text_words) - length + 1):
            span = text_words[start : start + length]
            if attributes(list(span)) & group == stated:
                return written(span)
    return ""


def written(normalised_words: Sequence[str]) -> str:
    """Words of the normal form as people write them: `w/o`, not `w o`."""
    return f" {' '.join(normalised_words)} ".replace(" w o ", " w/o ").strip()


def _range(covered: Range, in_inches: bool) -> str:
    """A range of sizes in words: "more than 16 to 48 sq in"."""
    dimension, low, high = covered
    below, most = _is_moved(high), _amount(Quantity(dimension, high), in_inches)
    if low <= 0:
        return f"less than {most}" if below else f"{most} or less"
    least = _amount(Quantity(dimension, low), in_inches)
    if high == float("inf"):
        return f"more than {least}" if _is_moved(low) else f"{least} or more"
    start = f"{'more than ' * _is_moved(low)}{least.split(' ')[0]}"
    return f"{start} to {'less than ' * below}{most}"


def _is_moved(end: float) -> bool:
    """Whether an end of a range was moved inwards because it does not belong to it (`EDGE`)."""
    return end != float("inf") and abs(float(f"{end:.4g}") - end) > end * EDGE / 2


def _amount(quantity: Quantity, in_inches: bool) -> str:
    """A size with its unit, at most three digits: "36 sq in"."""
    dimension = DIMENSIONS[quantity.dimension]
    unit = _UNITS.get(dimension, dimension)
    if unit == "mm" and in_inches:
        return f"{quantity.amount / INCH:.3g} in"
    return f"{float(f'{quantity.amount:.4g}'):.12g} {unit}"
