"""Case files asked of the suggester, with the fields of a case that only some measures need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from eval.cases.case_files import FIELDS, read_file_rows
from eval.cases.cases import Case, read_cases

T = TypeVar("T")


class Reply(msgspec.Struct, frozen=True):
    """What the suggester says to one text.

    Attributes:
        first: First code; empty where there is none.
        confidence: Of the first code, 0 to 1.
        refused: Whether the answer says that no code fits.
        looks_like: The other system that the text seems to belong to; empty where none is named.
    """

    first: str
    confidence: float
    refused: bool
    looks_like: str = ""


def read_all(paths: Sequence[Path], split: Sequence[str] = ()) -> list[Case]:
    """Read the cases of all files, in order; a set in `split` is one set for each kind.

    Raises:
        CaseFileError: If a file cannot be read.
    """
    cases = [case for path in paths for case in read_cases(path).cases]
    return [
        msgspec.structs.replace(case, set=f"{case.set}: {case.kind}") if case.set in split else case
        for case in cases
    ]


def field_by_text(paths: Sequence[Path], field: str) -> dict[str, Any]:
    """Map the text of each row that has a further field to its value."""
    names = {name: name for name in FIELDS}
    rows = (row for path in paths for _, row in read_file_rows(path, names, set()))
    return {str(row["query"]).strip(): row[field] for row in rows if field in row}


def grouped(items: Iterable[T], name_of: Callable[[T], str]) -> dict[str, list[T]]:
    """The items by name, names and items in order of appearance."""
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(name_of(item), []).append(item)
    return groups


def ask_texts(suggester: Any, texts: Sequence[str], on: date) -> list[Reply]:
    """Ask every text for its first code, for one date of service."""
    return [_reply(answer) for answer in suggester.suggest(list(texts), k=1, date_of_service=on)]


def _reply(answer: Any) -> Reply:
    refused = bool(answer.no_good_match or not answer.suggestions)
    looks_like = answer.looks_like.system if answer.looks_like else ""
    if not answer.suggestions:
        return Reply("", 0.0, refused, looks_like)
    first = answer.suggestions[0]
    return Reply(first.code, float(first.confidence), refused, looks_like)
