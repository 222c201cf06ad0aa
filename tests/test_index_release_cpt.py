"""Level I codes from a licence holder's files; the codes and words here are invented."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from openpyxl import Workbook

from index.errors import ReleaseFormatError
from index.records import Record, Wording
from index.release.cpt import read_cpt
from tests.cpt_files import TEXTS, headed, numbered, padded, tabbed, zipped

LONG = {code: long for code, (long, _) in TEXTS.items()}
SHORT = {code: short for code, (_, short) in TEXTS.items()}
CONSUMER = [
    ("Concept Id", "CPT Code", "Consumer Friendly Descriptor"),
    ("1000001", "12345", "Washing a big dog"),
    ("1000003", "1234F", "Dry paw"),
]
CLINICIAN = [
    ("Concept Id", "CPT Code", "Clinician Descriptor Id", "Clinician Descriptor"),
    ("1000001", "12345", "50001", 'Dog bath, ears "wet"'),
    ("1000001", "12345", "50002", "Canine shampoo, 60 min"),
]


def write(folder: Path, content: str | bytes, name: str = "cpt.txt") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_list_with_a_notice_above_its_header_reads(tmp_path: Path) -> None:
    """Codes of five digits, and of four and a letter, are returned in order, from tabs or commas."""
    text = "Licensed to nobody\n\nCPT Code\tLong\tShort\n1234F\tInvented test\tTest\n12345\tUnlisted paw\t\n"

    assert read_cpt(write(tmp_path, text)).records == (
        Record(code="12345", long_description="Unlisted paw"),
        Record(code="1234F", long_description="Invented test", short_description="Test"),
    )
    assert read_cpt(write(tmp_path, "code,description\n00001,Paw\n")).records[0].code == "00001"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("LONGULT.txt", tabbed(LONG)),
        ("any name.txt", tabbed(LONG)),
        ("LONGULT.txt.gz", gzip.compress(tabbed(LONG))),
        ("LONGULF.txt", numbered(LONG)),
        ("LONGULT.txt", tabbed(LONG, notice=())),
        ("LONGULT.txt", tabbed(LONG) + b"\r\nEnd of file. 60611 Nowhere\r\n"),
    ],
)
def test_long_descriptions_read_as_delivered(tmp_path: Path, name: str, content: bytes) -> None:
    """By tabs or in fixed columns, with a notice above and below, whatever the file is called."""
    records = read_cpt(write(tmp_path, content, name)).records

    assert {record.code: record.long_description for record in records} == LONG
    assert [record.short_description for record in records] == ["", "", ""]


@pytest.mark.parametrize("between_words", [False, True])
def test_long_descriptions_in_several_records_are_joined(tmp_path: Path, between_words: bool) -> None:
    """Whether a record ends within a word or between two."""
    texts = {
        "12345": "washing of a very large dog, " * 9 + "dry",
        "12346": "combing of a small grey cat " * 8 + "x",
    }

    records = read_cpt(write(tmp_path, numbered(texts, between_words), "LONGULF.txt")).records

    assert [record.long_description for record in records] == list(texts.values())


def test_text_of_windows_1252_and_of_utf_8_reads(tmp_path: Path) -> None:
    """A degree sign is the same in both."""
    texts = {"12345": "Dog washed at 38° – warm; first hour of a long afternoon"}
    content = tabbed(texts)

    assert read_cpt(write(tmp_path, content)).records[0].long_description == texts["12345"]
    assert read_cpt(write(tmp_path, content.decode("cp1252"))).records[0].long_description == texts["12345"]


def test_files_of_a_delivery_are_merged_by_code(tmp_path: Path) -> None:
    """From folders or a zip; small letters before capitals; what is no list of texts is left out and said."""
    members = {
        "standard/LONGUT.txt": tabbed({code: text.upper() for code, text in LONG.items()}),
        "standard/LONGULT.txt": tabbed(LONG),
        "standard/MEDU.txt": padded(LONG, width=48),
        "standard/SHORTU.txt": padded(SHORT),
        "standard/MODUL.txt": b"Notice\r\n\r\n99 Invented modifier\r\n",
        "Consumer Friendly Descriptors/ConsumerDescriptor.txt": headed(CONSUMER),
        "Clinician Descriptors/ClinicianDescriptor_DTK_pipe.txt": headed(CLINICIAN, "|"),
        "ReadMe.pdf": b"%PDF",
    }
    path = write(tmp_path, zipped(members), "cpt.zip")
    unpacked = tmp_path / "unpacked"
    for name, content in members.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_bytes(content)

    found = read_cpt(path)

    assert found.records[0] == Record("12345", LONG["12345"], SHORT["12345"].upper())
    assert [record.long_description for record in found.records] == list(LONG.values())
    assert found.wordings[:4] == (
        Wording("12345", "medium", LONG["12345"].upper()[:48].strip()),
        Wording("12345", "consumer", "Washing a big dog"),
        Wording("12345", "clinician", 'Dog bath, ears "wet"'),
        Wording("12345", "clinician", "Canine shampoo, 60 min"),
    )
    assert [str(problem) for problem in found.problems] == [
        f"{path}!standard/MODUL.txt: holds no CPT texts in a layout that is read; left out"
    ]
    assert len(found.files) == 6
    assert read_cpt(unpacked).records == found.records
    assert read_cpt(unpacked).wordings == found.wordings


def test_a_table_with_all_kinds_of_text_and_a_workbook_read(tmp_path: Path) -> None:
    """The one file with every kind, as text and as .xlsx; other columns of it are not read."""
    rows = [
        ("Concept Id", "CPT Code", "Long", "Medium", "Short", "Consumer", "Spanish Consumer"),
        ("1", "12345", LONG["12345"], "WASH LARGE DOG", "WASH DOG", "Washing a big dog", "Perro"),
    ]
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "cpt.xlsx")

    for path in (write(tmp_path, headed(rows)), tmp_path / "cpt.xlsx"):
        found = read_cpt(path)
        assert found.records == (Record("12345", LONG["12345"], "WASH DOG"),)
        assert [(one.kind, one.text) for one in found.wordings] == [
            ("medium", "WASH LARGE DOG"),
            ("consumer", "Washing a big dog"),
        ]


def test_without_a_long_text_the_medium_or_short_one_describes_the_code(tmp_path: Path) -> None:
    """The longest that there is; one for readers alone is not enough."""
    assert read_cpt(write(tmp_path, padded(SHORT), "SHORTU.txt")).records[0] == Record(
        "12345", SHORT["12345"].upper()
    )
    with pytest.raises(ReleaseFormatError, match=r"no long, medium or short text of 12345.*add LONGULT.txt"):
        read_cpt(write(tmp_path, headed(CONSUMER), "ConsumerDescriptor.txt"))


def test_two_files_that_differ_are_said(tmp_path: Path) -> None:
    """The first one's text is taken, and the number of others is a problem of the second."""
    write(tmp_path, tabbed(LONG), "LONGULT.txt")
    write(tmp_path, tabbed(LONG | {"12345": "Something else entirely, of last year"}), "LONGULT_2025.txt")

    found = read_cpt(tmp_path)

    assert found.records[0].long_description == LONG["12345"]
    assert [str(problem) for problem in found.problems] == [
        f"{tmp_path}!LONGULT_2025.txt: 1 long texts differ from those of another file, which were taken"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Nothing here\n", "holds no CPT texts in a layout that is read; give a file"),
        ("code,description\n", "holds no CPT texts"),
        ("code,description\nA0001,Paw\n", ":2: its code column holds no Level I"),
        ("code,description\n12345,Paw\n12345,Ear\n", ":3: 12345 comes twice, first at line 2"),
        ("code,description\n12345,\n", ":2: 12345 has no descriptor"),
        ("Notice\n\n12345\tPaw\n12345\tEar\n", ":4: 12345 comes twice, first at line 3; take one out"),
        ("Notice\n\n12345\tPaw\nA0001\tEar\n12346\tTail\n", ":4: is no code with its text"),
        ("Notice\n\n12345\tPaw\n12346\t\n", ":4: 12346 has no text"),
        ("1234501 Paw of\n1234503 a dog\n", ":2: 12345 should have record number 02"),
        ("Concept Id\tCPT Code\tConsumer\n1\tA0001\tPaw\n", ":2: its code column holds no Level I"),
        ("PK\x03\x04", "is a damaged or cut zip file"),
    ],
)
def test_a_bad_file_is_refused_at_its_first_fault(tmp_path: Path, text: str, message: str) -> None:
    """Nothing of a licence holder's file is left out silently: the first fault ends the reading."""
    with pytest.raises(ReleaseFormatError, match=message):
        read_cpt(write(tmp_path, text))


def test_a_delivered_file_without_a_code_is_refused_by_name(tmp_path: Path) -> None:
    """A cut LONGULT.txt beside a whole SHORTU.txt would else go unnoticed."""
    write(tmp_path, tabbed({}), "LONGULT.txt")
    write(tmp_path, padded(SHORT), "SHORTU.txt")

    with pytest.raises(ReleaseFormatError, match=r"!LONGULT.txt: holds no code with a text"):
        read_cpt(tmp_path)
