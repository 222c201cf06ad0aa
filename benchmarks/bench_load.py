"""How many clients at once does one worker answer, and how long do they wait?"""

from __future__ import annotations

from typing import Any

from benchmarks.client import bodies, metric
from benchmarks.server import EMPTY, SUGGEST, Served
from benchmarks.setting import Setting
from benchmarks.spread import ratios, spread
from benchmarks.texts import distinct
from benchmarks.wrk import SKIPPED, Wrk, WrkResult, installed

METHOD = (
    "wrk with one thread beside one worker. Closed loop: 1 to 64 clients, each asking again as soon as "
    "it is answered; for each number of clients `POST /v1/suggest` with new texts and the empty route "
    "in turn, and a ratio of their rates for each turn. Open loop: arrivals of a Poisson process at "
    "shares of the rate that 32 clients reached, over 256 connections, so that a slow answer does not "
    "hold back the next question."
)
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
SHARES = (0.25, 0.5, 0.7, 0.8, 0.9)
REPEATED = "hcpcs_repeated_texts_total"
TEXTS = 20_000  # more than the service keeps answers, so that coming round again finds none kept


def run(setting: Setting) -> dict[str, Any]:
    """Rates and waiting times of both routes, and the ratio of their rates."""
    if not installed():
        return SKIPPED
    rounds, seconds = setting.size(5, 1), setting.size(3, 1)
    clients = (32,) if setting.small else CLIENTS
    sent = bodies(distinct(setting.size(TEXTS, 5_000)))
    with Served(setting) as served:
        before = metric(served.port, REPEATED)
        load = {
            path: Wrk(served.port, sent, setting.work / f"bodies{at}.jsonl") for at, path in enumerate(PATHS)
        }
        for path in PATHS if not setting.small else ():
            load[path].closed(path, 4, seconds)  # warm-up
        closed = {n: _turns(load, n, rounds, seconds) for n in clients}
        capacity = {path: closed[32][path][0].rate for path in PATHS}
        shares = SHARES[1:2] if setting.small else SHARES
        opened = {path: _open(load[path], path, capacity[path], shares, setting.size(6, 1)) for path in PATHS}
        from_cache = metric(served.port, REPEATED) - before
    return {
        "method": METHOD,
        "ratios": {f"rate_at_{n}": _ratio(turns) for n, turns in closed.items()},
        "closed": {path: [_closed(n, closed[n][path]) for n in clients] for path in PATHS},
        "open": opened,
        "new_texts_answered_from_the_cache": from_cache,
        "failed": sum(one.failed for turns in closed.values() for some in turns.values() for one in some),
    }


PATHS = (SUGGEST, EMPTY)
Turns = dict[str, list[WrkResult]]


def _turns(load: dict[str, Wrk], clients: int, rounds: int, seconds: float) -> Turns:
    found: Turns = {path: [] for path in PATHS}
    for _ in range(rounds):
        for path in PATHS:
            found[path].append(load[path].closed(path, clients, seconds))
    return found


def _ratio(turns: Turns) -> Any:
    return ratios(*([one.rate for one in turns[path]] for path in PATHS))


def _closed(clients: int, runs: list[WrkResult]) -> dict[str, Any]:
    return {
        "clients": clients,
        "rate": spread([one.rate for one in runs]),
        "p50_ms": spread([one.p50_ms for one in runs]),
        "p99_ms": spread([one.p99_ms for one in runs]),
    }


def _open(
    load: Wrk, path: str, capacity: float, shares: tuple[float, ...], seconds: float
) -> list[dict[str, Any]]:
    runs = [(share, load.open(path, capacity * share, seconds)) for share in shares]
    return [
        {"share": share, "offered": round(capacity * share, 1), **_plain(one)}
        for share, one in runs
    ]  # fmt: skip


def _plain(one: WrkResult) -> dict[str, Any]:
    return {
        "rate": round(one.rate, 1),
        "p50_ms": one.p50_ms,
        "p90_ms": one.p90_ms,
        "p99_ms": one.p99_ms,
        "late_mean_ms": one.late_mean_ms,
        "failed": one.failed,
    }
