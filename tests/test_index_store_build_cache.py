"""The build cache: known values come from it, damaged ones are computed again and said."""

from __future__ import annotations

import logging
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from index.errors import ArtifactError
from index.store.build_cache import cached_by_source

SOURCES = [f"text {number}" for number in range(50)]


class Counting:
    """Computes a value from each source, and counts."""

    def __init__(self, sources: list[str] = SOURCES) -> None:
        self.sources, self.computed = sources, 0

    def __call__(self, positions: list[int]) -> list[bytes]:
        self.computed += len(positions)
        return [self.sources[position].upper().encode() * 20 for position in positions]


RIGHT = Counting()(list(range(len(SOURCES))))


def computed(path: Path) -> int:
    """How many values were computed for a build with this cache; each value is right."""
    compute = Counting()
    assert cached_by_source(path, SOURCES, compute) == RIGHT
    return compute.computed


def test_known_values_are_not_computed_again(tmp_path: Path) -> None:
    """A second build takes all from the first."""
    assert computed(tmp_path / "cache.db") == 50
    assert computed(tmp_path / "cache.db") == 0


@pytest.mark.parametrize("before", [b"TEXT 7", b"text 7"])
def test_a_damaged_value_is_computed_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, before: bytes
) -> None:
    """The value itself, or the source that it is stored under; the others are taken."""
    path = tmp_path / "cache.db"
    computed(path)
    data = path.read_bytes()
    at = data.index(before) + len(before) - 1
    path.write_bytes(data[:at] + b"x" + data[at + 1 :])

    with caplog.at_level(logging.WARNING):
        assert computed(path) == 1
    assert f"the cache {path} is damaged: what it does not hold whole is computed again" in caplog.text
    assert computed(path) == 0


def test_a_file_that_is_no_database_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And said."""
    path = tmp_path / "cache.db"
    path.write_bytes(b"nonsense " * 1000)

    assert computed(path) == 50
    assert "is damaged: all of it is computed again" in caplog.text
    assert computed(path) == 0


def test_a_cell_of_another_type_is_no_value(tmp_path: Path) -> None:
    """Whatever the database holds."""
    path = tmp_path / "cache.db"
    computed(path)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE checked SET made = 5")

    assert computed(path) == 50


def test_values_without_digests_are_not_taken(tmp_path: Path) -> None:
    """As if a value were its own digest."""
    path = tmp_path / "cache.db"
    computed(path)
    made = msgspec.msgpack.encode(dict.fromkeys(SOURCES, b"wrong" * 20))
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE checked SET made = ?", (made,))

    assert computed(path) == 50


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(ArtifactError, match=r"the cache .*cache\.db cannot be used"):
        cached_by_source(tmp_path / "file" / "cache.db", SOURCES, Counting())


def test_no_damage_gives_a_wrong_value(tmp_path: Path) -> None:
    """Wherever a byte was changed."""
    path = tmp_path / "cache.db"
    computed(path)
    whole, drawn = path.read_bytes(), random.Random(3)
    for _ in range(60):
        at = drawn.randrange(len(whole))
        path.write_bytes(whole[:at] + drawn.randbytes(4) + whole[at + 4 :])
        computed(path)
