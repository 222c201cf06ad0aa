"""Reading an index folder: every byte is read once and checked, and all are of one folder."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from index import files
from index.errors import ArtifactError
from index.store import contents
from index.store.contents import read_contents, verify
from tests.index_fakes import SMALL, build_small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index folder of the small release."""
    build_small(tmp_path / "index")
    return tmp_path / "index"


def test_each_file_is_read_once(folder: Path) -> None:
    """What was checked cannot change before it is used."""
    with patch.object(contents, "read_file", wraps=files.read_file) as read:
        held = read_contents(folder)

    names = [call.args[0].name for call in read.call_args_list]
    assert sorted(names) == sorted(held.manifest.files)
    assert set(held.files) == set(held.manifest.files)


def test_a_folder_replaced_while_it_is_read_is_read_anew(folder: Path) -> None:
    """Never the manifest of one index with the records of another."""
    later = msgspec.structs.replace(SMALL, name="2026-04", records=SMALL.records[:2])
    read, replaced = files.read_file, []

    def replacing(path: Path, **options: int | None) -> bytes:
        if path.name == "profiles.safetensors" and not replaced:
            replaced.append(path)
            build_small(folder, later)
        return read(path, **options)

    with patch.object(contents, "read_file", replacing):
        held = read_contents(folder)

    assert replaced
    assert held.manifest.release == "2026-04"
    assert held.files["records.jsonl"].count(b"\n") == 2


def test_a_folder_replaced_without_end_is_refused(folder: Path) -> None:
    """After some attempts; nothing hangs."""
    build_small(folder.parent / "other")
    read = files.read_file

    def replacing(path: Path, **options: int | None) -> bytes:
        if path.name == "lexicon.jsonl":
            folder.rename(folder.parent / "between")
            (folder.parent / "other").rename(folder)
            (folder.parent / "between").rename(folder.parent / "other")
            raise ArtifactError("gone meanwhile")
        return read(path, **options)

    with (
        patch.object(contents, "read_file", replacing),
        pytest.raises(ArtifactError, match="replaced 20 times"),
    ):
        read_contents(folder)


def test_without_an_exchange_the_old_folder_stands_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two renames replace a folder, a reader between them finds the old one."""
    seen = []
    rename = Path.rename

    def looking(path: Path, target: Path) -> Path:
        done = rename(path, target)
        seen.append(verify(folder).release)
        return done

    monkeypatch.setattr(files, "exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", looking)
    build_small(folder, msgspec.structs.replace(SMALL, name="2026-04"))

    assert seen == ["2026-01", "2026-04"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["records.jsonl", "manifest.json", "pipe"])
def test_a_pipe_is_refused_at_once(folder: Path, name: str) -> None:
    """Opening one would wait for a writer for ever."""
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)

    expected = "is not in the manifest" if name == "pipe" else "is not a regular file"
    with pytest.raises(ArtifactError, match=f"{name} {expected}"):
        verify(folder)


def test_a_manifest_without_end_is_refused(folder: Path) -> None:
    """No more is read than a manifest can have."""
    with (folder / "manifest.json").open("r+b") as file:
        file.truncate(1 << 40)

    with pytest.raises(ArtifactError, match=r"manifest\.json is damaged: it has 1099511627776 bytes"):
        verify(folder)
