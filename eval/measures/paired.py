"""Two systems paired case by case: differences with their tests, and the cases that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array, bootstrap_means, draw_counts
from eval.measures.clusters import Cluster, find_clusters
from eval.measures.intervals import detectable
from eval.measures.ranking import RR, SUCCESS_AT_1, per_case, report_measures
from eval.measures.significance import cluster_sums, mcnemar_exact, permutation_test
from eval.measures.summary import Estimate, estimates

Pair = tuple[CaseResult, CaseResult]
FirstAnswer = Literal["won", "lost", "same"]
ORDER: dict[FirstAnswer, int] = {"lost": 0, "won": 1, "same": 2}


class OutcomeChange(msgspec.Struct, frozen=True):
    """A case whose first acceptable code has another rank under B than under A.

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
    top1: FirstAnswer


class PairedDifference(msgspec.Struct, frozen=True):
    """B against A over one set of cases; the measures are keyed by label.

    Attributes:
        n: Cases with an acceptable code.
        a: Means of A; b: means of B.
        difference: B minus A with its paired 95 % interval.
        wins: Cases where B has a higher reciprocal rank than A; losses and ties accordingly.
        top1_won: Cases whose first code is right under B only; top1_lost: under A only.
        mcnemar_p: Exact two-sided McNemar test on Success@1, over cases.
        permutation_p: Seeded two-sided sign-flip permutation test on the reciprocal rank. Where sources are
            drawn whole, the signs of whole sources are flipped.
        top1_p: The test of Success@1 to go by: such flips of sources, else McNemar's.
        sources: Number of sources that are drawn whole; 0 where each case is drawn alone.
        detectable: Smallest difference in Success@1 that these two runs show with a power of 80 %.
        holm_p: `top1_p` corrected for the number of case sets of the comparison.
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
    top1_p: float
    sources: int
    detectable: float
    holm_p: float | None = None


def measure_pairs(
    pairs: Sequence[Pair], samples: int, seed: int, cluster: Cluster = "source"
) -> PairedDifference:
    """Measure B minus A over one set of cases.

    Args:
        pairs: Each case under A and under B, with an acceptable code.
        samples: Bootstrap samples.
        seed: Of the bootstrap and of the permutations.
        cluster: What is drawn whole; see `find_clusters`.
    """
    measures = report_measures()
    a, b = (per_case([pair[side] for pair in pairs], measures) for side in (0, 1))
    gaps = {label: b[label] - a[label] for label in a}
    matrix = np.column_stack(list(gaps.values()))
    clusters = find_clusters([first for first, _ in pairs], cluster)
    replicates = bootstrap_means(matrix, draw_counts(clusters.numbers, samples, seed))
    difference = estimates(matrix, replicates, list(gaps), clusters, paired=True)
    top1, rank = (cluster_sums(gaps[measure.label], clusters.numbers) for measure in (SUCCESS_AT_1, RR))
    won, lost = _signs(gaps[SUCCESS_AT_1.label])
    wins, losses = _signs(gaps[RR.label])
    exact = mcnemar_exact(won, lost)
    shown = difference[SUCCESS_AT_1.label]
    return PairedDifference(
        n=len(pairs),
        a={label: float(np.nanmean(a[label])) for label in difference},
        b={label: float(np.nanmean(b[label])) for label in difference},
        difference=difference,
        wins=wins,
        losses=losses,
        ties=len(pairs) - wins - losses,
        top1_won=won,
        top1_lost=lost,
        mcnemar_p=exact,
        permutation_p=permutation_test(rank, seed),
        top1_p=permutation_test(top1, seed) if clusters.sources else exact,
        sources=clusters.sources,
        detectable=round(detectable(shown.low, shown.high), 4),
    )


def _signs(gaps: Array) -> tuple[int, int]:
    """How many differences are above 0, and how many below."""
    return int((gaps > 0).sum()), int((gaps < 0).sum())


def find_changes(pairs: Sequence[Pair]) -> tuple[OutcomeChange, ...]:
    """List the cases whose first acceptable code moved: lost first answers, then won ones, then the rest."""
    changes = [_change(a, b) for a, b in pairs if a.rank != b.rank]
    return tuple(sorted(changes, key=lambda change: ORDER[change.top1]))


def _change(a: CaseResult, b: CaseResult) -> OutcomeChange:
    top1: FirstAnswer = "won" if b.rank == 1 else "lost" if a.rank == 1 else "same"
    return OutcomeChange(a.id, a.set, a.query, a.codes, a.rank, b.rank, a.ranked, b.ranked, top1)
