"""The manifest: the sources of an index, and the digests of its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.digest import file_sha256
from index.errors import ArtifactError
from index.store.contents import digests, verify
from index.store.manifest import FORMAT, MANIFEST, read_manifest
from index.store.texts import TEMPLATE
from index.text.words import NORMAL_FORM
from tests.index_fakes import build_small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index folder of the small release."""
    build_small(tmp_path / "index")
    return tmp_path / "index"


def test_the_manifest_tells_what_the_index_was_made_from(folder: Path) -> None:
    """Release, source, encoder and the digest of every file but itself."""
    manifest = read_manifest(folder)

    assert (manifest.format, manifest.release, manifest.source) == (FORMAT, "2026-01", "small.csv")
    assert (manifest.encoder, manifest.encoder_sha256, manifest.dim) == ("letters", "1" * 64, 26)
    assert (manifest.template, manifest.normal_form) == (TEMPLATE, NORMAL_FORM)
    assert manifest.counts["codes"] == 4
    assert manifest.counts["terminated"] == 1
    assert manifest.counts["modifiers"] == 1
    assert manifest.files == digests(folder)
    assert manifest.files["records.jsonl"] == file_sha256(folder / "records.jsonl")
    assert MANIFEST not in manifest.files


def test_verifying_gives_the_manifest(folder: Path) -> None:
    """When every digest holds."""
    assert verify(folder) == read_manifest(folder)


def test_the_first_damaged_file_is_named(folder: Path) -> None:
    """In order of name."""
    for name in ("texts.jsonl", "records.jsonl"):
        (folder / name).write_bytes(b"{}")

    with pytest.raises(ArtifactError, match=r"records\.jsonl is damaged"):
        verify(folder)


def test_only_the_files_asked_for_are_checked(folder: Path) -> None:
    """Looking a code up needs the records alone."""
    (folder / "texts.jsonl").write_bytes(b"{}")

    verify(folder, only=["records.jsonl"])
    with pytest.raises(ArtifactError, match="damaged"):
        verify(folder, only=["records.jsonl", "texts.jsonl"])
