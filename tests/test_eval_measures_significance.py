import numpy as np
import pytest
from scipy import stats

from eval.measures.significance import mcnemar_exact, permutation_test


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (4, 1), (10, 10), (0, 9), (37, 20)])
def test_mcnemar_agrees_with_scipys_binomial_test(won, lost):
    """The exact test is the binomial test on the changed cases."""
    expected = stats.binomtest(won, won + lost).pvalue if won + lost else 1.0
    assert mcnemar_exact(won, lost) == pytest.approx(expected)


def test_the_permutation_test_agrees_with_all_permutations():
    """Six differences have 64 sign patterns, and scipy's exact answer is near the seeded one."""
    gaps = np.array([0.5, 0.5, -0.25, 0.75, 0.5, 0.0])
    exact = stats.permutation_test(
        (gaps, np.zeros(6)),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
    ).pvalue
    assert permutation_test(gaps, seed=0) == pytest.approx(exact, abs=0.012)
    assert permutation_test(gaps, seed=0) == permutation_test(gaps, seed=0)
    assert permutation_test(np.zeros(5), seed=0) == 1.0
