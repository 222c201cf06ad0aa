"""Compares two runs over the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from eval.case_results import CaseResult
from eval.errors import RunFolderError
from eval.measures.bootstrap import SAMPLES
from eval.measures.clusters import Cluster
from eval.measures.intervals import detectable
from eval.measures.paired import OutcomeChange, PairedDifference, find_changes, measure_pairs
from eval.measures.ranking import SUCCESS_AT_1, report_measures
from eval.measures.run_metrics import group_by_set
from eval.measures.significance import holm
from eval.measures.summary import Estimate, mean_over_sets
from eval.run import RunManifest, read_case_results, read_manifest

NOT_SETTINGS = {"started_at", "finished_at", "case_set_sha256", "complete", "sets"}


class Comparison(msgspec.Struct, frozen=True):
    """Two runs side by side.

    Attributes:
        a: Name of the first system; b: of the second.
        settings: What differs between the two manifests: name to both values.
        sets: Differences by case set.
        mean: B minus A of the mean over sets, with interval.
        detectable: Smallest difference in Success@1 of that mean that is shown with a power of 80 %.
        pooled: All cases together.
        changes: Every case whose first acceptable code moved, lost first answers first.
    """

    a: str
    b: str
    settings: dict[str, tuple[Any, Any]]
    sets: dict[str, PairedDifference]
    mean: dict[str, Estimate]
    pooled: PairedDifference
    changes: tuple[OutcomeChange, ...]
    detectable: float


def disagrees(comparison: Comparison) -> bool:
    """Return whether the mean over the sets points one way and the number of cases the other.

    One small set can carry the mean while more cases of the others became wrong than right.
    """
    net = comparison.pooled.top1_won - comparison.pooled.top1_lost
    gap = round(comparison.mean[SUCCESS_AT_1.label].value, 9)  # a sum of floats that is 0 on paper is 0
    return gap * net < 0


def compare_folders(
    first: Path, second: Path, samples: int = SAMPLES, seed: int = 0, cluster: Cluster = "source"
) -> Comparison:
    """Compare run folder B (second) with run folder A (first).

    Raises:
        RunFolderError: If one is unfinished or they measured different cases.
    """
    manifests = (read_manifest(first), read_manifest(second))
    for folder, manifest in zip((first, second), manifests, strict=True):
        if not manifest.complete:
            raise RunFolderError(f"{folder} is an unfinished run; continue it with the same `hcpcs eval run`")
    if manifests[0].case_set_sha256 != manifests[1].case_set_sha256:
        raise RunFolderError(_case_difference(first, second, *manifests))
    results = (read_case_results(first), read_case_results(second))
    names = _names(first, second, *manifests)
    settings, split = differing(*manifests), manifests[1].split
    return compare_results(names, results, settings, split, samples, seed, cluster)


def _names(first: Path, second: Path, a: RunManifest, b: RunManifest) -> tuple[str, str]:
    """The systems' names, with the folders' names where the systems have the same."""
    if a.system != b.system:
        return a.system, b.system
    return f"{a.system} ({first.resolve().name})", f"{b.system} ({second.resolve().name})"


def _case_difference(first: Path, second: Path, a: RunManifest, b: RunManifest) -> str:
    """The error message for two runs over different cases."""
    message = f"{first} and {second} measured different cases"
    if a.sets != b.sets:
        return f"{message}: {_list_sets(a.sets)} against {_list_sets(b.sets)}; run both over the same files"
    settings = [f"{name} {old!s:.60} against {new!s:.60}" for name, (old, new) in differing(a, b).items()]
    return f"{message} of the same number ({'; '.join(settings) or 'other texts, codes or dates'})"


def _list_sets(sets: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in sets.items())


def differing(a: RunManifest, b: RunManifest) -> dict[str, tuple[Any, Any]]:
    """Settings in which two runs differ: system, index, release, date, versions and so on."""
    flat_a, flat_b = (_flatten(msgspec.to_builtins(manifest)) for manifest in (a, b))
    return {
        name: (flat_a.get(name), flat_b.get(name))
        for name in dict.fromkeys([*flat_a, *flat_b])
        if name.split(".")[0] not in NOT_SETTINGS and flat_a.get(name) != flat_b.get(name)
    }


def _flatten(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested names joined by dots."""
    flat: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat |= _flatten(inner, f"{prefix}{name}.")
        else:
            flat[prefix + name] = inner
    return flat


def compare_results(
    names: tuple[str, str],
    results: tuple[Sequence[CaseResult], Sequence[CaseResult]],
    settings: dict[str, tuple[Any, Any]],
    split: Sequence[str] = (),
    samples: int = SAMPLES,
    seed: int = 0,
    cluster: Cluster = "source",
) -> Comparison:
    """Compare the results of two systems over the same cases.

    Args:
        names: Of A and B.
        results: Of A and B.
        settings: What differs between the two runs.
        split: Case sets whose kinds are sets of their own.
        samples: Bootstrap samples.
        seed: Of the bootstrap and of the permutations.
        cluster: What is drawn whole; see `find_clusters`.

    Raises:
        RunFolderError: If a case is in one of them only, or no case has an acceptable code.
    """
    b_by_id = {result.id: result for result in results[1]}
    if b_by_id.keys() != {result.id for result in results[0]}:
        raise RunFolderError("the runs do not hold the same case ids, although their manifests say so")
    answerable = [result for result in results[0] if result.codes]
    if not answerable:
        raise RunFolderError("the runs hold no case with an acceptable code; there is nothing to compare")
    sets: dict[str, PairedDifference] = {}
    for name, members in group_by_set(answerable, split).items():
        pairs = [(result, b_by_id[result.id]) for result in members]
        sets[name] = measure_pairs(pairs, samples, seed, cluster)
    adjusted = holm([paired.top1_p for paired in sets.values()])
    sets = {
        name: msgspec.structs.replace(paired, holm_p=p)
        for (name, paired), p in zip(sets.items(), adjusted, strict=True)
    }
    pairs = [(result, b_by_id[result.id]) for result in answerable]
    pooled = measure_pairs(pairs, samples, seed, cluster)
    labels = [measure.label for measure in report_measures()]
    mean = mean_over_sets([paired.difference for paired in sets.values()], labels)
    gap = mean[SUCCESS_AT_1.label]
    found = round(detectable(gap.low, gap.high), 4)
    return Comparison(*names, settings, sets, mean, pooled, find_changes(pairs), found)
