"""Price files in CMS's layouts and charge masters, read as lines that a site has coded. All are invented."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from api.examples import read_examples
from eval.errors import CaseFileError
from index.records import Problem
from tests.price_files import (
    FOUND,
    HOSPITAL_2,
    HOSPITAL_3,
    ITEMS,
    TALL,
    TALL_ROWS,
    WIDE,
    WIDE_ROWS,
    price_tree,
)


def read(path: Path) -> tuple[list[tuple[str, tuple[str, ...]]], list[Problem]]:
    """Text and codes of each line, and the problems."""
    lines, problems = read_examples([path], [])
    return [(line.text, line.codes) for line in lines], list(problems)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("hospital", [HOSPITAL_2, HOSPITAL_3, ""])
def test_a_tall_file_gives_its_level_ii_lines_once_and_counts_the_others(
    tmp_path: Path, hospital: str, encoding: str
) -> None:
    """A line repeats for each payer; codes of other systems are told by type, whatever they look like."""
    path = tmp_path / "prices.csv"
    path.write_bytes((hospital + TALL + TALL_ROWS).encode(encoding))

    lines, problems = read(path)

    assert lines == FOUND
    assert [str(problem) for problem in problems] == [
        "prices.csv: 5 of 8 rows without a HCPCS Level II code (CPT 1, NDC 1, LOCAL 1, CDT 1, no code 1);"
        " 3 are 2 different lines"
    ]


def test_lines_that_end_with_carriage_returns_alone_are_lines(tmp_path: Path) -> None:
    """As old programs write them."""
    path = tmp_path / "prices.csv"
    path.write_bytes((HOSPITAL_2 + TALL + TALL_ROWS).replace("\n", "\r").encode())

    assert read(path)[0] == FOUND


@pytest.mark.parametrize("hospital", [HOSPITAL_2, HOSPITAL_3])
def test_a_wide_file_is_read_alike(tmp_path: Path, hospital: str) -> None:
    """Blanks around bars, small letters, doubled quotes and cells left out at the end of a row."""
    path = tmp_path / "prices.csv.gz"
    path.write_bytes(gzip.compress((hospital + WIDE + WIDE_ROWS).encode()))

    lines, problems = read(path)

    assert lines == [FOUND[0], ('QUIBBER "INJ" 1ML', ("J1450",))]
    assert [problem.message for problem in problems] == [
        "1 of 3 rows without a HCPCS Level II code (RC 1); 2 are 2 different lines"
    ]


@pytest.mark.parametrize("version", ["2.0.0", "2.2.1", "3.0.0"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_json_file_gives_its_level_ii_lines(tmp_path: Path, version: str, mark: bytes) -> None:
    """Wherever the items stand among the hospital's fields."""
    path = tmp_path / "prices.json"
    path.write_bytes(mark + price_tree(version, ITEMS))

    lines, problems = read(path)

    assert lines == FOUND
    assert [problem.message for problem in problems] == [
        "2 of 4 items without a HCPCS Level II code (CPT 1, RC 1); 2 are 2 different lines"
    ]


def test_rows_that_cannot_be_read_are_named_and_the_others_read(tmp_path: Path) -> None:
    """By the line of the file; what they say is not repeated."""
    path = tmp_path / "prices.csv"
    bad = 'A "CUT" B,E0143,HCPCS\n"CUT" B,E0143,HCPCS\n,E0144,HCPCS\nX,E0144,HCPCS,,,,,,,,,,,more\n'
    path.write_text(HOSPITAL_3 + TALL + bad + TALL_ROWS)

    lines, problems = read(path)

    assert lines == [('A "CUT" B', ("E0143",)), *FOUND]
    assert [(problem.line, problem.message) for problem in problems[:3]] == [
        (6, "text follows a closing quote; write two quotes for one in a cell"),
        (7, "the description is missing"),
        (8, "the row has 14 cells, the header has 13"),
    ]


def test_bad_items_of_a_json_file_are_named(tmp_path: Path) -> None:
    """By their number."""
    path = tmp_path / "prices.json"
    path.write_bytes(price_tree("3.0.0", [3, {"code_information": 1}, *ITEMS]))  # type: ignore[list-item]

    lines, problems = read(path)

    assert lines == FOUND
    assert [(problem.line, problem.message) for problem in problems[:2]] == [
        (1, "the item is not an object"),
        (2, "code_information is not a list of codes with their types"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.csv", HOSPITAL_2 + TALL + TALL_ROWS + '"OPEN,E0143', "row at line 12 is never closed"),
        ("a.json", price_tree("3.0.0", ITEMS)[:-40].decode(), "cut off after item 4"),
        ("a.json", "[]", "no items under standard_charge_information"),
        ("a.json", "nothing", "damaged or cut off after item 0"),
        ("a.csv", "one,two\nwords,1\n", "no columns query and codes, is no price file .* no column holds"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: str, error: str
) -> None:
    """A quote that is never closed would hide all rows behind it."""
    (tmp_path / name).write_text(content)

    with pytest.raises(CaseFileError, match=error):
        read(tmp_path / name)


def test_many_bad_rows_are_counted(tmp_path: Path) -> None:
    """Twenty are named."""
    path = tmp_path / "prices.csv"
    path.write_text(HOSPITAL_2 + TALL + ",E0143,HCPCS\n" * 30 + TALL_ROWS)

    _, problems = read(path)

    assert len(problems) == 22
    assert problems[20].message == "10 more rows that cannot be read"


def test_a_charge_master_is_read_by_the_names_and_contents_of_its_columns(tmp_path: Path) -> None:
    """Its codes have no types; a hospital's own numbers are none."""
    path = tmp_path / "cdm.csv"
    path.write_text(
        "CDM No,Charge Description,HCPCS/CPT,Price\n"
        "10001,ZORBLAX KIT 4MM,E0143,10\n10002,QUIBBER INJ 1ML,J1450 JW,20\n10003,SOME VISIT,99202,30\n"
        "10004,ROOM,,5\n10005,,E0144,5\n"
    )

    lines, problems = read(path)

    assert lines == FOUND
    assert [str(problem) for problem in problems] == [
        "cdm.csv:6: the description is missing",
        "cdm.csv: 2 of 5 rows without a HCPCS Level II code (CPT 1, no code 1); 2 are 2 different lines",
    ]


def test_a_file_of_cases_is_still_one(tmp_path: Path) -> None:
    """By the name of one of its columns, so that the error names the missing one."""
    (tmp_path / "a.csv").write_text("query,price\nwalker,3\n")
    (tmp_path / "b.jsonl").write_text(json.dumps({"query": "walker", "codes": ["E0143"]}))

    with pytest.raises(CaseFileError, match="has no column 'codes'"):
        read(tmp_path / "a.csv")
    assert read(tmp_path / "b.jsonl")[0] == [("walker", ("E0143",))]


@pytest.mark.parametrize("content", [b"\x00\x00\x00\rw", b'"' + b"x" * 3_000_000, b"query\rw"])
def test_a_first_line_that_is_no_table_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    """A carriage return before the last character, a quote that is never closed."""
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(CaseFileError, match="a.csv"):
        read(path)


def test_of_very_many_columns_the_first_are_named(tmp_path: Path) -> None:
    """The sentence stays one that can be read."""
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"x{i}" for i in range(500)) + "\n" + ",".join("1" * 500) + "\n")

    with pytest.raises(CaseFileError, match="and 470 more") as error:
        read(path)
    assert len(str(error.value)) < 1200
