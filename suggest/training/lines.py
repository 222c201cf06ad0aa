"""Labelled lines: what training reads, each with the group that must stay together when folds are cut."""

from __future__ import annotations

import gzip
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from index.errors import ReleaseFormatError
from index.records import Record, Release
from index.text.lexicon import Entry, codes_of
from index.text.names import read_names
from index.text.words import normalise, skeleton

PER_HOSPITAL = 12  # lines of one code from one hospital
PER_CODE = 80  # lines of one code; two implant codes are most of the raw lines
SHARED_TERM = 12  # a lexicon term for more codes than this teaches nothing
FOLDS = 2


class Line(msgspec.Struct, frozen=True, order=True):
    """A text and the codes it stands for.

    Attributes:
        text: As written.
        codes: Acceptable codes, the source's own first.
        kind: "charge", "name", "starter", "older wording", "clipped", or "lexicon " and its kind.
        fold: 0 or 1. Whole hospitals, and all lines of one name or entry, share a fold.
    """

    text: str
    codes: tuple[str, ...]
    kind: str
    fold: int


class _Charge(msgspec.Struct):
    query: str
    codes: list[str]
    source: str


def _hash(text: str) -> int:
    return zlib.crc32(text.lower().encode())


def charge_lines(path: Path, active: Collection[str], seed: int) -> tuple[list[Line], list[dict[str, int]]]:
    """Hospital lines, capped per code and hospital, and in how many hospitals of each fold a code stands.

    Args:
        path: JSON lines with `query`, `codes`, `source`; gzip accepted.
        active: Codes that may be learned.
        seed: Decides which lines the caps keep.

    Raises:
        ReleaseFormatError: If the file cannot be read.
    """
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        rows = msgspec.json.Decoder(_Charge).decode_lines(raw)
    except (OSError, EOFError, msgspec.DecodeError) as error:
        raise ReleaseFormatError(f"the training lines {path.name} cannot be read: {error}") from error
    by_size = [source for source, _ in Counter(row.source for row in rows).most_common()]
    fold = {source: place % FOLDS for place, source in enumerate(by_size)}
    code_popularity: list[dict[str, set[str]]] = [defaultdict(set) for _ in range(FOLDS)]
    kept: list[Line] = []
    per_hospital: Counter[tuple[str, str]] = Counter()
    per_code: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    random.Random(seed).shuffle(rows)
    for row in rows:
        code = row.codes[0]
        code_popularity[fold[row.source]][code].add(row.source)
        key = (normalise(row.query), code)
        if code not in active or key in seen:
            continue
        if per_hospital[code, row.source] >= PER_HOSPITAL or per_code[code] >= PER_CODE:
            continue
        seen.add(key)
        per_hospital[code, row.source] += 1
        per_code[code] += 1
        kept.append(Line(row.query, tuple(row.codes), "charge", fold[row.source]))
    counts = [{code: len(some) for code, some in sorted(one.items())} for one in code_popularity]
    return sorted(kept), counts


def name_lines(paths: Sequence[Path], active: Collection[str]) -> list[Line]:
    """Drug trade names of CMS's ASP crosswalk files."""
    codes: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for name in read_names(path):
            if name.code in active:
                codes[name.term].add(name.code)
    return [
        Line(term, tuple(sorted(some)), "name", _hash(term) % FOLDS) for term, some in sorted(codes.items())
    ]


def lexicon_lines(lexicon: Sequence[Entry], active: Sequence[str]) -> list[Line]:
    """Terms that settle on a few codes, and for lay words and products their meaning too."""
    lines = []
    for entry in lexicon:
        codes = codes_of(entry, active)
        if 0 < len(codes) <= SHARED_TERM:
            fold = _hash(entry.term) % FOLDS
            lines.append(Line(entry.term, tuple(codes), f"lexicon {entry.kind}", fold))
            if entry.means and entry.kind in ("lay", "product"):
                lines.append(Line(entry.means[0], tuple(codes[:1]), "lexicon meaning", fold))
    return sorted(set(lines))


def starter_lines(starter: Sequence[Record], active: Collection[str]) -> list[Line]:
    """Our own wording of each code."""
    return [
        Line(record.long_description, (record.code,), "starter", _hash(record.code) % FOLDS)
        for record in starter
        if record.code in active
    ]


def older_lines(
    releases: Sequence[Release], current: Sequence[Record], active: Collection[str]
) -> list[Line]:
    """Wordings that earlier releases had for codes that are still active."""
    now = {(record.code, normalise(text)) for record in current for text in _wordings(record)}
    lines = {
        Line(text, (record.code,), "older wording", _hash(text) % FOLDS)
        for release in releases
        for record in release.records
        if record.code in active
        for text in _wordings(record)
        if (record.code, normalise(text)) not in now
    }
    return sorted(lines)


def _wordings(record: Record) -> tuple[str, str]:
    return record.long_description, record.short_description


def clipped_lines(records: Sequence[Record], seed: int) -> list[Line]:
    """Descriptors as a charge master would have them: words dropped, others cut short or robbed of vowels."""
    chance = random.Random(seed)
    return [
        Line(clipped(record.long_description, chance), (record.code,), "clipped", _hash(record.code) % FOLDS)
        for record in records
    ]


def clipped(text: str, chance: random.Random) -> str:
    """One clipped rewriting of a descriptor."""
    found = normalise(text).split()
    if len(found) > 14:
        found = found[: chance.randint(6, 14)]
    found = [word for word in found if chance.random() > 0.25] or found
    if chance.random() < 0.5:
        found = [_cut_short(word, chance) for word in found]
    return " ".join(found)


def _cut_short(word: str, chance: random.Random) -> str:
    draw = chance.random()
    if len(word) < 5 or not word.isalpha() or draw > 0.7:
        return word
    return word[: chance.randint(3, min(6, len(word) - 1))] if draw < 0.4 else skeleton(word)
