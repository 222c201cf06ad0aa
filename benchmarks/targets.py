"""The targets of the project, and whether a run reached them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Bound = Literal["at most", "at least"]


class Target(msgspec.Struct, frozen=True):
    """One target: a bound on the median of `ratio` in the results of `benchmark`."""

    what: str
    benchmark: str
    ratio: str
    bound: Bound
    value: float
    unit: str = "x"

    def reached(self, median: float) -> bool:
        """Return whether a median is within the bound."""
        return median <= self.value if self.bound == "at most" else median >= self.value


OBVIOUS = "the obvious design's (MiniLM + FAISS)"
EMPTY = "the empty route's"
TARGETS = (
    Target(f"a whole answer in process, of {OBVIOUS}", "answer", "ours_to_minilm_faiss", "at most", 0.15),
    Target(f"`POST /v1/suggest`, one client, median, of {EMPTY}", "http", "new_p50", "at most", 2.5),
    Target(f"`POST /v1/suggest`, one client, p99, of {EMPTY}", "http", "new_p99", "at most", 4),
    Target(f"rate at 32 clients, of {EMPTY}", "load", "rate_at_32", "at least", 0.40),
    Target(
        f"lines a second in a batch, of {OBVIOUS}",
        "batch",
        "ours_in_processes_to_minilm_faiss",
        "at least",
        30,
    ),
    Target(f"a text asked before, median, of {EMPTY}", "http", "repeated_p50", "at most", 1.2),
    Target(f"a phrase typed again, each key, median, of {EMPTY}", "http", "typed_again_p50", "at most", 1.2),
    Target(f"a phrase typed first, each key, median, of {EMPTY}", "http", "typed_p50", "at most", 2.5),
    Target(f"full build of a release, of {OBVIOUS}", "build", "ours_to_minilm_faiss", "at most", 0.25),
    Target(
        "update with 200 changed descriptors, of the full build", "build", "update_to_full", "at most", 0.1
    ),
    Target("`hcpcs suggest` from a cold process", "cold", "suggest", "at most", 1.0, "s"),
    Target("`hcpcs code` from a cold process", "cold", "code", "at most", 0.3, "s"),
    Target("one worker, resident", "memory", "worker_mb", "at most", 300, "MB"),
    Target("serving install", "size", "serving_install_mb", "at most", 400, "MB"),
    Target("build time grows with codes to the power", "growth", "time_exponent", "at most", 1.1, ""),
    Target("build memory grows with codes to the power", "growth", "memory_exponent", "at most", 1.1, ""),
)


def row(target: Target, results: dict[str, Any]) -> tuple[str, str, str, str]:
    """Make the table row of a target: what, bound, the result with its spread, and whether it was reached."""
    bound = f"{target.bound} {_number(target.value, target.unit)}"
    result = results.get(target.benchmark, {})
    found = result.get("ratios", {}).get(target.ratio)
    if found is None:
        return target.what, bound, result.get("skipped", "not measured"), ""
    median, low, high = (_number(found[name], target.unit) for name in ("median", "p10", "p90"))
    shown = median if found["n"] == 1 else f"{median} ({low} to {high})"
    return target.what, bound, shown, "yes" if target.reached(found["median"]) else "**no**"


def _number(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}".strip()
