"""Labelled lines of hospital systems, and which of them are history and which are asked."""

from __future__ import annotations

import gzip
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.exemplars import ExampleLine, KeyedLine, keyed
from suggest.training.lines import hospital_system

PER_CODE = 2  # lines of one code that are asked of one system


class SourceLine(msgspec.Struct):
    """A line as the file has it."""

    query: str
    codes: tuple[str, ...]
    source: str


class Systems(NamedTuple):
    """Lines by hospital system.

    Attributes:
        lines: System -> its lines, in an order drawn at random.
        sources: System -> the names of its hospitals.
        without_code: System -> texts for which no code fits.
    """

    lines: dict[str, list[KeyedLine]]
    sources: dict[str, set[str]]
    without_code: dict[str, list[str]]


def read_systems(paths: Sequence[Path], without_code: Path, seed: int) -> Systems:
    """The lines of several files, by hospital system."""
    found = Systems(defaultdict(list), defaultdict(set), defaultdict(list))
    rows = [row for path in paths for row in _rows(path)]
    random.Random(seed).shuffle(rows)
    for row in rows:
        system = hospital_system(row.source)
        found.lines[system].append(keyed(ExampleLine(row.query, row.codes)))
        found.sources[system].add(row.source)
    for row in _rows(without_code):
        found.without_code[hospital_system(row.source)].append(row.query)
    return found


def _rows(path: Path) -> list[SourceLine]:
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return msgspec.json.Decoder(SourceLine).decode_lines(data)


def is_asked(line: KeyedLine) -> bool:
    """Whether a line is asked rather than remembered: lines that are equal but for digits go together."""
    return line.shape % 2 == 0


def asked(lines: Sequence[KeyedLine], active: Collection[str], most: int) -> list[KeyedLine]:
    """The lines of a system that are asked: at most `PER_CODE` of a code."""
    per_code: Counter[str] = Counter()
    chosen: list[KeyedLine] = []
    for line in lines:
        code = line.line.codes[0]
        if is_asked(line) and code in active and per_code[code] < PER_CODE and len(chosen) < most:
            per_code[code] += 1
            chosen.append(line)
    return chosen


def again(lines: Sequence[KeyedLine], asked_lines: Sequence[KeyedLine]) -> list[KeyedLine]:
    """A random half of a system's other lines: some are equal to an asked one but for digits or order."""
    own = {line.entry for line in asked_lines}
    return [line for line in lines if line.entry not in own and (line.entry >> 8) % 2]
