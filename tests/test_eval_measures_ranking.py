import math

import numpy as np
import pytest

from eval.case_results import SystemAnswer
from eval.compare import compare_results
from eval.gate import check_gate
from eval.measures import ranking
from eval.measures.ranking import Measure, measures_to_depth, per_case
from eval.measures.run_metrics import Plan, measure, read_metrics
from eval.measures.summary import mean_over_sets, summarise
from eval.pipeline import write_folder
from eval.report.report import read_run_folder, write_report
from eval.report.text_table import table_rows
from eval.run import ask, new_manifest
from tests.eval_fakes import BOOK, DAY, FixedSystem, result

# Worked by hand: ranks of acceptable codes are 1 | 3 | 2 and 4 | none | no answer.
ROWS = [
    result("a", ["E0143"], ["E0143", "E0130"], kind="order"),
    result("b", ["E0100"], ["E0143", "E0130", "E0100"], kind="order"),
    result("c", ["E0130", "K0001"], ["E0143", "E0130", "E0100", "K0001"], kind="lay"),
    result("d", ["E0143"], ["E0130"], kind="lay"),
    result("e", ["E0143"], [], kind="lay"),
]


def test_every_measure_agrees_with_numbers_worked_by_hand():
    """top-k, recall@k, MRR and nDCG@10 of five cases; unanswered counts as wrong."""
    values = per_case(ROWS, measures_to_depth(5))
    assert values["top-1"].tolist() == [1, 0, 0, 0, 0]
    assert values["top-3"].tolist() == [1, 1, 1, 0, 0]
    assert values["MRR"] == pytest.approx([1, 1 / 3, 1 / 2, 0, 0])
    assert values["recall@3"][2] == pytest.approx(0.5)
    assert values["recall@5"][2] == pytest.approx(1.0)
    assert [math.isnan(value) for value in values["recall@3"]] == [True, True, False, True, True]
    ideal = 1 / math.log2(2) + 1 / math.log2(3)
    found = 1 / math.log2(3) + 1 / math.log2(5)
    assert values["nDCG@10"] == pytest.approx([1, 1 / math.log2(4), found / ideal, 0, 0])


def test_measures_agree_with_scikit_learn():
    """A second library finds the same MRR, top-k and nDCG on random rankings."""
    sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn comes with the encoders extra")
    rng = np.random.default_rng(3)
    codes = [f"E{number:04d}" for number in range(30)]
    rows, truth, scores = [], [], []
    for i in range(40):
        order = rng.permutation(30)
        wanted = rng.choice(30, size=1 + i % 3, replace=False)
        rows.append(result(str(i), [codes[j] for j in wanted], [codes[j] for j in order]))
        truth.append([int(j in wanted) for j in range(30)])
        scores.append([float(30 - list(order).index(j)) for j in range(30)])
    values = per_case(rows, measures_to_depth(10))
    gains = [sklearn.ndcg_score([t], [s], k=10) for t, s in zip(truth, scores, strict=True)]
    assert values["nDCG@10"] == pytest.approx(gains)
    single = [i for i in range(40) if i % 3 == 0]
    precision = sklearn.label_ranking_average_precision_score(
        [truth[i] for i in single], [scores[i] for i in single]
    )
    assert values["MRR"][single].mean() == pytest.approx(precision)
    labels = [truth[i].index(1) for i in single]
    top5 = sklearn.top_k_accuracy_score(labels, [scores[i] for i in single], k=5, labels=range(30))
    assert values["top-5"][single].mean() == pytest.approx(top5)


def test_equal_scores_keep_the_order_given():
    """The library sorts equal scores by name; this must not change our ranking."""
    values = per_case([result("a", ["E0100"], ["E0100", "K0001", "A4206"])], measures_to_depth(1))
    assert values["top-1"].tolist() == [1]


def test_means_over_cases_kinds_and_codes():
    """Two of five by case; the kinds have 2 and 3 cases, the codes 3, 1 and 1."""
    summary = summarise(ROWS, per_case(ROWS, measures_to_depth(3)), samples=200, seed=0)
    assert summary.n == 5 and summary.unanswered == 1
    assert summary.measures["top-1"].value == pytest.approx(1 / 5)
    assert summary.measures["top-3"].value == pytest.approx(3 / 5)
    assert summary.measures["recall@3"].n == 1
    assert summary.macro_kinds["top-1"].value == pytest.approx((1 / 2 + 0) / 2)
    assert summary.macro_codes["top-1"].value == pytest.approx((1 / 3 + 0 + 0) / 3)
    assert summary.macro_codes["top-1"].n == 3


def test_the_interval_over_codes_holds_its_mean_and_covers_the_truth():
    """200 samples of 150 codes of one to three cases: about 95 in 100 intervals hold the true mean."""
    rng = np.random.default_rng(3)
    covered = 0
    for seed in range(200):
        rates = rng.beta(4, 1, 150)  # mean 0.8
        rows = [
            result(f"{code}-{i}", [f"E{code:04d}"], [f"E{code:04d}"] if rng.random() < rate else ["A0001"])
            for code, rate in enumerate(rates)
            for i in range(code % 3 + 1)
        ]
        estimate = summarise(rows, per_case(rows, measures_to_depth(1)), 200, seed).macro_codes["top-1"]
        assert estimate.low <= estimate.value <= estimate.high
        covered += estimate.low <= 0.8 <= estimate.high
    assert 180 <= covered <= 199


def test_the_mean_over_sets_counts_each_set_the_same():
    """Four right of four and none of one make one half."""
    right = [result(str(i), ["E0143"], ["E0143"]) for i in range(4)]
    wrong = [result("w", ["E0143"], ["E0130"])]
    parts = [
        summarise(rows, per_case(rows, measures_to_depth(1)), samples=50, seed=0) for rows in (right, wrong)
    ]
    mean = mean_over_sets([part.measures for part in parts], ["top-1", "recall@1"])
    assert (mean["top-1"].value, mean["top-1"].n) == (0.5, 2)
    below = ((1 - parts[0].measures["top-1"].low) ** 2 + 0**2) ** 0.5 / 2
    assert mean["top-1"].low == pytest.approx(0.5 - below)
    assert "recall@1" not in mean


def test_few_cases_are_called_few():
    """Under thirty cases a value says so."""
    summary = summarise(ROWS, per_case(ROWS, measures_to_depth(1)), samples=20, seed=0)
    assert summary.measures["top-1"].few


MEAN_RANK = Measure(
    "MeanRank",
    "mean-rank",
    "Mean rank of the first acceptable code, over cases where it is in the list.",
    lambda case: float(case.rank or 0),
    applies_to=lambda case: case.rank is not None,
    lower_is_better=True,
)


def test_a_measure_is_added_in_one_place(monkeypatch, tmp_path):
    """A measure added to `MEASURES` appears in metrics.json, tables, gates, comparisons and reports."""
    monkeypatch.setattr(ranking, "MEASURES", (*ranking.MEASURES, MEAN_RANK))
    cases = [one.case for one in ROWS]
    system = FixedSystem({one.id: SystemAnswer(one.ranked) for one in ROWS})
    manifest = new_manifest(system, cases, "2026-01", DAY, 5, 0, 50)
    results = ask(system, cases, manifest, tmp_path)
    write_folder(tmp_path, manifest, results, measure("fixed", results, BOOK, Plan(DAY, samples=50)))

    metrics = read_metrics(tmp_path)
    estimate = metrics.pooled.summary.measures["mean-rank"]
    assert (estimate.value, estimate.n) == (2.0, 3)  # ranks 1, 3 and 2; two cases without one
    head, first = table_rows([metrics])[:2]
    assert head[3:] == ["top-1", "top-5", "top-10", "MRR", "mean-rank", "ms"]
    assert first[7].startswith("2.000 [")
    slices = {(part.dimension, part.value): part.measures for part in metrics.pooled.slices}
    assert slices["kind", "order"]["mean-rank"].value == 2.0
    misses = check_gate({"all": {"mean-rank": 1.5}}, metrics)
    assert [str(miss) for miss in misses] == ["fixed: all cases: mean-rank is 2, and must be at most 1.5"]
    compared = compare_results(("a", "b"), (results, results), {}).pooled
    assert (compared.a["mean-rank"], compared.difference["mean-rank"].value) == (2.0, 0.0)
    run = read_run_folder(tmp_path)
    write_report([run], tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text()
    assert '<th class="n">mean-rank</th>' in report and f"mean-rank: {MEAN_RANK.description}" in report


def test_every_measure_has_its_own_name_and_label():
    """Runs and gates are read by label, so labels are fixed."""
    assert [measure.label for measure in ranking.MEASURES] == [
        *(f"top-{k}" for k in (1, 3, 5, 10, 20)),
        *(f"recall@{k}" for k in (1, 3, 5, 10, 20)),
        "MRR",
        "nDCG@10",
    ]
    assert len({measure.name for measure in ranking.MEASURES}) == len(ranking.MEASURES)
    assert all(measure.description.endswith(".") for measure in ranking.MEASURES)
