"""What a wrong first answer was instead: a sibling, another dose unit, another section, a dead code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec

from eval.case_results import CaseResult
from eval.cases.codebook import CodeBook
from eval.cases.wording import plain, words_of
from eval.measures.slices import class_of

UNANSWERED = "unanswered"
DEAD = "a code that is not active on the date"
DOSE = "the same drug with another dose unit"
SIBLING = "a sibling in the same family"
SECTION = "the same section, another family"
ELSEWHERE = "another section"
UNKNOWN = "a code that is not in the release"
NOT_IN_LIST = "not in the list"
ORDER = (SIBLING, DOSE, SECTION, ELSEWHERE, DEAD, UNKNOWN, UNANSWERED)

REACH = 12  # places in CMS's order within which a descriptor that begins alike is a sibling
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
    """A pair of codes that was mixed up: wanted, answered instead, how often."""

    wanted: str
    answered: str
    count: int
    kind: str
    wanted_description: str
    answered_description: str


class NearMisses(msgspec.Struct, frozen=True):
    """All wrong first answers of a set.

    Attributes:
        wrong: How many.
        kinds: Kind of miss to count, the kinds of `ORDER`.
        found_later: Of the wrong ones, rank of the first acceptable code, in groups.
        noc_instead: A NOC code was answered although a specific code is acceptable.
        specific_instead: A specific code was answered although only NOC codes are acceptable.
        confusions: The most frequent pairs, at most twenty.
        pairs: How many different pairs there are in all.
    """

    wrong: int
    kinds: dict[str, int]
    found_later: dict[str, int]
    noc_instead: int
    specific_instead: int
    confusions: tuple[Confusion, ...]
    pairs: int


def find_near_misses(rows: Sequence[CaseResult], book: CodeBook, on: date, most: int = 20) -> NearMisses:
    """Sort the wrong first answers of cases that have an acceptable code."""
    wrong = [row for row in rows if row.codes and row.rank != 1]
    kinds = Counter(kind_of_miss(row, book, on) for row in wrong)
    pairs = Counter((row.codes[0], row.first) for row in wrong if row.first)
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    noc = [(_noc(row.codes, book), _noc((row.first,), book)) for row in wrong if row.first]
    return NearMisses(
        wrong=len(wrong),
        kinds={kind: kinds[kind] for kind in ORDER},
        found_later=_found_later(wrong),
        noc_instead=sum(answered and not wanted for wanted, answered in noc),
        specific_instead=sum(wanted and not answered for wanted, answered in noc),
        confusions=tuple(_confusion(pair, count, book, on) for pair, count in ranked[:most]),
        pairs=len(pairs),
    )


def kinds_of_misses(rows: Sequence[CaseResult], book: CodeBook, on: date) -> dict[str, str]:
    """Case id to kind, for every wrong first answer."""
    return {row.id: kind_of_miss(row, book, on) for row in rows if row.codes and row.rank != 1}


def kind_of_miss(row: CaseResult, book: CodeBook, on: date) -> str:
    """Which of `ORDER` a wrong first answer is, judged against the nearest acceptable code."""
    if row.first is None:
        return UNANSWERED
    return _kind(row.codes, row.first, book, row.date or on)


def _kind(wanted: Sequence[str], answered: str, book: CodeBook, on: date) -> str:
    record = book.get(answered)
    if record is None:
        return UNKNOWN
    if record.status(on) != "active":
        return DEAD
    if any(same_drug(code, answered, book) for code in wanted):
        return DOSE
    if any(same_family(code, answered, book) for code in wanted):
        return SIBLING
    return SECTION if any(code[0] == answered[0] for code in wanted) else ELSEWHERE


def same_drug(one: str, other: str, book: CodeBook) -> bool:
    """Whether two drug descriptors name the same drug and differ in dose or unit alone."""
    first, second = book.get(one), book.get(other)
    if first is None or second is None:
        return False
    if class_of(one) != "drug" or class_of(other) != "drug":
        return False
    names = [drug_name(record.long_description) for record in (first, second)]
    return bool(names[0]) and names[0] == names[1]


def drug_name(description: str) -> str:
    """A drug descriptor without its leading form and its doses.

    `Injection, furosemide, up to 20 mg` becomes `furosemide`.
    """
    words = plain(_DOSE.sub(" ", description)).split()
    while words and words[0] in _DRUG_LEADS:
        words.pop(0)
    return " ".join(words)


def same_family(one: str, other: str, book: CodeBook) -> bool:
    """Whether two codes stand close in CMS's order, in one section, with descriptors that begin alike.

    Close is within 12 places; alike is the same first word, and for drugs, whose descriptors all begin
    with `injection`, the same word after it.
    """
    here, there = book.position(one), book.position(other)
    if here is None or there is None or one[0] != other[0] or abs(here - there) > REACH:
        return False
    return _begins(book.records[here].long_description) == _begins(book.records[there].long_description)


def _begins(description: str) -> str:
    words = [word for word in words_of(description) if word not in _DRUG_LEADS]
    return words[0] if words else ""


def _found_later(wrong: Sequence[CaseResult]) -> dict[str, int]:
    def place(rank: int | None) -> str:
        if rank is None:
            return NOT_IN_LIST
        return "2" if rank == 2 else "3-5" if rank <= 5 else "6-10" if rank <= 10 else "11 or later"

    counts = Counter(place(row.rank) for row in wrong)
    return {name: counts[name] for name in ("2", "3-5", "6-10", "11 or later", NOT_IN_LIST)}


def _noc(codes: Sequence[str], book: CodeBook) -> bool:
    records = [record for code in codes if (record := book.get(code))]
    return bool(records) and all(record.is_noc for record in records)


def _confusion(pair: tuple[str, str], count: int, book: CodeBook, on: date) -> Confusion:
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
