"""How hospitals' lines use the terms of the lexicon."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.text.phrases import longest_phrases
from index.text.words import lengths_by_first, normalise, words


class Line(msgspec.Struct, frozen=True):
    """A line of a training file; `source` is the hospital system."""

    query: str
    codes: tuple[str, ...] = ()
    source: str = ""


class Use(NamedTuple):
    """A line that contains a term.

    Attributes:
        padded: The line's words, as `Entry.applies` takes them.
        line: The line.
    """

    padded: str
    line: Line


def read_lines(path: Path) -> list[Line]:
    """The lines with a code of one file of JSON lines, gzip or not."""
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    lines = map(msgspec.json.Decoder(Line).decode, filter(None, raw.splitlines()))
    return [line for line in lines if line.codes]


def uses(keys: Collection[str], lines: Iterable[Line]) -> dict[str, list[Use]]:
    """For each term that occurs as the longest known one of its place: the lines with it.

    Args:
        keys: `index.text.lexicon.key_of` each term.
        lines: Training lines.
    """
    known = set(keys)
    lengths = lengths_by_first(key.split(" ") for key in known if key)
    found: dict[str, list[Use]] = defaultdict(list)
    for line in lines:
        line_words = words(normalise(line.query))
        use = Use(f" {' '.join(line_words)} ", line)
        for key in {key for _, _, key in longest_phrases(line_words, lengths, known)}:
            found[key].append(use)
    return found
