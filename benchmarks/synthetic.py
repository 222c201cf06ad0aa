"""Seeded synthetic releases of any size, for growth: official files have only one size."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from benchmarks.setting import SEED
from index.records import Record, Release

LETTERS = "ABCEGHJKLMPQRSTUV"
CODES_PER_LETTER = 10_000
MAX_CODES = len(LETTERS) * CODES_PER_LETTER

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
    """Make a release of `n` synthetic codes, ascending by code; the same seed gives the same release.

    Raises:
        ValueError: If `n` is below 1 or above `MAX_CODES`.
    """
    if not 1 <= n <= MAX_CODES:
        raise ValueError(f"{n} codes were asked for; from 1 to {MAX_CODES} can be made")
    generator = random.Random(seed)
    places = sorted(generator.sample(range(MAX_CODES), n))
    records = tuple(
        _record(f"{LETTERS[place // CODES_PER_LETTER]}{place % CODES_PER_LETTER:04}", generator)
        for place in places
    )
    return Release(f"synthetic-{n}", f"seed {seed}", f"{seed:064x}", records)


def reworded(given: Release, n: int, seed: int = SEED) -> Release:
    """Change the long descriptors of `n` codes of a release, as a release of the next quarter would."""
    generator = random.Random(seed)
    records = list(given.records)
    for place in generator.sample(range(len(records)), n):
        old = records[place]
        records[place] = msgspec.structs.replace(
            old,
            long_description=f"{old.long_description}, {generator.choice(KINDS)} {generator.choice(NOUNS)}",
        )
    return msgspec.structs.replace(given, records=tuple(records), sha256=f"{seed + 1:064x}")


def _code(place: int) -> str:
    """The code at a place in the order of all codes."""
    return f"{LETTERS[place // CODES_PER_LETTER]}{place % CODES_PER_LETTER:04}"


def _record(code: str, generator: random.Random) -> Record:
    words = list(_drug(generator) if code[0] == "J" else _device(generator))
    return Record(code, ", ".join(words), " ".join(words)[:28], effective_from=date(2000, 1, 1))


def _drug(generator: random.Random) -> Iterator[str]:
    yield "injection"
    yield "".join(_sample(SYLLABLES, generator.randint(3, 5), generator))
    yield f"{generator.choice((1, 5, 10, 20, 50, 100, 250, 500))} mg"


def _device(generator: random.Random) -> Iterator[str]:
    yield f"{generator.choice(PARTS)} {generator.choice(NOUNS)}"
    yield from _sample(KINDS, generator.randint(1, 3), generator)
    yield f"model {''.join(_sample(SYLLABLES, 3, generator))}"
    yield f"{generator.randint(1, 60)} inches or less"


def _sample(from_: Sequence[str], n: int, generator: random.Random) -> list[str]:
    return generator.sample(from_, n)
