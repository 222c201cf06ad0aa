"""Labelled cases: reading, checking and hashing them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from eval.cases.account import BAD_DATE, NO_LABEL, NO_TEXT, UNREADABLE_ROW, RowAccount, count_rows
from eval.cases.case_files import FIELDS, ROW_ERROR, TEXTLESS, is_gzip, read_file_rows
from eval.cases.codes import CodeTextError, parse_codes
from eval.errors import CaseFileError
from index.records import Problem

DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
_TIME = re.compile(
    r"(?<=\d)(?:[T ]\s*\d{1,2}:\d{2}\S*(?:\s*[AP]M)?)$", re.IGNORECASE
)  # after a date, not read


class Case(msgspec.Struct, frozen=True):
    """One labelled text.

    Attributes:
        id: Unique within a run.
        set: Name of the case set: the file's name without its ending.
        query: The text as written.
        codes: Every acceptable code, in the order of the label; empty when no code fits, where the right
            answer is `no_good_match`.
        source: Where the text comes from, such as a hospital; empty when not given.
        kind: What sort of text it is; empty when not given.
        date: Date of service; None means the date of the run.
    """

    id: str
    set: str
    query: str
    codes: tuple[str, ...]
    source: str = ""
    kind: str = ""
    date: date | None = None


class CaseSet(msgspec.Struct, frozen=True):
    """The cases of one file, the problems of its rows that are no case, and the account of all its rows."""

    name: str
    path: str
    cases: tuple[Case, ...]
    account: RowAccount
    problems: tuple[Problem, ...] = ()


class _RowError(Exception):
    """A row is no case; `reason` is what such rows are counted under."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


def case_set_sha256(cases: Sequence[Case]) -> str:
    """Hash what is measured: set, id, text, codes and date of every case, in order."""
    digest = hashlib.sha256()
    for case in cases:
        fields = (case.set, case.id, case.query, list(case.codes), case.date)
        digest.update(msgspec.json.encode(fields) + b"\n")
    return digest.hexdigest()


def read_cases(
    path: Path, columns: Mapping[str, str] | None = None, known: Sequence[str] | None = None
) -> CaseSet:
    """Read one file of labelled cases; its ending selects the format.

    Args:
        path: `.jsonl`, `.csv`, `.tsv` (each also with `.gz`), `.xlsx`, or a TREC qrels file (`.qrels`,
            `.trec`). The cases of a qrels file have no text and can only be scored against a run file.
        columns: Field of `Case` to the name of its column (or JSON field), where the two differ.
        known: Codes of the release, ascending, for ranges; see `parse_codes`.

    Returns:
        The cases in file order; rows that cannot be used are listed in `problems`.

    Raises:
        CaseFileError: If the file is missing, of another format, without a column that was named, or
            without any case.
    """
    names = {field: (columns or {}).get(field, field) for field in FIELDS}
    set_name = Path(path.stem).stem if is_gzip(path) else path.stem
    cases: list[Case] = []
    problems: list[Problem] = []
    reasons: list[str] = []
    textless = path.suffix.lower() in TEXTLESS
    for line, row in read_file_rows(path, names, explicit=set(columns or {})):
        try:
            cases.append(_case(set_name, line, row, names, known, textless))
        except (CodeTextError, _RowError) as error:
            problems.append(Problem(path.name, line, str(error)))
            reasons.append(error.reason)
    if not cases:
        first = f"; the first row says: {problems[0].message}" if problems else ""
        raise CaseFileError(f"{path.name} holds no usable case{first}")
    account = count_rows(set_name, path.name, len(cases), reasons)
    return CaseSet(set_name, path.name, tuple(cases), account, tuple(problems))


def _case(
    set_name: str,
    line: int,
    row: Mapping[str, Any],
    names: Mapping[str, str],
    known: Sequence[str] | None,
    textless: bool,
) -> Case:
    if row.get(ROW_ERROR):
        raise _RowError(str(row[ROW_ERROR]), UNREADABLE_ROW)
    codes = row.get(names["codes"])
    if codes is None or (isinstance(codes, str) and not codes.strip()):
        raise _RowError("no code is given; write NONE where no code fits", NO_LABEL)
    if not isinstance(codes, list):
        codes = [str(codes)]
    query = row.get(names["query"])
    if not textless and (not isinstance(query, str | int | float) or not str(query).strip()):
        raise _RowError("the text is missing", NO_TEXT)
    return Case(
        id=str(row.get(names["id"]) or f"{set_name}-{line}"),
        set=set_name,
        query=str(query).strip(),
        codes=parse_codes([str(code) for code in codes], known),
        source=str(row.get(names["source"]) or ""),
        kind=str(row.get(names["kind"]) or ""),
        date=_date(row.get(names["date"])),
    )


def _date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _TIME.sub("", str(value).strip())
    for date_format in DATE_FORMATS:
        try:
            return datetime.strptime(text, date_format).date()
        except ValueError:
            continue
    raise _RowError("the date is not of the form YYYY-MM-DD or MM/DD/YYYY", BAD_DATE)
