"""Files of a batch: their kinds, and opening them for reading."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from api.batch.readers import BatchError, CountingLines, CsvReader, JsonLinesReader, RowReader
from index.regular_files import open_regular

STANDARD_STREAM = "-"  # stands for stdin or stdout in place of a path
LINE_KINDS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
INPUT_KINDS = {**LINE_KINDS, ".parquet": "parquet"}
OUTPUT_KINDS = {**INPUT_KINDS, ".xlsx": "xlsx"}


def file_kinds(input_path: str, output_path: str) -> tuple[str, str]:
    """Kinds of input and output (`csv`, `jsonl`, `parquet`; output also `xlsx`), by file ending.

    `-` has the kind of the other one where that can be a stream, else `jsonl`.

    Raises:
        BatchError: If an ending is not supported, or both paths name the same file.
    """
    paths = (input_path, output_path)
    if STANDARD_STREAM not in paths and Path(input_path).resolve() == Path(output_path).resolve():
        raise BatchError("the output file is the input file; give it another name")
    kinds = [
        "" if path == STANDARD_STREAM else _kind(path, endings)
        for path, endings in zip(paths, (INPUT_KINDS, OUTPUT_KINDS), strict=True)
    ]
    default = next((kind for kind in kinds if kind in LINE_KINDS.values()), "jsonl")
    return kinds[0] or default, kinds[1] or default


def _kind(path: str, endings: Mapping[str, str]) -> str:
    ending = Path(path).suffix.lower()
    if ending not in endings:
        raise BatchError(f"the file ending {ending or '(none)'} is not one of {', '.join(endings)}")
    return endings[ending]


@contextmanager
def open_input(path: str) -> Iterator[tuple[BinaryIO, int]]:
    """The file to read and its size in bytes; the size of stdin is unknown and given as 0."""
    if path == STANDARD_STREAM:
        yield sys.stdin.buffer, 0
        return
    with open_regular(Path(path)) as file:
        yield file, Path(path).stat().st_size


def open_rows(
    kind: str, lines: CountingLines, file: BinaryIO, header: bool | None, known: list[str]
) -> RowReader:
    """The reader of a file.

    Args:
        kind: From `file_kinds`.
        lines: The file's lines, if it has lines.
        file: The file.
        header: Whether a CSV file has a header; None to tell by its lines.
        known: Names of columns that the user gave.

    Raises:
        BatchError: If the file cannot be read.
    """
    if kind == "csv":
        return CsvReader(lines, header, known)
    if kind == "jsonl":
        return JsonLinesReader(lines)
    from api.batch.parquet import ParquetReader

    return ParquetReader(file, lines)


def input_columns(path: str, reader: RowReader, output_kind: str) -> tuple[str, ...] | None:
    """Column names of the input; None if they are not needed, from JSON Lines to JSON Lines.

    JSON Lines that become a table are read once more for them, since the names of its columns come first.

    Raises:
        BatchError: If the input is JSON Lines from stdin and the output is a table.
    """
    if not isinstance(reader, JsonLinesReader):
        return tuple(reader.columns)
    if output_kind in {"jsonl", "xlsx"}:
        return None
    if path == STANDARD_STREAM:
        raise BatchError(
            "JSON Lines from stdin cannot become a table, whose columns must be known first; use files"
        )
    names: dict[str, None] = {}
    with open_regular(Path(path)) as file:
        for row in JsonLinesReader(file):
            names.update(dict.fromkeys(row.columns))
    return tuple(names)
