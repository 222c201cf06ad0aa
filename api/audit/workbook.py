"""The workbook of an audit: a summary for a reader in finance, and one sheet for each kind of finding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.audit.exports import Describe, neutralised, values
from api.audit.ledger import Ledger
from api.audit.summary import AuditSummary
from suggest.audit.rows import EXPLANATIONS, TITLES, FindingKind

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 100_000  # of one sheet; a sheet may have 1,048,576, but larger ones are slow to open
TOP = 10  # findings that the summary shows
HEADERS = (
    ("Rank", 7),
    ("Row", 9),
    ("Kind", 16),
    ("Code", 9),
    ("Description of the code", 40),
    ("Text of the row", 44),
    ("What is wrong or doubtful", 58),
    ("Suggested code", 12),
    ("Description of the suggested code", 40),
    ("Confidence", 11),
    ("Units", 9),
    ("Date", 12),
    ("Amount at stake", 16),
    ("Where the amount comes from", 44),
    ("Rows", 7),
)
_CONFIDENCE, _AMOUNT = 9, 12
_TOP_COLUMNS = (("Rank", 0), ("Row", 1), ("Kind", 2), ("Code", 3), ("Text", 5), ("Reason", 6), ("Amount", 12))


def write_workbook(path: Path, summary: AuditSummary, ledger: Ledger, describe: Describe) -> None:
    """Write the workbook row by row, in bounded memory."""
    from xlsxwriter import Workbook

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(str(path), options)
    formats = _Formats(book)
    _summary(book.add_worksheet("Summary"), formats, summary, ledger, describe)
    for kind in ledger.totals():
        _findings(book.add_worksheet(TITLES[kind]), formats, kind, ledger, describe)
    book.close()


class _Formats:
    def __init__(self, book: Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.bold = book.add_format({"bold": True})
        self.header = book.add_format(
            {"bold": True, "bg_color": "#1F4E78", "font_color": "white", "text_wrap": True, "valign": "top"}
        )
        self.money = book.add_format({"num_format": "$#,##0.00"})
        self.total = book.add_format({"bold": True, "num_format": "$#,##0.00", "top": 1})
        self.bold_total = book.add_format({"bold": True, "top": 1})
        self.percent = book.add_format({"num_format": "0%"})
        self.count = book.add_format({"num_format": "#,##0"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})


def _summary(
    sheet: Worksheet, formats: _Formats, summary: AuditSummary, ledger: Ledger, describe: Describe
) -> None:
    for column, width in enumerate((26, 12, 20, 12, 60, 60, 18)):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    row = 0

    def line(*cells: Any, form: Any = None) -> None:
        nonlocal row
        for column, cell in enumerate(cells):
            own = form
            if form is None and isinstance(cell, float):
                own = formats.money
            elif form is None and isinstance(cell, int):
                own = formats.count
            sheet.write(row, column, neutralised(cell), own)
        row += 1

    line(f"Audit of {summary.file}", form=formats.title)
    line(f"HCPCS release {summary.release}; rows without a date are checked as of {summary.on}")
    row += 1
    line("Findings", "Number", "Amount at stake", "", "What it is", form=formats.header)
    for total in summary.kinds:
        line(total.title, total.findings, total.amount_at_stake, "", total.explanation)
    sheet.write(row, 0, "All", formats.bold_total)
    sheet.write(row, 1, summary.findings, formats.bold_total)
    sheet.write(row, 2, summary.amount_at_stake, formats.total)
    row += 2
    line("Rows", "Number", form=formats.header)
    line("in the file", summary.rows)
    for words, count in summary.states.items():
        line(words, count)
    row += 1
    line(f"The {TOP} findings with the largest amounts", form=formats.bold)
    line(*[title for title, _ in _TOP_COLUMNS], form=formats.header)
    for rank, finding in enumerate(ledger.findings(limit=TOP), start=1):
        cells = values(rank, finding, describe)
        line(*["" if cells[place] is None else cells[place] for _, place in _TOP_COLUMNS])
    row += 1
    line("How it was made", form=formats.bold)
    line(f"Columns: {summary.columns}")
    line(f"Setting: {summary.setting or 'not given'}; state: {summary.state or 'not given'}")
    line(f"Tables of limits and fees: {'; '.join(summary.tables) or 'none'}")
    for note in summary.notes:
        line(note)


def _findings(
    sheet: Worksheet, formats: _Formats, kind: FindingKind, ledger: Ledger, describe: Describe
) -> None:
    """A sheet with filters and a frozen header; beyond `MAX_ROWS` it says where the rest is."""
    count = ledger.totals()[kind].findings
    for column, (_, width) in enumerate(HEADERS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    shown = min(count, MAX_ROWS)
    sheet.autofilter(0, 0, shown, len(HEADERS) - 1)
    for column, (title, _) in enumerate(HEADERS):
        sheet.write_string(0, column, title, formats.header)
    for rank, finding in enumerate(ledger.findings(kind, MAX_ROWS), start=1):
        for column, value in enumerate(values(rank, finding, describe)):
            if value is None or value == "":
                continue
            form = {_CONFIDENCE: formats.percent, _AMOUNT: formats.money}.get(column)
            if isinstance(value, str):
                sheet.write_string(rank, column, neutralised(value)[:32767])
            else:
                sheet.write_number(rank, column, value, form)
    if count > shown:
        note = f"{count - shown:,} more findings of this kind are in findings.csv. {EXPLANATIONS[kind]}"
        sheet.write_string(shown + 1, 0, note)
