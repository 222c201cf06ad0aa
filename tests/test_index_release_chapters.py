"""Chapters of the code book: every code in one, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.code_systems import LEVEL_II
from index.records import Record
from index.release.chapters import STARTS, Chapter, SectionChapters, chapter_of, chapters
from index.release.labels import SECTIONS
from tests.real_index import RELEASE


def record(code: str) -> Record:
    return Record(code, "Invented thing")


def test_codes_are_counted_by_section_and_chapter() -> None:
    """A chapter goes from its first to its last code of the release; Level I has no chapters."""
    found = chapters([record(code) for code in ("99999", "E0100", "E0143", "E0160", "K0001")])

    assert found == (
        SectionChapters("CPT", SECTIONS["CPT"], 1, ()),
        SectionChapters(
            "E",
            SECTIONS["E"],
            3,
            (
                Chapter("E0100", "E0143", "Canes, crutches and walkers", 2),
                Chapter("E0160", "E0160", "Commodes, bath and toilet aids", 1),
            ),
        ),
        SectionChapters(
            "K", SECTIONS["K"], 1, (Chapter("K0001", "K0001", "Wheelchairs and their parts", 1),)
        ),
    )


def test_starts_are_codes_in_order_with_words_of_their_own() -> None:
    """Otherwise a code would be in the wrong chapter, or two chapters would be one."""
    starts = [start for start, _ in STARTS]

    assert starts == sorted(set(starts))
    assert all(LEVEL_II.matches(start) for start in starts)
    named = {(start[0], words) for start, words in STARTS}
    assert len(named) == len(STARTS)
    assert {start[0] for start in starts} == set(SECTIONS) - {"CPT"}


def test_a_section_before_its_first_chapter_has_no_words() -> None:
    """Not those of the section before."""
    assert chapter_of("K0000") == ""
    assert chapter_of("E8002") == "Gait trainers"


@pytest.mark.shared
def test_every_code_of_the_release_has_a_chapter(shared: Path) -> None:
    """Also ended ones."""
    from index.release.release import read_release

    assert [one.code for one in read_release(shared / RELEASE).records if not chapter_of(one.code)] == []
