# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Selection among ranked candidates; `suggest.ranking` and `suggest.calibration` are the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport exp, rint
from libc.stdint cimport int64_t

from index.store._vectors cimport insert_descending

import numpy as np


def penalised(const double[:] scores, const float[:, :] matrix, tuple route, tuple size):
    """Scores of candidates less what `suggest.ranker` takes off.

    Args:
        scores: float64 (n,).
        matrix: float32 (n, columns): the features.
        route: A column, and how much is taken off for each unit of it.
        size: A column that must be positive, one that must be at most a number, this number, and how much is
            taken off where both are.

    Returns:
        float32 (n,).
    """
    cdef Py_ssize_t i, beaten, outside, gap
    cdef float of_route, of_size, worse, score
    beaten, of_route = route
    outside, gap, worse, of_size = size
    reduced = np.empty(scores.shape[0], np.float32)
    cdef float[::1] found = reduced
    for i in range(scores.shape[0]):
        score = <float> scores[i] - of_route * matrix[i, beaten]
        if matrix[i, outside] > 0 and matrix[i, gap] <= worse:
            score -= of_size
        found[i] = score
    return reduced


def top_k(const float[::1] scores, list indptr, list sizes):
    """The best candidates of each query, best first, equal ones in order.

    Args:
        scores: float32 (n,).
        indptr: Query i has the candidates from `indptr[i]` to `indptr[i + 1]`.
        sizes: How many are wanted of each query.

    Returns:
        Their positions, int64 (m,), and the `firsts`: query i has the positions from `firsts[i]` to
        `firsts[i + 1]`.
    """
    cdef Py_ssize_t query, i, k, size, begin = 0, capacity = sum(sizes)
    order_array = np.empty(capacity, np.int64)
    cdef int64_t[::1] order = order_array
    values_bytes = PyBytes_FromStringAndSize(NULL, capacity * sizeof(float))
    cdef float* values = <float*> PyBytes_AS_STRING(values_bytes)
    cdef list firsts = [0]
    for query in range(len(sizes)):
        k, size = sizes[query], 0
        for i in range(<Py_ssize_t> indptr[query], <Py_ssize_t> indptr[query + 1]):
            size = insert_descending(values + begin, &order[begin], size, k, scores[i], i)
        begin += size
        firsts.append(begin)
    return order_array[:begin], firsts


def running_min(const double[::1] values, list firsts):
    """The running minimum of each text's values, to four places.

    Args:
        values: float64 (m,), from 0 to 1.
        firsts: Text i has the values from `firsts[i]` to `firsts[i + 1]`.
    """
    cdef double least
    cdef Py_ssize_t query, i
    cdef list minima = [], of_text
    for query in range(len(firsts) - 1):
        least, of_text = 1.0, []
        for i in range(<Py_ssize_t> firsts[query], <Py_ssize_t> firsts[query + 1]):
            least = min(least, values[i])
            of_text.append(_to_four_places(least))
        minima.append(of_text)
    return minima


def gather_shown(
    const int64_t[::1] order, const int64_t[::1] rows, const int64_t[::1] closest, const float[::1] scores
):
    """Gathers three columns at the given positions, as lists; the scores to four places."""
    cdef Py_ssize_t i
    cdef list rows_shown = [], closest_shown = [], scores_shown = []
    for i in range(order.shape[0]):
        rows_shown.append(rows[order[i]])
        closest_shown.append(closest[order[i]])
        scores_shown.append(_to_four_places(scores[order[i]]))
    return rows_shown, closest_shown, scores_shown


def weighed(list log_odds, list said, list behind, tuple weights, Py_ssize_t wanted):
    """The best candidates of one text by a logistic regression, equal ones in their order.

    Args:
        log_odds: Of each candidate by the shipped confidence.
        said: A tuple of numbers of each.
        behind: One more number of each.
        weights: Of a constant, of the log odds, of the numbers in `said`, and of `behind`.
        wanted: Number of candidates, at most.

    Returns:
        Their positions, their log odds and their probabilities, best first; both to four places.
    """
    cdef Py_ssize_t n = len(log_odds), i, j
    cdef double constant = weights[0], of_shipped = weights[1], of_behind = weights[len(weights) - 1], one
    cdef list odds = [], probabilities = [], order
    cdef tuple numbers
    for i in range(n):
        numbers, one = said[i], 0.0
        for j in range(len(numbers)):
            one += <double> weights[j + 2] * <double> numbers[j]
        odds.append(constant + of_shipped * <double> log_odds[i] + of_behind * <double> behind[i] + one)
    order = sorted(range(n), key=odds.__getitem__, reverse=True)[:wanted]  # stable, as reversed
    odds = [odds[i] for i in order]
    for one in odds:
        probabilities.append(_to_four_places(1.0 / (1.0 + exp(-max(-30.0, min(30.0, one))))))
    return order, [_to_four_places(one) for one in odds], probabilities


def first_rows(const float[:, ::1] columns, list firsts):
    """The first row of each text that has any; text i has the rows from `firsts[i]` to `firsts[i + 1]`."""
    cdef Py_ssize_t query, n = 0, i
    rows = np.empty((len(firsts) - 1, columns.shape[1]), np.float32)
    cdef float[:, ::1] values = rows
    for query in range(len(firsts) - 1):
        if firsts[query] < firsts[query + 1]:
            for i in range(columns.shape[1]):
                values[n, i] = columns[<Py_ssize_t> firsts[query], i]
            n += 1
    return rows[:n]


cdef inline double _to_four_places(double value):
    return rint(value * 1e4) / 1e4
