"""How hospitals' lines use the terms of the lexicon."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from index.text.phrases import longest_phrases
from index.text.words import lengths_by_first, normalise, words


class Line(msgspec.Struct, frozen=True):
    """A line of a training file; `source` is the hospital system."""

    query: str
    codes: tuple[str, ...] = ()
    source: str = ""


class Use:
    """How lines use a term.

    Attributes:
        lines: Lines with the term, each counted.
        codes: Code -> such lines.
    """

    def __init__(self) -> None:
        self.lines = 0
        self.codes: Counter[str] = Counter()
        self._sources: set[str] = set()

    @property
    def hospitals(self) -> int:
        """Number of hospital systems."""
        return len(self._sources)

    def add(self, line: Line) -> None:
        """Count one line."""
        self.lines += 1
        self.codes.update(set(line.codes))
        self._sources.add(line.source)


def read_lines(path: Path) -> list[Line]:
    """The lines with a code of one file of JSON lines, gzip or not."""
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    lines = map(msgspec.json.Decoder(Line).decode, filter(None, raw.splitlines()))
    return [line for line in lines if line.codes]


def uses(keys: Collection[str], lines: Iterable[Line]) -> dict[str, Use]:
    """For each term that occurs as the longest known one of its place: how the lines use it.

    Args:
        keys: `index.text.lexicon.key_of` each term.
        lines: Training lines.
    """
    known = set(keys)
    lengths = lengths_by_first(key.split(" ") for key in known if key)
    found: dict[str, Use] = {}
    for line in lines:
        phrases = longest_phrases(words(normalise(line.query)), lengths, known)
        for key in {key for _, _, key in phrases}:
            found.setdefault(key, Use()).add(line)
    return found
