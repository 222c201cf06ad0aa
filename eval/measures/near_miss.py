"""Kinds of wrong first answers: a sibling, another dose unit, another section, an inactive code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec

from eval.case_results import CaseResult
from eval.cases.wording import plain, words_of
from eval.measures.slices import class_of
from index.store.catalogue import Catalogue

UNANSWERED = "unanswered"
INACTIVE = "a code that is not active on the date"
DOSE = "the same drug with another dose unit"
SIBLING = "a sibling in the same family"
SECTION = "the same section, another family"
ELSEWHERE = "another section"
UNKNOWN = "a code that is not in the release"
NOT_IN_LIST = "not in the list"
ORDER = (SIBLING, DOSE, SECTION, ELSEWHERE, INACTIVE, UNKNOWN, UNANSWERED)

MAX_SIBLING_DISTANCE = 12  # places in CMS's order between two siblings
MAX_CONFUSIONS = 20
_DRUG_LEADS = frozenset(
    ("injection", "inj", "infusion", "injectable", "oral", "intravenous", "prescription", "drug")
)
_DOSE = re.compile(
    r"\b(?:up to|per|not less than|single dose|unit dose form|1 ?ml|vial)\b"
    r"|\b\d[\d,./]*\s*(?:mg|mcg|g|gm|grams?|milligrams?|micrograms?|ml|cc|units?|i\.?u\.?|usp|meq|mci|uci"
    r"|millicuries?|microcuries?|mcu|million|billion|vg|ppm)?\b"
    r"|\b(?:mg|mcg|g|gm|grams?|milligrams?|ml|cc|units?|i\.?u\.?|mci|million|doses?|study)\b",
    re.IGNORECASE,
)


class Confusion(msgspec.Struct, frozen=True):
    """A pair of codes that was confused: the acceptable one, the one answered instead, and how often."""

    wanted: str
    answered: str
    count: int
    kind: str
    wanted_description: str
    answered_description: str


class NearMisses(msgspec.Struct, frozen=True):
    """All wrong first answers of a set.

    Attributes:
        wrong: Number of wrong first answers.
        kinds: Kind of miss, in the order of `ORDER`, to its count.
        found_later: Rank of the first acceptable code of the wrong ones, in groups, to its count.
        noc_instead: Times a NOC code was answered although a specific code is acceptable.
        specific_instead: Times a specific code was answered although only NOC codes are acceptable.
        confusions: The most frequent pairs, at most twenty.
        pairs: Number of different pairs.
    """

    wrong: int
    kinds: dict[str, int]
    found_later: dict[str, int]
    noc_instead: int
    specific_instead: int
    confusions: tuple[Confusion, ...]
    pairs: int


def find_near_misses(
    results: Sequence[CaseResult], book: Catalogue, on: date, max_confusions: int = MAX_CONFUSIONS
) -> NearMisses:
    """Count the wrong first answers of cases that have an acceptable code, by kind and by pair of codes."""
    wrong = [result for result in results if result.codes and result.rank != 1]
    kinds = Counter(kind_of_miss(result, book, on) for result in wrong)
    pairs = Counter((result.codes[0], result.first) for result in wrong if result.first)
    by_count = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    noc = [(_noc(result.codes, book), _noc((result.first,), book)) for result in wrong if result.first]
    return NearMisses(
        wrong=len(wrong),
        kinds={kind: kinds[kind] for kind in ORDER},
        found_later=_found_later(wrong),
        noc_instead=sum(answered and not wanted for wanted, answered in noc),
        specific_instead=sum(wanted and not answered for wanted, answered in noc),
        confusions=tuple(_confusion(pair, count, book, on) for pair, count in by_count[:max_confusions]),
        pairs=len(pairs),
    )


def kinds_of_misses(results: Sequence[CaseResult], book: Catalogue, on: date) -> dict[str, str]:
    """Map case id to kind of miss, for every wrong first answer."""
    return {
        result.id: kind_of_miss(result, book, on) for result in results if result.codes and result.rank != 1
    }


def kind_of_miss(result: CaseResult, book: Catalogue, on: date) -> str:
    """Find the kind of a wrong first answer, one of `ORDER`, compared with the nearest acceptable code."""
    if result.first is None:
        return UNANSWERED
    return _kind(result.codes, result.first, book, result.date or on)


def _kind(wanted: Sequence[str], answered: str, book: Catalogue, on: date) -> str:
    record = book.get(answered)
    if record is None:
        return UNKNOWN
    if record.status(on) != "active":
        return INACTIVE
    if any(same_drug(code, answered, book) for code in wanted):
        return DOSE
    if any(same_family(code, answered, book) for code in wanted):
        return SIBLING
    return SECTION if any(code[0] == answered[0] for code in wanted) else ELSEWHERE


def same_drug(code: str, other: str, book: Catalogue) -> bool:
    """Return whether two drug descriptors name the same drug and differ only in dose or unit."""
    first, second = book.get(code), book.get(other)
    if first is None or second is None:
        return False
    if class_of(code) != "drug" or class_of(other) != "drug":
        return False
    names = [drug_name(record.long_description) for record in (first, second)]
    return bool(names[0]) and names[0] == names[1]


def drug_name(description: str) -> str:
    """Strip the leading form and the doses from a drug descriptor.

    `Injection, furosemide, up to 20 mg` becomes `furosemide`.
    """
    words = plain(_DOSE.sub(" ", description)).split()
    while words and words[0] in _DRUG_LEADS:
        words.pop(0)
    return " ".join(words)


def same_family(code: str, other: str, book: Catalogue) -> bool:
    """Return whether two codes are siblings: near in CMS's order, in one section, with the same first word.

    Near is within 12 places. Words such as `injection`, with which drug descriptors begin, are not counted.
    """
    first, second = book.position(code), book.position(other)
    if first is None or second is None or code[0] != other[0] or abs(first - second) > MAX_SIBLING_DISTANCE:
        return False
    descriptions = (book.records[row].long_description for row in (first, second))
    return len({_first_word(description) for description in descriptions}) == 1


def _first_word(description: str) -> str:
    words = [word for word in words_of(description) if word not in _DRUG_LEADS]
    return words[0] if words else ""


def _found_later(wrong: Sequence[CaseResult]) -> dict[str, int]:
    def group(rank: int | None) -> str:
        if rank is None:
            return NOT_IN_LIST
        return "2" if rank == 2 else "3-5" if rank <= 5 else "6-10" if rank <= 10 else "11 or later"

    counts = Counter(group(result.rank) for result in wrong)
    return {name: counts[name] for name in ("2", "3-5", "6-10", "11 or later", NOT_IN_LIST)}


def _noc(codes: Sequence[str], book: Catalogue) -> bool:
    """Whether all of the codes that the release has are NOC codes."""
    records = [record for code in codes if (record := book.get(code))]
    return bool(records) and all(record.is_noc for record in records)


def _confusion(pair: tuple[str, str], count: int, book: Catalogue, on: date) -> Confusion:
    wanted, answered = pair
    first, second = book.get(wanted), book.get(answered)
    return Confusion(
        wanted=wanted,
        answered=answered,
        count=count,
        kind=_kind((wanted,), answered, book, on),
        wanted_description=first.long_description if first else "",
        answered_description=second.long_description if second else "",
    )
