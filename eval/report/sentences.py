"""The sentences of the HTML report; the result comes first, in words that need no statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.cases.check import CaseCheck
from eval.compare import Comparison, disagrees
from eval.measures.confidence import ConfidenceReport, Coverage, Refusal
from eval.measures.near_miss import NOT_IN_LIST, NearMisses
from eval.measures.ranking import SUCCESS, SUCCESS_AT_1
from eval.measures.run_metrics import Metrics
from eval.measures.significance import PERMUTATIONS
from eval.measures.summary import MIN_CASES
from eval.report.tables import percent
from eval.report.text_table import COVERAGE_TARGET
from eval.run import RunManifest

LEAD_DEPTH = 10  # the main result looks at most this far down


def subtitle(manifest: RunManifest, metrics: Metrics) -> str:
    """State what was measured, when, and against which release."""
    lines = sum(manifest.sets.values())
    names = list(metrics.sets)
    sets = f"{len(names)} case sets" if len(names) > 1 else f"the case set {names[0]}"
    without = sum(part.summary is None for part in metrics.sets.values())
    if without and len(names) > 1:
        sets += f", {without} of them without any line that has a code"
    return (
        f"{lines:,} labelled lines in {sets}, HCPCS release {manifest.release}, date of service"
        f" {manifest.on.isoformat()}, measured on {manifest.finished_at[:10]}"
    )


def lead(name: str, metrics: Metrics) -> str:
    """State the main result in one sentence."""
    mean = metrics.mean
    if not mean:
        return f"{name} was only measured on lines that have no code."
    counted = sum(part.summary is not None for part in metrics.sets.values())
    over = f" on average over {counted} case sets" if counted > 1 else ""
    first = f"{name} puts a right code first for {percent(mean[SUCCESS_AT_1.label].value)} of the lines{over}"
    for measure in reversed(SUCCESS[1:]):
        if measure.label in mean and measure.depth <= LEAD_DEPTH:
            return f"{first}, and among its first {measure.depth} for {percent(mean[measure.label].value)}."
    return f"{first}."


def points(metrics: Metrics, comparisons: Sequence[Comparison]) -> list[str]:
    """State the next results: against each other system, at 95 % right, best and weakest set, errors."""
    sentences = [_against(comparison) for comparison in comparisons]
    coverage = _at_target(metrics.pooled.confidence)
    if coverage is not None:
        sentences.append(f"Confidence: {coverage}.")
    ranked = sorted(
        (part.summary.measures[SUCCESS_AT_1.label].value, name)
        for name, part in metrics.sets.items()
        if part.summary
    )
    if len(ranked) > 1:
        (low, worst), (high, best) = ranked[0], ranked[-1]
        sentences.append(f"Best on {best} ({percent(high)} first), weakest on {worst} ({percent(low)}).")
    kinds = metrics.pooled.near_misses.kinds
    if metrics.pooled.near_misses.wrong:
        kind = max(kinds, key=lambda name: kinds[name])
        share = kinds[kind] / metrics.pooled.near_misses.wrong
        sentences.append(f"Of its wrong first answers, {share:.0%} are of one kind: {kind}.")
    return sentences


def _against(comparison: Comparison) -> str:
    gap = comparison.mean[SUCCESS_AT_1.label]
    direction = "better than" if gap.value >= 0 else "worse than"
    chance = (
        "chance does not explain this difference"
        if gap.low > 0 or gap.high < 0
        else "this may be chance: the interval contains 0"
    )
    pooled = comparison.pooled
    counts = f", and yet {pooled.top1_won} lines became right and {pooled.top1_lost} wrong"
    return (
        f"At the first code it is {abs(gap.value) * 100:.1f} points {direction} {comparison.a}"
        f" (95% interval {gap.low * 100:+.1f} to {gap.high * 100:+.1f}; {chance})"
        f"{counts if disagrees(comparison) else ''}."
    )


def _at_target(confidence: ConfidenceReport) -> Coverage | None:
    return next((point for point in confidence.coverage if point.target == COVERAGE_TARGET), None)


def cautions(metrics: Metrics) -> list[str]:
    """State what a reader must know before relying on a number."""
    sentences = []
    few = [name for name, part in metrics.sets.items() if part.summary and part.summary.n < MIN_CASES]
    if few:
        sentences.append(f"Few lines (under {MIN_CASES}) in: {', '.join(few)}. Read their numbers as hints.")
    unanswered = metrics.pooled.summary.unanswered if metrics.pooled.summary else 0
    if unanswered:
        sentences.append(f"{unanswered} lines came back without any code; they count as wrong.")
    lost = sum(account.read - account.measured for account in metrics.rows)
    if lost:
        sentences.append(f"{lost:,} rows of the case files were left out; the table of rows says why.")
    return sentences + (_case_cautions(metrics.check) if metrics.check else [])


def _case_cautions(check: CaseCheck) -> list[str]:
    sentences = []
    if check.problems:
        action = "and were left out" if check.dropped else "and were kept as acceptable"
        sentences.append(
            f"{len(check.problems)} labelled codes are not active on the date of service {action}."
        )
    if check.leaks:
        sentences.append(
            f"{len(check.leaks)} texts repeat a descriptor or hold the code, which makes them easy."
        )
    if check.duplicates:
        sentences.append(
            f"{len(check.duplicates)} texts occur more than once,"
            f" {len(check.contradictions)} of them with contradicting codes."
        )
    return sentences


def tiles(metrics: Metrics) -> list[dict[str, str]]:
    """The numbers at the top: each a value and its label."""
    numbers = []
    for measure in SUCCESS:
        if measure.in_report and measure.label in metrics.mean:
            estimate = metrics.mean[measure.label]
            label = "right code first" if measure.depth == 1 else f"among the first {measure.depth}"
            numbers.append((percent(estimate.value), f"{label} ({estimate.low:.0%} to {estimate.high:.0%})"))
    coverage = _at_target(metrics.pooled.confidence)
    if coverage is not None:
        numbers.append((percent(coverage.coverage), "of lines answered when 95% must be right"))
    numbers.append((f"{metrics.pooled.timing.median:.1f} ms", "median time of one answer"))
    return [{"value": value, "label": label} for value, label in numbers]


def confidence_text(name: str, confidence: ConfidenceReport) -> str:
    """Describe calibration and coverage."""
    if confidence.ece is None:
        return f"{name} states no confidence."
    reached = "; ".join(str(point) for point in confidence.coverage if point.threshold is not None)
    return (
        f"Stated confidence and share right differ by {confidence.ece * 100:.1f} points on average (expected"
        f" calibration error). For all lines together: {reached or 'no threshold reaches 80% right'}."
    )


def refusal_text(refusal: Refusal | None) -> str:
    """Describe which lines `no_good_match` was said of."""
    if refusal is None:
        return ""
    sentences = []
    if refusal.answerable:
        sentences.append(
            f"\u201cNo good match\u201d was said of {refusal.said} of {refusal.answerable} lines that have a"
            f" code ({refusal.said / refusal.answerable:.1%}). The right code was nevertheless first in"
            f" {refusal.said_top1} of them and anywhere in the list in {refusal.said_present}."
            f" It was not said of {refusal.unsaid_absent} lines whose right code was missing from the list."
        )
    if refusal.none_fits:
        sentences.append(
            f"Of {refusal.none_fits} lines that have no code, {refusal.none_said}"
            f" ({refusal.none_said / refusal.none_fits:.1%}) were refused."
        )
    return " ".join(sentences)


def misses_text(misses: NearMisses) -> str:
    """Describe where the right code was when the first answer was wrong."""
    if not misses.wrong:
        return "No first answer was wrong."
    ranks = [
        f"{count} at rank {rank}"
        for rank, count in misses.found_later.items()
        if count and rank != NOT_IN_LIST
    ]
    absent = misses.found_later.get(NOT_IN_LIST, 0)
    return (
        f"Of {misses.wrong} lines whose first code was wrong, the right one was further down in"
        f" {misses.wrong - absent} ({', '.join(ranks) or 'none'}) and missing in {absent}."
        f" In {misses.noc_instead} a not-otherwise-classified code was given where a specific one is right;"
        f" in {misses.specific_instead} it was the other way round."
    )


def method(manifest: RunManifest) -> list[str]:
    """Describe how the numbers were measured, a paragraph each."""
    return [
        f"Every line was asked on its own, for {manifest.k} codes. A line counts as right at depth k when any"
        " of its acceptable codes is among the first k. The mean over the case sets counts each set the"
        " same, however many lines it has.",
        "The systems: default is this project; all-words finds only codes whose descriptor holds every word"
        " of the line, as the public look-up tools do; bm25 is a classic text search over the descriptors;"
        " dense compares sentence vectors of the plain MiniLM model; rrf joins the last two.",
        f"Intervals are 95% percentile intervals of {manifest.samples:,} bootstrap samples over lines, seed"
        f" {manifest.seed}. McNemar's test is exact; the permutation test flips signs {PERMUTATIONS:,}"
        " times.",
    ]


def row_cells(metrics: Metrics) -> list[dict[str, str]]:
    """Say of each case file where its rows went: cells of the table of rows."""
    return [
        {
            "file": account.file,
            "read": f"{account.read:,}",
            "measured": f"{account.measured:,}",
            "left_out": f"{account.read - account.measured:,}",
            "reasons": ", ".join(f"{count:,} {reason}" for reason, count in account.left_out.items()),
        }
        for account in metrics.rows
    ]


def facts(manifests: Sequence[RunManifest]) -> list[tuple[str, Any]]:
    """List what is needed to repeat the run: name and value."""
    first = manifests[0]
    rows: list[tuple[str, Any]] = [
        ("case sets", ", ".join(f"{name} ({count})" for name, count in first.sets.items())),
        ("case set sha256", first.case_set_sha256),
        ("release", first.release),
        ("date of service", first.on.isoformat()),
    ]
    rows += [(f"system {manifest.system}", _identity(manifest)) for manifest in manifests]
    rows.append(("versions", ", ".join(f"{name} {version}" for name, version in first.versions.items())))
    return rows


def _identity(manifest: RunManifest) -> str:
    index = manifest.identity.get("index_manifest_sha256")
    if index:
        return f"index manifest {index[:16]}"
    return ", ".join(f"{name} {value!s:.60}" for name, value in manifest.identity.items())
