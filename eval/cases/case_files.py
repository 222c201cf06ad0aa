"""Rows of the files that hold labelled cases: JSONL, CSV, XLSX and TREC qrels."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from eval.cases.csv_rows import read_cells, utf_16_of
from eval.errors import CaseFileError
from index.column_names import describe_columns
from index.regular_files import open_regular
from index.workbooks import WorkbookError, open_workbook, rows_of

FIELDS = ("query", "codes", "id", "source", "kind", "date")
MAX_BYTES = 256 * 2**20  # unpacked
MAX_LINE_BYTES = 2**20
TEXTLESS = (".qrels", ".trec")  # endings of files whose cases have no text
ROW_ERROR = "__error__"  # key of a row that cannot be read; its value says why
NOT_JSON = "the line is not one JSON object"
FIELD_TWICE = "the line has one field twice; keep one of them"
TOO_MANY_CELLS = "the row has more cells than the header; put text that holds the delimiter in quotes"
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
    if ending in TEXTLESS:
        return _read_qrels(path)
    raise CaseFileError(f"{path.name}: cases are read from .jsonl, .csv, .tsv, .xlsx and .qrels files")


def is_gzip(path: Path) -> bool:
    """Return whether the name of a file ends in `.gz`."""
    return path.suffix.lower() == ".gz"


@contextmanager
def open_packed(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked if it is gzipped.

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
    with open_packed(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large(path)
    return data


def _lines(path: Path) -> Iterator[bytes]:
    left = MAX_BYTES
    with open_packed(path) as file:
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
        if columns.count(names[field]) > 1:
            raise CaseFileError(
                f"{path.name} has {columns.count(names[field])} columns {names[field]!r};"
                f" rename all but the one that holds the {field}"
            )


def _read_jsonl(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[NumberedRow]:
    columns: dict[str, None] = {}
    for number, line in enumerate(json_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_each_field_once)
        except _FieldTwiceError:
            yield number, {ROW_ERROR: FIELD_TWICE}
            continue
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            yield number, {ROW_ERROR: NOT_JSON}
            continue
        columns.update(dict.fromkeys(row))
        yield number, row
    _check_columns(path, list(columns), names, explicit)


class _FieldTwiceError(Exception):
    """An object of JSON has two fields of one name, of which a plain reader would take the last."""


def _each_field_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise _FieldTwiceError
    return row


def json_lines(path: Path) -> Iterator[bytes]:
    """Lines of a JSONL file, gzipped or not, as UTF-8 without a byte order mark.

    Raises:
        CaseFileError: If the file cannot be read, or is too large.
    """
    with open_packed(path) as file:
        start = file.read(3)
    if utf_16_of(start):
        text = _read_all(path).decode("utf-16", errors="replace")
        yield from io.BytesIO(text.encode())
        return
    for number, line in enumerate(_lines(path)):
        yield line if number else line.removeprefix(codecs.BOM_UTF8)


def _read_csv(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[NumberedRow]:
    rows = read_cells(path.name, _read_all(path))
    _, first = next(rows, (1, []))
    header = [name.strip() for name in first]
    _check_columns(path, header, names, explicit)
    for line, cells in rows:
        yield line, _named(header, cells)


def _read_xlsx(path: Path, names: Mapping[str, str], explicit: set[str]) -> Iterator[NumberedRow]:
    try:
        sheets = open_workbook(_read_all(path)).worksheets
        rows = rows_of(sheets[0]) if sheets else iter(())
        header = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
        _check_columns(path, header, names, explicit)
        for number, cells in enumerate(rows, 2):
            if any(map(_holds_text, cells)):
                yield number, _named(header, cells)
    except WorkbookError as error:
        raise CaseFileError(f"{path.name} {error}") from None


def _named(header: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Name the cells of a row; a row with text beyond the header is one that cannot be read."""
    if any(map(_holds_text, cells[len(header) :])):
        return {ROW_ERROR: TOO_MANY_CELLS}
    return {name: cell for name, cell in zip(header, cells, strict=False) if name}


def _holds_text(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())


def _read_qrels(path: Path) -> Iterator[NumberedRow]:
    from eval.cases.trec import read_qrels

    for number, (case_id, codes) in enumerate(read_qrels(path).items(), 1):
        yield number, {"id": case_id, "query": "", "codes": list(codes)}
