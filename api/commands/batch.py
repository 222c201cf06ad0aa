"""`hcpcs batch`: ranked codes for every row of a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.batch.checkpoint import PartialOutput, Summary, run_id
from api.batch.queries import Questions, present, text_column
from api.batch.readers import BatchError, CsvTable, JsonTable, Lines, Row
from api.batch.workers import Answering, Output, Piece, pieces, processors
from api.batch.writers import CsvOutput, JsonOutput
from api.console import progress_bar
from api.http.limits import MAX_K
from api.loading import open_suggester, resolve_index
from api.service import SuggesterLike
from api.settings import Settings

HELP = """Ranked codes for every row of a CSV or JSON Lines file.

Every input column and the order of rows are kept. Run the same command again to go on after an
interruption. A row that cannot be answered says why in its own `error` column."""
EXAMPLE = "hcpcs batch charges.csv coded.csv --text-column description --date-column service_date -k 3"

ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("input", metavar="IN", help=".csv or .jsonl file; - reads stdin")
    parser.add_argument("output", metavar="OUT", help=".csv or .jsonl file; - writes stdout")
    parser.add_argument(
        "--text-column", metavar="NAME", help="column of the texts (default: text, description, ...)"
    )
    parser.add_argument(
        "--date-column", metavar="NAME", help="column of the dates of service (default: today)"
    )
    parser.add_argument("-k", type=int, default=5, help="codes a row, 1 to 100 (default: 5)")
    parser.add_argument(
        "--processes",
        type=int,
        default=processors(),
        metavar="N",
        help=f"that work at once on a long file, each with the index in memory (default: {processors()})",
    )
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer the file; tells on stderr how it went.

    Raises:
        HcpcsError: If a file cannot be read or written, or a column is not there.
    """
    if not 1 <= arguments.k <= MAX_K:
        raise BatchError(f"-k must be from 1 to {MAX_K}")
    if arguments.processes < 1:
        raise BatchError("--processes must be at least 1")
    kinds = file_kinds(arguments.input, arguments.output)
    _check_paths(arguments.input, arguments.output)
    summary = Summary()
    try:
        with _input(arguments.input) as (file, size):
            suggester = open_suggester(arguments.index, settings)
            folder = partial(resolve_index, arguments.index, settings)
            output, skipped = _run(arguments, kinds, suggester, folder, file, size, summary)
    except OSError as error:
        raise BatchError(f"{error.filename or 'a file'}: {(error.strerror or str(error)).lower()}") from None
    _tell(summary, output, skipped, arguments.output)
    return 0


def file_kinds(given: str, wanted: str) -> tuple[str, str]:
    """`csv` or `jsonl` for input and output, from their endings; `-` is as the other one.

    Raises:
        BatchError: For another ending.
    """
    kinds = [None if path == "-" else _kind(path) for path in (given, wanted)]
    default = next((kind for kind in kinds if kind), "jsonl")
    return kinds[0] or default, kinds[1] or default


def _kind(path: str) -> str:
    ending = Path(path).suffix.lower()
    if ending == ".parquet":
        raise BatchError("Parquet files are not supported yet; give .csv or .jsonl")
    if ending not in ENDINGS:
        raise BatchError(f"the file ending {ending or '(none)'} is not one of {', '.join(ENDINGS)}")
    return ENDINGS[ending]


def _check_paths(given: str, wanted: str) -> None:
    if "-" not in (given, wanted) and Path(given).resolve() == Path(wanted).resolve():
        raise BatchError("the output file is the input file; give it another name")


@contextmanager
def _input(path: str) -> Iterator[tuple[BinaryIO, int]]:
    """The file to read and its size in bytes, 0 where that is not known."""
    if path == "-":
        yield sys.stdin.buffer, 0
        return
    with Path(path).open("rb") as file:
        yield file, Path(path).stat().st_size


def _run(
    arguments: argparse.Namespace,
    kinds: tuple[str, str],
    suggester: SuggesterLike,
    folder: Callable[[], Path],
    file: BinaryIO,
    size: int,
    summary: Summary,
) -> tuple[Output, int]:
    lines = Lines(file)
    columns = None if kinds[0] == "csv" else _json_columns(arguments.input, kinds[1])
    table = CsvTable(lines) if kinds[0] == "csv" else JsonTable(lines)
    names = table.columns if isinstance(table, CsvTable) else columns
    questions = _questions(arguments, names)
    output = _output(kinds[1], names or (), arguments.k, table)
    with progress_bar("rows answered, by bytes read") as progress:

        def show() -> None:
            if size:
                progress(lines.bytes_read, size)

        def answers(rows: Iterable[Row]) -> Iterator[Piece]:
            answering = Answering(suggester, questions, output)
            for piece in pieces(answering, rows, folder, arguments.processes):
                summary.add(piece)
                yield piece
                show()

        if arguments.output == "-":
            _to_stdout(output.header(), answers(table))
        else:
            out = PartialOutput(Path(arguments.output), _run_id(arguments, suggester, questions))
            _to_file(out, table, output.header(), answers, summary)
    return output, table.skipped


def _questions(arguments: argparse.Namespace, columns: Sequence[str] | None) -> Questions:
    if columns is None:  # JSON Lines to JSON Lines: each row has its own fields
        return Questions(arguments.text_column or "text", arguments.date_column, arguments.k)
    date_column = present(arguments.date_column, columns) if arguments.date_column else None
    return Questions(text_column(arguments.text_column, columns), date_column, arguments.k)


def _json_columns(path: str, wanted: str) -> tuple[str, ...] | None:
    """Every field name of a JSON Lines file, in order of appearance, where CSV needs them at the start."""
    if wanted != "csv":
        return None
    if path == "-":
        raise BatchError(
            "JSON Lines from stdin cannot become CSV, whose columns must be known first; use files"
        )
    names: dict[str, None] = {}
    with Path(path).open("rb") as file:
        for row in JsonTable(file):
            names.update(dict.fromkeys(row.columns))
    return tuple(names)


def _output(kind: str, columns: Sequence[str], k: int, table: CsvTable | JsonTable) -> Output:
    if kind == "jsonl":
        return JsonOutput()
    if isinstance(table, CsvTable):
        return CsvOutput(columns, k, table.delimiter, table.bom)
    return CsvOutput(columns, k)


def _to_stdout(header: bytes, answers: Iterable[Piece]) -> None:
    sys.stdout.buffer.write(header)
    for piece in answers:
        sys.stdout.buffer.write(piece.data)
        sys.stdout.buffer.flush()


def _to_file(
    out: PartialOutput,
    table: Iterable[Row],
    header: bytes,
    answers: Callable[[Iterable[Row]], Iterator[Piece]],
    summary: Summary,
) -> None:
    try:
        rows = iter(table)
        summary.resumed = sum(1 for _ in islice(rows, out.rows))
        if not summary.resumed:
            out.write(header, 0)
        for piece in answers(rows):
            out.write(piece.data, summary.resumed + summary.rows)
        out.finish()
    finally:
        out.close()


def _run_id(arguments: argparse.Namespace, suggester: SuggesterLike, questions: Questions) -> str:
    """What an interrupted run must share with this one; a run that reads stdin never goes on."""
    if arguments.input == "-":
        return ""
    manifest = msgspec.to_builtins(suggester.manifest)
    return run_id(Path(arguments.input), questions, manifest, Path(arguments.output).suffix.lower())


def _tell(summary: Summary, output: Output, skipped: int, where: str) -> None:
    parts = [f"{summary.rows + summary.resumed} rows"]
    if summary.resumed:
        parts.append(f"{summary.resumed} of them from an interrupted run")
    parts.append(f"{summary.errors} with errors")
    parts.append(f"{summary.no_good_match} without a good match")
    if skipped:
        parts.append(f"{skipped} empty lines left out")
    if summary.neutralised:
        parts.append(f"{summary.neutralised} cells that began like formulas now begin with an apostrophe")
    if output.renamed:
        parts.append(
            f"our columns {', '.join(output.renamed)} begin with hcpcs_ since the input has them too"
        )
    sys.stderr.write(f"hcpcs: {'; '.join(parts)}{'' if where == '-' else f' -> {where}'}\n")
