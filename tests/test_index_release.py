"""Whole releases: the format is recognised by the content, and nothing is left out silently."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReleaseFormatError
from index.records import Modifier, Record
from index.release.release import NOC_PHRASES, read_release
from tests.effort import examples, tried
from tests.release_files import SMALL, TITLES, book_row, fixed_width, head, more, xlsx, zipped

CSV = (
    "HCPCS Code,Short Desc,Long Description,Eff Date,Term Date\n"
    'e0002,Crutch,"Invented crutch, wooden",1/1/2020,\n'
    "A0001,Bandage,Invented bandage,2020-01-01,20241231\n"
)


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_zip_reads_from_its_fixed_width_text(tmp_path: Path) -> None:
    """Every column of the text in the zip arrives in its field, and the digest is that of the zip."""
    data = zipped({"HCPC2031_APR_ANWEB.txt": fixed_width(SMALL), "notes.txt": b"0001--A note"})
    path = write(tmp_path, "download.zip", data)

    release = read_release(path)

    assert release.name == "2031-04"
    assert release.source == "download.zip"
    assert release.sha256 == hashlib.sha256(data).hexdigest()
    assert release.problems == ()
    assert release.modifiers == (
        Modifier(
            modifier="Z1",
            long_description="Invented modifier of the left paw",
            short_description="Left paw",
            effective_from=date(2020, 1, 1),
            action="N",
            action_date=date(2020, 1, 1),
            coverage="C",
        ),
    )
    assert release.records == (
        Record(
            code="A0001",
            long_description="Invented bandage, for a large dog",
            short_description="Bandage",
            effective_from=date(2020, 1, 1),
            action="N",
            action_date=date(2020, 1, 1),
            coverage="D",
            pricing=("34", "46"),
        ),
        Record(
            code="E0002",
            long_description="Invented crutch, not otherwise specified",
            short_description="Crutch nos",
            effective_from=date(2020, 1, 1),
            action="N",
            action_date=date(2020, 1, 1),
            is_noc=True,
        ),
        Record(
            code="K0003",
            long_description="Invented kennel",
            effective_from=date(2020, 1, 1),
            effective_to=date(2024, 12, 31),
            action="D",
            action_date=date(2025, 1, 1),
            cross_references=("E0002", "A0001"),
        ),
    )


@pytest.mark.parametrize("name", ["release.zip", "release.csv", "release"])
def test_the_name_of_a_file_does_not_decide_its_form(tmp_path: Path, name: str) -> None:
    """The same fixed-width text reads the same whatever its file is called, gzipped or zipped twice."""
    text = fixed_width(SMALL)
    codes = ["A0001", "E0002", "K0003"]

    for data in (text, gzip.compress(text), zipped({"inner.zip": zipped({"x.txt": text})})):
        release = read_release(write(tmp_path, name, data))
        assert [record.code for record in release.records] == codes
        assert release.problems == ()


def test_cms_list_of_unclassified_codes_decides_when_it_is_in_the_zip(tmp_path: Path) -> None:
    """`is_noc` follows the workbook in the zip, not the descriptor."""
    noc = [["", "NOC CODES - HCPCS 2031"], [], ["HCPCS", "LONG DESCRIPTION", "ADD DATE", "TERM DATE"]]
    noc += [[], ["A0001", "Invented bandage", 20200101, None]]
    data = zipped({"any.txt": fixed_width(SMALL), "list.xlsx": xlsx({"NOC": noc})})

    release = read_release(write(tmp_path, "r.zip", data))

    assert [record.code for record in release.records if record.is_noc] == ["A0001"]


def test_reports_of_changes_are_not_taken_for_the_release(tmp_path: Path) -> None:
    """A zip of workbooks is read from the release among them; a report alone is refused by its kind."""
    report = xlsx({"Changes": [["HCPC", "ACTION CD", "LONG DESCRIPTION"], ["A0001", "No Change", "Bandage"]]})
    book = xlsx({"A": [TITLES, book_row("A0001", "Invented bandage")]})
    both = write(tmp_path, "r.zip", zipped({"book.xlsx": book, "report.xlsx": report}))

    assert [record.code for record in read_release(both).records] == ["A0001"]
    with pytest.raises(ReleaseFormatError, match="report of changes or corrections"):
        read_release(write(tmp_path, "report.xlsx", report))
    with pytest.raises(ReleaseFormatError, match=r"holds no release; it holds report\.xlsx"):
        read_release(write(tmp_path, "reports.zip", zipped({"report.xlsx": report})))


def test_an_older_text_in_the_same_zip_is_named(tmp_path: Path) -> None:
    """Of two fixed-width texts the newer is read and the other reported."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, year, lines in (("old.txt", 2030, SMALL[:4]), ("new.txt", 2031, SMALL)):
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), fixed_width(lines))

    release = read_release(write(tmp_path, "r.zip", file.getvalue()))

    assert len(release.records) == 3
    assert [problem.message for problem in release.problems] == [
        "also holds old.txt, an older file in the same form, not read"
    ]


def test_a_csv_reads_by_its_column_names(tmp_path: Path) -> None:
    """Common names for the columns are understood, in any order, with dates in three notations."""
    release = read_release(write(tmp_path, "2031-07.csv", CSV))

    assert release.name == "2031-07"
    assert release.records == (
        Record(
            code="A0001",
            long_description="Invented bandage",
            short_description="Bandage",
            effective_from=date(2020, 1, 1),
            effective_to=date(2024, 12, 31),
        ),
        Record(
            code="E0002",
            long_description="Invented crutch, wooden",
            short_description="Crutch",
            effective_from=date(2020, 1, 1),
        ),
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("code;description\nA0001;Bandage à l'eau\n".encode("cp1252"), "Bandage à l'eau"),
        ("code\tdescription\nA0001\tBandage à l'eau\n".encode("utf-8-sig"), "Bandage à l'eau"),
        ("code|description\r\nA0001|Bandage à l'eau\r\n".encode("utf-16"), "Bandage à l'eau"),
        (b'note\n\ncode,description\nA0001,"Bandage\nof silk"\n', "Bandage of silk"),
        (b"code,description\nA0001,Bandage\x1b[31m\xa0red\n", "Bandage [31m red"),
    ],
)
def test_delimiters_and_encodings_are_found(tmp_path: Path, data: bytes, text: str) -> None:
    """Semicolons, tabs, bars, Windows-1252, UTF-8 and UTF-16 read alike; control characters become blanks."""
    release = read_release(write(tmp_path, "r", data))

    assert [record.long_description for record in release.records] == [text]
    assert release.problems == ()


def test_a_json_list_reads_like_a_table(tmp_path: Path) -> None:
    """In a list of objects, `description` is the short descriptor when there is a long one."""
    items = [{"code": "A0001", "description": "Bandage", "long_description": "Invented bandage"}]
    release = read_release(
        write(tmp_path, "hcpcs-catalog-2031-04.json.gz", gzip.compress(json.dumps(items).encode()))
    )

    assert release.name == "2031-04"
    assert release.records == (
        Record(code="A0001", long_description="Invented bandage", short_description="Bandage"),
    )


def test_dental_codes_are_counted_and_level_1_codes_named(tmp_path: Path) -> None:
    """D rows are refused with a count; CPT codes and modifiers are left out with their line."""
    lines = [head("59", "Invented"), head("12345", "Invented"), head("1234F", "Invented"), *SMALL]
    lines += [head("D0001", "Invented tooth"), more("D0001", 2, "of a dog"), head("D0002", "Invented gum")]

    release = read_release(write(tmp_path, "r.txt", fixed_width(lines)))

    assert release.dental_refused == 2
    assert [record.code for record in release.records] == ["A0001", "E0002", "K0003"]
    assert [(problem.line, problem.message.partition(" (")[0]) for problem in release.problems] == [
        (1, "modifier 59 is the AMA's"),
        (2, "12345 is a Level I code"),
        (3, "1234F is a Level I code"),
    ]


def test_strict_reading_ends_at_the_first_problem(tmp_path: Path) -> None:
    """A strict reading raises the first problem that a lenient one reports, with file and line."""
    lines = [*SMALL, head("A0001", "Invented twin")]
    path = write(tmp_path, "r.zip", zipped({"r.txt": fixed_width(lines)}))

    assert [str(problem) for problem in read_release(path).problems] == [
        f"{path}!r.txt:6: A0001 comes twice, first at line 2; left out"
    ]
    with pytest.raises(ReleaseFormatError, match=r"r\.zip!r\.txt:6: A0001 comes twice"):
        read_release(path, strict=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02" * 1000, "binary data"),
        (b"<!DOCTYPE html><title>403</title>", "is a web page"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), r"old Excel workbook \(\.xls\) or one with a password"),
        (b"Dear reader,\nthere is nothing here.\n", "neither fixed-width records nor a header"),
        (b"A0001\nA0002\n" * 20, "list of codes without descriptors"),
        (b"code,description\n", "holds no readable Level II code"),
        (b"code,description\nD0001,Tooth\n", "1 dental codes, the ADA's, were refused"),
        (b"code,description\n12345,Tooth\n", "line 2: 12345 is a Level I code"),
        (gzip.compress(fixed_width(SMALL))[:60], "damaged or cut gzip"),
        (zipped({"a.txt": fixed_width(SMALL)})[:-30], "damaged or cut zip"),
        (zipped({"readme.txt": b"hello"}), r"holds no release; it holds readme\.txt"),
        (zipped({"a\x1b[31m.txt": b"hello"}), r"it holds a\?\[31m\.txt"),
        (zipped({}), "it holds nothing"),
    ],
)
def test_what_is_no_release_is_refused_by_kind(tmp_path: Path, data: bytes, message: str) -> None:
    """A file without a readable code is refused, saying what it is."""
    with pytest.raises(ReleaseFormatError, match=message):
        read_release(write(tmp_path, "r", data))


def test_paths_that_are_no_file_are_refused(tmp_path: Path) -> None:
    """A missing file and a folder have different errors."""
    with pytest.raises(ReleaseFormatError, match="there is no such file"):
        read_release(tmp_path / "none.zip")
    with pytest.raises(ReleaseFormatError, match="is a folder"):
        read_release(tmp_path)


def test_a_zip_member_without_a_name_is_passed_over(tmp_path: Path) -> None:
    """Found by trying random zips: the name's length in the directory is 0."""
    data = bytearray(zipped({"a": fixed_width(SMALL)}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 28] = 0
    del data[at + 46]
    data[-10:-6] = (int.from_bytes(data[-10:-6], "little") - 1).to_bytes(4, "little")
    with pytest.raises(ReleaseFormatError):
        read_release(write(tmp_path, "a.zip", bytes(data)))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip or gzip that unpacks to more than the bound is refused."""
    monkeypatch.setattr("index.release.archive.MAX_BYTES", 100_000)
    monkeypatch.setattr("index.release.source.MAX_BYTES", 100_000)

    for data in (zipped({"a.txt": bytes(200_000)}), gzip.compress(bytes(200_000))):
        with pytest.raises(ReleaseFormatError, match="unpacks to more than"):
            read_release(write(tmp_path, "r", data))


def test_a_damaged_or_encrypted_member_is_refused(tmp_path: Path) -> None:
    """A member whose checksum fails, or that is encrypted, is named."""
    data = zipped({"r.txt": fixed_width(SMALL)})
    start = data.index(b"r.txt") + 5
    torn = data[: start + 20] + b"\xff" * 20 + data[start + 40 :]
    with pytest.raises(ReleaseFormatError, match="is damaged"):
        read_release(write(tmp_path, "torn.zip", torn))

    locked = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(magic) + offset
        locked[place : place + 2] = struct.pack("<H", 1)
    with pytest.raises(ReleaseFormatError, match="is encrypted"):
        read_release(write(tmp_path, "locked.zip", bytes(locked)))


@pytest.mark.parametrize(
    ("folder", "file", "name"),
    [
        ("x", "january-2031-alpha-numeric-hcpcs-file.zip", "2031-01"),
        ("x", "2031-hcpcs-alpha-numeric-file-july.zip", "2031-07"),
        ("x", "2031-alpha-numeric-hcpcs-file.zip", "2031-01"),
        ("x", "HCPC31_CONTR_ANWEB.txt", "2031-01"),
        ("x", "HCPC2031_OCT_ANWEB_v3.xlsx", "2031-10"),
        ("x", "hcpcs_level2_2031q3.csv", "2031-07"),
        ("2031-10", "anweb.xlsx", "2031-10"),
        ("x", "codes.txt", "2020-01"),
    ],
)
def test_a_release_is_named_from_its_file_its_folder_or_its_dates(
    tmp_path: Path, folder: str, file: str, name: str
) -> None:
    """The file's name comes first, then the folder's, then the quarter of the newest code."""
    (tmp_path / folder).mkdir()
    path = write(tmp_path / folder, file, fixed_width(SMALL))

    assert read_release(path).name == name
    assert read_release(path, name="mine").name == "mine"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Invented drug, not otherwise classified", True),
        ("Invented garment, not-otherwise specified", True),
        ("Paw supply; miscellaneous", True),
        ("Unlisted paw procedure", True),
        ("Invented tube, nos", True),
        ("Paw not examined, reason not otherwise specified", False),
        ("Specimen of type ppclc-nos", False),
        ("Nostril dilator", False),
    ],
)
def test_descriptors_tell_unclassified_codes_where_there_is_no_list(text: str, expected: bool) -> None:
    """The phrases that CMS uses count; a reason that is not specified does not."""
    assert bool(NOC_PHRASES.search(text)) is expected


@pytest.mark.random
@examples(150, 20_000)
@given(data=st.data())
def test_no_damage_raises_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    """Files cut, overwritten or made of random bytes are read or refused, never a traceback."""
    whole = data.draw(st.sampled_from(_WHOLE))
    cut = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=40))
    at = data.draw(st.integers(0, len(whole)))
    for broken in (whole[:cut], whole[:at] + patch + whole[at + len(patch) :], patch):
        tried["damaged release files"] += 1
        try:
            release = read_release(write(tmp_path, "r", broken))
        except ReleaseFormatError:
            continue
        assert release.records


_BOOK = xlsx({"A": [TITLES, book_row("A0001", "Invented bandage")]})
_WHOLE = [
    fixed_width(SMALL),
    CSV.encode(),
    _BOOK,
    zipped({"r.txt": fixed_width(SMALL)}),
    zipped({"b.xlsx": _BOOK}),
    gzip.compress(fixed_width(SMALL)),
    b'[{"code": "A0001", "description": "Invented"}]',
]


FORMS = [
    ("2017-01/2017-Alpha-Numeric-HCPCS-File.zip", "2017-01", 6155, 343, 0),
    # Five lines have the ASC date two columns early; CMS's own corrections list names the same codes.
    ("2018-01/2018-Alpha-Numeric-HCPCS-File.zip", "2018-01", 6205, 354, 5),
    ("2019-01/2019-Alpha-Numeric-HCPCS-File.zip", "2019-01", 6440, 360, 0),
    ("2020-04/anweb.xlsx", "2020-04", 6728, 369, 0),
    ("2020-07/anweb.xlsx", "2020-07", 6789, 369, 0),
    ("2020-10/anweb.xlsx", "2020-10", 6825, 371, 0),
    ("2024-10/HCPC2024_OCT_ANWEB.reconstructed-uppercase.txt.gz", "2024-10", 8091, 383, 0),
    ("2025-10/HCPC2025_OCT_ANWEB_v3.xlsx", "2025-10", 8463, 383, 0),
    ("2026-01/january-2026-alpha-numeric-hcpcs-file.zip", "2026-01", 8623, 383, 0),
    ("2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz", "2026-01", 8623, 383, 0),
    ("2026-04/hcpcs-catalog-2026-04.derived.json.gz", "2026-04", 8685, 0, 0),
]


@pytest.mark.shared
@pytest.mark.parametrize(("file", "name", "codes", "modifiers", "problems"), FORMS)
def test_every_published_release_reads_whole(
    shared: Path, file: str, name: str, codes: int, modifiers: int, problems: int
) -> None:
    """Counts of codes and modifiers are those known for each file, and no row is left out."""
    release = read_release(shared / "hcpcs" / file)

    assert (release.name, len(release.records), len(release.modifiers)) == (name, codes, modifiers)
    assert len(release.problems) == problems
    assert all("ASC_DT; kept without it" in problem.message for problem in release.problems)
    assert release.dental_refused == 0


@pytest.mark.shared
def test_january_2026_has_the_published_terminations_and_unclassified_codes(shared: Path) -> None:
    """1,300 codes and 20 modifiers have a last day, and 166 codes are on the list in the zip."""
    release = read_release(shared / "hcpcs/2026-01/january-2026-alpha-numeric-hcpcs-file.zip")

    assert sum(record.effective_to is not None for record in release.records) == 1300
    assert sum(modifier.effective_to is not None for modifier in release.modifiers) == 20
    assert sum(record.is_noc for record in release.records) == 166
    assert max(len(record.long_description) for record in release.records) == 4492


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["2018-01", "2019-01"])
def test_lists_published_beside_a_release_are_refused(shared: Path, folder: str) -> None:
    """CMS's zips of corrections and of unclassified codes are not taken for a release."""
    for path in sorted((shared / "hcpcs" / folder).glob("*.zip")):
        if "Alpha-Numeric-HCPCS-File" not in path.name:
            with pytest.raises(ReleaseFormatError, match="holds no release"):
                read_release(path)
