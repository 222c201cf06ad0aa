"""A re-scoring on a new release as plain text for a terminal."""

from __future__ import annotations

from eval.report.comparison import comparison_text
from eval.rescore import MovedAnswer, Rescore


def rescore_text(scored: Rescore, limit: int | None = None) -> str:
    """Write out which labels ended, which first answers moved, and the comparison.

    Args:
        scored: From `rescore`.
        limit: Labels, answers and changes of each sort to print; None for all. What is left out is counted.
    """
    lines = [
        f"release {scored.release_before} on {scored.on_before} against"
        f" {scored.release_after} on {scored.on_after}",
        "",
        f"labels that are not active any more: {len(scored.ended)}"
        f" ({len(scored.without_code)} cases have no other and are left out)",
        *_some([f"  {problem}" for problem in scored.ended], limit),
        "",
        f"first answers that moved: {len(scored.moved)}, of which {sum(m.ended for m in scored.moved)}"
        " because the old one is not active any more",
        *_some([_line(move) for move in scored.moved], limit),
        "",
        "both by the labels of the new release:",
        comparison_text(scored.comparison, limit),
    ]
    return "\n".join(lines)


def _line(move: MovedAnswer) -> str:
    sides = [f"{code or 'nothing'} ({'right' if right else 'wrong'})" for code, right in (
        (move.before, move.was_right), (move.after, move.is_right))]  # fmt: skip
    return f"  {move.set}  {move.id}  {move.query}: {' -> '.join(sides)}"


def _some(lines: list[str], limit: int | None) -> list[str]:
    if limit is None or len(lines) <= limit:
        return lines
    return [*lines[:limit], f"  and {len(lines) - limit} more in rescore.json; --all prints them"]
