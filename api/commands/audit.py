"""`hcpcs audit`: what is wrong or doubtful in a file that has codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from api.arguments import us_state
from api.audit.answerer import AuditAnswerer, RowReader
from api.audit.columns import SAMPLE_ROWS, Columns, recognise
from api.audit.ledger import Ledger
from api.audit.summary import AuditSummary, summarise
from api.batch.files import LINE_KINDS
from api.batch.readers import BatchError, CountingLines, CsvReader, InputRow, JsonLinesReader
from api.batch.workers import answer_chunks, default_processes
from api.console import print_json, progress_bar
from api.dates import date_argument
from api.loading import open_suggester, resolve_index
from api.settings import Settings
from index.records import Record
from suggest.audit.auditor import Payer
from suggest.claim.limits import SETTINGS

HELP = """What is wrong or doubtful in a charge master or claims extract that already has codes.

Columns are recognised by names and contents: codes, texts and, where there, units, dates, modifiers, prices.
Writes audit.xlsx, findings.csv and findings.json, what may cost most first."""
EXAMPLE = "hcpcs audit chargemaster.csv --setting outpatient --out audit"
ROLES = ("code", "text", "units", "date", "price")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help=".csv or .jsonl file")
    add("--out", type=Path, metavar="DIR", help="folder of the results (default: FILE's name with -audit)")
    add("--setting", choices=SETTINGS, help="whose unit limits and fees count (default: fees of any)")
    add("--state", type=us_state, metavar="XX", help="state of the fees (default: the lowest)")
    add(
        "--on",
        type=date_argument,
        metavar="DATE",
        help="date of rows without one (default: today)",
    )
    for role in ROLES:
        add(f"--{role}-column", metavar="NAME", help=f"column of the {role} (default: recognised)")
    add("--processes", type=int, default=default_processes(), metavar="N", help="for a long file")
    add("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    add("--json", action="store_true", help="print the summary as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Audit a file; prints the summary.

    Raises:
        HcpcsError: If the file cannot be read, no column holds codes, or the results cannot be written.
    """
    if arguments.processes < 1:
        raise BatchError("--processes must be at least 1")
    kind = LINE_KINDS.get(arguments.file.suffix.lower())
    if kind is None:
        raise BatchError(f"an audit reads {', '.join(LINE_KINDS)}; save the file as one of these")
    out = arguments.out or Path(f"{arguments.file.stem}-audit")
    try:
        with arguments.file.open("rb") as file:
            out.mkdir(parents=True, exist_ok=True)
            summary = _audit(arguments, settings, file, kind, out)
    except OSError as error:
        raise BatchError(f"{error.filename or 'a file'}: {(error.strerror or str(error)).lower()}") from None
    if arguments.json:
        print_json(summary)
    else:
        sys.stdout.write(f"{summary.sentence()}\n{out / 'audit.xlsx'}\n")
    return 0


def _audit(
    arguments: argparse.Namespace, settings: Settings, file: BinaryIO, kind: str, out: Path
) -> AuditSummary:
    lines = CountingLines(file)
    rows, columns = _open(arguments, lines, kind)
    sys.stderr.write(f"hcpcs: {columns.sentence()}\n")
    if columns.dates_said:
        sys.stderr.write(f"hcpcs: {columns.dates_said}\n")
    suggester = open_suggester(arguments.index, settings)
    on = arguments.on or date.today()
    answerer = AuditAnswerer(suggester, RowReader(columns, on), Payer(arguments.setting, arguments.state))
    ledger = Ledger(out / ".findings.db")
    try:
        index_folder = partial(resolve_index, arguments.index, settings)
        with progress_bar("rows audited, by bytes read") as progress:
            for chunk in answer_chunks(answerer, rows, index_folder, arguments.processes):
                ledger.add(chunk)
                progress(lines.bytes_read, arguments.file.stat().st_size)
        ledger.compare_texts()
        summary = summarise(
            ledger,
            file=arguments.file.name,
            columns=columns.sentence(),
            on=on,
            release=suggester.manifest.release,
            setting=arguments.setting or "",
            state=arguments.state or "",
            tables=suggester.tables.infos,
        )
        _write(out, summary, ledger, suggester.catalogue.get)
    finally:
        ledger.close()
    return summary


def _open(
    arguments: argparse.Namespace, lines: Iterable[bytes], kind: str
) -> tuple[Iterator[InputRow], Columns]:
    """All rows of the file, and which column holds what by its first rows."""
    reader = CsvReader(lines) if kind == "csv" else JsonLinesReader(lines)
    rows = iter(reader)
    sample = list(islice(rows, SAMPLE_ROWS))
    names = reader.columns if isinstance(reader, CsvReader) else tuple(_names(sample))
    given = {role: getattr(arguments, f"{role}_column") for role in ROLES}
    return chain(sample, rows), recognise(names, sample, given, arguments.on)


def _names(sample: Iterable[InputRow]) -> dict[str, None]:
    return dict.fromkeys(name for row in sample for name in row.columns)


def _write(out: Path, summary: AuditSummary, ledger: Ledger, get: Callable[[str], Record | None]) -> None:
    from api.audit.exports import write_csv, write_json
    from api.audit.workbook import write_workbook

    def describe(code: str) -> str:
        record = get(code)
        return "" if record is None else record.short_description or record.long_description

    write_workbook(out / "audit.xlsx", summary, ledger, describe)
    write_csv(out / "findings.csv", ledger.findings(), describe)
    write_json(out / "findings.json", summary, ledger.findings(), describe)
