"""Releases of any size, made from a seed: for growth, where official files have one size only."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from benchmarks.setting import SEED
from index.records import Record, Release

LETTERS = "ABCEGHJKLMPQRSTUV"
DIGITS = 10_000
LARGEST = len(LETTERS) * DIGITS

NOUNS = (
    "brace", "catheter", "chair", "cushion", "dressing", "frame", "implant", "lens", "mask", "monitor",
    "pump", "shoe", "sling", "splint", "stent", "tube", "valve", "walker", "wire", "pad",
)  # fmt: skip
KINDS = (
    "adjustable", "ambulatory", "custom made", "disposable", "elastic", "electric", "heavy duty",
    "implantable", "lightweight", "non-sterile", "pediatric", "portable", "prefabricated", "reusable",
    "rigid", "sterile",
)  # fmt: skip
PARTS = (
    "ankle", "arm", "back", "bladder", "chest", "ear", "elbow", "eye", "foot", "hand", "heart", "hip",
    "knee", "leg", "lung", "neck", "nose", "shoulder", "skin", "wrist",
)  # fmt: skip
SYLLABLES = (
    "ab", "bre", "cil", "dor", "ef", "fla", "gli", "hex", "im", "ket", "lor", "mab", "nib", "ol", "pra",
    "quin", "ril", "sta", "tin", "umab", "ver", "xan", "yl", "zol",
)  # fmt: skip


def release(n: int, seed: int = SEED) -> Release:
    """A release of `n` made-up codes, ascending by code; the same seed gives the same one.

    Raises:
        ValueError: If there are not that many codes.
    """
    if not 1 <= n <= LARGEST:
        raise ValueError(f"{n} codes were asked for; from 1 to {LARGEST} can be made")
    drawn = random.Random(seed)
    places = sorted(drawn.sample(range(LARGEST), n))
    records = tuple(_record(f"{LETTERS[place // DIGITS]}{place % DIGITS:04}", drawn) for place in places)
    return Release(f"synthetic-{n}", f"seed {seed}", f"{seed:064x}", records)


def reworded(given: Release, n: int, seed: int = SEED) -> Release:
    """The release with the long descriptors of `n` codes changed, as the next quarter's would be."""
    drawn = random.Random(seed)
    records = list(given.records)
    for place in drawn.sample(range(len(records)), n):
        old = records[place]
        records[place] = msgspec.structs.replace(
            old, long_description=f"{old.long_description}, {drawn.choice(KINDS)} {drawn.choice(NOUNS)}"
        )
    return msgspec.structs.replace(given, records=tuple(records), sha256=f"{seed + 1:064x}")


def _record(code: str, drawn: random.Random) -> Record:
    words = list(_drug(drawn) if code[0] == "J" else _device(drawn))
    return Record(code, ", ".join(words), " ".join(words)[:28], effective_from=date(2000, 1, 1))


def _drug(drawn: random.Random) -> Iterator[str]:
    yield "injection"
    yield "".join(_picked(SYLLABLES, drawn.randint(3, 5), drawn))
    yield f"{drawn.choice((1, 5, 10, 20, 50, 100, 250, 500))} mg"


def _device(drawn: random.Random) -> Iterator[str]:
    yield f"{drawn.choice(PARTS)} {drawn.choice(NOUNS)}"
    yield from _picked(KINDS, drawn.randint(1, 3), drawn)
    yield f"model {''.join(_picked(SYLLABLES, 3, drawn))}"
    yield f"{drawn.randint(1, 60)} inches or less"


def _picked(from_: Sequence[str], n: int, drawn: random.Random) -> list[str]:
    return drawn.sample(from_, n)
