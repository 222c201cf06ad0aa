"""Files that survive crashes and other processes: written aside, brought to the disk, put into place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from index import files
from index.errors import ArtifactError
from index.files import exchange, locked, put_in_place, read_file, standing, tidy, write_file


def folder_of(path: Path, text: str) -> Path:
    """A folder with one file."""
    path.mkdir()
    (path / "file").write_text(text)
    return path


def test_writing_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    """Also over an old one."""
    for text in (b"old", b"new"):
        write_file(tmp_path / "file", text)

    assert read_file(tmp_path / "file") == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk."""
    write_file(tmp_path / "file", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(tmp_path / "file", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_folder_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    """By an exchange of names or by two renames, with the same result."""
    if not at_once:
        monkeypatch.setattr(files, "exchange", lambda one, other: False)
    old, new = folder_of(tmp_path / "place", "old"), folder_of(tmp_path / ".aside", "new")
    put_in_place(new, old)

    assert (tmp_path / "place" / "file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges names")
def test_names_are_exchanged_in_one_step(tmp_path: Path) -> None:
    """Both exist before and after."""
    one, other = folder_of(tmp_path / "one", "1"), folder_of(tmp_path / "other", "2")
    if not exchange(one, other):
        pytest.skip("this file system cannot exchange names")

    assert ((one / "file").read_text(), (other / "file").read_text()) == ("2", "1")


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    """And the old folder comes back if its place is empty."""
    folder_of(tmp_path / ".place.old", "old")
    folder_of(tmp_path / ".place.building-1", "half")
    assert standing(tmp_path / "place") == tmp_path / ".place.old"

    tidy(tmp_path / "place", ".place.building-")
    assert [path.name for path in tmp_path.iterdir()] == ["place"]
    assert standing(tmp_path / "place") == tmp_path / "place"


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    """The second is told after its wait; afterwards the lock is free, and no file of it is left."""
    pytest.importorskip("fcntl")
    with (
        locked(tmp_path),
        pytest.raises(ArtifactError, match="another process is writing in"),
        locked(tmp_path, wait_s=0),
    ):
        pass
    with locked(tmp_path, wait_s=0):
        assert list(tmp_path.iterdir()) == []
