"""An index folder with random damage is refused, and the error names the damaged file."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import ArtifactError
from index.store.artifact import Artifact
from tests.effort import inputs, tried
from tests.index_fakes import build_small

pytestmark = pytest.mark.long

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


DAMAGES: tuple[Damage, ...] = (flipped, cut, overwritten, grown, zeroed)


def test_no_damage_of_an_index_folder_goes_unseen(tmp_path: Path) -> None:
    """The error names the file, the manifest too."""
    folder = tmp_path / "index"
    build_small(folder)
    paths = [path for path in sorted(folder.iterdir()) if path.stat().st_size]
    drawn = random.Random(1)
    for _ in range(inputs(100, 20_000)):
        path, damage = drawn.choice(paths), drawn.choice(DAMAGES)
        whole = path.read_bytes()
        damaged = damage(whole, drawn)
        if damaged == whole:
            continue
        tried["damaged index files"] += 1
        path.write_bytes(damaged)
        with pytest.raises(ArtifactError, match=f"{path.name} is damaged"):
            Artifact.load(folder)
        path.write_bytes(whole)
