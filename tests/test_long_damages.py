"""Files with random damage, in their bytes and in their structure: never a wrong answer, never without end.

An index folder and what ships is refused with a sentence that names the file, a cache is computed again.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import shipped
from index.build import Sources, assemble, write_index
from index.errors import ArtifactError, HcpcsError
from index.home import Home
from index.shipped import DIGESTS, read_shipped
from index.store.artifact import Artifact
from index.store.contents import verify
from suggest.exemplars import load_blend
from suggest.ranker import WEIGHTS
from suggest.trees import Trees
from tests.effort import inputs, tried
from tests.index_fakes import SMALL, LetterEncoder, build_small
from tests.shipped_copy import Loads, copied

pytestmark = pytest.mark.random

Damage = Callable[[bytes, random.Random], bytes]


def flipped(data: bytes, drawn: random.Random) -> bytes:
    """One bit flipped."""
    at = drawn.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << drawn.randrange(8)]) + data[at + 1 :]


def cut(data: bytes, drawn: random.Random) -> bytes:
    """The end is missing."""
    return data[: drawn.randrange(len(data))]


def overwritten(data: bytes, drawn: random.Random) -> bytes:
    """A run of bytes replaced."""
    at, size = drawn.randrange(len(data)), drawn.randint(1, 64)
    return data[:at] + drawn.randbytes(size) + data[at + size :]


def grown(data: bytes, drawn: random.Random) -> bytes:
    """Bytes were added."""
    at = drawn.randint(0, len(data))
    return data[:at] + drawn.randbytes(drawn.randint(1, 64)) + data[at:]


def zeroed(data: bytes, drawn: random.Random) -> bytes:
    """A block of zeros, as after a disk error."""
    at = drawn.randrange(len(data))
    return data[:at] + bytes(len(data[at : at + 512])) + data[at + 512 :]


def digit_changed(data: bytes, drawn: random.Random) -> bytes:
    """One digit became another."""
    places = [at for at in (drawn.randrange(len(data)) for _ in range(200)) if chr(data[at]).isdigit()]
    if not places:
        return flipped(data, drawn)
    other = drawn.choice([digit for digit in b"0123456789" if digit != data[places[0]]])
    return data[: places[0]] + bytes([other]) + data[places[0] + 1 :]


def lines_changed(data: bytes, drawn: random.Random) -> bytes:
    """A line is missing, stands twice, or changed places with another."""
    lines = data.split(b"\n")
    one, other = drawn.randrange(len(lines)), drawn.randrange(len(lines))
    how = drawn.randrange(3)
    if how == 0:
        del lines[one]
    elif how == 1:
        lines.insert(other, lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def joined(data: bytes, drawn: random.Random) -> bytes:
    """Two parts of the file changed places."""
    at = drawn.randrange(len(data))
    return data[at:] + data[:at]


BYTES: tuple[Damage, ...] = (flipped, cut, overwritten, grown, zeroed)
STRUCTURE: tuple[Damage, ...] = (digit_changed, lines_changed, joined)
DAMAGES = (*BYTES, *STRUCTURE)


def damaged(path: Path, drawn: random.Random) -> tuple[bytes, bytes]:
    """The bytes of a file before and after a damage that was written to it."""
    whole = path.read_bytes()
    changed = whole
    while changed == whole:
        changed = drawn.choice(DAMAGES)(whole, drawn)
    path.write_bytes(changed)
    return whole, changed


def test_no_damage_of_an_index_folder_goes_unseen(tmp_path: Path) -> None:
    """The error names the file, the manifest too."""
    folder = tmp_path / "index"
    build_small(folder)
    paths = [path for path in sorted(folder.iterdir()) if path.stat().st_size]
    drawn = random.Random(1)
    for _ in range(inputs(100, 20_000)):
        path = drawn.choice(paths)
        whole, _ = damaged(path, drawn)
        tried["damaged index files"] += 1
        with pytest.raises(ArtifactError, match=f"{path.name} (is damaged|cannot be read)"):
            Artifact.load(folder)
        path.write_bytes(whole)


LOADED_BY = {
    "index/starter": Loads.starter,
    "index/text/lexicon": Loads.lexicon,
    "index/weights/encoder/modules.json": lambda copy: read_shipped(
        copy / "index/weights/encoder/modules.json"
    ),
    "index/weights/encoder": Loads.encoder,
    "suggest/weights/answerable.txt": Loads.calibration,
    "suggest/weights/confidence.txt": Loads.calibration,
    "suggest/weights/exemplars.json": lambda copy: load_blend(copy / "suggest/weights/exemplars.json"),
    "suggest/weights/ranker.txt": Loads.ranker,
    "suggest/weights/systems.safetensors": Loads.systems,
    "suggest/weights/thresholds.json": Loads.thresholds,
    DIGESTS: Loads.ranker,
}
"""How what ships is loaded, by the beginnings of names."""


def test_no_damage_of_what_ships_goes_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights, lexicon, starter catalogue, and the list of their digests."""
    copy = copied(tmp_path, monkeypatch)
    paths = sorted(path for path in copy.rglob("*") if path.is_file() and path.suffix != ".md")
    drawn = random.Random(2)
    for _ in range(inputs(60, 6000)):
        path = drawn.choice(paths)
        whole, _ = damaged(path, drawn)
        name = path.relative_to(copy).as_posix()
        load = next(load for start, load in LOADED_BY.items() if name.startswith(start))
        tried[f"damaged files of {path.parent.relative_to(copy)}"] += 1
        shipped._shipped.cache_clear()
        with pytest.raises(HcpcsError, match=f"{path.name} is damaged"):
            load(copy)
        path.write_bytes(whole)
    shipped._shipped.cache_clear()


def test_a_damaged_model_is_refused_or_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even without digests: no walk through a tree goes on for ever or leaves it."""
    whole = (WEIGHTS / "confidence.txt").read_bytes()
    matrix = np.zeros((9, len(Trees(whole.decode()).features)), np.float32)
    drawn = random.Random(3)
    for _ in range(inputs(20, 2000)):
        changed = drawn.choice((flipped, overwritten, *STRUCTURE))(whole, drawn)
        tried["damaged models, read without digests"] += 1
        try:
            Trees(changed.decode(errors="replace")).predict(matrix)
        except (ArtifactError, ValueError):
            tried["of them refused"] += 1


def test_no_damage_of_a_cache_gives_another_index(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is damaged is computed again, and said."""
    build_small(tmp_path / "whole")
    expected = verify(tmp_path / "whole").files
    drawn, cache = random.Random(4), tmp_path / "cache"
    for _ in range(inputs(30, 3000)):
        shutil.rmtree(cache, ignore_errors=True)
        build_with(cache, tmp_path / "index")
        path = drawn.choice(sorted(cache.iterdir()))
        damaged(path, drawn)
        tried["damaged build caches"] += 1
        build_with(cache, tmp_path / "index")
        assert verify(tmp_path / "index").files == expected
        build_with(cache, tmp_path / "index")


def build_with(cache: Path, out: Path) -> None:
    """The small release, with a cache."""
    write_index(assemble(Sources(SMALL), LetterEncoder(), cache=cache), out)


def test_no_damage_of_the_choice_makes_another_one(tmp_path: Path) -> None:
    """Of `active`: the same index or a sentence that names the file."""
    home = Home(tmp_path)
    for name in ("2025-10", "2026-01"):
        build_small(home.indexes / name)
    home.activate("2026-01")
    drawn = random.Random(5)
    for _ in range(inputs(50, 3000)):
        whole, _ = damaged(home.active_file, drawn)
        tried["damaged choices of an index"] += 1
        try:
            found = home.active()
        except ArtifactError as error:
            assert "active" in str(error)
        else:
            assert found == home.indexes / "2026-01"
        home.active_file.write_bytes(whole)
