"""Labelled cases: reading them from JSONL, CSV, XLSX and TREC files."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from eval.cases.codes import CodeTextError, parse_codes
from eval.errors import CaseFileError
from index.records import Problem

FIELDS = ("query", "codes", "id", "source", "kind", "date")


class Case(msgspec.Struct, frozen=True):
    """One labelled text.

    Attributes:
        id: Unique within a run.
        set: Name of the case set: the file's name without its ending.
        query: The text as written.
        codes: Every acceptable code, the label's own first; empty when no code fits and the right answer is
            to say so.
        source: Where the text comes from, such as a hospital; empty when not told.
        kind: What sort of text it is; empty when not told.
        date: Date of service; None means the run's date.
    """

    id: str
    set: str
    query: str
    codes: tuple[str, ...]
    source: str = ""
    kind: str = ""
    date: date | None = None


class CaseSet(msgspec.Struct, frozen=True):
    """The cases of one file and what was wrong with the rows that are not among them."""

    name: str
    path: str
    cases: tuple[Case, ...]
    problems: tuple[Problem, ...] = ()


def case_set_sha256(cases: Sequence[Case]) -> str:
    """The identity of what is measured: set, id, text, codes and date of every case, in order."""
    digest = hashlib.sha256()
    for case in cases:
        fields = (case.set, case.id, case.query, list(case.codes), case.date)
        digest.update(msgspec.json.encode(fields) + b"\n")
    return digest.hexdigest()


def read_cases(
    path: Path, columns: Mapping[str, str] | None = None, known: Sequence[str] | None = None
) -> CaseSet:
    """Read one file of labelled cases; the ending says its form.

    Args:
        path: `.jsonl`, `.csv`, `.tsv` (each also with `.gz`), `.xlsx`, or a TREC qrels file (`.qrels`,
            `.trec`), whose cases have no text and can only be scored against a run file.
        columns: Field of `Case` to the column's (or JSON field's) name, where it differs.
        known: Codes of the release, ascending, for ranges; see `parse_codes`.

    Returns:
        The cases in file order; rows that cannot be used are named in `problems`.

    Raises:
        CaseFileError: If the file is missing, of another form, has not the column asked for, or no case.
    """
    names = {field: (columns or {}).get(field, field) for field in FIELDS}
    explicit = set(columns or {})
    name = Path(path.stem).stem if _packed(path) else path.stem
    cases: list[Case] = []
    problems: list[Problem] = []
    for line, row in _rows(path, names, explicit):
        try:
            cases.append(_case(name, line, row, names, known))
        except (CodeTextError, CaseFileError) as error:
            problems.append(Problem(path.name, line, str(error)))
    if not cases:
        first = f"; the first row says: {problems[0].message}" if problems else ""
        raise CaseFileError(f"{path.name} holds no usable case{first}")
    return CaseSet(name, path.name, tuple(cases), tuple(problems))


def _case(
    stem: str, line: int, row: Mapping[str, Any], names: Mapping[str, str], known: Sequence[str] | None
) -> Case:
    if row.get("__error__"):
        raise CaseFileError(str(row["__error__"]))
    codes = row.get(names["codes"])
    if codes is None or (isinstance(codes, str) and not codes.strip()):
        raise CaseFileError("no code is given; write NONE where no code fits")
    if not isinstance(codes, list):
        codes = [str(codes)]
    query = row.get(names["query"])
    if not isinstance(query, str | int | float):
        raise CaseFileError("the text is missing")
    return Case(
        id=str(row.get(names["id"]) or f"{stem}-{line}"),
        set=stem,
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
    text = str(value).strip()[:10]
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise CaseFileError("the date is not of the form YYYY-MM-DD or MM/DD/YYYY")


def _rows(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        raise CaseFileError(f"there is no file {path}")
    ending = Path(path.stem if _packed(path) else path.name).suffix.lower()
    if ending == ".jsonl":
        return _read_jsonl(path, names, explicit)
    if ending in (".csv", ".tsv"):
        return _read_csv(path, names, explicit)
    if ending in (".xlsx", ".xlsm"):
        return _read_xlsx(path, names, explicit)
    if ending in (".qrels", ".trec"):
        return _read_qrels(path)
    raise CaseFileError(f"{path.name}: cases are read from .jsonl, .csv, .tsv, .xlsx and .qrels files")


def _read_jsonl(
    path: Path, names: Mapping[str, str], explicit: set[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    seen: dict[str, None] = {}
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = msgspec.json.decode(line, type=dict[str, Any])
            except (msgspec.MsgspecError, UnicodeDecodeError):
                yield number, {"__error__": "the line is not one JSON object"}
                continue
            seen.update(dict.fromkeys(row))
            yield number, row
    _check_columns(path, list(seen), names, explicit)


def _packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if _packed(path) else path.open("rb")


def _check_columns(path: Path, have: Sequence[str], names: Mapping[str, str], explicit: set[str]) -> None:
    wanted = {"query", "codes"} | explicit
    for field in FIELDS:
        if field in wanted and names[field] not in have:
            there = ", ".join(name for name in have if name) or "none"
            raise CaseFileError(
                f"{path.name} has no column {names[field]!r} for the {field}; its columns are: {there};"
                f" name the right one with --{field}-column"
            )


def _read_csv(
    path: Path, names: Mapping[str, str], explicit: set[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    with _open(path) as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what Excel on Windows saves as "CSV"
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=header.count)
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
    reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
    _check_columns(path, list(reader.fieldnames), names, explicit)
    for row in reader:
        if any(isinstance(value, str) and value.strip() for value in row.values()):
            yield reader.line_num, dict(row)


def _read_xlsx(
    path: Path, names: Mapping[str, str], explicit: set[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets zip, XML and key errors through
        raise CaseFileError(f"{path.name} cannot be read as an Excel workbook") from error
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    header = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
    _check_columns(path, header, names, explicit)
    for number, cells in enumerate(rows, 2):
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield number, {name: cell for name, cell in zip(header, cells, strict=False) if name}
    book.close()


def _read_qrels(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    from eval.cases.trec import read_qrels

    for number, (case_id, codes) in enumerate(read_qrels(path).items(), 1):
        yield number, {"id": case_id, "query": "", "codes": list(codes)}
