"""The fixed-width text, with the irregularities of real files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.records import Record, Release
from index.release.fields import FIELDS
from index.release.fixed_width import is_fixed_width, read_rows
from index.release.problems import Problems
from index.release.release import read_release
from tests.release_files import SMALL, fixed_width, head, more

ALL = {
    "short_description": "Short",
    "pricing": ["11", "21", "31", "51"],
    "multiple_pricing": "A",
    "coverage_manual": ["35-1", "35-22", "35-333"],
    "carriers_manual": ["2130", "2130.1", "15022.22"],
    "statute": "1833(t)(2)",
    "lab_certifications": ["010", "100", "110", "115", "120", "130", "140", "150"],
    "cross_references": ["A0001", "A0002", "A0003", "A0004", "A0005"],
    "coverage": "D",
    "asc_group": "YY",
    "asc_date": "20210101",
    "opps": "201",
    "opps_indicator": "1",
    "opps_date": "20220101",
    "processing_note": "0088",
    "betos": "D1F",
    "types_of_service": ["1", "2", "3", "4", "P"],
    "anesthesia_units": "012",
    "effective_from": "20200101",
    "action_date": "20250101",
    "effective_to": "20241231",
    "action": "D",
}


def read(folder: Path, lines: list[str] | bytes, **options: bool) -> Release:
    path = folder / "release.txt"
    path.write_bytes(lines if isinstance(lines, bytes) else fixed_width(lines))
    return read_release(path, **options)


def messages(release: Release) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in release.problems]


def test_every_column_of_the_layout_fills_its_field(tmp_path: Path) -> None:
    """A line with every column filled gives a record with every field filled."""
    assert set(ALL) == {field.name for field in FIELDS}

    assert read(tmp_path, [head("L0009", "Invented brace", **ALL)]).records == (
        Record(
            code="L0009",
            long_description="Invented brace",
            short_description="Short",
            effective_from=date(2020, 1, 1),
            effective_to=date(2024, 12, 31),
            action="D",
            action_date=date(2025, 1, 1),
            coverage="D",
            pricing=("11", "21", "31", "51"),
            multiple_pricing="A",
            betos="D1F",
            types_of_service=("1", "2", "3", "4", "P"),
            cross_references=("A0001", "A0002", "A0003", "A0004", "A0005"),
            statute="1833(t)(2)",
            asc_group="YY",
            asc_date=date(2021, 1, 1),
            opps="201",
            opps_indicator="1",
            opps_date=date(2022, 1, 1),
            processing_note="0088",
            lab_certifications=("010", "100", "110", "115", "120", "130", "140", "150"),
            coverage_manual=("35-1", "35-22", "35-333"),
            carriers_manual=("2130", "2130.1", "15022.22"),
            anesthesia_units="012",
        ),
    )


@pytest.mark.parametrize(
    "shape",
    [
        lambda line: line,
        lambda line: line[:293],
        lambda line: line.rstrip(),
        lambda line: line.ljust(546),
        lambda line: line[:91] if line[10] in "48" else line,
    ],
)
def test_lines_of_any_width_read_alike(tmp_path: Path, shape) -> None:  # type: ignore[no-untyped-def]
    """Lines of 320, 293 and 546 columns, right-trimmed ones and short continuations give the same records."""
    expected = read(tmp_path, list(SMALL))
    release = read(tmp_path, [*map(shape, SMALL), " " * 296])

    assert (release.records, release.modifiers) == (expected.records, expected.modifiers)
    assert release.problems == ()


def test_a_disclaimer_before_the_first_record_is_passed_over(tmp_path: Path) -> None:
    """Free text with tabs and Windows-1252 bytes above the records is no problem."""
    preamble = b"***Disclaimers\t\t\r\n\r\n* Paws\xa0may differ \x96 see below.\t\r\n\r\n"

    release = read(tmp_path, preamble + fixed_width(SMALL))

    assert len(release.records) == 3
    assert release.problems == ()


def test_modifiers_and_codes_do_not_mix(tmp_path: Path) -> None:
    """A modifier whose letters start a code stays a modifier, with its own continuation."""
    lines = [
        head("K0", "Invented paw", coverage="C"),
        more("K0", 2, "of a cat"),
        head("K0001", "Invented basket"),
        more("K0001", 2, "for a cat"),
    ]
    release = read(tmp_path, lines)

    assert [(one.modifier, one.long_description) for one in release.modifiers] == [
        ("K0", "Invented paw of a cat")
    ]
    assert [(one.code, one.long_description) for one in release.records] == [
        ("K0001", "Invented basket for a cat")
    ]


def test_sixty_continuations_join_with_one_blank(tmp_path: Path) -> None:
    """Every continuation is joined, and runs of blanks become one."""
    lines = [head("G0001", "part  1"), *(more("G0001", number, f"part {number}") for number in range(2, 61))]

    text = read(tmp_path, lines).records[0].long_description

    assert text == " ".join(f"part {number}" for number in range(1, 61))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([head("A0001", "Twin")], [(6, "A0001 comes twice, first at line 2; left out")]),
        (
            [head("A0001", "Twin"), more("A0001", 2, "of a dog")],
            [(6, "A0001 comes twice, first at line 2; left out")],
        ),
        ([more("V0001", 2, "alone")], [(6, "continues V0001, whose first line is not before it; left out")]),
        (
            [more("A0001", 3, "too late")],
            [(6, "continues A0001, whose first line is not before it; left out")],
        ),
        (
            [head("V0001", "Lens"), more("V0001", 3, "of glass")],
            [(7, "a line of V0001 before this one is missing; its descriptor has a gap")],
        ),
        (
            [head("V0001", "Lens"), more("V0001", 2, "a"), more("V0001", 2, "a")],
            [(8, "V0001 has this line number already; left out")],
        ),
        (
            [head("V0001", "Lens", effective_to="20241332")],
            [(6, "V0001 has an unreadable TERM DT; left out")],
        ),
        (
            [head("V0001", "Lens", effective_from="2O200101")],
            [(6, "V0001 has an unreadable ADD DT; left out")],
        ),
        (
            [head("V0001", "Lens", action_date="99999999")],
            [(6, "V0001 has an unreadable ACT EFF DT; kept without it")],
        ),
        (
            [head("V0001", "Lens", effective_to="20191231")],
            [(6, "V0001 ends before it starts; kept as it stands")],
        ),
        ([head("V0001", "")], [(6, "V0001 has no descriptor; left out")]),
        (
            ["V0001001005Lens".ljust(320)],
            [(6, "unknown record code '5' in column 11 (expected 3, 4, 7 or 8); left out")],
        ),
        (
            [head("V0001", "Lens").replace("V0001001003", "V0001001007")],
            [(6, "record code 7, but no two-character modifier; left out")],
        ),
        (
            [head("V1", "Lens").replace("V1001007", "V1001003")],
            [(6, "V1 is a modifier, but its record code is 3; left out")],
        ),
        ([head("I0001", "Lens")], [(6, "its code column holds no HCPCS code; left out")]),
        (["Page 2 of 900"], [(6, "not a record: no code and sequence number in columns 1-10; left out")]),
        ([head("V0001", "Lens")[:272]], [(6, "V0001 ends at column 272, before its dates do; left out")]),
        ([head("V0001", "Lens")[:60]], [(6, "V0001 ends at column 60, before its dates do; left out")]),
    ],
)
def test_a_bad_line_is_reported_and_the_rest_is_kept(
    tmp_path: Path, lines: list[str], expected: list[tuple[int, str]]
) -> None:
    """Each bad line is reported with its number and its treatment."""
    release = read(tmp_path, [*SMALL, *lines])

    assert messages(release) == expected
    assert {"A0001", "E0002", "K0003"} <= {record.code for record in release.records}


def test_a_file_cut_off_in_a_continuation_is_reported(tmp_path: Path) -> None:
    """A padded file whose last line is short and has no line end is reported as truncated."""
    data = fixed_width([*SMALL, head("V0001", "Lens"), more("V0001", 2, "of green glass")])

    assert messages(read(tmp_path, data[: -2 - 300])) == [
        (7, "the last line has no end and is short: the file may have been cut off here")
    ]
    assert messages(read(tmp_path, data[:-2])) == []


def test_an_asc_date_in_the_wrong_columns_is_not_read_as_a_group(tmp_path: Path) -> None:
    """A line without "YY" and its date two columns early, as in 2018, loses date and group."""
    line = head("C0001", "Invented", asc_group="20", asc_date="170401")
    release = read(tmp_path, [line])

    assert messages(release) == [(1, "C0001 has an unreadable ASC_DT; kept without it")]
    assert (release.records[0].asc_group, release.records[0].asc_date) == ("", None)


def test_bytes_of_no_encoding_are_reported(tmp_path: Path) -> None:
    """A byte that Windows-1252 does not define is reported with its line."""
    release = read(tmp_path, fixed_width(SMALL).replace(b"kennel", b"k\x81nnel"))

    assert messages(release) == [
        (5, "holds bytes that are neither UTF-8 nor Windows-1252; they read as \ufffd")
    ]
    assert len(release.records) == 3


def test_text_without_records_is_not_fixed_width() -> None:
    """Only a code, a sequence number and a record code in their columns make a file fixed-width."""
    assert is_fixed_width("note\n" + SMALL[0])
    assert is_fixed_width(SMALL[1])
    assert not is_fixed_width("A0001,Invented bandage\n")
    assert not is_fixed_width("A0001001005Invented\n")


def test_rows_keep_line_numbers_and_blanks_of_the_key() -> None:
    """A row knows its line and whether its code field was indented."""
    rows = list(read_rows("\n\n" + SMALL[0] + "\n" + SMALL[1], Problems("x")))

    assert [(row.line, row.key, row.sequence, row.kind) for row in rows] == [
        (3, "   Z1", 1, "7"),
        (4, "A0001", 1, "3"),
    ]
