"""Measures of a ranking: how often, and how far up, an acceptable code is found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array

DEPTHS = (1, 3, 5, 10, 20)
MACRO = ("top-1", "top-5", "top-10", "MRR")


def per_case(rows: Sequence[CaseResult], depths: Sequence[int] = DEPTHS) -> dict[str, Array]:
    """Every measure for every case, by `ir_measures`; an unanswered case scores 0.

    `top-k` is Success@k: any acceptable code among the first k. `recall@k` is the share of the acceptable
    codes among the first k, NaN for cases with fewer than two. `MRR` is one over the rank of the first
    acceptable code. `nDCG@10` counts every acceptable code as relevance 1.

    Args:
        rows: Cases with at least one acceptable code each.
        depths: The k of `top-k` and `recall@k`.

    Returns:
        Measure name to float64 array (len(rows),), in row order.
    """
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    names = {Success @ k: f"top-{k}" for k in depths} | {R @ k: f"recall@{k}" for k in depths}
    names |= {RR: "MRR", nDCG @ 10: "nDCG@10"}
    qrels = {str(i): dict.fromkeys(row.codes, 1) for i, row in enumerate(rows)}
    # Scores fall with the rank: the library sorts equal scores by name, which would change the ranking.
    run = {
        str(i): {code: float(-rank) for rank, code in reversed(list(enumerate(row.ranked, 1)))}
        for i, row in enumerate(rows)
        if row.ranked
    }
    found = {name: np.zeros(len(rows)) for name in names.values()}
    if run:
        for metric in ir_measures.iter_calc(list(names), qrels, run):
            found[names[metric.measure]][int(metric.query_id)] = metric.value
    several = np.array([len(row.codes) > 1 for row in rows], dtype=bool)
    for k in depths:
        found[f"recall@{k}"][~several] = np.nan
    return found
