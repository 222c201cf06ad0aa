"""The data files that ship: their digests are current, and a damaged one is named and never used."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index import shipped
from index.errors import HcpcsError
from index.shipped import DIGESTS, FOLDERS, ROOT, read_shipped, write_digests
from index.text.lexicon import read_lexicon
from suggest.identity import model_identity
from tests.index_fakes import LetterEncoder
from tests.shipped_copy import Loads, copied


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all that ships, which takes the place of the original."""
    return copied(tmp_path, monkeypatch)


def test_the_digests_are_those_of_the_files(tmp_path: Path) -> None:
    """After a change of weights, lexicon or starter catalogue: `python -m index.shipped`."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder)

    assert write_digests(tmp_path).read_bytes() == (ROOT / DIGESTS).read_bytes(), (
        "run `python -m index.shipped`"
    )


@pytest.mark.parametrize(
    ("name", "load"),
    [
        ("index/weights/encoder/encoder.safetensors", Loads.encoder),
        ("index/weights/encoder/encoder.json", Loads.encoder),
        ("index/weights/encoder/tokenizer.json", Loads.encoder),
        ("suggest/weights/ranker.txt", Loads.ranker),
        ("suggest/weights/confidence.txt", Loads.calibration),
        ("suggest/weights/answerable.txt", Loads.calibration),
        ("suggest/weights/thresholds.json", Loads.thresholds),
        ("suggest/weights/systems.safetensors", Loads.systems),
        ("index/text/lexicon/lay.tsv", Loads.lexicon),
        ("index/starter/E.tsv", Loads.starter),
    ],
)
def test_a_changed_file_is_named(copy: Path, name: str, load: Callable[[Path], object]) -> None:
    """One digit is enough, an end that is missing too, and a file that is gone."""
    load(copy)
    path = copy / name
    whole = path.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], whole[:-1], b""):
        path.write_bytes(damaged)
        with pytest.raises(HcpcsError, match=rf"{path.name} is damaged: its checksum differs from .*shipped"):
            load(copy)
    path.unlink()
    with pytest.raises(HcpcsError, match=rf"{path.name} is missing; reinstall the project"):
        load(copy)


def test_a_file_that_does_not_ship_is_refused(copy: Path) -> None:
    """Terms that somebody added are not read as ours without a word."""
    (copy / "index/text/lexicon/mine.tsv").write_text("term\tmeans\tkind\tcodes\tcontext\n")

    with pytest.raises(HcpcsError, match=r"mine\.tsv is no file that ships .*python -m index\.shipped"):
        read_lexicon(copy / "index/text/lexicon")


def test_the_list_of_digests_covers_itself(copy: Path) -> None:
    """A digest that was changed with the file is no way around."""
    path = copy / DIGESTS
    path.write_bytes(path.read_bytes().replace(b"suggest/weights/ranker.txt", b"suggest/weights/banker.txt"))

    with pytest.raises(HcpcsError, match=r"shipped\.json is damaged: its content differs from the checksum"):
        Loads.ranker(copy)
    path.unlink()
    shipped._shipped.cache_clear()
    with pytest.raises(HcpcsError, match=r"shipped\.json cannot be read .*; reinstall the project"):
        Loads.ranker(copy)


def test_other_files_are_read_as_they_are(tmp_path: Path) -> None:
    """A user's own lists are not ours to check."""
    (tmp_path / "mine.tsv").write_bytes(b"mine")

    assert read_shipped(tmp_path / "mine.tsv") == b"mine"
    assert read_shipped(ROOT / "index/starter/README.md").startswith(b"#")


def test_one_name_for_weights_and_program(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes with every file of weights, with the encoder and with the source."""
    names = [model_identity(LetterEncoder()), model_identity(LetterEncoder("2" * 64))]
    (copy / "suggest/weights/thresholds.json").write_bytes(b"{}")
    write_digests(copy)
    names.append(model_identity(LetterEncoder()))
    monkeypatch.setattr("suggest.identity.source_digest", lambda *modules: "other")
    names.append(model_identity(LetterEncoder()))

    assert len(set(names)) == 4
    assert all(name.startswith("letters@") and len(name) == len("letters@") + 16 for name in names)
