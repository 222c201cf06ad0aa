"""Files that unpack to more than they look like are refused, quickly and in one sentence."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from pathlib import Path

import pytest

from eval.cases.cases import read_cases
from eval.errors import CaseFileError
from index.errors import ReleaseFormatError
from index.release import problems
from index.release.release import read_release
from index.workbooks import MAX_TAGS, WorkbookError, open_workbook, rows_of
from tests.release_files import TITLES, book_row, xlsx

MAX_S = 30.0  # generous, as other programs may run beside the tests
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(rows: bytes, part: str = SHEET) -> bytes:
    """A workbook whose first sheet (or another part) has this content."""
    whole = xlsx({"A": [TITLES, book_row("A0001", "Invented")]})
    out = io.BytesIO()
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    with zipfile.ZipFile(io.BytesIO(whole)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in book.namelist():
            content = head + rows + b"</sheetData></worksheet>" if name == part else book.read(name)
            made.writestr(name, content)
    return out.getvalue()


CELL = b'<c r="XFD%d" t="inlineStr"><is><t>x</t></is></c>'
BOMBS = {
    "4.2 million rows": b'<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 1_050_000,
    "empty rows": b"<row/>" * 4_200_000,
    "one row of millions of cells": b"<row>" + b"<c/>" * 6_000_000 + b"</row>",
    "cells in the last column": b"".join(b'<row r="%d">' % n + CELL % n + b"</row>" for n in range(1, 2000)),
    "much white space": b" " * (65 * 2**20),
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><row><c><v>&a;</v></c></row>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_grows_is_refused(tmp_path: Path, name: str) -> None:
    """As a release and as cases; in the issue's case it was read for over a minute."""
    data = with_sheet(BOMBS[name])
    started = time.monotonic()
    for path, read in ((tmp_path / "a.xlsx", read_release), (tmp_path / "b.xlsx", read_cases)):
        path.write_bytes(data)
        with pytest.raises((ReleaseFormatError, CaseFileError)) as caught:
            read(path)
        # The others are few enough to search their first rows for a header, in vain.
        if name not in ("cells in the last column", "empty rows"):
            assert "save its rows as CSV" in str(caught.value) or "entities" in str(caught.value)
        assert str(caught.value).count("\n") == 0
    assert time.monotonic() - started < MAX_S


def test_rows_far_below_that_hold_nothing_are_read(tmp_path: Path) -> None:
    """A spreadsheet program that formatted a whole column writes a last row of number 1,048,576."""
    data = with_sheet(b'<row r="1"><c t="inlineStr"><is><t>x</t></is></c></row><row r="1048576"/>')
    rows = [row for row in rows_of(open_workbook(data).worksheets[0]) if row]

    assert rows == [("x",)]


@pytest.mark.parametrize("size", [0, 3, 500])
def test_a_part_that_lies_about_its_size_is_refused(size: int) -> None:
    """Whatever the directory of the zip says, bytes are counted as they come."""
    data = bytearray(with_sheet(b"<row/>" * 1000))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(SHEET.encode()))
    data[at + 24 : at + 28] = size.to_bytes(4, "little")

    with pytest.raises(WorkbookError, match=r"is a damaged workbook|unpacks to more"):
        list(rows_of(open_workbook(bytes(data)).worksheets[0]))


def test_a_zip_never_writes_and_its_names_are_shown_safely(tmp_path: Path) -> None:
    """Members are read in memory; names that lead elsewhere lead nowhere."""
    path = tmp_path / "in" / "a.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as made:
        for name in ("../../evil.txt", "/etc/evil", "a\x1b[31mb.txt"):
            made.writestr(name, "nothing")
    with pytest.raises(ReleaseFormatError) as caught:
        read_release(path)

    assert [each.name for each in tmp_path.rglob("*")] == ["in", "a.zip"]
    assert "\x1b" not in str(caught.value)


def test_zips_in_zips_share_one_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many members, each below the limit of one, are not unpacked one after another for minutes."""
    from index.release import archive

    monkeypatch.setattr(archive, "MAX_UNPACKED", 10**6)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(8):
            made.writestr(f"{number}.csv", "HCPC,Long Description\n" + " \n" * 200_000)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(8):
            made.writestr(f"{number}.zip", inner.getvalue())
    with pytest.raises(ReleaseFormatError, match="unpacks to more than 0 MB in all"):
        read_release(path)


@pytest.mark.parametrize("name", ["zero", "pipe", "link to a device"])
def test_devices_and_pipes_are_refused_at_once(tmp_path: Path, name: str) -> None:
    """Endless, or never answering."""
    path = Path("/dev/zero") if name == "zero" else tmp_path / "x.csv"
    if name == "pipe":
        os.mkfifo(path)
    elif name != "zero":
        path.symlink_to("/dev/urandom")
    with pytest.raises(ReleaseFormatError, match="is not an ordinary file"):
        read_release(path)
    with pytest.raises(CaseFileError):
        read_cases(path)


def test_packed_and_endless_cases_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gzip of zeros, a line without an end, a cut gzip, a quote left open."""
    from eval.cases import case_files

    monkeypatch.setattr(case_files, "MAX_BYTES", 3 * 2**20)
    for name in ("a.jsonl.gz", "a.csv.gz"):
        (tmp_path / name).write_bytes(gzip.compress(bytes(20 * 2**20)))
        with pytest.raises(CaseFileError, match="holds more than 3 MB"):
            read_cases(tmp_path / name)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"query": "x", "codes": []}\n' * 9000)[:-20])
    with pytest.raises(CaseFileError, match="damaged or cut gzip"):
        read_cases(tmp_path / "b.jsonl.gz")
    (tmp_path / "c.csv").write_text('query,codes\n"' + "x" * (2**20 + 1))
    with pytest.raises(CaseFileError, match="line 2 has a cell of more than 131,072 characters"):
        read_cases(tmp_path / "c.csv")


def test_a_release_of_bad_rows_only_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems are collected up to a bound."""
    monkeypatch.setattr(problems, "MAX_PROBLEMS", 100)
    (tmp_path / "a.csv").write_text("HCPC,Long Description\n" + "x,y\n" * 1000)
    with pytest.raises(ReleaseFormatError, match="has more than 100 rows that cannot be read"):
        read_release(tmp_path / "a.csv")


def test_the_bound_of_tags_is_far_above_any_release(shared: Path) -> None:
    """No workbook that CMS published has half as many."""
    for path in (shared / "hcpcs").rglob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            assert sum(book.read(name).count(b"<") for name in book.namelist()) < MAX_TAGS / 2
