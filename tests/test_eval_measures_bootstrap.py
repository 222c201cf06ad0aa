import numpy as np
import pytest
from scipy import stats

from eval.measures.bootstrap import bootstrap_macro, bootstrap_means, interval, resample_counts


def test_a_seed_gives_the_same_interval_and_another_seed_another():
    """The bootstrap is seeded."""
    first, again, other = (resample_counts(50, 20, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert (first.sum(axis=1) == 50).all()


def test_the_interval_agrees_with_scipys_bootstrap():
    """Percentile intervals of the mean of 400 coin throws, against another implementation."""
    values = (np.random.default_rng(7).random(400) < 0.3).astype(float)
    low, high = interval(bootstrap_means(values[:, None], resample_counts(400, 4000, 0)))
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert (low[0], high[0]) == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_measures_that_do_not_apply_are_left_out_of_means():
    """NaN counts neither in the sum nor in the number of cases."""
    values = np.array([[1.0, np.nan], [0.0, 1.0], [1.0, 0.0]])
    counts = np.array([[1.0, 1.0, 1.0], [3.0, 0.0, 0.0]])
    means = bootstrap_means(values, counts)
    assert means[0] == pytest.approx([2 / 3, 1 / 2])
    assert means[1, 0] == 1.0 and np.isnan(means[1, 1])


def test_macro_means_count_groups_the_same():
    """By hand: groups {1, 0} and {1}; then a resample that holds the first group only."""
    values, groups = np.array([1.0, 1.0, 0.0]), np.array([0, 1, 0])
    counts = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0]])
    assert bootstrap_macro(values[:, None], groups, counts)[:, 0] == pytest.approx([(0.5 + 1.0) / 2, 2 / 3])


def test_half_of_the_replicates_may_be_missing():
    """The interval is over the replicates that there are; nothing at all gives NaN."""
    low, high = interval(np.array([[0.0, np.nan], [1.0, np.nan], [np.nan, np.nan]]), level=1.0)
    assert (low[0], high[0]) == (0.0, 1.0) and np.isnan(low[1]) and np.isnan(high[1])
