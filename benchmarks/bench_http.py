"""How long does one HTTP client wait: new text, repeated text, each key of a phrase, empty route?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.client import Client, bodies, metric, pairs
from benchmarks.server import EMPTY, SUGGEST, RunningService
from benchmarks.setting import Setting
from benchmarks.spread import Spread, percentiles, ratios, spread
from benchmarks.texts import PHRASE, distinct, keystrokes

METHOD = (
    "One persistent connection to one worker. Each body is sent to `POST /v1/suggest` and then to the empty "
    "route. Medians and 99th percentiles are taken of each block of requests; a ratio is taken for each "
    "block, then summarised. The phrase is typed once with a new text at every key, then once more."
)
REPEATED = "hcpcs_repeated_texts_total"
PATHS = (SUGGEST, EMPTY)
WARM_UP = 100  # texts
MIN_P99_REQUESTS = 100  # in a block, for a 99th percentile


def run(setting: Setting) -> dict[str, Any]:
    """Measure milliseconds of requests, and ratios of `POST /v1/suggest` to the empty route."""
    blocks, size = setting.size(20, 2), setting.size(500, 20)
    texts = distinct(WARM_UP + blocks * size)  # from one draw, so that no text is in both parts
    with RunningService(setting) as service, Client(service.port) as client:
        warm_up, measured = texts[:WARM_UP], texts[WARM_UP:]
        pairs(client, PATHS, bodies(warm_up))
        before = metric(service.port, REPEATED)
        new = [pairs(client, PATHS, block) for block in _blocks(bodies(measured), size)]
        from_cache = metric(service.port, REPEATED) - before
        again = [pairs(client, PATHS, bodies([PHRASE]) * size) for _ in range(blocks)]
        typed = [pairs(client, PATHS, bodies(keys)) for keys in _phrases(blocks)]
        retyped = [pairs(client, PATHS, bodies(keys)) for keys in _phrases(blocks)]
    times_of = {"new": new, "repeated": again, "typed": typed, "typed_again": retyped}
    return {
        "method": METHOD,
        "ratios": {
            f"{name}_{at}": ratio for name, times in times_of.items() for at, ratio in _ratios(times).items()
        },
        "milliseconds": {
            **{name: percentiles(_all(times, 0)) for name, times in times_of.items()},
            "empty_route": percentiles(_all(new, 1)),
        },
        "block_medians_ms": {
            name: spread([float(np.median(b[0])) for b in times]) for name, times in times_of.items()
        },
        "new_texts_answered_from_the_cache": from_cache,
        "requests": blocks * size,
    }


def _blocks(sent: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [sent[start : start + size] for start in range(0, len(sent), size)]


def _phrases(n: int) -> list[list[str]]:
    """Texts of typing the phrase n times; another first word each time makes every key a new text."""
    first_words = [text.split()[0] for text in distinct(40 * n, seed=2)]
    return [keystrokes(f"{word} {PHRASE}") for word in dict.fromkeys(first_words)][:n]


def _ratios(blocks: Sequence[Sequence[Sequence[float]]]) -> dict[str, Spread]:
    """Ratios of the blocks' medians and, where blocks are large enough, of their 99th percentiles."""
    points = {"p50": 50.0} | ({"p99": 99.0} if len(blocks[0][0]) >= MIN_P99_REQUESTS else {})
    return {
        name: ratios(*([float(np.percentile(block[at], point)) for block in blocks] for at in (0, 1)))
        for name, point in points.items()
    }


def _all(blocks: Sequence[Sequence[Sequence[float]]], at: int) -> list[float]:
    return [value for block in blocks for value in block[at]]
