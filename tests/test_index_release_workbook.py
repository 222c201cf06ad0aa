"""Workbooks and other tables of named columns."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from index.errors import ReleaseFormatError
from index.records import Release
from index.release.release import read_release
from tests.release_files import TITLES, book_row, xlsx


def read(folder: Path, data: bytes) -> Release:
    path = folder / "anweb.xlsx"
    path.write_bytes(data)
    return read_release(path)


def test_notes_blank_rows_and_continuations_are_understood(tmp_path: Path) -> None:
    """Notes above the header, a RECID 4 row, blank rows below and dates as numbers are read correctly."""
    rows: list[list[object]] = [["Note regarding paws"], [], ["More notes, see HCPC"], [], TITLES]
    rows += [
        book_row("Z1", "Invented paw", kind="7", coverage="C"),
        book_row("G0001", "Invented visit,", effective_from=20210101, effective_to=datetime(2024, 12, 31)),
        book_row("G0001", "second half", kind="4", sequence="0020"),
        book_row("G0002", "Invented call", pricing=["11", None, "13"], effective_from=20210101.0),
    ]
    rows += [[None] * 48 for _ in range(50)]

    release = read(tmp_path, xlsx({"Cover": [["Hello"]], "A": rows}))

    assert release.problems == ()
    assert [one.modifier for one in release.modifiers] == ["Z1"]
    first, second = release.records
    assert first.long_description == "Invented visit, second half"
    assert (first.effective_from, first.effective_to) == (date(2021, 1, 1), date(2024, 12, 31))
    assert (second.pricing, second.effective_from) == (("11", "13"), date(2021, 1, 1))


def test_workbook_and_text_of_a_release_give_the_same_records(tmp_path: Path) -> None:
    """The same content as .xlsx and as .txt reads equal."""
    from tests.release_files import fixed_width, head

    columns = {"short_description": "Paw", "betos": "D1F", "types_of_service": ["P", "1"], "statute": "1834"}
    text = tmp_path / "r.txt"
    text.write_bytes(fixed_width([head("L0001", "Invented paw", **columns)]))
    book = xlsx({"A": [TITLES, book_row("L0001", "Invented paw", **columns)]})

    assert read(tmp_path, book).records == read_release(text).records


def test_a_second_sheet_with_codes_is_reported(tmp_path: Path) -> None:
    """Only the first sheet with a release's header is read; another is named."""
    sheet = [TITLES, book_row("A0001", "Invented")]

    release = read(tmp_path, xlsx({"A": sheet, "B": sheet}))

    assert [str(problem).rpartition("anweb.xlsx:")[2] for problem in release.problems] == [
        "1: sheet 'B' holds codes too; only the first such sheet is read"
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["Hello"], ["A0001", "Invented"]], "a workbook without a header of named columns"),
        (
            [["CODE", "ACTION", "LONG DESC"], ["A0001", "Revise Long Desc", "Invented"]],
            "CMS's report of changes or corrections",
        ),
        (
            [["HCPCS/Modifier Code", "Type of Change"], ["A0001", "No Change"]],
            "CMS's report of changes or corrections",
        ),
        (
            [["", "NOC CODES - HCPCS 2031"], [], ["HCPCS", "LONG DESCRIPTION"], ["A0001", "Invented"]],
            "CMS's list of 'not otherwise classified' codes",
        ),
        ([TITLES, [None, "x"]], "line 2: its code column holds no HCPCS code"),
    ],
)
def test_other_workbooks_of_cms_are_refused_by_kind(
    tmp_path: Path, rows: list[list[object]], message: str
) -> None:
    """A workbook that is no release is refused, saying what it is."""
    with pytest.raises(ReleaseFormatError, match=message):
        read(tmp_path, xlsx({"A": rows}))


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    """A workbook with a damaged sheet is refused with the kind of damage."""
    from tests.release_files import zipped

    data = zipped({"[Content_Types].xml": b"<x", "xl/workbook.xml": b"<x"})

    with pytest.raises(ReleaseFormatError, match="is a damaged workbook"):
        read(tmp_path, data)


def test_a_csv_row_that_is_too_wide_is_reported(tmp_path: Path) -> None:
    """A comma outside quotes shifts the cells: the row is left out, not read from wrong columns."""
    path = tmp_path / "r.csv"
    path.write_text("code,description,term date\nA0001,Paw, left,20240101\nA0002,Ear\nA1,Tail\n")

    release = read_release(path)

    assert [(one.code, one.long_description) for one in release.records] == [("A0002", "Ear")]
    assert [one.modifier for one in release.modifiers] == ["A1"]
    assert [(problem.line, problem.message) for problem in release.problems] == [
        (2, "has more cells than the header has columns (an unquoted comma?); left out")
    ]


@pytest.mark.parametrize(("first", "second"), [("0010", "0020"), ("00100", "00200"), ("10", "20"), ("", "")])
def test_a_csv_of_cms_columns_joins_its_continuations(tmp_path: Path, first: str, second: str) -> None:
    """Sequence numbers by tens, by hundreds, without their zeros or missing all join, modifiers apart."""
    path = tmp_path / "r.csv"
    path.write_text(
        "HCPC,SEQNUM,RECID,LONG DESCRIPTION,TOS1,TOS2\n"
        f"Z1,{first},7,Invented paw,,\nG0001,{first},3,Invented visit,1,P\nG0001,{second},4,by night,,\n"
    )
    release = read_release(path)

    assert release.problems == ()
    assert [one.modifier for one in release.modifiers] == ["Z1"]
    assert [(one.code, one.long_description, one.types_of_service) for one in release.records] == [
        ("G0001", "Invented visit by night", ("1", "P"))
    ]


def test_lists_in_json_keep_all_their_values(tmp_path: Path) -> None:
    """A field that occurs several times may be a list."""
    path = tmp_path / "r.json"
    path.write_text('[{"code": "A0001", "description": "Paw", "pricing": ["34", "46"], "coverage": null}]')

    assert read_release(path).records[0].pricing == ("34", "46")


def test_a_quote_left_open_is_reported_by_line(tmp_path: Path) -> None:
    """A cell that includes the rest of a long file ends the reading with its line."""
    path = tmp_path / "r.csv"
    path.write_text('code,description\nA0001,"Paw\n' + "A0002,Invented ear of a large dog\n" * 6000)

    with pytest.raises(ReleaseFormatError, match=r"r\.csv:\d+: has a cell of over 131,072 characters"):
        read_release(path)

    path.write_text('code,description\nA0001,Paw\nA0003,"Tail\n' + "A0002,Ear\n" * 60)
    release = read_release(path)

    assert [record.code for record in release.records] == ["A0001"]
    assert [(problem.line, problem.message) for problem in release.problems] == [
        (3, "has a cell of over 20 lines (a quote left open?); left out")
    ]
