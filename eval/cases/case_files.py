"""Rows of the files that hold labelled cases: JSONL, CSV, XLSX and TREC qrels."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from eval.errors import CaseFileError
from index.column_names import describe_columns
from index.regular_files import open_regular
from index.workbooks import WorkbookError, open_workbook, rows_of

FIELDS = ("query", "codes", "id", "source", "kind", "date")
DELIMITERS = ",;\t|"
MAX_BYTES = 256 * 2**20  # unpacked
MAX_LINE_BYTES = 2**20
ROW_ERROR = "__error__"  # key of a row that cannot be read; its value says why
NumberedRow = tuple[int, dict[str, Any]]


def read_file_rows(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[NumberedRow]:
    """Read the rows of a file; its ending selects the format.

    Args:
        path: `.jsonl`, `.csv`, `.tsv`, `.xlsx`, `.xlsm`, `.qrels` or `.trec`; see `read_cases`.
        names: Field of `Case` to the name of its column.
        explicit: Fields whose column the user has named. These columns must exist.

    Returns:
        Line number, from 1, and column name to cell. A row that cannot be read has the one key `ROW_ERROR`.

    Raises:
        CaseFileError: If the file is missing, of another format, or has no such column.
    """
    if not path.is_file():
        raise CaseFileError(f"there is no file {path}")
    ending = Path(path.stem if is_gzip(path) else path.name).suffix.lower()
    if ending == ".jsonl":
        return _read_jsonl(path, names, explicit)
    if ending in (".csv", ".tsv"):
        return _read_csv(path, names, explicit)
    if ending in (".xlsx", ".xlsm"):
        return _read_xlsx(path, names, explicit)
    if ending in (".qrels", ".trec"):
        return _read_qrels(path)
    raise CaseFileError(f"{path.name}: cases are read from .jsonl, .csv, .tsv, .xlsx and .qrels files")


def is_gzip(path: Path) -> bool:
    """Return whether the name of a file ends in `.gz`."""
    return path.suffix.lower() == ".gz"


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """The file, unpacked if it is gzipped.

    Raises:
        CaseFileError: Within the block too, if the file cannot be read or is damaged.
    """
    try:
        with open_regular(path) as file:
            yield cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if is_gzip(path) else file
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise CaseFileError(f"{path.name} is a damaged or cut gzip file") from None
    except OSError as error:
        raise CaseFileError(f"{path.name}: {(error.strerror or 'cannot be read').lower()}") from None


def _read_all(path: Path) -> bytes:
    with _open(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large(path)
    return data


def _lines(path: Path) -> Iterator[bytes]:
    left = MAX_BYTES
    with _open(path) as file:
        while line := file.readline(MAX_LINE_BYTES + 1):
            left -= len(line)
            if left < 0 or len(line) > MAX_LINE_BYTES:
                raise _too_large(path)
            yield line


def _too_large(path: Path) -> CaseFileError:
    return CaseFileError(
        f"{path.name} holds more than {MAX_BYTES // 2**20} MB, "
        f"or a line of more than {MAX_LINE_BYTES // 2**20} MB; measure a part of it"
    )


def _check_columns(path: Path, columns: Sequence[str], names: Mapping[str, str], explicit: set[str]) -> None:
    required = {"query", "codes"} | explicit
    for field in FIELDS:
        if field in required and names[field] not in columns:
            listed = describe_columns([name for name in columns if name])
            raise CaseFileError(
                f"{path.name} has no column {names[field]!r} for the {field}; {listed};"
                f" name the right one with --{field}-column"
            )


def _read_jsonl(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[NumberedRow]:
    columns: dict[str, None] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            yield number, {ROW_ERROR: "the line is not one JSON object"}
            continue
        columns.update(dict.fromkeys(row))
        yield number, row
    _check_columns(path, list(columns), names, explicit)


def _read_csv(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[NumberedRow]:
    data = _read_all(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what Excel on Windows saves as "CSV"
    header = text.split("\n", 1)[0]
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = io.StringIO(text, newline="")
    reader = csv.DictReader(lines, delimiter=max(DELIMITERS, key=header.count))
    try:
        reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
        _check_columns(path, list(reader.fieldnames), names, explicit)
        for row in reader:
            if any(isinstance(value, str) and value.strip() for value in row.values()):
                yield reader.line_num, dict(row)
    except csv.Error:
        raise CaseFileError(f"{path.name} line {reader.line_num + 1} is no line of a CSV file") from None


def _read_xlsx(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[NumberedRow]:
    try:
        sheets = open_workbook(_read_all(path)).worksheets
        rows = rows_of(sheets[0]) if sheets else iter(())
        header = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
        _check_columns(path, header, names, explicit)
        for number, cells in enumerate(rows, 2):
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield number, {name: cell for name, cell in zip(header, cells, strict=False) if name}
    except WorkbookError as error:
        raise CaseFileError(f"{path.name} {error}") from None


def _read_qrels(path: Path) -> Iterator[NumberedRow]:
    from eval.cases.trec import read_qrels

    for number, (case_id, codes) in enumerate(read_qrels(path).items(), 1):
        yield number, {"id": case_id, "query": "", "codes": list(codes)}
