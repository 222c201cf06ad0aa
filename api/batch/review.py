"""A workbook in which reviewers pick codes, and reading their picks back as labelled cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from api.batch.encoders import neutralised
from api.batch.readers import BatchError
from api.batch.summary import Counts
from index.code_systems import LEVEL_I, LEVEL_II
from index.workbooks import WorkbookError, open_workbook, rows_of

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

SHEET = "Review"
CANDIDATES = 5
NONE = "NONE"  # a pick: no code fits the text
MAX_ROWS = 50_000  # of the sheet; CSV, JSON Lines and Parquet have no bound
_CODES = [f"Code {rank}" for rank in range(1, CANDIDATES + 1)]
_HEADER = ["Row", "Text", "Date", "For people", "Pick", "Note", *_CODES, "No code"]
_PICK, _FIRST, _LAST = 4, 6, 11  # columns of the pick and of what it is picked from
_WIDTHS = (7, 50, 11, 11, 10, 24)
_LINE = msgspec.json.Decoder(dict[str, Any])


class Pick(msgspec.Struct, frozen=True):
    """What a reviewer decided on a row.

    Attributes:
        row: Number of the row in the batch's input, from 1.
        text: Its text.
        date: Date of service as ISO 8601; empty for none.
        code: The picked code; "NONE" where no code fits.
        shown: The codes that the row offered, best first.
    """

    row: int
    text: str
    date: str
    code: str
    shown: tuple[str, ...]


def write_review(lines: Path, finished: Path, counts: Counts, threshold: float) -> None:
    """Write the workbook of a batch: a sheet to review, and a summary.

    Args:
        lines: The batch's answers as JSON Lines.
        finished: The workbook.
        counts: Of the batch.
        threshold: Confidence below which a row is for people.

    Raises:
        BatchError: If there are more than `MAX_ROWS` rows.
    """
    from xlsxwriter import Workbook

    if counts.rows > MAX_ROWS:
        raise BatchError(
            f"a review file holds at most {MAX_ROWS} rows, and there are {counts.rows}; divide the input"
        )
    book = Workbook(str(finished), {"constant_memory": True, "strings_to_formulas": False})
    header = book.add_format({"bold": True, "bg_color": "#1F4E78", "font_color": "white"})
    percent = book.add_format({"num_format": "0%"})
    sheet = book.add_worksheet(SHEET)
    names = list(_HEADER)
    for rank in range(1, CANDIDATES + 1):
        names += [f"Confidence {rank}", f"Description {rank}", f"Reason {rank}"]
    names.append("Remarks")
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(counts.rows, 1), len(names) - 1)
    sheet.write_row(0, 0, names, header)
    if counts.rows:
        _offer_codes(sheet, counts.rows)
    with lines.open("rb") as file:
        for number, line in enumerate(file, start=1):
            _write_row(sheet, number, _LINE.decode(line), threshold, percent)
    summary = book.add_worksheet("Summary")
    facts: list[tuple[str, int]] = [
        ("Rows", counts.rows),
        (f"First code with a confidence of at least {threshold:g}", counts.sure),
        ("Left for people", counts.rows - counts.sure),
        ("Without a good match", counts.no_good_match),
        ("With errors", counts.errors),
        *sorted(counts.codes.items(), key=lambda pair: (-pair[1], pair[0])),
    ]
    summary.set_column(0, 0, 50)
    for row, fact in enumerate(facts):
        summary.write_row(row, 0, fact)
    book.close()


def _offer_codes(sheet: Worksheet, rows: int) -> None:
    """A list in each cell of the picks: the row's own codes; another code is allowed after a warning."""
    sheet.data_validation(
        1,
        _PICK,
        rows,
        _PICK,
        {
            "validate": "list",
            "source": "=$G2:$L2",
            "error_type": "warning",
            "error_title": "Another code",
            "error_message": "This code is none of the row's candidates. Use it all the same?",
        },
    )


def _write_row(
    sheet: Worksheet, number: int, fields: Mapping[str, Any], threshold: float, percent: Any
) -> None:
    suggestions = (fields.get("suggestions") or ())[:CANDIDATES]
    sure = bool(suggestions and suggestions[0]["confidence"] >= threshold and not fields.get("no_good_match"))
    codes = [each["code"] for each in suggestions]
    text = fields.get("hcpcs_text") or fields.get("text") or ""
    cells: list[Any] = [number, text, fields.get("date_of_service") or "", "no" if sure else "yes", "", ""]
    cells += [*codes, *[""] * (CANDIDATES - len(codes)), NONE]
    for each in suggestions:
        cells += [each["confidence"], each["description"], each["why"]["summary"]]
    cells += [""] * (3 * (CANDIDATES - len(codes)))
    cells.append("; ".join([*(fields.get("warnings") or ()), *filter(None, [fields.get("error")])]))
    for place, cell in enumerate(cells):
        if isinstance(cell, float):
            sheet.write_number(number, place, cell, percent)
        elif isinstance(cell, int):
            sheet.write_number(number, place, cell)
        elif cell:
            sheet.write_string(number, place, neutralised(str(cell))[:32767])


def read_review(path: Path) -> Iterator[Pick]:
    """The rows of a review workbook in which somebody picked a code.

    Raises:
        BatchError: If it is no such workbook, or a pick is neither a code nor "NONE"; names the row.
    """
    try:
        book = open_workbook(path.read_bytes())
        if SHEET not in book.sheetnames:
            raise BatchError(f"{path} has no sheet {SHEET!r}: it is no review file of `hcpcs batch`")
        rows = rows_of(book[SHEET])
        header = [str(cell or "") for cell in next(rows, ())]
        if missing := [name for name in _HEADER if name not in header]:
            raise BatchError(f"{path}: the sheet {SHEET!r} lacks the column {missing[0]!r}")
        for line, row in enumerate(rows, start=2):
            cells = dict(zip(header, row, strict=False))
            pick = _pick(cells, line, path)
            if pick is not None:
                yield pick
    except WorkbookError as error:
        raise BatchError(f"{path} {error}") from None


def _pick(cells: Mapping[str, Any], line: int, path: Path) -> Pick | None:
    code = str(cells.get("Pick") or "").strip().upper()
    if not code:
        return None
    if code != NONE and not LEVEL_II.matches(code) and not LEVEL_I.matches(code):
        raise BatchError(f"{path}, row {line}: the pick is neither a code nor {NONE}; correct it")
    text = str(cells.get("Text") or "")
    if text.startswith("'") and neutralised(text[1:]) == text:
        text = text[1:]
    shown = tuple([str(cells[name]) for name in _CODES if cells.get(name)])
    number = cells.get("Row")
    day = str(cells.get("Date") or "")[:10]
    return Pick(int(number) if isinstance(number, int | float) else line - 1, text, day, code, shown)
