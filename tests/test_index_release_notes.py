"""CMS's processing notes: reading, what is wrong with a file, and the way into an index."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from api.__main__ import main
from index.errors import ReleaseFormatError
from index.records import Notes, Record, Release
from index.release.notes import is_notes, joined, notes_beside, read_notes, uncited
from index.release.release import read_release
from index.store.catalogue import read_catalogue
from tests.index_fakes import SMALL as SMALL_RELEASE
from tests.index_fakes import build_small
from tests.release_files import SMALL, fixed_width, head, zipped

NOTES = """\
                    PROCESSING NOTES
 ______________________________________________

          0001--THIS NOTE WAS DELETED.                      *
                                                            *
          0002--FOR  DOGS (A0001) ONLY, NOT                 *
                 FOR CATS.                                  *
\t\t\t\t\t\t   *
\t  0003--ON A LEASH; SEE THE\t\t
\t\tKENNEL BOOK.\t\t\t\t   *\t

"""
TEXTS = {
    "0001": "THIS NOTE WAS DELETED.",
    "0002": "FOR DOGS (A0001) ONLY, NOT FOR CATS.",
    "0003": "ON A LEASH; SEE THE KENNEL BOOK.",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HCPCS_INDEX", raising=False)
    return tmp_path / "home"


def written(folder: Path, data: str | bytes, name: str = "proc_notes_JAN2026.txt") -> Path:
    """A file of notes, by default ended as CMS ends lines."""
    path = folder / name
    folder.mkdir(exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.replace("\n", "\r\n").encode("cp1252"))
    return path


def released(folder: Path, name: str = "HCPC2026_JAN_ANWEB.txt", note: str = "0002") -> Path:
    """A release whose first code cites a note."""
    lines = [SMALL[0], head("A0001", "Invented bandage for a large dog", processing_note=note), *SMALL[3:]]
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(fixed_width(lines))
    return folder / name


def test_notes_are_read_with_stars_and_line_breaks_removed(tmp_path: Path) -> None:
    """Stars stand behind each line or behind the last one; tabs and blanks count as one blank."""
    notes, problems = read_notes(written(tmp_path, NOTES))

    assert (notes.source, notes.texts, problems) == ("proc_notes_JAN2026.txt", TEXTS, ())
    assert is_notes(NOTES)
    assert not is_notes(fixed_width(SMALL).decode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_with_a_mark_are_read(tmp_path: Path, encoding: str) -> None:
    """A file saved by an editor has the same notes."""
    assert read_notes(written(tmp_path, NOTES.encode(encoding)))[0].texts == TEXTS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "holds no processing note"),
        (b"A list of\nsomething else\n", "holds no processing note"),
        (NOTES.encode("utf-16-le"), "is binary data"),
        (bytes(range(256)), "is binary data"),
    ],
)
def test_a_file_without_notes_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """The error names the file and what is wrong."""
    with pytest.raises(ReleaseFormatError, match=f"proc_notes_JAN2026.txt: .*{message}"):
        read_notes(written(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (NOTES[:-40], 0, "note 0003 has no end; the file may be cut short, fetch it again"),
        (NOTES + "          0003--AGAIN.   *\n", 12, "note 0003 comes twice; the second one is left out"),
        (NOTES + "          0009--LATER.   *\n", 0, "no note between 0003 and 0009"),
        ("Something else\n" + NOTES, 1, "stands before the first note; left out"),
        (NOTES.encode().replace(b"DOGS", b"D\x81GS"), 6, "neither UTF-8 nor Windows-1252"),
    ],
)
def test_what_is_wrong_in_a_file_is_reported(
    tmp_path: Path, data: str | bytes, line: int, message: str
) -> None:
    """The rest is read; strict reading ends at the problem."""
    path = written(tmp_path, data)
    notes, (problem,) = read_notes(path)

    assert (problem.line, message in problem.message) == (line, True)
    assert notes.texts["0001"] == TEXTS["0001"]
    with pytest.raises(ReleaseFormatError, match="proc_notes"):
        read_notes(path, strict=True)


def test_numbers_without_a_note_are_reported() -> None:
    """As when a file was cut between two notes; 0000 stands for no note."""
    records = [
        Record(f"A000{n}", "x", processing_note=number) for n, number in enumerate(["", "0000", "7777"])
    ]
    notes = Notes("notes.txt", "0", TEXTS)

    assert [problem.message for problem in uncited(notes, records)] == [
        "codes cite notes that it lacks: 7777; their numbers stay without text"
    ]
    assert uncited(notes, records[:2]) == ()


def test_of_two_releases_the_newer_text_holds() -> None:
    """A note of the older one alone is kept for codes that left the file."""
    older, newer = Notes("old", "1", {"0001": "a", "0002": "b"}), Notes("new", "2", {"0002": "c"})

    assert joined(older, newer) == Notes("new", "2", {"0001": "a", "0002": "c"})
    assert joined(older, None) is older
    assert joined(None, newer) is newer


def test_the_notes_in_a_zip_are_read_and_their_faults_reported(tmp_path: Path) -> None:
    """A release with damaged notes is read all the same."""
    text = released(tmp_path).read_bytes()
    for notes, expected in ((NOTES.encode(), TEXTS), (b"", None), (b"\0\0", None)):
        path = tmp_path / "january-2026.zip"
        path.write_bytes(zipped({"HCPC2026_JAN_ANWEB.txt": text, "a/proc_notes_JAN2026.txt": notes}))
        release = read_release(path)

        assert (release.notes.texts if release.notes else None) == expected
        told = ["the processing notes in it are not read" in one.message for one in release.problems]
        assert told == [] if expected else [True]
        assert len(release.records) == 3


def test_one_file_beside_the_release_is_read(tmp_path: Path) -> None:
    """Of several none is, since a release has its own; a damaged one is reported."""
    release = released(tmp_path / "a")
    assert notes_beside(release) == (None, ())
    written(tmp_path / "a", NOTES)
    found, problems = notes_beside(release)
    assert found is not None
    assert (found.texts, problems) == (TEXTS, ())
    written(tmp_path / "a", NOTES, "PROC_NOTES_2017.TXT")
    found, problems = notes_beside(release)
    assert found is None
    assert "2 files of processing notes lie beside it" in problems[0].message
    written(tmp_path / "b", b"\0")
    found, problems = notes_beside(released(tmp_path / "b"))
    assert found is None
    assert "the processing notes beside it are not read" in problems[0].message


def test_an_index_keeps_the_notes_and_one_without_them_works_as_before(tmp_path: Path) -> None:
    """An earlier index folder has no such file."""
    record = Record("A0001", "Invented bandage", processing_note="0002")
    release = Release("2026-01", "x.txt", "0", (record,), notes=Notes("n.txt", "1", TEXTS))
    manifest = build_small(tmp_path / "with", release)
    build_small(tmp_path / "without", msgspec.structs.replace(release, notes=None))
    with_notes, without = read_catalogue(tmp_path / "with"), read_catalogue(tmp_path / "without")

    assert manifest.counts["notes"] == 3
    assert with_notes.note(record) == TEXTS["0002"]
    assert (without.notes, without.note(record)) == (None, "")
    assert not (tmp_path / "without/notes.json").exists()
    assert SMALL_RELEASE.notes is None


def test_the_command_shows_the_text_behind_the_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is named holds, else the one beside the release."""
    release = released(tmp_path / "a")
    other = written(tmp_path / "b", NOTES.replace("DOGS", "WOLVES"), "other.txt")
    for options, shown in (
        ((), "0002"),
        (("--notes", str(other)), "0002: FOR WOLVES (A0001) ONLY, NOT FOR CATS."),
        ((), f"0002: {TEXTS['0002']}"),
    ):
        assert main(["index", "build", "--release", str(release), *options]) == 0
        capsys.readouterr()
        assert main(["code", "A0001", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["fields"]["Processing note"] == shown
        written(tmp_path / "a", NOTES)
    assert main(["index", "build", "--release", str(release), "--notes", str(tmp_path / "none.txt")]) == 2
    assert "none.txt: there is no such file" in capsys.readouterr().err


def test_a_history_has_the_notes_of_all_its_releases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A note of both has the newer text; a number that no file has is reported."""
    older = released(tmp_path / "a", "HCPC2025_OCT_ANWEB.txt", "0003")
    written(tmp_path / "a", NOTES)
    newer = released(tmp_path / "b", note="0004")
    written(tmp_path / "b", "0002--NEWER. *\n")
    assert main(["index", "build", "--release", str(newer), "--release", str(older)]) == 0
    told = capsys.readouterr().err

    catalogue = read_catalogue(tmp_path / "home/indexes/2026-01")
    assert catalogue.notes is not None
    assert catalogue.notes.texts == TEXTS | {"0002": "NEWER."}
    assert "codes cite notes that it lacks: 0004" in told


def test_an_update_that_loses_the_notes_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The new release is taken; its numbers stay without text."""
    assert (
        main(
            [
                "index",
                "build",
                "--release",
                str(released(tmp_path / "a")),
                "--notes",
                str(written(tmp_path, NOTES)),
            ]
        )
        == 0
    )
    later = released(tmp_path / "b", "HCPC2026_APR_ANWEB.txt")
    assert main(["index", "update", "--release", str(later)]) == 0
    assert "the active index has CMS's processing notes, the new one has none" in capsys.readouterr().err


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "notes"),
    [
        ("2017-01/2017-Alpha-Numeric-HCPCS-File.zip", 211),
        ("2018-01/2018-Alpha-Numeric-HCPCS-File.zip", 216),
        ("2019-01/2019-Alpha-Numeric-HCPCS-File.zip", 218),
        ("2026-01/january-2026-alpha-numeric-hcpcs-file.zip", 234),
    ],
)
def test_every_published_file_of_notes_reads_whole(shared: Path, path: str, notes: int) -> None:
    """No problem, no star left, and a text for every number that a code cites."""
    release = read_release(shared / "hcpcs" / path)

    assert release.notes is not None
    assert len(release.notes.texts) == notes
    assert not any("*" in text or "\t" in text or not text for text in release.notes.texts.values())
    assert not any("note" in problem.path for problem in release.problems)
    assert uncited(release.notes, release.records) == ()


@pytest.mark.shared
def test_the_notes_beside_the_published_text_are_those_of_the_zip(shared: Path) -> None:
    """January 2026 lies there in both forms."""
    folder = shared / "hcpcs/2026-01"
    beside, problems = notes_beside(folder / "HCPC2026_JAN_ANWEB_01122026.txt.gz")
    zipped_notes = read_release(folder / "january-2026-alpha-numeric-hcpcs-file.zip").notes

    assert (beside, problems) == (zipped_notes, ())
