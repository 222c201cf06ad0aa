import numpy as np
import pytest
from scipy import stats

from eval.measures.bootstrap import bootstrap_means, draw_counts
from eval.measures.clusters import cases_apart, find_clusters, numbered_clusters
from eval.measures.intervals import (
    column_intervals,
    design_effect,
    detectable,
    difference_interval,
    exact_interval,
    mean_interval,
)
from eval.measures.significance import cluster_sums, holm, permutation_test
from tests.eval_fakes import result

SIZES = (40, 30, 20, 10, 10, 10)
NUMBERS = np.repeat(np.arange(6), SIZES)


def test_sources_of_a_set_with_four_or_more_are_drawn_whole():
    """A source in two sets is one cluster; a set of three sources is drawn by case; so is all with `none`."""
    many = [result(f"m{i}", ["E0143"], [], set="many", source=f"h{i % 4}") for i in range(8)]
    few = [result(f"f{i}", ["E0143"], [], set="few", source=f"h{i}") for i in range(3)]
    lone = [result("x", ["E0143"], [], set="many"), result("y", ["E0143"], [], set="many")]
    clusters = find_clusters([*many, *few, *lone])
    assert clusters.numbers.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert (clusters.sources, clusters.number) == (4, 9)
    assert find_clusters(many, "none").sources == 0
    assert find_clusters(few).numbers.tolist() == [0, 1, 2]


def test_degrees_of_freedom_fall_with_unequal_sources():
    """Equal sources count whole, one large one counts as one."""
    assert numbered_clusters(np.repeat(np.arange(5), 7)).freedom == pytest.approx(4.0)
    assert numbered_clusters(np.array([0] * 1000 + [1, 2, 3])).freedom == pytest.approx(1.0, abs=0.01)


def test_whole_sources_are_drawn():
    """Cases of one source are drawn equally often, and as many sources as there are."""
    counts = draw_counts(NUMBERS, 50, 0)
    for source in range(6):
        assert np.ptp(counts[:, source == NUMBERS], axis=1).max() == 0
    assert (counts / np.array(SIZES)[NUMBERS]).sum(axis=1) == pytest.approx(6.0)


def test_sources_that_differ_widen_the_interval_by_the_design_effect():
    """Sources all right or all wrong: the t interval is far wider than that of as many single cases."""
    values = (NUMBERS % 2 == 0).astype(float)[:, None]
    by_source, apart = numbered_clusters(NUMBERS), cases_apart(len(NUMBERS))
    widths = []
    for clusters in (by_source, apart):
        drawn = bootstrap_means(values, draw_counts(clusters.numbers, 2000, 0))
        low, high = column_intervals(values, drawn, clusters)
        widths.append(high[0] - low[0])
    drawn = bootstrap_means(values, draw_counts(NUMBERS, 2000, 0))
    assert design_effect(values[:, 0], drawn[:, 0], by_source) > 15
    assert design_effect(values[:, 0], drawn[:, 0], apart) == 1.0
    assert widths[0] > 4 * widths[1]


@pytest.mark.parametrize(("hits", "n"), [(0, 30), (30, 30), (3, 40), (28, 30)])
def test_a_share_at_an_edge_has_scipys_exact_interval(hits, n):
    """Never of no width, where the bootstrap's is."""
    theirs = stats.binomtest(hits, n).proportion_ci(method="exact")
    assert exact_interval(hits, n) == pytest.approx((theirs.low, theirs.high))
    values = np.array([1.0] * hits + [0.0] * (n - hits))[:, None]
    drawn = bootstrap_means(values, draw_counts(np.arange(n), 100, 0))
    low, high = column_intervals(values, drawn, cases_apart(n))
    assert (low[0], high[0]) == pytest.approx((theirs.low, theirs.high))


def test_a_difference_of_few_changed_cases_is_not_surely_zero():
    """Bonett and Price by hand for 2 won and 1 lost of 98; two equal runs are no proof of equality either."""
    p12, p21 = 3 / 100, 2 / 100
    half = stats.norm.ppf(0.975) * ((p12 + p21 - (p12 - p21) ** 2) / 100) ** 0.5
    assert difference_interval(2, 1, 98) == pytest.approx((0.01 - half, 0.01 + half))
    same = np.zeros((98, 1))
    low, high = column_intervals(same, np.zeros((50, 1)), cases_apart(98), paired=True)
    assert low[0] < 0 < high[0]


def test_the_mean_of_sets_adds_their_variances():
    """Zou and Donner by hand; with one set it is that set's interval."""
    assert mean_interval([(0.9, 0.8, 0.95)]) == pytest.approx((0.8, 0.95))
    low, high = mean_interval([(0.9, 0.8, 0.95), (0.5, 0.3, 0.7)])
    assert (low, high) == pytest.approx(
        (0.7 - (0.1**2 + 0.2**2) ** 0.5 / 2, 0.7 + (0.05**2 + 0.2**2) ** 0.5 / 2)
    )


def test_the_smallest_difference_is_found_with_a_power_of_80_percent():
    """2.80 standard errors, where the interval is 1.96 to each side."""
    assert detectable(-1.96, 1.96) == pytest.approx(1.96 + 0.8416, abs=0.001)


def test_signs_of_whole_sources_are_flipped():
    """Four sources that all improve can have no p below 2 / 16, however many lines they have."""
    gaps, numbers = np.ones(400), np.repeat(np.arange(4), 100)
    assert permutation_test(gaps, seed=0) < 0.001
    assert permutation_test(cluster_sums(gaps, numbers), seed=0) == pytest.approx(2 / 16, abs=0.012)


def test_holm_by_hand():
    """.01 x 3, .02 x 2, .04 x 1, never falling and never above 1."""
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.9, 0.8]) == [1.0, 1.0] and holm([0.2]) == [0.2]
