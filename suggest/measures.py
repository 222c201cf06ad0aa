"""Codes that report a quality measure, and texts that speak of one.

Nobody supplies or bills these codes: they say what was documented, done or not done, and why. Their
descriptors name drugs, tests and diagnoses, so that an order for a drug resembles them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.records import Record
from index.text.memoize import memoized
from index.text.words import normalise

_RANGES = (
    ("G2089", "G2167"),
    ("G2173", "G2210"),
    ("G4000", "G4999"),
    ("G8000", "G8999"),
    ("G9188", "G9999"),
    ("M0001", "M0009"),
    ("M1000", "M1999"),
)
"""First and last codes of the ranges that CMS uses for measures; both inclusive."""

_PAYABLE = re.compile(
    r"\bmodels?\b|demonstration|\bbilled\b|\bpayment|counseling for diabetes|\bmdpp\b|\bwl from"
)
"""In descriptors of services that are paid and have a code in these ranges."""

_SPEAKS = re.compile(
    r"\bdocu?m|\bdoc\b|\breasons?\b|\brsns?\b|\bmeasure|\bmsmt\b|\bmips\b|\bmvp\b|\bvalue pathway"
    r"|\bperformance\b|\bperformed\b|\bperf (?:pd|per)\b|\bperiods?\b|\bdenominator|\bnumerator"
    r"|\bexclu(?:sions?|ded|des)\b|\bexcl\b|\bscor(?:e|ed|es)\b|\bprescri|\b(?:in)?eligib|\bsurvey|\bepisode"
    r"|\bregistry|\bclinician|\bquality\b|\bspecialty set\b|\bmost recent\b|\bmissing\b"
    r"|\bnot (?:given|done|used|received|administered|obtained|ordered|screened|assessed)"
    r"|\bwithin (?:\w+ )?\d|\ba1c\b.*\blevel|[<>=]\s*\d|\bpm pt\b"
    r"|\b(?:pts?|patients?|individuals?|women|adults) (?:\S+ )*?(?:no|not|did|had|has|have|w/?o|without|who"
    r"|whose|with|within|on/aft|event|norm\w*|order|plan|is|are|was|were)\b"
)
"""Words of a text that speaks of a measure, lower case. `pm` is "performance measure" before `pt`."""

_CUE = re.compile(
    r"docu?m|doc$|reason|rsn|measure|msmt|mips|mvp|pathway|perform|perf$|period|denominator|numerator|exclu|excl$"
    r"|scor|prescri|(?:in)?eligib|survey|episode|registry|clinician|quality|specialty|recent|missing|not$|within"
    r"|a1c|pt|patient|individual|women|adults"
)
"""Beginnings of the words without which no text matches `_SPEAKS`, if it has none of the signs < > =."""

MAX_MEMOIZED_WORDS = 1 << 15

MIN_DESCRIPTOR_WORDS = 4
"""A descriptor without these words is recognised from this length on; "Elective surgery" is too general."""


def is_measure(record: Record) -> bool:
    """Whether a code reports a quality measure."""
    words = record.long_description.lower()
    if not any(first <= record.code <= last for first, last in _RANGES) or _PAYABLE.search(words):
        return False
    return not record.code.startswith("M0") or "value pathway" in words


def measures(records: Sequence[Record]) -> npt.NDArray[np.bool_]:
    """Which codes report a quality measure: bool (codes,)."""
    return np.array([is_measure(record) for record in records], bool)


def speaks_of_measure(text: str) -> bool:
    """Whether the words of a text are those of a quality measure."""
    return _SPEAKS.search(text.lower()) is not None


class Measures:
    """Decides for which texts the codes of measures may be suggested. Safe to use from several threads."""

    def __init__(self, records: Sequence[Record]) -> None:
        """Take the records of an index."""
        self._records = records
        self._is_cue = memoized(_is_cue, MAX_MEMOIZED_WORDS)

    @cached_property
    def _descriptors(self) -> frozenset[str]:
        """Descriptors of measures in normal form: a text may repeat one."""
        descriptors: set[str] = set()
        for record in self._records:
            if is_measure(record):
                descriptors |= {normalise(record.long_description), normalise(record.short_description)}
        return frozenset(descriptors)

    def meant(self, text: str, text_words: Sequence[str], plain: str) -> bool:
        """Whether a text speaks of a quality measure, or repeats the descriptor of one.

        Args:
            text: As it was typed.
            text_words: Its words in normal form.
            plain: The same as one string.
        """
        cued = any(map(self._is_cue, text_words)) or "<" in text or ">" in text or "=" in text
        if cued and speaks_of_measure(text):
            return True
        return len(text_words) >= MIN_DESCRIPTOR_WORDS and plain in self._descriptors


def _is_cue(word: str) -> bool:
    return _CUE.match(word) is not None
