"""The lexicon's review: each kind of finding on a small release, and the shipped lexicon itself."""

from __future__ import annotations

from datetime import date
from itertools import chain
from pathlib import Path

import msgspec
import pytest

from index.errors import ReleaseFormatError
from index.records import Record
from index.release.release import read_release
from index.review.findings import Finding, Placed, findings, read_placed
from index.review.lines import Line, read_lines, uses
from index.review.reviewed import NOTES, noted, read_notes
from index.review.wording import Wording
from index.text.lexicon import FOLDER, Entry, key_of

RELEASE = "hcpcs/2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz"
LINES = ("train/charge_lines.jsonl.gz", "train/price_lines_2026.jsonl.gz")
WORDING = Wording(
    [
        Record("A0001", "Dog bandage, elastic, per yard"),
        Record("A0002", "Dog bandage, elastic, per inch"),
        Record("A0003", "Cat basket", effective_to=date(2025, 1, 1), cross_references=("A0004",)),
        Record("A0004", "Cat basket, woven"),
        Record("J0001", "Injection, felinumab, 1 mg"),
        Record("J0002", "Injection, canimab-xyz, 1 mg"),
    ]
)


def found(*entries: Entry, lines: list[Line] | None = None) -> list[tuple[str, str]]:
    """Kind and detail of what is found in entries that stand in one file."""
    placed = [Placed("a.tsv", number, entry) for number, entry in enumerate(entries, 2)]
    used = uses({key_of(entry.term) for entry in entries}, lines or [])
    return [(finding.kind, finding.detail) for finding in findings(placed, WORDING, used)]


def test_an_entry_that_the_release_bears_out_has_no_finding() -> None:
    """Its meaning has words of its code, and no other code has them all."""
    assert found(Entry("catbox", ("woven cat basket",), "lay", ("A0004",))) == []


def test_ended_and_missing_codes_are_found() -> None:
    """An ended one with its successors."""
    assert found(Entry("catbox", ("cat basket",), "lay", ("A0003", "A0004", "A9999"))) == [
        ("ended", "A0003 ended 2025-01-01: ('A0004',)"),
        ("missing", "A9999 is not in the release"),
    ]


def test_rows_of_one_term_with_other_codes_are_found() -> None:
    """Each names the other; with a code in common they only differ."""
    first, second = Entry("x", (), "lay", ("A0001",)), Entry("X", (), "lay", ("A0004",))

    assert found(first, second) == [("contradiction", "a.tsv:3: A0004"), ("contradiction", "a.tsv:2: A0001")]
    assert [
        found(Entry("x", (), "lay", ("A0001", code)), Entry("x", (), "lay", ("A0001", "A0004")))
        for code in ("A0002", "A0004")
    ] == [
        [("differs", "a.tsv:3: A0001 A0004"), ("differs", "a.tsv:2: A0001 A0002")],
        [],
    ]


def test_rows_of_one_term_with_contexts_may_have_other_codes() -> None:
    """Two meanings of one word, each where its context allows it."""
    first = Entry("x", (), "lay", ("A0001",), needs=("dog",))
    second = Entry("x", (), "lay", ("A0004",), excludes=("dog",))

    assert found(first, second) == []
    assert len(found(first, Entry("x", (), "lay", ("A0004",)))) == 2


def test_a_code_without_a_word_of_the_meaning_is_found() -> None:
    """Unless the term's own word is in its descriptor."""
    assert found(Entry("k9", ("elastic dog bandage",), "lay", ("A0001", "A0002", "A0004"))) == [
        ("denied", "A0004 has no word of ('elastic dog bandage',)")
    ]
    assert found(Entry("felinumab", ("cat basket",), "lay", ("J0001",))) == []


def test_a_meaning_that_no_code_has_half_of_is_found() -> None:
    """Its words are other codes' words."""
    assert found(Entry("k9", ("woven cat inch",), "lay", ("A0002",))) == [
        ("denied", "no code has half of its words, A0002 has most of them")
    ]


def test_a_competing_drug_is_found() -> None:
    """A name that leads to another substance than the meaning says."""
    assert found(Entry("felisure", ("felinumab",), "trade name", ("J0001", "J0002"))) == [
        ("denied", "J0002 has no word of ('felinumab',)"),
        ("substance", "not named in its meaning: J0002 canimab-xyz"),
    ]


def test_a_sibling_that_fits_as_well_is_found() -> None:
    """All words of the meaning are in a code that the entry does not list."""
    assert found(Entry("k9", ("elastic dog bandage",), "lay", ("A0001",))) == [
        ("sibling", "as well as its own: A0002")
    ]


def test_a_term_whose_lines_have_another_code_is_found(tmp_path: Path) -> None:
    """From six lines of two hospitals on."""
    (tmp_path / "lines.jsonl").write_text(
        '{"query": "BX catbox", "codes": ["A0001"], "source": "a"}\n'
        '{"query": "Catbox big", "codes": ["A0001"], "source": "b"}\n'
        '{"query": "nothing", "source": "b"}\n'
    )
    lines = read_lines(tmp_path / "lines.jsonl")
    entry = Entry("catbox", ("woven cat basket",), "lay", ("A0004",))

    assert [line.query for line in lines] == ["BX catbox", "Catbox big"]
    assert found(entry, lines=lines * 2) == []
    assert found(entry, lines=lines * 3) == [("lines", "6 of 6 lines have A0001, 0% its own")]
    assert found(entry, lines=lines[:1] * 6) == []
    assert found(msgspec.structs.replace(entry, excludes=("bx",)), lines=lines * 3) == []
    assert found(msgspec.structs.replace(entry, needs=("catbox",)), lines=lines * 3) != []


def test_a_note_without_a_reason_is_refused(tmp_path: Path) -> None:
    """Whoever keeps an entry says why."""
    (tmp_path / "a.tsv").write_text("kind\tsubject\treason\nsibling\tx\tonly by the yard\nsibling\ty\t\n")

    with pytest.raises(ReleaseFormatError, match=r"a\.tsv:3: expected kind, subject, reason"):
        read_notes(tmp_path)


@pytest.fixture(scope="module")
def shipped(shared: Path) -> list[Finding]:
    """The findings in the shipped lexicon."""
    entries = read_placed(sorted(FOLDER.glob("*.tsv")))
    lines = chain.from_iterable(read_lines(shared / name) for name in LINES)
    used = uses({key_of(placed.entry.term) for placed in entries}, lines)
    return list(findings(entries, Wording(read_release(shared / RELEASE).records), used))


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.tsv")))
def test_every_finding_in_the_shipped_lexicon_was_reviewed(shipped: list[Finding], file: str) -> None:
    """An entry that the release or the lines contradict is mended, or kept with a reason."""
    notes = {key: reason for key, reason in read_notes(NOTES).items() if key[0] == file}
    pairs = [(noted(found, notes), found) for found in shipped if found.placed.file == file]

    assert [found for keys, found in pairs if not keys] == []
    assert sorted(set(notes).difference(*(keys for keys, _ in pairs))) == []
