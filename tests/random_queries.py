"""Random codes, queries and candidates, with edge cases that are rare in real texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.store.forward import ForwardIndex
from index.store.profiles import PROFILE, Profiles
from index.store.terms import TermIndex
from index.store.texts import LONG, SHORT, STARTER, Text
from index.text.attributes import BITS_OF_GROUP, GROUPS
from index.text.quantities import DIMENSIONS, Quantity
from suggest.candidates import Candidates
from suggest.code_columns import CodeColumns
from suggest.expansion import Hit, Meaning
from suggest.reader import Query

CODES = 40
WRITTEN = (
    *("wheel", "wheelchair", "wheeled", "walker", "walking", "wood", "wooden", "bandage", "band", "dressing"),
    *("drain", "cane", "crutch", "crutches", "pad", "padding", "pump", "250", "25", "10", "0.5", "5%", "mg"),
    *("without", "no", "for", "with", "non", "or", "free"),
    *("ml", "oral", "injection", "sterile", "glove", "gloves", "catheter", "cathode", "tube", "tubing"),
)
TYPED = (*WRITTEN, "whl", "whlchr", "drsng", "ban", "wal", "whee", "cath", "zzz", "9x7", "crtch", "tub", "wd")
TIMES = (0.5, 0.9985, 0.999, 0.9991, 0.9995, 1, 1.0005, 1.0009, 1.0011, 2, 2.0005, 2.002, 2.5, 3, 1e-5, 1e10)
AMOUNTS = (0.5, 1, 4, 10, 16, 48, 250)

Random = np.random.Generator


def terms(random: Random, codes: int = CODES) -> TermIndex:
    """Stems of random texts; some codes have no short description, some no text at all."""
    texts = []
    for row in range(codes):
        for source, most in ((LONG, 9), (SHORT, 5), (STARTER, 5)):
            count = int(random.integers(0, most))
            if count:
                texts.append(Text(row, source, " ".join(random.choice(WRITTEN, count))))
    return TermIndex.from_texts(texts, ForwardIndex.from_forms([text.text for text in texts]), codes)


def code_columns(random: Random, codes: int = CODES) -> CodeColumns:
    """Random attributes of every code; quantities start in the first column, as in profiles."""
    profile = np.zeros(codes, PROFILE)
    profile["attributes"] = [list(_bits(random, 0.05).to_bytes(len(GROUPS), "little")) for _ in range(codes)]
    width = profile["dimensions"].shape[1]
    for row in range(codes):
        held = int(random.integers(0, width + 1))
        profile["dimensions"][row] = [*random.integers(0, 3, held), *[-1] * (width - held)]
        profile["amounts"][row] = [*random.choice(AMOUNTS, held), *[0] * (width - held)]
    ranges = profile["range_dimensions"].shape
    profile["range_dimensions"] = random.integers(-1, 3, ranges)
    profile["range_low"] = random.choice([0, 1, 4, 16], ranges)
    profile["range_high"] = profile["range_low"] + random.choice([1, 32, np.inf], ranges)
    profile["kin"] = random.integers(0, 2, codes)
    profile["generic"], profile["maker"] = random.random((2, codes)) < 0.3
    return CodeColumns(
        Profiles(*(np.ascontiguousarray(profile[name]) for name in Profiles._fields)),
        random.random(codes).astype(np.float32),
        random.random(codes) < 0.3,
        (random.random((codes, 4)) < 0.3).astype(np.float32),
        random.random(codes).astype(np.float32),
        random.integers(0, codes // 3, codes).astype(np.int32),
        np.zeros(codes, bool),
    )


def query(random: Random, words: int, codes: int = CODES) -> Query:
    """A random query: terms without overlap, quantities at and beside the limits, any attributes."""
    typed = tuple(random.choice(TYPED, words).tolist())
    hits = []
    start = 0
    while start < words:
        stop = min(words, start + int(random.integers(1, 4)))
        if random.random() < 0.5:
            hits.append(Hit(start, stop, meaning(random, codes)))
        start = stop
    return Query(
        plain=" ".join(typed),
        expanded=" ".join(typed),
        words=typed,
        hits=tuple(hits),
        quantities=tuple(_quantity(random) for _ in range(random.integers(0, 4))),
        attributes=_bits(random, 0.05),
        codes=(),
        corrections=(),
        mended=float(np.float32(random.random())),
    )


def meaning(random: Random, codes: int = CODES) -> Meaning:
    """The meanings of a term: up to three wordings of up to ten words, up to twelve codes."""
    wordings = [
        " ".join(random.choice(WRITTEN, random.integers(0, 11))) for _ in range(random.integers(0, 4))
    ]
    rows = random.permutation(codes)[: random.integers(0, 13)].tolist()
    return Meaning("term", tuple(wordings), (), tuple(rows), ("lay",), bool(random.random() < 0.4))


def full_query(random: Random, codes: int = CODES) -> Query:
    """The largest possible query: 64 words, each a term with three meanings of ten words."""
    long = query(random, 64, codes)
    wordings = [tuple(" ".join(random.choice(WRITTEN, 10)) for _ in range(3)) for _ in range(64)]
    hits = [
        Hit(at, at + 1, Meaning("term", means, (), tuple(range(codes)), ("lay",)))
        for at, means in enumerate(wordings)
    ]
    return Query(long.plain, long.plain, long.words, tuple(hits), long.quantities, long.attributes, (), ())


def candidates(random: Random, sizes: list[int], codes: int = CODES) -> Candidates:
    """Random candidates of some queries; cosines on a coarse grid, so that many are equal."""
    rows = [np.sort(random.permutation(codes)[:size]) for size in sizes]
    indptr = [0, *np.cumsum(sizes).tolist()]
    cosines = (random.integers(-4, 9, (indptr[-1], 4)) / 8).astype(np.float32)
    cosines[random.random(cosines.shape) < 0.15] = -1
    bm25 = np.where(random.random(indptr[-1]) < 0.3, 0, random.random(indptr[-1]) * 9).astype(np.float32)
    nothing: npt.NDArray[np.float32] = np.zeros((0, 4), np.float32)
    joined = np.concatenate([np.zeros(0, np.int64), *rows]).astype(np.int64)
    return Candidates(indptr, joined, cosines, np.full(indptr[-1], -1), bm25, nothing, [])


def _quantity(random: Random) -> Quantity:
    return Quantity(
        int(random.integers(0, min(4, len(DIMENSIONS)))),
        float(random.choice(AMOUNTS)) * float(random.choice(TIMES)),
    )


def _bits(random: Random, share: float) -> int:
    bits = np.flatnonzero(random.random(BITS_OF_GROUP * len(GROUPS)) < share)
    return sum(1 << int(bit) for bit in bits) & sum(GROUPS)
