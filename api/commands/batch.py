"""`hcpcs batch`: ranked codes for every row of a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.batch.checkpoint import ResumableOutput, run_digest
from api.batch.chunks import AnsweredChunk, ChunkAnswerer
from api.batch.dates import SAMPLE_ROWS, DateColumn, described, find_date_column
from api.batch.files import STANDARD_STREAM, file_kinds, input_columns, open_input
from api.batch.queries import QuerySource, choose_text_column, require_column
from api.batch.readers import BatchError, CountingLines, CsvReader, InputRow, JsonLinesReader, RowReader
from api.batch.summary import Summary
from api.batch.workers import answer_chunks, default_processes
from api.batch.writers import CsvWriter, JsonLinesWriter, RowWriter
from api.console import progress_bar
from api.dates import date_argument
from api.http.limits import MAX_K
from api.loading import open_suggester, resolve_index
from api.service import SuggesterLike
from api.settings import Settings

HELP = """Ranked codes for every row of a CSV or JSON Lines file.

The output keeps every input column and the order of the rows. After an interruption, run the same command
again: it resumes. A column with dates of service is found by name and content. A row that cannot be
answered says why in its own `error` column."""
EXAMPLE = "hcpcs batch charges.csv coded.csv --text-column description --date-column service_date -k 3"

AnswerRows = Callable[[Iterable[InputRow]], Iterator[AnsweredChunk]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("input", metavar="IN", help=".csv or .jsonl file; - reads stdin")
    parser.add_argument("output", metavar="OUT", help=".csv or .jsonl file; - writes stdout")
    parser.add_argument(
        "--text-column", metavar="NAME", help="column of the texts (default: text, description, ...)"
    )
    parser.add_argument(
        "--date-column",
        metavar="NAME",
        help="column of the dates of service (default: found by name and content, else today)",
    )
    parser.add_argument(
        "--on",
        type=date_argument,
        metavar="DATE",
        help="date of service of all rows, or with --date-column of those without one (default: today)",
    )
    parser.add_argument("-k", type=int, default=5, help="codes for each row, 1 to 100 (default: 5)")
    parser.add_argument("--level", type=int, choices=(1, 2), help="only CPT (1) or only HCPCS Level II (2)")
    parser.add_argument(
        "--processes",
        type=int,
        default=default_processes(),
        metavar="N",
        help="maximum number of processes for a long file, each with the index in memory "
        f"(default: {default_processes()})",
    )
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer the rows of a file, then print the counts on stderr.

    Raises:
        HcpcsError: If a file cannot be read or written, or a column is missing.
    """
    if not 1 <= arguments.k <= MAX_K:
        raise BatchError(f"-k must be from 1 to {MAX_K}")
    if arguments.processes < 1:
        raise BatchError("--processes must be at least 1")
    file_kinds(arguments.input, arguments.output)  # wrong paths are refused before the index is loaded
    try:
        with open_input(arguments.input) as (file, size):
            suggester = open_suggester(arguments.index, settings)
            index_folder = partial(resolve_index, arguments.index, settings)
            summary = _run(arguments, file, size, suggester, index_folder)
    except OSError as error:
        raise BatchError(f"{error.filename or 'a file'}: {(error.strerror or str(error)).lower()}") from None
    target = "" if arguments.output == STANDARD_STREAM else f" -> {arguments.output}"
    sys.stderr.write(f"hcpcs: {summary.sentence()}{target}\n")
    return 0


def _run(
    arguments: argparse.Namespace,
    file: BinaryIO,
    size: int,
    suggester: SuggesterLike,
    index_folder: Callable[[], Path],
) -> Summary:
    input_kind, output_kind = file_kinds(arguments.input, arguments.output)
    lines = CountingLines(file)
    reader: RowReader = CsvReader(lines) if input_kind == "csv" else JsonLinesReader(lines)
    columns = input_columns(arguments.input, reader, output_kind)
    rows = iter(reader)
    sample = list(islice(rows, SAMPLE_ROWS))
    source = _query_source(arguments, columns, sample)
    writer = _writer(output_kind, columns or (), arguments.k, reader)
    answerer = ChunkAnswerer(suggester, source, writer)
    summary = Summary()
    with progress_bar("rows answered, by bytes read") as progress:

        def answer(rows: Iterable[InputRow]) -> Iterator[AnsweredChunk]:
            for chunk in answer_chunks(answerer, rows, index_folder, arguments.processes):
                summary.add(chunk)
                yield chunk
                if size:
                    progress(lines.bytes_read, size)

        if arguments.output == STANDARD_STREAM:
            _write_to_stdout(writer.header(), answer(chain(sample, rows)))
        else:
            output = ResumableOutput(Path(arguments.output), _run_digest(arguments, answerer))
            _write_to_file(output, chain(sample, rows), writer.header(), answer, summary)
    summary.skipped, summary.renamed = reader.skipped, writer.renamed
    return summary


def _query_source(
    arguments: argparse.Namespace, columns: Sequence[str] | None, sample: Sequence[InputRow]
) -> QuerySource:
    """How rows become queries; says on stderr where the dates of service come from."""
    if columns is None:  # JSON Lines to JSON Lines: each row has its own fields
        text_column = arguments.text_column or "text"
        known: Sequence[str] = tuple(dict.fromkeys(name for row in sample for name in row.columns))
    else:
        text_column, known = choose_text_column(arguments.text_column, columns), columns
    if arguments.date_column:
        name = arguments.date_column if columns is None else require_column(arguments.date_column, known)
        dates = described(name, sample)
    elif arguments.on:
        dates = DateColumn()
    else:
        dates = find_date_column(known, sample, text_column)
    if dates.said:
        sys.stderr.write(f"hcpcs: {dates.said}\n")
    return QuerySource(text_column, dates.name, arguments.k, arguments.on, dates.order, arguments.level)


def _writer(kind: str, columns: Sequence[str], k: int, reader: RowReader) -> RowWriter:
    if kind == "jsonl":
        return JsonLinesWriter()
    if isinstance(reader, CsvReader):
        return CsvWriter(columns, k, reader.delimiter, reader.bom)
    return CsvWriter(columns, k)


def _write_to_stdout(header: bytes, chunks: Iterable[AnsweredChunk]) -> None:
    sys.stdout.buffer.write(header)
    for chunk in chunks:
        sys.stdout.buffer.write(chunk.data)
        sys.stdout.buffer.flush()


def _write_to_file(
    output: ResumableOutput,
    rows: Iterator[InputRow],
    header: bytes,
    answer: AnswerRows,
    summary: Summary,
) -> None:
    """Write what an interrupted run has not written yet."""
    try:
        summary.resumed = sum(1 for _ in islice(rows, output.rows))
        if not summary.resumed:
            output.write(header, 0)
        for chunk in answer(rows):
            output.write(chunk.data, summary.resumed + summary.rows)
        output.finish()
    finally:
        output.close()


def _run_digest(arguments: argparse.Namespace, answerer: ChunkAnswerer) -> str:
    """Digest that an interrupted run must share with this one; empty for stdin, which cannot be resumed."""
    if arguments.input == STANDARD_STREAM:
        return ""
    manifest = msgspec.to_builtins(answerer.suggester.manifest)
    ending = Path(arguments.output).suffix.lower()
    return run_digest(Path(arguments.input), answerer.source, manifest, ending)
