"""How many concurrent clients does one worker serve, and how long do they wait?"""

from __future__ import annotations

from typing import Any

from benchmarks.client import bodies, metric
from benchmarks.server import EMPTY, SUGGEST, RunningService
from benchmarks.setting import Setting
from benchmarks.spread import ratios, spread
from benchmarks.texts import distinct
from benchmarks.wrk import SKIPPED, Wrk, WrkResult, installed

METHOD = (
    "wrk with one thread beside one worker. Closed loop: 1 to 64 clients, each of which sends its next "
    "request when it has its answer; for each number of clients `POST /v1/suggest` with new texts, then the "
    "empty route, and a ratio of their rates for each turn. Open loop: arrivals of a Poisson process at "
    "shares of the rate that 32 clients reached, over 256 connections, so that a slow answer does not "
    "delay the next request."
)
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
SHARES = (0.25, 0.5, 0.7, 0.8, 0.9)
REPEATED = "hcpcs_repeated_texts_total"
TEXTS = 20_000  # more than the cache of answers holds, so that a second pass finds none in it


def run(setting: Setting) -> dict[str, Any]:
    """Measure rates and waiting times of both routes, and ratios of their rates."""
    if not installed():
        return SKIPPED
    rounds, seconds = setting.size(5, 1), setting.size(3, 1)
    clients = (32,) if setting.small else CLIENTS
    sent = bodies(distinct(setting.size(TEXTS, 5_000)))
    with RunningService(setting) as service:
        before = metric(service.port, REPEATED)
        load = {
            path: Wrk(service.port, sent, setting.work / f"bodies{at}.jsonl") for at, path in enumerate(PATHS)
        }
        for path in PATHS if not setting.small else ():
            load[path].closed(path, 4, seconds)  # warm-up
        closed = {n: _turns(load, n, rounds, seconds) for n in clients}
        capacity = {path: closed[32][path][0].rate for path in PATHS}
        shares = SHARES[1:2] if setting.small else SHARES
        opened = {path: _open(load[path], path, capacity[path], shares, setting.size(6, 1)) for path in PATHS}
        from_cache = metric(service.port, REPEATED) - before
    return {
        "method": METHOD,
        "ratios": {f"rate_at_{n}": _ratio(turns) for n, turns in closed.items()},
        "closed": {path: [_closed(n, closed[n][path]) for n in clients] for path in PATHS},
        "open": opened,
        "new_texts_answered_from_the_cache": from_cache,
        "failed": sum(
            result.failed for turns in closed.values() for results in turns.values() for result in results
        ),
    }


PATHS = (SUGGEST, EMPTY)
Turns = dict[str, list[WrkResult]]


def _turns(load: dict[str, Wrk], clients: int, rounds: int, seconds: float) -> Turns:
    results: Turns = {path: [] for path in PATHS}
    for _ in range(rounds):
        for path in PATHS:
            results[path].append(load[path].closed(path, clients, seconds))
    return results


def _ratio(turns: Turns) -> Any:
    return ratios(*([result.rate for result in turns[path]] for path in PATHS))


def _closed(clients: int, runs: list[WrkResult]) -> dict[str, Any]:
    return {
        "clients": clients,
        "rate": spread([result.rate for result in runs]),
        "p50_ms": spread([result.p50_ms for result in runs]),
        "p99_ms": spread([result.p99_ms for result in runs]),
    }


def _open(
    load: Wrk, path: str, capacity: float, shares: tuple[float, ...], seconds: float
) -> list[dict[str, Any]]:
    runs = [(share, load.open(path, capacity * share, seconds)) for share in shares]
    return [
        {"share": share, "offered": round(capacity * share, 1), **_fields(result)}
        for share, result in runs
    ]  # fmt: skip


def _fields(result: WrkResult) -> dict[str, Any]:
    return {
        "rate": round(result.rate, 1),
        "p50_ms": result.p50_ms,
        "p90_ms": result.p90_ms,
        "p99_ms": result.p99_ms,
        "late_mean_ms": result.late_mean_ms,
        "failed": result.failed,
    }
