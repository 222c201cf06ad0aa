"""Whether a stated route can bring a code of another route to the first place."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from eval.cases.cases import Case
from eval.measures.near_miss import drug_name
from eval.measures.shares import Share, share
from eval.reading.replies import ask_texts, read_all
from index.records import Record
from index.store.catalogue import Catalogue

INJECTABLES = 100
DRUG_NAME = 4  # column of the ASP crosswalk; the first is the code
INJECTED = ("{} IV", "{} IM", "{} SC", "{} 50 mg IV")
SWALLOWED = ("{} PO", "{} tablet", "{} oral")
_ORAL = re.compile(r"\b(?:oral(?:ly)?|substitute for an iv|tablets?|capsules?)\b", re.IGNORECASE)
_INJECTED = re.compile(
    r"\b(?:inj|injection|injectable|infusion|intravenous|intramuscular|subcutaneous)\b", re.IGNORECASE
)
_OTHER = re.compile(r"\b(?:inhal\w*|topical|implant|nebul\w*|intravitreal|nasal)\b", re.IGNORECASE)
_CODE = re.compile(r"[A-V]\d{4}")


class RouteResult(msgspec.Struct, frozen=True):
    """Texts of one form: how many got a code of the other route first, and which."""

    form: str
    wrong_route: Share
    right: Share
    refused: Share
    wrong: tuple[tuple[str, str, float], ...]


def route_of(record: Record) -> str:
    """Return `oral`, `injectable` or an empty text: the route that a descriptor of a drug states.

    The codes J0 to J3 and J9 are injectables where their descriptor names no other route.
    """
    text = record.long_description
    if _ORAL.search(text):
        return "oral"
    if _INJECTED.search(text):
        return "injectable"
    return "injectable" if re.match(r"J[01239]", record.code) and not _OTHER.search(text) else ""


def count_codes(paths: Sequence[Path]) -> Counter[str]:
    """Count the lines of each code in crosswalk tables (`.csv`, code first) and line files (`.jsonl`)."""
    counts: Counter[str] = Counter()
    for path in paths:
        if ".csv" in path.suffixes:
            counts.update(row[0] for row in _crosswalk(path))
        else:
            counts.update(code for case in read_all([path]) for code in case.codes)
    return counts


def names_in(paths: Sequence[Path]) -> dict[str, str]:
    """Map each code of crosswalk tables to its commonest drug name there."""
    names: dict[str, Counter[str]] = {}
    for row in (row for path in paths if ".csv" in path.suffixes for row in _crosswalk(path)):
        names.setdefault(row[0], Counter())[row[DRUG_NAME].strip()] += 1
    return {code: min(counted, key=lambda name: (-counted[name], name)) for code, counted in names.items()}


def _crosswalk(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("cp1252", "replace")
    return [row for row in csv.reader(text.splitlines()) if len(row) > DRUG_NAME and _CODE.fullmatch(row[0])]


def common_injectables(counts: Counter[str], book: Catalogue, on: date, most: int = INJECTABLES) -> list[str]:
    """List the commonest active J codes of injectables, one for each drug name; not those of no drug."""
    by_name: dict[str, str] = {}
    for code, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        record = book.get(code)
        if record is None or code[0] != "J" or record.status(on) != "active" or record.is_noc:
            continue
        if route_of(record) == "injectable":
            by_name.setdefault(name_of(record), code)
    return list(by_name.values())[:most]


def oral_codes(book: Catalogue, on: date) -> list[str]:
    """List the active codes of oral drugs, one for each drug name."""
    by_name: dict[str, str] = {}
    for record in book.records:
        if record.code[0] not in "JQS" or record.status(on) != "active" or record.is_noc:
            continue
        if route_of(record) == "oral":
            by_name.setdefault(name_of(record), record.code)
    return list(by_name.values())


def with_names(codes: Sequence[str], book: Catalogue) -> list[tuple[str, str]]:
    """Pair each code of the release with the name of its drug."""
    return [(code, name_of(record)) for code in codes if (record := book.get(code)) is not None]


def name_of(record: Record) -> str:
    """The drug of a descriptor: its first clause, and its second where the first is the form."""
    clauses = [drug_name(clause) for clause in re.split(r"[,;(]", record.long_description)]
    return next((clause for clause in clauses if clause), record.code)


def measure_forms(
    suggester: Any,
    book: Catalogue,
    names: Sequence[tuple[str, str]],
    forms: Sequence[str],
    other: str,
    on: date,
) -> list[RouteResult]:
    """Ask each drug in each form, such as `{} IV`, and count first codes of the route `other`.

    Args:
        suggester: What is asked.
        book: The release.
        names: Codes with a name of their drug.
        forms: Texts with a place for the name.
        other: The route that no first code may have.
        on: Date of service.
    """
    own = {code: name_of(record) for code, _ in names if (record := book.get(code)) is not None}
    results = []
    for form in forms:
        texts = [form.format(name) for _, name in names]
        replies = ask_texts(suggester, texts, on)
        firsts = [book.get(reply.first) for reply in replies]
        wrong = [
            (text, reply.first, round(reply.confidence, 3))
            for text, reply, first in zip(texts, replies, firsts, strict=True)
            if first is not None and route_of(first) == other
        ]
        right = [
            reply.first == code or (first is not None and name_of(first) == own[code])
            for (code, _), reply, first in zip(names, replies, firsts, strict=True)
        ]
        results.append(
            RouteResult(
                form.format("..."),
                share(len(wrong), len(texts)),
                share(sum(right), len(texts)),
                share(sum(reply.refused for reply in replies), len(texts)),
                tuple(wrong),
            )
        )
    return results


def measure_cases(suggester: Any, cases: Sequence[Case], wrong: dict[str, Any], on: date) -> RouteResult:
    """Ask cases that name their codes of the wrong route, `wrong` by text."""
    replies = ask_texts(suggester, [case.query for case in cases], on)
    misled = [
        (case.query, reply.first, round(reply.confidence, 3))
        for case, reply in zip(cases, replies, strict=True)
        if reply.first in wrong.get(case.query, ())
    ]
    right = sum(reply.first in case.codes for case, reply in zip(cases, replies, strict=True))
    refused = sum(reply.refused for reply in replies)
    n = len(cases)
    return RouteResult("cases", share(len(misled), n), share(right, n), share(refused, n), tuple(misled))


def route_rows(results: Sequence[RouteResult]) -> list[list[str]]:
    """Make header and rows of the table."""
    head = ["form", "texts", "other route first", "right drug or code", "refused"]
    return [head] + [
        [
            row.form,
            str(row.right.n),
            f"{row.wrong_route.hits}: {row.wrong_route}",
            str(row.right),
            str(row.refused),
        ]
        for row in results
    ]
