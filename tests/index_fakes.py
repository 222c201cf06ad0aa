"""A readable encoder and a small release, for tests of building and loading index folders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from index.build import Sources, assemble, write_index
from index.encoder import Vectors
from index.records import Modifier, Record, Release
from index.sealed import seal
from index.store.contents import Contents
from index.store.manifest import MANIFEST, Manifest, read_manifest

LETTERS = "abcdefghijklmnopqrstuvwxyz"

SMALL = Release(
    name="2026-01",
    source="small.csv",
    sha256="0" * 64,
    records=(
        Record("A0001", "Invented bandage for a large dog", "Dog bandage", effective_from=date(2020, 1, 1)),
        Record("E0002", "Invented crutch, not otherwise specified", "Crutch nos", is_noc=True),
        Record("E0003", "Invented crutch with a spring, 250 mg", "Spring crutch"),
        Record(
            "K0004",
            "Invented kennel of wood",
            "Kennel",
            effective_to=date(2024, 12, 31),
            cross_references=("E0002",),
        ),
    ),
    modifiers=(Modifier("Z1", "Invented modifier of the left paw", "Left paw"),),
)


class LetterEncoder:
    """Counts letters: the vector of a text holds the frequency of each letter, scaled to unit length.

    Attributes:
        seen: Every text that was embedded, in order.
    """

    def __init__(self, sha256: str = "1" * 64) -> None:
        self.name = "letters"
        self.sha256 = sha256
        self.dim = len(LETTERS)
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        self.seen.extend(texts)
        counts = np.array([[text.count(letter) for letter in LETTERS] for text in texts], np.float32)
        rows = counts.reshape(len(texts), self.dim)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def build_small(out: Path, release: Release = SMALL) -> Manifest:
    """An index folder of the small release, built with the letter encoder."""
    return write_index(assemble(Sources(release), LetterEncoder()), out)


def contents_of(folder: Path) -> Contents:
    """The files of a folder without a manifest, as parts were saved into it."""
    manifest = assemble(Sources(SMALL), LetterEncoder()).manifest
    return Contents(folder, manifest, {path.name: path.read_bytes() for path in folder.iterdir()})


def reseal(folder: Path, **changes: object) -> None:
    """Put other values into the manifest, with the digest that fits them."""
    manifest = msgspec.structs.replace(read_manifest(folder), **changes)
    (folder / MANIFEST).write_bytes(seal(manifest))
