"""Two runs over the same cases, paired case by case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.errors import RunFolderError
from eval.measures.bootstrap import Array, bootstrap_means, interval, resample_counts
from eval.measures.ranking import DEPTHS, per_case
from eval.measures.run_metrics import group_by_set
from eval.measures.significance import mcnemar_exact, permutation_test
from eval.measures.summary import Estimate
from eval.run import RunManifest, read_case_results, read_manifest


class OutcomeChange(msgspec.Struct, frozen=True):
    """A case whose first acceptable code moved.

    `top1` says whether the first answer became right (`won`), became wrong (`lost`) or neither (`same`).
    """

    id: str
    set: str
    query: str
    codes: tuple[str, ...]
    rank_a: int | None
    rank_b: int | None
    ranked_a: tuple[str, ...]
    ranked_b: tuple[str, ...]
    top1: Literal["won", "lost", "same"]


class PairedDifference(msgspec.Struct, frozen=True):
    """B against A over one set of cases.

    Attributes:
        n: Cases with an acceptable code.
        a: Means of A; b: means of B.
        difference: B minus A with its paired 95 % bootstrap interval.
        wins: Cases where B finds an acceptable code further up than A; losses and ties accordingly.
        top1_won: Cases right in B only; top1_lost: right in A only.
        mcnemar_p: Exact two-sided McNemar test on top-1.
        permutation_p: Seeded two-sided sign-flip permutation test on MRR.
    """

    n: int
    a: dict[str, float]
    b: dict[str, float]
    difference: dict[str, Estimate]
    wins: int
    losses: int
    ties: int
    top1_won: int
    top1_lost: int
    mcnemar_p: float
    permutation_p: float


class Comparison(msgspec.Struct, frozen=True):
    """Two runs side by side.

    Attributes:
        settings: What differs between the two manifests, name to both values.
        sets: By case set.
        mean: B minus A of the mean over sets, with interval.
        pooled: All cases together.
        changes: Every case whose first acceptable code moved, losses of top-1 first.
    """

    a: str
    b: str
    settings: dict[str, tuple[Any, Any]]
    sets: dict[str, PairedDifference]
    mean: dict[str, Estimate]
    pooled: PairedDifference
    changes: tuple[OutcomeChange, ...]


def compare_folders(first: Path, second: Path, samples: int = 1000, seed: int = 0) -> Comparison:
    """Compare run folder B (second) with run folder A (first).

    Raises:
        RunFolderError: If one is unfinished or they measured different cases.
    """
    manifests = (read_manifest(first), read_manifest(second))
    for folder, manifest in zip((first, second), manifests, strict=True):
        if not manifest.complete:
            raise RunFolderError(f"{folder} is an unfinished run; continue it with the same `hcpcs eval run`")
    if manifests[0].case_set_sha256 != manifests[1].case_set_sha256:
        raise RunFolderError(_why_not(first, second, *manifests))
    rows = (read_case_results(first), read_case_results(second))
    names = _names(first, second, *manifests)
    return compare_rows(names, rows, differing(*manifests), manifests[1].split, samples, seed)


def _names(first: Path, second: Path, a: RunManifest, b: RunManifest) -> tuple[str, str]:
    if a.system != b.system:
        return a.system, b.system
    return f"{a.system} ({first.resolve().name})", f"{b.system} ({second.resolve().name})"


def _why_not(first: Path, second: Path, a: RunManifest, b: RunManifest) -> str:
    where = f"{first} and {second} measured different cases"
    if a.sets != b.sets:
        return f"{where}: {_told(a.sets)} against {_told(b.sets)}; run both over the same files"
    differs = [f"{name} {old!s:.60} against {new!s:.60}" for name, (old, new) in differing(a, b).items()]
    return f"{where} of the same number ({'; '.join(differs) or 'other texts, codes or dates'})"


def _told(sets: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in sets.items())


def differing(a: RunManifest, b: RunManifest) -> dict[str, tuple[Any, Any]]:
    """What the two runs had not in common: system, index, release, date, versions and so on."""
    skipped = {"started_at", "finished_at", "case_set_sha256", "complete", "sets"}
    flat = [_flat(msgspec.to_builtins(manifest)) for manifest in (a, b)]
    names = dict.fromkeys([*flat[0], *flat[1]])
    return {
        name: (flat[0].get(name), flat[1].get(name))
        for name in names
        if name.split(".")[0] not in skipped and flat[0].get(name) != flat[1].get(name)
    }


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            found |= _flat(inner, f"{prefix}{name}.")
        else:
            found[prefix + name] = inner
    return found


def compare_rows(
    names: tuple[str, str],
    rows: tuple[Sequence[CaseResult], Sequence[CaseResult]],
    settings: dict[str, tuple[Any, Any]],
    split: Sequence[str] = (),
    samples: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Compare two systems' rows, which must be of the same cases.

    Raises:
        RunFolderError: If a case is in one of them only.
    """
    others = {row.id: row for row in rows[1]}
    if others.keys() != {row.id for row in rows[0]}:
        raise RunFolderError("the runs do not hold the same case ids, although their manifests say so")
    sets: dict[str, PairedDifference] = {}
    replicates: list[Array] = []
    measures: list[str] = []
    for name, members in group_by_set(rows[0], split).items():
        pairs = [(row, others[row.id]) for row in members if row.codes]
        if pairs:
            sets[name], drawn, measures = _compare(pairs, samples, seed)
            replicates.append(drawn)
    pairs = [(row, others[row.id]) for row in rows[0] if row.codes]
    if not pairs:
        raise RunFolderError("the runs hold no case with an acceptable code; there is nothing to compare")
    pooled, _, _ = _compare(pairs, samples, seed)
    mean = _mean_difference(list(sets.values()), replicates, measures)
    return Comparison(*names, settings, sets, mean, pooled, find_changes(pairs))


def _compare(
    pairs: Sequence[tuple[CaseResult, CaseResult]], samples: int, seed: int
) -> tuple[PairedDifference, Array, list[str]]:
    depths = tuple(k for k in DEPTHS if k in (1, 5, 10))
    a, b = (per_case([pair[side] for pair in pairs], depths) for side in (0, 1))
    measures = ["top-1", "top-5", "top-10", "MRR", "nDCG@10"]
    gaps = np.column_stack([b[name] - a[name] for name in measures])
    drawn = bootstrap_means(gaps, resample_counts(len(pairs), samples, seed))
    low, high = interval(drawn)
    won = int((b["top-1"] > a["top-1"]).sum())
    lost = int((b["top-1"] < a["top-1"]).sum())
    better, worse = int((b["MRR"] > a["MRR"]).sum()), int((b["MRR"] < a["MRR"]).sum())
    paired = PairedDifference(
        n=len(pairs),
        a={name: float(a[name].mean()) for name in measures},
        b={name: float(b[name].mean()) for name in measures},
        difference={
            name: Estimate(float(gaps[:, i].mean()), float(low[i]), float(high[i]), len(pairs))
            for i, name in enumerate(measures)
        },
        wins=better,
        losses=worse,
        ties=len(pairs) - better - worse,
        top1_won=won,
        top1_lost=lost,
        mcnemar_p=mcnemar_exact(won, lost),
        permutation_p=permutation_test(b["MRR"] - a["MRR"], seed),
    )
    return paired, drawn, measures


def _mean_difference(
    sets: Sequence[PairedDifference], replicates: Sequence[Array], measures: Sequence[str]
) -> dict[str, Estimate]:
    found = {}
    for i, name in enumerate(measures):
        low, high = interval(np.mean([drawn[:, i] for drawn in replicates], axis=0))
        mean = float(np.mean([paired.difference[name].value for paired in sets]))
        found[name] = Estimate(mean, float(low), float(high), len(sets))
    return found


def find_changes(pairs: Sequence[tuple[CaseResult, CaseResult]]) -> tuple[OutcomeChange, ...]:
    """Every case whose first acceptable code moved: lost first answers, then won ones, then the rest."""
    changes = [_change(a, b) for a, b in pairs if a.rank != b.rank]
    order = {"lost": 0, "won": 1, "same": 2}
    return tuple(sorted(changes, key=lambda change: order[change.top1]))


def _change(a: CaseResult, b: CaseResult) -> OutcomeChange:
    top1: Literal["won", "lost", "same"] = "won" if b.rank == 1 else "lost" if a.rank == 1 else "same"
    return OutcomeChange(a.id, a.set, a.query, a.codes, a.rank, b.rank, a.ranked, b.ranked, top1)
