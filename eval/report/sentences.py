"""The sentences of the HTML report; the result comes first, in words that need no statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.cases.check import CaseCheck
from eval.compare import Comparison, disagrees
from eval.measures.clusters import MIN_SOURCES
from eval.measures.confidence import ConfidenceReport, Refusal
from eval.measures.costs import CostReport
from eval.measures.intervals import EDGE
from eval.measures.near_miss import NOT_IN_LIST, NearMisses
from eval.measures.ranking import SUCCESS, SUCCESS_AT_1
from eval.measures.risk_coverage import Coverage
from eval.measures.run_metrics import Metrics, SetMetrics
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
        sentences.append(f"Confidence, all lines together: {coverage}.{_judged_note(metrics.pooled)}")
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


def _judged_note(metrics: SetMetrics) -> str:
    """Say how the threshold for 95 % does on lines that it was not chosen on."""
    judged = next((part for part in metrics.confidence.judged if part.target == COVERAGE_TARGET), None)
    if judged is None:
        return ""
    if judged.right is None:
        return " Chosen on one half of the lines, no threshold reaches that."
    right, half = judged.right, "half of the sources" if judged.halves == "sources" else "half of the lines"
    return (
        f" Chosen on one {half} and judged on the other, it answers {percent(judged.answered.value)} of the"
        f" lines, and {percent(right.value)} of those are right (95% interval {percent(right.low)} to"
        f" {percent(right.high)})."
    )


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


def about_intervals(metrics: Metrics) -> str:
    """Say what the intervals speak of: new sources, the same sources, or these sets."""
    summaries = [(name, part.summary) for name, part in metrics.sets.items() if part.summary]
    drawn = [name for name, summary in summaries if summary.sources]
    alone = [name for name, summary in summaries if not summary.sources]
    sentences = []
    if drawn:
        sentences.append(
            f"For {_names(drawn)} whole sources were drawn: the interval speaks of new sources like these,"
            " such as other hospitals."
        )
    if alone:
        sentences.append(
            f"For {_names(alone)} lines were drawn: the interval speaks of further lines of the same sources,"
            " and not of other hospitals."
        )
    if len(summaries) > 1:
        sentences.append("That of the mean over the sets speaks of these sets.")
    return " ".join(sentences)


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


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
    """The numbers at the top: each a value and its label, which says over which lines it is taken."""
    counted = sum(part.summary is not None for part in metrics.sets.values())
    numbers = []
    for measure in SUCCESS:
        if measure.in_report and measure.label in metrics.mean:
            estimate = metrics.mean[measure.label]
            label = "right code first" if measure.depth == 1 else f"among the first {measure.depth}"
            over = f", mean over {counted} sets" if counted > 1 else ""
            numbers.append(
                (percent(estimate.value), f"{label}{over} ({estimate.low:.1%} to {estimate.high:.1%})")
            )
    whole = metrics.pooled.summary.measures.get(SUCCESS_AT_1.label) if metrics.pooled.summary else None
    together = ", all lines together" if counted > 1 else ""
    coverage = _at_target(metrics.pooled.confidence)
    if whole is not None and coverage is not None and counted > 1:
        interval = f"({whole.low:.1%} to {whole.high:.1%})"
        numbers.append((percent(whole.value), f"right code first{together} {interval}"))
    if coverage is not None:
        label = f"of lines answered when 95% of the answers must be right{together}"
        if metrics.pooled.confidence.refusal is not None:
            label += "; lines without a code that are refused are not counted"
        numbers.append((percent(coverage.coverage), label))
    numbers.append((f"{metrics.pooled.timing.median:.1f} ms", "median time of one answer"))
    return [{"value": value, "label": label} for value, label in numbers]


def confidence_text(name: str, confidence: ConfidenceReport) -> str:
    """Describe calibration and coverage."""
    if confidence.ece is None:
        return f"{name} states no confidence."
    interval = ""
    if confidence.ece_low is not None and confidence.ece_high is not None:
        interval = f", 95% interval {confidence.ece_low * 100:.1f} to {confidence.ece_high * 100:.1f}"
    perfect = ""
    if confidence.ece_perfect is not None:
        points_of_perfect = f"{confidence.ece_perfect * 100:.1f}"
        perfect = f" A perfectly calibrated system shows {points_of_perfect} points on so many lines."
    reached = "; ".join(str(point) for point in confidence.coverage if point.threshold is not None)
    return (
        f"Stated confidence and share right differ by {confidence.ece * 100:.1f} points on average (expected"
        f" calibration error{interval}).{perfect} For all lines together, but those without a code that were"
        f" rightly refused: {reached or 'no threshold reaches 80% right'}."
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


def costs_text(costs: CostReport | None) -> str:
    """Describe what wrong first answers would cost."""
    if costs is None:
        return ""
    return (
        f"Of {costs.wrong} lines whose first code was wrong, {costs.priced} have a fee on both sides"
        f" ({'; '.join(costs.tables)}). One unit of each: {costs.over_n} would be overpaid, by"
        f" ${costs.over:,.2f} together, and {costs.under_n} underpaid, by ${costs.under:,.2f}. Units"
        " and coverage are not considered; where a fee differs by state, the middle of the lowest and highest"
        " counts."
    )


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
        f"Intervals are of 95%, from {manifest.samples:,} bootstrap samples, seed {manifest.seed}. Of a set"
        f" with at least {MIN_SOURCES} sources, whole sources are drawn (t interval), of others lines"
        f" (percentile interval); a share with fewer than {EDGE} hits or misses has an exact interval. The"
        " test of the first code is McNemar's exact one, or flips the signs of whole sources"
        f" {PERMUTATIONS:,} times; that of the reciprocal rank flips signs of lines or sources. P values are"
        " corrected by Holm's method.",
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
