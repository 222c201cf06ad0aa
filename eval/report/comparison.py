"""A comparison of two runs as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval.compare import Comparison, disagrees
from eval.measures.paired import OutcomeChange, PairedDifference
from eval.measures.ranking import RR, SUCCESS_AT_1
from eval.report.tables import p_text, signed
from eval.report.text_table import MEAN, POOLED, as_text

SHOWN_CODES = 5  # of each ranking of a changed case
LEGEND = (
    "sources: drawn whole, so that the interval speaks of new sources like these; -: lines are drawn, and it",
    "  speaks of the same sources only. The mean speaks of these sets. shows: the smallest difference that",
    "  is found with a power of 80%. p (Holm): corrected for the number of case sets.",
)
CHANGES = (
    ("lost", "right first in A, not in B"),
    ("won", "right first in B, not in A"),
    ("same", "moved below the first place"),
)


def comparison_text(comparison: Comparison, max_changes: int | None = None) -> str:
    """Write a comparison out.

    Args:
        comparison: Two runs side by side.
        max_changes: Changed cases to print of each sort; None for all. The number left out is stated.
    """
    lines = [f"A: {comparison.a}", f"B: {comparison.b}", ""]
    if comparison.settings:
        lines.append("what differs (A against B):")
        lines += [f"  {name}: {old!s:.80} | {new!s:.80}" for name, (old, new) in comparison.settings.items()]
        lines.append("")
    lines += [as_text(_table(comparison)), "", *LEGEND, "", _verdict(comparison)]
    for outcome, title in CHANGES:
        changes = [change for change in comparison.changes if change.top1 == outcome]
        lines += _change_lines(changes, title, max_changes)
    return "\n".join(lines)


def _table(comparison: Comparison) -> list[list[str]]:
    success, rank = SUCCESS_AT_1.label, RR.label
    head = ["case set", "n", "sources", f"{success} A", f"{success} B", "B - A", "shows", "p", "p (Holm)"]
    head += [f"{rank} B - A", "p"]
    rows = [_row(name, paired) for name, paired in comparison.sets.items()]
    if len(comparison.sets) > 1:
        rows += [_mean_row(comparison), _row(POOLED, comparison.pooled)]
    return [[*head, "wins/losses/ties"], *rows]


def _mean_row(comparison: Comparison) -> list[str]:
    success, sets = SUCCESS_AT_1.label, comparison.sets.values()
    a = sum(paired.a[success] for paired in sets) / len(sets)
    b = sum(paired.b[success] for paired in sets) / len(sets)
    gaps = [signed(comparison.mean[success]), f"{comparison.detectable:.3f}", "", ""]
    return [
        MEAN,
        f"{len(sets)} sets",
        "",
        f"{a:.3f}",
        f"{b:.3f}",
        *gaps,
        signed(comparison.mean[RR.label]),
        "",
        "",
    ]


def _row(name: str, paired: PairedDifference) -> list[str]:
    success = SUCCESS_AT_1.label
    return [
        name,
        str(paired.n),
        str(paired.sources or "-"),
        f"{paired.a[success]:.3f}",
        f"{paired.b[success]:.3f}",
        signed(paired.difference[success]),
        f"{paired.detectable:.3f}",
        p_text(paired.top1_p),
        "" if paired.holm_p is None else p_text(paired.holm_p),
        signed(paired.difference[RR.label]),
        p_text(paired.permutation_p),
        f"{paired.wins}/{paired.losses}/{paired.ties}",
    ]


def _verdict(comparison: Comparison) -> str:
    """Say how B does, and both sides where the mean over the sets and the count of cases disagree."""
    pooled = comparison.pooled
    gap = comparison.mean[SUCCESS_AT_1.label]
    chance = "more than chance explains" if gap.low > 0 or gap.high < 0 else "which may be chance"
    counts = f"{pooled.top1_won} cases became right and {pooled.top1_lost} wrong"
    over = " in the mean over the sets" if len(comparison.sets) > 1 else ""
    points = f"{abs(gap.value) * 100:.1f} points {'better' if gap.value >= 0 else 'worse'} than A"
    if disagrees(comparison):
        return f"Mixed: B is {points} at the first code{over}, {chance}, and yet {counts}."
    return f"B is {points} at the first code{over}, {chance}; {counts}."


def _change_lines(changes: Sequence[OutcomeChange], title: str, max_changes: int | None) -> list[str]:
    if not changes:
        return []
    shown = changes if max_changes is None else changes[:max_changes]
    lines = ["", f"{title}: {len(changes)}"]
    for change in shown:
        lines.append(f"  {change.set}  {change.id}  {change.query}")
        lines.append(f"      acceptable: {' '.join(change.codes)}")
        lines.append(f"      A at {change.rank_a or '-'}: {' '.join(change.ranked_a[:SHOWN_CODES])}")
        lines.append(f"      B at {change.rank_b or '-'}: {' '.join(change.ranked_b[:SHOWN_CODES])}")
    if len(shown) < len(changes):
        lines.append(f"  and {len(changes) - len(shown)} more; --all prints them, --json gives them as data")
    return lines
