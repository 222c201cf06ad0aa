"""The scores of a submission as plain text for a terminal."""

from __future__ import annotations

from eval.benchmark.score import ScoredCard
from eval.measures.summary import Estimate
from eval.report.text_table import as_text


def submission_text(scored: ScoredCard) -> str:
    """Write the scores out: a table, then how often no code was given."""
    rows = [["measure", "cases", "value"], ["right", *_cells(scored.right)]]
    rows += [[label, *_cells(estimate)] for label, estimate in scored.measures.items()]
    rows += [[f"right: {kind}", *_cells(estimate)] for kind, estimate in scored.kinds.items()]
    return "\n".join(
        [
            f"{scored.card.system} {scored.card.version}: the card and the run file keep the rules",
            "",
            as_text(rows),
            "",
            f"no code given: {scored.none_refused} of the cases without a code (right),"
            f" {scored.coded_refused} of those with one (wrong)",
        ]
    )


def _cells(estimate: Estimate) -> tuple[str, str]:
    return str(estimate.n), f"{estimate.value:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]"
