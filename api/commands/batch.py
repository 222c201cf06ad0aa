"""`hcpcs batch`: ranked codes for every row of a file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.batch.checkpoint import ResumableOutput, output_exists, run_digest
from api.batch.chunks import AnsweredChunk, answer_rows
from api.batch.dates import SAMPLE_ROWS, DateColumn, described, find_date_column
from api.batch.encoders import Encoded, QueryAnswerer
from api.batch.files import STANDARD_STREAM, file_kinds, input_columns, open_input, open_rows
from api.batch.queries import QuerySource, choose_text_column, fullest_column, require_column
from api.batch.readers import BatchError, CountingLines, CsvReader, InputRow, RowReader
from api.batch.roles import unused_columns
from api.batch.summary import Counts, Summary
from api.batch.workers import default_processes, map_chunks
from api.batch.writers import CsvWriter, JsonLinesWriter, RowWriter
from api.console import progress_bar
from api.dates import date_argument
from api.http.limits import MAX_K
from api.loading import open_suggester, resolve_index
from api.service import Query, SuggesterLike
from api.settings import Settings

HELP = """Ranked codes for every row of a CSV, JSON Lines or Parquet file.

The output keeps every input column and the order of the rows. After an interruption, run the same command
again: it resumes. A column with dates of service is found by name and content. A row that cannot be
answered says why in its own `error` column. An output .xlsx is a file for reviewers, who pick codes in it;
`hcpcs review` reads their picks."""
EXAMPLE = "hcpcs batch charges.csv coded.csv --text-column description --date-column service_date -k 3"
HEADER = {"auto": None, "yes": True, "no": False}

AnswerRows = Callable[[Iterable[InputRow], Counts], Iterator[AnsweredChunk]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("input", metavar="IN", help=".csv, .jsonl or .parquet file; - reads stdin")
    parser.add_argument("output", metavar="OUT", help=".csv, .jsonl, .parquet or .xlsx file; - writes stdout")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists")
    parser.add_argument(
        "--header",
        choices=tuple(HEADER),
        default="auto",
        help="whether the first line of a CSV file names its columns (default: told by its cells)",
    )
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
    parser.add_argument(
        "--threshold",
        type=float,
        default=0.8,
        metavar="P",
        help="confidence from which on the summary counts a first code as sure (default: 0.8)",
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
    if not 0 <= arguments.threshold <= 1:
        raise BatchError("--threshold must be from 0 to 1")
    _check_paths(arguments)
    try:
        with open_input(arguments.input) as (file, size):
            suggester = open_suggester(arguments.index, settings)
            index_folder = partial(resolve_index, arguments.index, settings)
            summary = _run(arguments, file, size, suggester, index_folder)
    except OSError as error:
        raise BatchError(f"{error.filename or 'a file'}: {(error.strerror or str(error)).lower()}") from None
    target = "" if arguments.output == STANDARD_STREAM else f" -> {arguments.output}"
    _say(f"{summary.sentence()}{target}")
    _say(summary.work_left())
    return 0


def _check_paths(arguments: argparse.Namespace) -> None:
    """Refuse wrong paths, and an output that exists, before the index is loaded."""
    file_kinds(arguments.input, arguments.output)
    given, wanted = arguments.input, arguments.output
    if given != STANDARD_STREAM and not Path(given).exists():
        raise BatchError(f"{given}: no such file or directory")
    if wanted != STANDARD_STREAM and not arguments.overwrite and os.path.lexists(wanted):
        raise output_exists(Path(wanted))


def _say(sentence: str) -> None:
    sys.stderr.write(f"hcpcs: {sentence}\n")


def _run(
    arguments: argparse.Namespace,
    file: BinaryIO,
    size: int,
    suggester: SuggesterLike,
    index_folder: Callable[[], Path],
) -> Summary:
    input_kind, output_kind = file_kinds(arguments.input, arguments.output)
    lines = CountingLines(file, size)
    named = [name for name in (arguments.text_column, arguments.date_column) if name]
    reader = open_rows(input_kind, lines, file, HEADER[arguments.header], named)
    columns = input_columns(arguments.input, reader, output_kind)
    rows = iter(reader)
    sample = list(islice(rows, SAMPLE_ROWS))
    source = _query_source(arguments, reader, columns, sample)
    writer = _writer(output_kind, columns or (), arguments.k, reader)
    answerer = QueryAnswerer(suggester, writer.encoder)
    summary = Summary(arguments.threshold, Counts(), renamed=writer.renamed)
    with progress_bar("rows answered, by input read") as progress:

        def answer(rows: Iterable[InputRow], counts: Counts) -> Iterator[AnsweredChunk]:
            def in_processes(queries: Iterable[Sequence[Query]]) -> Iterator[Sequence[Encoded]]:
                return map_chunks(answerer, queries, index_folder, arguments.processes)

            for chunk in answer_rows(rows, source, writer, in_processes):
                counts.add(chunk.answers, chunk.neutralised, chunk.repeated, arguments.threshold)
                yield chunk
                if lines.total:
                    progress(lines.bytes_read, lines.total)

        if arguments.output == STANDARD_STREAM:
            _write_to_stdout(writer.header(), answer(chain(sample, rows), summary.counts))
        else:
            digest = _run_digest(arguments, source, suggester)
            output = ResumableOutput(Path(arguments.output), digest, arguments.overwrite)
            convert = _converter(output_kind, output.counts, arguments.threshold)
            _write_to_file(output, chain(sample, rows), writer, answer, summary, convert)
    summary.skipped = reader.skipped
    return summary


def _query_source(
    arguments: argparse.Namespace,
    reader: RowReader,
    columns: Sequence[str] | None,
    sample: Sequence[InputRow],
) -> QuerySource:
    """How rows become queries; says on stderr where the dates of service come from."""
    headless = isinstance(reader, CsvReader) and not reader.has_header
    if columns is None:  # JSON Lines to JSON Lines: each row has its own fields
        text_column = arguments.text_column or "text"
        known: Sequence[str] = tuple(dict.fromkeys(name for row in sample for name in row.columns))
    elif headless and arguments.text_column is None:
        text_column, known = fullest_column(columns, sample), columns
    else:
        text_column, known = choose_text_column(arguments.text_column, columns), columns
    if headless:
        _say(
            "the first line is taken for a row: columns are named column_1 and so on, and texts come from"
            f" {text_column}; give --header yes if the first line names the columns"
        )
    if arguments.date_column:
        name = arguments.date_column if columns is None else require_column(arguments.date_column, known)
        dates = described(name, sample)
    elif arguments.on:
        dates = DateColumn()
    else:
        dates = find_date_column(known, sample, text_column)
    for sentence in (dates.said, unused_columns(known, (text_column, dates.name))):
        if sentence:
            _say(sentence)
    return QuerySource(text_column, dates.name, arguments.k, arguments.on, dates.order, arguments.level)


def _writer(kind: str, columns: Sequence[str], k: int, reader: RowReader) -> RowWriter:
    if kind in {"jsonl", "xlsx"}:
        return JsonLinesWriter()
    if kind == "parquet":
        from api.batch.parquet import ArrowWriter

        return ArrowWriter(columns, k, getattr(reader, "schema", None))
    if isinstance(reader, CsvReader):
        return CsvWriter(columns, k, reader.delimiter, reader.bom)
    return CsvWriter(columns, k)


def _converter(kind: str, counts: Counts, threshold: float) -> Callable[[Path, Path], None] | None:
    """What makes the finished file of a partial output; None where that is the finished one."""
    if kind == "parquet":
        from api.batch.parquet import to_parquet

        return to_parquet
    if kind == "xlsx":
        from api.batch.review import write_review

        return partial(write_review, counts=counts, threshold=threshold)
    return None


def _write_to_stdout(header: bytes, chunks: Iterable[AnsweredChunk]) -> None:
    sys.stdout.buffer.write(header)
    for chunk in chunks:
        sys.stdout.buffer.write(chunk.data)
        sys.stdout.buffer.flush()


def _write_to_file(
    output: ResumableOutput,
    rows: Iterator[InputRow],
    writer: RowWriter,
    answer: AnswerRows,
    summary: Summary,
    convert: Callable[[Path, Path], None] | None,
) -> None:
    """Write what an interrupted run has not written yet."""
    if output.begins_anew:
        _say("an interrupted run had another input, other options or another index, and is not continued")
    try:
        summary.counts = output.counts
        summary.resumed = sum(1 for _ in islice(rows, output.counts.rows))
        header = writer.header()
        if not summary.resumed:
            output.write(header)
        for chunk in answer(rows, output.counts):
            output.write(chunk.data)
        output.finish(convert)
    finally:
        output.close()


def _run_digest(arguments: argparse.Namespace, source: QuerySource, suggester: SuggesterLike) -> str:
    """Digest that an interrupted run must share with this one; empty for stdin, which cannot be resumed."""
    if arguments.input == STANDARD_STREAM:
        return ""
    manifest = msgspec.to_builtins(suggester.manifest)
    ending = Path(arguments.output).suffix.lower()
    return run_digest(Path(arguments.input), source, arguments.header, arguments.threshold, manifest, ending)
