"""From labelled lines to exemplars: what counts, what counts less, and what is left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from index.arrays import Vectors
from index.encoder import Encoder
from index.records import Record
from index.store.exemplars import (
    Exemplars,
    Labels,
    Positions,
    entry_key,
    shape_key,
    training_positions,
    vector_index,
)
from index.text.words import normalise

DOUBTFUL = 0.5
"""Weight of a line whose code has ended, or whose words another line gives another code."""

AGREED = 0.7
"""Share of the lines of an entry that must have one code in common."""

BATCH = 512  # lines that are embedded together
MAX_LINE_CHARACTERS = 200  # of a line as it is shown

Counts = dict[int, dict[str, float]]


class ExampleLine(msgspec.Struct, frozen=True):
    """A line that a site has coded: its text and every code that is right for it, the site's own first."""

    text: str
    codes: tuple[str, ...]


class KeyedLine(NamedTuple):
    """A line with the keys of its entry and its shape; see `index.store.exemplars`."""

    line: ExampleLine
    entry: int
    shape: int


class ExampleReport(msgspec.Struct, frozen=True):
    """What was made of labelled lines.

    Attributes:
        lines: Read.
        entries: Different lines, when the order of the words does not count.
        shapes: Different lines, when digits do not count either.
        codes: Different codes among the labels.
        uncoded: Lines without a code, which are left out.
        unknown: Lines none of whose codes is in the release, which are left out.
        ended: Lines whose code has ended; the successor that CMS names takes its place.
        contradicted: Lines whose words other lines give another code.
        largest_code: The code of the most lines; empty without lines.
        largest_share: Its share of the lines, 0 to 1.
    """

    lines: int
    entries: int
    shapes: int
    codes: int
    uncoded: int
    unknown: int
    ended: int
    contradicted: int
    largest_code: str
    largest_share: float

    def counts(self) -> dict[str, int]:
        """The numbers that a manifest holds."""
        return {
            "examples": self.lines,
            "example_shapes": self.shapes,
            "examples_left_out": self.uncoded + self.unknown,
            "examples_ended": self.ended,
            "examples_contradicted": self.contradicted,
        }


def build_exemplars(
    lines: Iterable[KeyedLine],
    records: Sequence[Record],
    encoder: Encoder,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Exemplars | None, ExampleReport]:
    """Exemplars of labelled lines, None when no line can be used, and what was made of the lines.

    Args:
        lines: As the site coded them; see `keyed`.
        records: The codes of the release.
        encoder: Of the index.
        progress: Called with the shapes embedded so far and in all; some are embedded twice.
    """
    known = {record.code: record for record in records}
    tally: Counter[str] = Counter()
    per_code: Counter[str] = Counter()
    entries: Counts = defaultdict(dict)
    lines_of: dict[int, float] = defaultdict(float)
    shape_of: dict[int, int] = {}
    written: dict[int, str] = {}
    for line, entry, shape in lines:
        tally["lines"] += 1
        weights = _weights(line, known, tally)
        if not weights:
            continue
        shape_of[entry] = shape
        written.setdefault(shape, " ".join(line.text.split())[:MAX_LINE_CHARACTERS])
        lines_of[entry] += max(weights.values())
        labels = entries[entry]
        for code, weight in weights.items():
            labels[code] = labels.get(code, 0.0) + weight
        per_code[next(iter(weights))] += 1
    tally["contradicted"] = _mark_contradicted(entries, lines_of)
    shapes = _shapes(entries, shape_of)
    (largest, most) = per_code.most_common(1)[0] if per_code else ("", 0)
    report = ExampleReport(
        tally["lines"], len(entries), len(shapes), len(per_code), tally["uncoded"], tally["unknown"],
        tally["ended"], tally["contradicted"], largest, most / max(1, sum(per_code.values())),
    )  # fmt: skip
    if not shapes:
        return None, report
    codes = sorted({code for labels in entries.values() for code in labels})
    keys = sorted(shapes)
    texts = [written[key] for key in keys]
    vectors = vector_index(_embedder(encoder, texts, progress), len(texts), encoder.dim)
    return Exemplars(codes, _labels(entries, codes), _labels(shapes, codes), texts, vectors), report


def keyed(line: ExampleLine) -> KeyedLine:
    """A line with its keys."""
    normalised = normalise(line.text)
    return KeyedLine(line, entry_key(normalised), shape_key(normalised))


def _weights(line: ExampleLine, known: Mapping[str, Record], tally: Counter[str]) -> dict[str, float]:
    """The codes that a line counts for, and how much; empty for a line that is left out."""
    if not line.codes or not line.text.strip():
        tally["uncoded"] += 1
        return {}
    weights: dict[str, float] = {}
    ended = False
    for code in line.codes:
        record = known.get(code)
        if record is None:
            continue
        if record.effective_to is None:
            weights[code] = 1.0
            continue
        ended = True
        for one in [each for each in record.successors if each in known] or [code]:
            weights.setdefault(one, DOUBTFUL)
    tally["ended"] += ended
    tally["unknown"] += not weights
    return weights


def _mark_contradicted(entries: Counts, lines_of: Mapping[int, float]) -> int:
    """Halve the labels of entries whose lines agree on no code; returns how many lines these have."""
    contradicted = 0.0
    for entry, labels in entries.items():
        if max(labels.values()) < AGREED * lines_of[entry]:
            contradicted += lines_of[entry]
            for code in labels:
                labels[code] *= DOUBTFUL
    return round(contradicted)


def _shapes(entries: Counts, shape_of: Mapping[int, int]) -> Counts:
    """The codes of each shape: every entry counts once, however often its line occurs."""
    shapes: Counts = defaultdict(dict)
    for entry, labels in entries.items():
        shape = shapes[shape_of[entry]]
        total = sum(labels.values())
        for code, weight in labels.items():
            shape[code] = shape.get(code, 0.0) + min(weight, weight / total)
    return shapes


def _labels(counts: Counts, codes: Sequence[str]) -> Labels:
    place = {code: position for position, code in enumerate(codes)}
    keys = sorted(counts)
    pairs = [sorted(counts[key].items()) for key in keys]
    return Labels(
        np.array(keys, np.uint64),
        np.cumsum([0, *(len(each) for each in pairs)]).astype(np.int64),
        np.array([place[code] for each in pairs for code, _ in each], np.int32),
        np.array([weight for each in pairs for _, weight in each], np.float32),
    )


def _embedder(
    encoder: Encoder, texts: Sequence[str], progress: Callable[[int, int], None]
) -> Callable[[Positions], Vectors]:
    """Gives the vectors of the texts at some positions; those to train with are asked for once more."""
    total = len(texts) + len(training_positions(len(texts)))
    done = 0

    def embed(positions: Positions) -> Vectors:
        nonlocal done
        vectors = np.empty((len(positions), encoder.dim), np.float32)
        for start in range(0, len(positions), BATCH):
            chunk = [normalise(texts[position]) for position in positions[start : start + BATCH]]
            vectors[start : start + len(chunk)] = encoder.encode(chunk)
            done += len(chunk)
            progress(done, total)
        return vectors

    return embed
