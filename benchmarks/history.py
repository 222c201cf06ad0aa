"""Answer time, memory and recall with many lines of a site's own: `python -m benchmarks.history INDEX`.

The lines are made up of words of the index's descriptors: they count for speed, not for accuracy.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from index.encoder import load_encoder
from index.exemplars import ExampleLine, build_exemplars, keyed
from index.store.artifact import Artifact
from index.store.exemplars import Exemplars
from index.text.words import normalise, words
from suggest.suggester import Suggester

K = 10
ROUNDS = 7  # of all texts without and with the lines, in turn


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--texts", type=int, default=500)
    options = parser.parse_args(arguments)
    plain = Suggester.load(options.index)
    lines = made_up(plain.artifact, options.lines + options.texts)
    texts = [line.text for line in lines[options.lines :]]
    started = time.process_time()
    encoder = load_encoder(plain.manifest.encoder)
    exemplars, _ = build_exemplars(map(keyed, lines[: options.lines]), plain.catalogue.records, encoder)
    built = time.process_time() - started
    del lines
    assert exemplars is not None
    own = _with(plain, exemplars)
    pairs = [(seconds(plain, texts), seconds(own, texts)) for _ in range(ROUNDS)]
    result = {
        "lines": options.lines,
        "shapes": len(exemplars),
        "build_cpu_s": round(built, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "plain_ms": round(1000 * median(plain for plain, _ in pairs) / len(texts), 3),
        "own_ms": round(1000 * median(own for _, own in pairs) / len(texts), 3),
        "ratio": round(median(own / plain for plain, own in pairs), 3),
        "recall_at_10": recall(exemplars, encoder.encode([normalise(text) for text in texts[:200]])),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


def made_up(artifact: Artifact, n: int) -> list[ExampleLine]:
    """Lines of three to eight words of one code's descriptor and one of another, with a number."""
    rng = random.Random(0)
    records = artifact.catalogue.records
    spoken = [words(normalise(record.long_description)) for record in records]
    lines = []
    for _ in range(n):
        row = rng.randrange(len(records))
        own = rng.sample(spoken[row], min(len(spoken[row]), rng.randint(3, 8)))
        other = rng.choice(spoken[rng.randrange(len(records))])
        lines.append(ExampleLine(f"{' '.join(own)[:60]} {other} {rng.randint(1, 999)}", (records[row].code,)))
    return lines


def _with(plain: Suggester, exemplars: Exemplars) -> Suggester:
    """The same suggester with own lines."""
    from copy import copy

    from suggest.exemplars import OwnLines, load_blend

    own = copy(plain)
    encoder = load_encoder(plain.manifest.encoder)
    own._own = OwnLines(exemplars, plain.artifact, encoder, load_blend())
    return own


def seconds(suggester: Suggester, texts: Sequence[str]) -> float:
    """Processor time of one answer after the other."""
    started = time.process_time()
    for text in texts:
        suggester.suggest([text], K)
    return time.process_time() - started


def recall(exemplars: Exemplars, queries: np.ndarray) -> float:
    """Share of the ten nearest shapes that a search finds; all lists are the reference."""
    index = exemplars._vectors
    if not hasattr(index, "nprobe"):
        return 1.0
    _, found = index.search(queries, K)
    probed, index.nprobe = index.nprobe, index.nlist
    _, exact = index.search(queries, K)
    index.nprobe = probed
    shared = [len(set(a) & set(b)) for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
    return round(float(np.mean(shared)) / K, 4)


if __name__ == "__main__":
    raise SystemExit(main())
