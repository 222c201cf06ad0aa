"""How much does a second worker add?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from benchmarks.client import bodies
from benchmarks.contender import OURS, Contender
from benchmarks.server import EMPTY, SUGGEST, RunningService
from benchmarks.setting import Setting
from benchmarks.spread import Spread, ratios, spread
from benchmarks.texts import distinct
from benchmarks.wrk import SKIPPED, Wrk, WrkResult, installed

METHOD = (
    "Over HTTP: 32 clients of wrk, closed loop, one worker and then two; the load generator runs on the same "
    "cores. In process: one and then two processes that answer lists of new texts at the same time, without "
    "a load generator; the ratio is of their total texts a second."
)
CLIENTS = 32


def run(setting: Setting) -> dict[str, Any]:
    """Measure rates with one and two workers, and their ratios."""
    rounds = setting.size(5, 1)
    process = _in_process(setting, rounds)
    http = _over_http(setting, rounds) if installed() else None
    return {
        "method": METHOD,
        "ratios": {"in_process_2_to_1": ratios(process[2], process[1])}
        | (_http_ratios(http) if http else {}),
        "in_process_texts_per_second": {str(n): spread(values) for n, values in process.items()},
        "http": SKIPPED if http is None else {path: _http_rows(http, path) for path in (SUGGEST, EMPTY)},
    }


def _in_process(setting: Setting, rounds: int) -> dict[int, list[float]]:
    size = setting.size(500, 40)
    rates: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        processes = [stack.enter_context(Contender(OURS, setting)) for _ in range(2)]
        pool = stack.enter_context(ThreadPoolExecutor(2))
        texts = distinct(size * 3 * (rounds + 1))
        for turn in range(rounds + 1):
            lists = [texts[(turn * 3 + at) * size :][:size] for at in range(3)]
            alone = size / processes[0].ask(lists[0]) * 1000
            times = list(pool.map(lambda process, texts: process.ask(texts), processes, lists[1:]))
            if turn:  # the first turn warms up
                rates[1].append(alone)
                rates[2].append(sum(size / ms * 1000 for ms in times))
    return rates


Http = dict[str, dict[int, list[WrkResult]]]


def _over_http(setting: Setting, rounds: int) -> Http:
    sent, seconds = bodies(distinct(setting.size(20_000, 5_000))), setting.size(4, 1)
    results: Http = {path: {1: [], 2: []} for path in (SUGGEST, EMPTY)}
    with RunningService(setting) as single, RunningService(setting, workers=2) as double:
        for at in range(rounds + setting.size(1, 0)):  # the first turn warms up
            for path, runs in results.items():
                for workers, service in ((1, single), (2, double)):
                    load = Wrk(
                        service.port, sent[at * 997 :] + sent[: at * 997], setting.work / "bodies.jsonl"
                    )
                    result = load.closed(path, CLIENTS, seconds)
                    if at or setting.small:
                        runs[workers].append(result)
    return results


def _http_ratios(http: Http) -> dict[str, Spread]:
    return {
        f"{name}_2_to_1": ratios(*([result.rate for result in http[path][n]] for n in (2, 1)))
        for name, path in (("suggest", SUGGEST), ("empty", EMPTY))
    }


def _http_rows(http: Http, path: str) -> list[dict[str, Any]]:
    return [
        {"workers": n, "rate": spread([r.rate for r in runs]), "p99_ms": spread([r.p99_ms for r in runs])}
        for n, runs in http[path].items()
    ]
