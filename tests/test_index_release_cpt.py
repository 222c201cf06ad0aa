"""Level I codes from a licence holder's own file; the codes and words here are invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import ReleaseFormatError
from index.records import Record
from index.release.cpt import read_cpt


def write(folder: Path, text: str) -> Path:
    path = folder / "cpt.txt"
    path.write_text(text)
    return path


def test_a_list_with_a_notice_above_its_header_reads(tmp_path: Path) -> None:
    """Codes of five digits, and of four and a letter, are returned in order, from tabs or commas."""
    text = "Licensed to nobody\n\nCPT Code\tLong\tShort\n1234F\tInvented test\tTest\n12345\tUnlisted paw\t\n"

    assert read_cpt(write(tmp_path, text)) == (
        Record(code="12345", long_description="Unlisted paw"),
        Record(code="1234F", long_description="Invented test", short_description="Test"),
    )
    assert read_cpt(write(tmp_path, "code,description\n00001,Paw\n"))[0].code == "00001"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12345 Invented\n", "has no header naming a code and a description column"),
        ("code,description\n", "holds no code"),
        ("code,description\nA0001,Paw\n", ":2: its code column holds no Level I"),
        ("code,description\n12345,Paw\n12345,Ear\n", ":3: 12345 comes twice, first at line 2"),
        ("code,description\n12345,\n", ":2: 12345 has no descriptor"),
        ("PK\x03\x04", "is a zip or a workbook"),
    ],
)
def test_a_bad_file_is_refused_at_its_first_fault(tmp_path: Path, text: str, message: str) -> None:
    """Nothing of a licence holder's file is left out silently: the first fault ends the reading."""
    with pytest.raises(ReleaseFormatError, match=message):
        read_cpt(write(tmp_path, text))
