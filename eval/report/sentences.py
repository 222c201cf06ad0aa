"""The report's sentences: the verdict first, in words that need no statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.compare import Comparison
from eval.measures.confidence import ConfidenceReport, Coverage, Refusal
from eval.measures.near_miss import NearMisses
from eval.measures.run_metrics import Metrics
from eval.measures.summary import SMALL
from eval.report.tables import percent
from eval.run import RunManifest

TARGET = 0.95


def subtitle(manifest: RunManifest, metrics: Metrics) -> str:
    """What was measured, when, against which release."""
    lines = sum(manifest.sets.values())
    sets = (
        f"{len(metrics.sets)} case sets"
        if len(metrics.sets) > 1
        else f"the case set {next(iter(metrics.sets))}"
    )
    return (
        f"{lines:,} labelled lines in {sets}, HCPCS release {manifest.release}, date of service"
        f" {manifest.on.isoformat()}, measured on {manifest.finished_at[:10]}"
    )


def lead(name: str, metrics: Metrics) -> str:
    """The one sentence to take away."""
    mean = metrics.mean
    if not mean:
        return f"{name} was only measured on lines that have no code."
    over = " on average over the case sets" if len(metrics.sets) > 1 else ""
    found = f"{name} puts a right code first for {percent(mean['top-1'].value)} of the lines{over}"
    deep = next((k for k in ("top-10", "top-5", "top-3") if k in mean), None)
    return (
        f"{found}, and among its first {deep[4:]} for {percent(mean[deep].value)}." if deep else f"{found}."
    )


def points(metrics: Metrics, comparisons: Sequence[Comparison]) -> list[str]:
    """The next things a reader wants: against the others, at 95%, the weakest place."""
    found = [_against(comparison) for comparison in comparisons]
    coverage = _at_target(metrics.pooled.confidence)
    if coverage is not None:
        found.append(f"Confidence: {coverage}.")
    ranked = sorted(
        (part.summary.measures["top-1"].value, name) for name, part in metrics.sets.items() if part.summary
    )
    if len(ranked) > 1:
        (low, worst), (high, best) = ranked[0], ranked[-1]
        found.append(f"Best on {best} ({percent(high)} first), weakest on {worst} ({percent(low)}).")
    kinds = metrics.pooled.near_misses.kinds
    if metrics.pooled.near_misses.wrong:
        kind = max(kinds, key=lambda name: kinds[name])
        share = kinds[kind] / metrics.pooled.near_misses.wrong
        found.append(f"Of its wrong first answers, {share:.0%} are of one kind: {kind}.")
    return found


def _against(comparison: Comparison) -> str:
    gap = comparison.mean["top-1"]
    words = "better than" if gap.value >= 0 else "worse than"
    sure = (
        "a difference that chance does not explain"
        if gap.low > 0 or gap.high < 0
        else "which may be chance: the interval holds 0"
    )
    return (
        f"At the first code it is {abs(gap.value) * 100:.1f} points {words} {comparison.a}"
        f" (95% interval {gap.low * 100:+.1f} to {gap.high * 100:+.1f}; {sure})."
    )


def _at_target(confidence: ConfidenceReport) -> Coverage | None:
    return next((point for point in confidence.coverage if point.target == TARGET), None)


def cautions(metrics: Metrics) -> list[str]:
    """What a careful reader must be told before believing a number."""
    found = []
    few = [name for name, part in metrics.sets.items() if part.summary and part.summary.n < SMALL]
    if few:
        found.append(f"Few lines (under {SMALL}) in: {', '.join(few)}. Read their numbers as hints.")
    unanswered = metrics.pooled.summary.unanswered if metrics.pooled.summary else 0
    if unanswered:
        found.append(f"{unanswered} lines came back without any code; they count as wrong.")
    check = metrics.check
    if check is None:
        return found
    if check.problems:
        what = "and were left out" if check.dropped else "and were kept as acceptable"
        found.append(f"{len(check.problems)} labelled codes are not active on the date of service {what}.")
    if check.leaks:
        found.append(f"{len(check.leaks)} texts repeat a descriptor or hold the code, which makes them easy.")
    if check.duplicates:
        found.append(
            f"{len(check.duplicates)} texts occur more than once,"
            f" {len(check.contradictions)} of them with contradicting codes."
        )
    return found


def tiles(metrics: Metrics) -> list[dict[str, str]]:
    """The five figures at the top."""
    found = []
    for name, label in (
        ("top-1", "right code first"),
        ("top-5", "among the first 5"),
        ("top-10", "among the first 10"),
    ):
        if name in metrics.mean:
            value = metrics.mean[name]
            found.append(
                {"value": percent(value.value), "label": f"{label} ({value.low:.0%} to {value.high:.0%})"}
            )
    coverage = _at_target(metrics.pooled.confidence)
    if coverage is not None:
        found.append(
            {"value": percent(coverage.coverage), "label": "of lines answered when 95% must be right"}
        )
    found.append({"value": f"{metrics.pooled.timing.median:.1f} ms", "label": "median time of one answer"})
    return found


def confidence_text(name: str, confidence: ConfidenceReport) -> str:
    """Calibration and coverage in words."""
    if confidence.ece is None:
        return f"{name} states no confidence."
    told = "; ".join(str(point) for point in confidence.coverage if point.threshold is not None)
    return (
        f"Stated and true confidence differ by {confidence.ece * 100:.1f} points on average (expected"
        f" calibration error). For all lines together: {told or 'no threshold reaches 80% right'}."
    )


def refusal_text(refusal: Refusal | None) -> str:
    """What `no_good_match` was said of, in words."""
    if refusal is None:
        return ""
    found = []
    if refusal.answerable:
        found.append(
            f"\u201cNo good match\u201d was said of {refusal.said} of {refusal.answerable} lines that have a"
            f" code ({refusal.said / refusal.answerable:.1%}); the right code stood first all the same in"
            f" {refusal.said_top1} of them and somewhere in the list in {refusal.said_present}."
            f" It was not said of {refusal.unsaid_absent} lines whose right code was missing from the list."
        )
    if refusal.none_fits:
        found.append(
            f"Of {refusal.none_fits} lines that have no code, {refusal.none_said}"
            f" ({refusal.none_said / refusal.none_fits:.1%}) were refused."
        )
    return " ".join(found)


def misses_text(misses: NearMisses) -> str:
    """Where the right code was when the first was wrong."""
    if not misses.wrong:
        return "No first answer was wrong."
    places = [
        f"{count} at rank {place}"
        for place, count in misses.found_later.items()
        if count and place != "not in the list"
    ]
    absent = misses.found_later.get("not in the list", 0)
    return (
        f"Of {misses.wrong} lines without a right first code, the right one stood further down in"
        f" {misses.wrong - absent} ({', '.join(places) or 'none'}) and was missing in {absent}."
        f" In {misses.noc_instead} a not-otherwise-classified code was given where a specific one is right;"
        f" in {misses.specific_instead} it was the other way round."
    )


def method(manifest: RunManifest) -> list[str]:
    """How the numbers came about."""
    return [
        f"Every line was asked on its own, for {manifest.k} codes. A line counts as right when any of its"
        " acceptable codes stands where it is looked for. The mean over the case sets counts each set the"
        " same, however many lines it has.",
        "The systems: default is this project; all-words finds only codes whose descriptor holds every word"
        " of the line, as the public look-up tools do; bm25 is a classic text search over the descriptors;"
        " dense compares sentence vectors of the plain MiniLM model; rrf joins the last two.",
        f"Intervals are 95% percentile intervals of {manifest.samples:,} bootstrap samples over lines, seed"
        f" {manifest.seed}. McNemar's test is exact; the permutation test flips signs 10,000 times.",
    ]


def facts(manifests: Sequence[RunManifest]) -> list[tuple[str, Any]]:
    """What someone needs to repeat the run."""
    first = manifests[0]
    found: list[tuple[str, Any]] = [
        ("case sets", ", ".join(f"{name} ({count})" for name, count in first.sets.items())),
        ("case set sha256", first.case_set_sha256),
        ("release", first.release),
        ("date of service", first.on.isoformat()),
    ]
    for manifest in manifests:
        index = manifest.identity.get("index_manifest_sha256")
        told = f"index manifest {index[:16]}" if index else _identity(manifest)
        found.append((f"system {manifest.system}", told))
    found.append(("versions", ", ".join(f"{name} {version}" for name, version in first.versions.items())))
    return found


def _identity(manifest: RunManifest) -> str:
    return ", ".join(f"{name} {value!s:.60}" for name, value in manifest.identity.items())
