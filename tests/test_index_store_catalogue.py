"""Look-up by code, neighbours in CMS's order and predecessors."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.errors import ArtifactError
from index.records import Modifier, Record
from index.store.catalogue import MODIFIERS, RECORDS, Catalogue, predecessors, read_jsonl
from tests.index_fakes import contents_of

ENDED = date(2024, 12, 31)
CATALOGUE = Catalogue(
    [
        Record("A0001", "Bandage"),
        Record("A0002", "Old bandage", effective_to=ENDED, cross_references=("A0001", "K0004")),
        Record("E0003", "Crutch", cross_references=("A0001",)),
        Record("K0004", "Kennel"),
        Record("K0005", "Old kennel", effective_to=ENDED, cross_references=("K0004",)),
    ],
    [Modifier("Z1", "Left paw")],
    release="2026-01",
)


def codes(records: tuple[Record, ...]) -> list[str]:
    """The codes alone."""
    return [record.code for record in records]


def test_a_code_is_found_by_itself_alone() -> None:
    """Upper case, whole; anything else is None."""
    record = CATALOGUE.get("E0003")

    assert record is not None and record.long_description == "Crutch"
    assert CATALOGUE.position("E0003") == 2
    assert CATALOGUE.get("e0003") is CATALOGUE.get("E000") is CATALOGUE.position("Z1") is None
    assert (len(CATALOGUE), CATALOGUE.release) == (5, "2026-01")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("E0003", ["A0002", "K0004"]),
        ("A0001", ["A0002"]),
        ("K0005", ["K0004"]),
    ],
)
def test_neighbours_are_those_before_and_after(code: str, expected: list[str]) -> None:
    """Fewer at the ends; never the code itself."""
    assert codes(CATALOGUE.neighbours(code, 1)) == expected


def test_predecessors_are_ended_codes_that_name_a_code() -> None:
    """A cross reference of a code without a last day names no successor."""
    assert codes(CATALOGUE.predecessors("K0004")) == ["A0002", "K0005"]
    assert codes(CATALOGUE.predecessors("A0001")) == ["A0002"]
    assert CATALOGUE.predecessors("E0003") == ()
    assert predecessors(CATALOGUE.records) == {"A0001": ("A0002",), "K0004": ("A0002", "K0005")}


def test_a_catalogue_is_read_without_the_rest_of_the_folder(tmp_path: Path) -> None:
    """Its two files are enough."""
    CATALOGUE.save(tmp_path)
    loaded = Catalogue.load(contents_of(tmp_path))

    assert sorted(path.name for path in tmp_path.iterdir()) == [MODIFIERS, RECORDS]
    assert (loaded.records, loaded.modifiers) == (CATALOGUE.records, CATALOGUE.modifiers)


def test_a_line_that_is_no_record_is_refused(tmp_path: Path) -> None:
    """The message names the file and what to do."""
    (tmp_path / RECORDS).write_text('{"code": "A0001"}\n')

    with pytest.raises(ArtifactError, match=r"records\.jsonl cannot be read .*build the index again"):
        read_jsonl(contents_of(tmp_path), RECORDS, Record)
