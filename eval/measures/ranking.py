"""Measures of a ranking, as values: how often, and how far up, an acceptable code is found.

`MEASURES` is the one list of them. A measure that is added to it is computed for every case, written to
`metrics.json`, shown in tables, reports and comparisons, and can be named in a gate file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.measures.bootstrap import Array

DEPTHS = (1, 3, 5, 10, 20)
TABLE_DEPTHS = (1, 5, 10)


def has_code(result: CaseResult) -> bool:
    """Return whether a case has an acceptable code."""
    return bool(result.codes)


def has_several_codes(result: CaseResult) -> bool:
    """Return whether a case has at least two acceptable codes."""
    return len(result.codes) > 1


class Measure(msgspec.Struct, frozen=True):
    """One measure of a ranking. Its value for a set of cases is the mean over the cases it applies to.

    Attributes:
        name: Its standard name, such as `Success@1`.
        label: Its key in `metrics.json` and in gate files, and its column in tables. Stored runs are read by
            it, so the label of a measure must never change.
        description: What it is, in one sentence.
        of_case: How one case is scored: the `ir_measures` name of the measure, or a function of the case.
        applies_to: Whether the measure is defined for a case; it is NaN where it is not.
        depth: A run that asks for fewer codes leaves the measure out; 0 keeps it in every run.
        in_tables: Whether it is shown in printed tables, in slices, and in means over kinds and codes.
        in_report: Whether it is shown in the report's table of results and in comparisons of two runs.
        lower_is_better: Whether a gate takes its threshold as the largest allowed value.
    """

    name: str
    label: str
    description: str
    of_case: str | Callable[[CaseResult], float]
    applies_to: Callable[[CaseResult], bool] = has_code
    depth: int = 0
    in_tables: bool = True
    in_report: bool = True
    lower_is_better: bool = False


def _success_at(k: int) -> Measure:
    among = "the first code is acceptable" if k == 1 else f"an acceptable code is among the first {k}"
    shown = k in TABLE_DEPTHS
    return Measure(
        f"Success@{k}", f"top-{k}", f"Share of cases where {among}.", f"Success@{k}",
        depth=k, in_tables=shown, in_report=shown,
    )  # fmt: skip


def _recall_at(k: int) -> Measure:
    description = f"Share of a case's acceptable codes among the first {k}, over cases with at least two."
    return Measure(
        f"Recall@{k}", f"recall@{k}", description, f"R@{k}",
        applies_to=has_several_codes, depth=k, in_tables=False, in_report=False,
    )  # fmt: skip


SUCCESS = tuple(_success_at(k) for k in DEPTHS)
SUCCESS_AT_1 = SUCCESS[0]
RR = Measure("RR", "MRR", "Mean of 1 / rank of the first acceptable code; 0 without one.", "RR")
NDCG_AT_10 = Measure(
    "nDCG@10",
    "nDCG@10",
    "Normalised discounted cumulative gain of the first 10 codes; every acceptable code has relevance 1.",
    "nDCG@10",
    in_tables=False,
)
MEASURES = (*SUCCESS, *(_recall_at(k) for k in DEPTHS), RR, NDCG_AT_10)


def measures_to_depth(k: int) -> tuple[Measure, ...]:
    """Return the measures of a run that asks for k codes a case."""
    return tuple(measure for measure in MEASURES if measure.depth <= k)


def table_measures() -> tuple[Measure, ...]:
    """Return the measures that printed tables, slices and means over kinds and codes show."""
    return tuple(measure for measure in MEASURES if measure.in_tables)


def report_measures() -> tuple[Measure, ...]:
    """Return the measures that the report and a comparison of two runs show."""
    return tuple(measure for measure in MEASURES if measure.in_report)


def lower_is_better(label: str) -> bool:
    """Return whether a label is that of a measure of which less is better."""
    return any(measure.label == label and measure.lower_is_better for measure in MEASURES)


def per_case(results: Sequence[CaseResult], measures: Sequence[Measure] | None = None) -> dict[str, Array]:
    """Score every case by every measure. An unanswered case scores 0 in the standard measures.

    Args:
        results: Cases with at least one acceptable code each.
        measures: Which measures; None takes all of `MEASURES`.

    Returns:
        Label to float64 array of shape (len(results),), in the order of the cases; NaN where a measure does
        not apply to a case.
    """
    chosen = MEASURES if measures is None else measures
    values = _standard_values(results, [m.of_case for m in chosen if isinstance(m.of_case, str)])
    scores: dict[str, Array] = {}
    for measure in chosen:
        if isinstance(measure.of_case, str):
            column = values[measure.of_case]
        else:
            column = np.array([measure.of_case(result) for result in results], dtype=np.float64)
        applies = np.array([measure.applies_to(result) for result in results], dtype=bool)
        scores[measure.label] = np.where(applies, column, np.nan)
    return scores


def _standard_values(results: Sequence[CaseResult], names: Sequence[str]) -> dict[str, Array]:
    """Score the cases by measures of `ir_measures`: name to one value a case."""
    import ir_measures

    parsed = {ir_measures.parse_measure(name): name for name in names}
    values = {name: np.zeros(len(results)) for name in names}
    qrels = {str(i): dict.fromkeys(result.codes, 1) for i, result in enumerate(results)}
    # Scores fall with the rank: the library sorts equal scores by name, which would change the ranking.
    run = {
        str(i): {code: float(-rank) for rank, code in reversed(list(enumerate(result.ranked, 1)))}
        for i, result in enumerate(results)
        if result.ranked
    }
    if run and parsed:
        for metric in ir_measures.iter_calc(list(parsed), qrels, run):
            values[parsed[metric.measure]][int(metric.query_id)] = metric.value
    return values
