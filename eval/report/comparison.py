"""A comparison as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval.compare import Comparison, OutcomeChange, PairedDifference
from eval.report.tables import p_text, signed
from eval.report.text_table import MEAN, POOLED, as_text


def comparison_text(comparison: Comparison, most: int | None = None) -> str:
    """Everything of a comparison.

    Args:
        comparison: Two runs side by side.
        most: Changed cases to print of each sort; None for all. What is held back is counted.
    """
    lines = [f"A: {comparison.a}", f"B: {comparison.b}", ""]
    if comparison.settings:
        lines.append("what differs (A against B):")
        lines += [f"  {name}: {old!s:.80} | {new!s:.80}" for name, (old, new) in comparison.settings.items()]
        lines.append("")
    lines += [as_text(_rows(comparison)), "", _verdict(comparison)]
    for sort, title in (("lost", "right first in A, not in B"), ("won", "right first in B, not in A")):
        lines += _changes([change for change in comparison.changes if change.top1 == sort], title, most)
    lines += _changes(
        [change for change in comparison.changes if change.top1 == "same"],
        "moved below the first place",
        most,
    )
    return "\n".join(lines)


def _rows(comparison: Comparison) -> list[list[str]]:
    head = ["case set", "n", "top-1 A", "top-1 B", "B - A", "p", "MRR B - A", "p", "wins/losses/ties"]
    rows = [_row(name, paired) for name, paired in comparison.sets.items()]
    if len(comparison.sets) > 1:
        mean = comparison.mean
        a = sum(paired.a["top-1"] for paired in comparison.sets.values()) / len(comparison.sets)
        b = sum(paired.b["top-1"] for paired in comparison.sets.values()) / len(comparison.sets)
        sets = f"{len(comparison.sets)} sets"
        rows.append(
            [MEAN, sets, f"{a:.3f}", f"{b:.3f}", signed(mean["top-1"]), "", signed(mean["MRR"]), "", ""]
        )
        rows.append(_row(POOLED, comparison.pooled))
    return [head, *rows]


def _row(name: str, paired: PairedDifference) -> list[str]:
    return [
        name,
        str(paired.n),
        f"{paired.a['top-1']:.3f}",
        f"{paired.b['top-1']:.3f}",
        signed(paired.difference["top-1"]),
        p_text(paired.mcnemar_p),
        signed(paired.difference["MRR"]),
        p_text(paired.permutation_p),
        f"{paired.wins}/{paired.losses}/{paired.ties}",
    ]


def _verdict(comparison: Comparison) -> str:
    pooled = comparison.pooled
    gap = comparison.mean["top-1"]
    sure = "which chance does not explain" if gap.low > 0 or gap.high < 0 else "which may be chance"
    way = "better" if gap.value >= 0 else "worse"
    return (
        f"B is {abs(gap.value) * 100:.1f} points {way} than A at the first code, {sure};"
        f" {pooled.top1_won} cases became right and {pooled.top1_lost} wrong."
    )


def _changes(changes: Sequence[OutcomeChange], title: str, most: int | None) -> list[str]:
    if not changes:
        return []
    shown = changes if most is None else changes[:most]
    lines = ["", f"{title}: {len(changes)}"]
    for change in shown:
        lines.append(f"  {change.set}  {change.id}  {change.query}")
        lines.append(f"      wants {' '.join(change.codes)}")
        lines.append(f"      A at {change.rank_a or '-'}: {' '.join(change.ranked_a[:5])}")
        lines.append(f"      B at {change.rank_b or '-'}: {' '.join(change.ranked_b[:5])}")
    if len(shown) < len(changes):
        lines.append(f"  and {len(changes) - len(shown)} more; --all prints them, --json gives them as data")
    return lines
