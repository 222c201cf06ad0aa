# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Selection among ranked candidates; `suggest.ranking` and `suggest.calibration` are the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport exp, log, log1p, rint
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

cimport numpy as cnp

from index._arrays cimport doubles, floats, integers
from index.store._vectors cimport insert_descending

import numpy as np

cnp.import_array()


def penalised(cnp.ndarray scores_array, cnp.ndarray matrix_array, tuple route, tuple size):
    """Scores of candidates less what `suggest.ranker` takes off.

    Args:
        scores_array: float64 (n,).
        matrix_array: float32 (n, columns): the features.
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
    cdef const double* scores = doubles(scores_array)
    cdef const float* row = floats(matrix_array)
    reduced = np.empty(len(scores_array), np.float32)
    cdef float* found = floats(reduced)
    for i in range(len(scores_array)):
        score = <float> scores[i] - of_route * row[beaten]
        if row[outside] > 0 and row[gap] <= worse:
            score -= of_size
        found[i] = score
        row += matrix_array.shape[1]
    return reduced


def top_k(cnp.ndarray scores_array, list indptr, list sizes):
    """The best candidates of each query, best first, equal ones in order.

    Args:
        scores_array: float32 (n,).
        indptr: Query i has the candidates from `indptr[i]` to `indptr[i + 1]`.
        sizes: How many are wanted of each query.

    Returns:
        Their positions, int64 (m,), and the `firsts`: query i has the positions from `firsts[i]` to
        `firsts[i + 1]`.
    """
    cdef Py_ssize_t query, i, k, size, begin = 0, capacity = sum(sizes)
    order_array = np.empty(capacity, np.int64)
    cdef int64_t* order = integers(order_array)
    cdef const float* scores = floats(scores_array)
    values_bytes = PyBytes_FromStringAndSize(NULL, capacity * sizeof(float))
    cdef float* values = <float*> PyBytes_AS_STRING(values_bytes)
    cdef list firsts = [0]
    for query in range(len(sizes)):
        k, size = sizes[query], 0
        for i in range(<Py_ssize_t> indptr[query], <Py_ssize_t> indptr[query + 1]):
            size = insert_descending(values + begin, order + begin, size, k, scores[i], i)
        begin += size
        firsts.append(begin)
    return order_array[:begin], firsts


def running_min(cnp.ndarray values_array, list firsts):
    """The running minimum of each text's values, to four places.

    Args:
        values_array: float64 (m,), from 0 to 1.
        firsts: Text i has the values from `firsts[i]` to `firsts[i + 1]`.
    """
    cdef const double* values = doubles(values_array)
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
    cnp.ndarray order_array, cnp.ndarray rows_array, cnp.ndarray closest_array, cnp.ndarray scores_array
):
    """Gathers three columns at the given positions, as lists; the scores to four places."""
    cdef Py_ssize_t i
    cdef const int64_t* order = integers(order_array)
    cdef const int64_t* rows = integers(rows_array)
    cdef const int64_t* closest = integers(closest_array)
    cdef const float* scores = floats(scores_array)
    cdef list rows_shown = [], closest_shown = [], scores_shown = []
    for i in range(len(order_array)):
        rows_shown.append(rows[order[i]])
        closest_shown.append(closest[order[i]])
        scores_shown.append(_to_four_places(scores[order[i]]))
    return rows_shown, closest_shown, scores_shown


def log_odds(list probabilities, double least, double most):
    """Log odds of probabilities, which are first brought between two bounds."""
    cdef double kept
    cdef list found = []
    for kept in probabilities:
        kept = min(max(kept, least), most)
        found.append(log(kept / (1.0 - kept)))
    return found


cpdef double probability(double odds):
    """The probability of log odds; beyond 30 either way it stays."""
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))


def spoken_for(
    list neighbours, const int64_t[::1] indptr, const int32_t[::1] codes, const float[::1] weights,
    double sharpness, double near,
):
    """What the lines nearest to a text say of each of their codes, as `tell` takes it.

    A neighbour has one say, which its codes share by their weights.

    Args:
        neighbours: Cosine and place of each, nearest first.
        indptr: The neighbour at place i has the labels from `indptr[i]` to `indptr[i + 1]`.
        codes, weights: Of the labels.
        sharpness: How fast a neighbour's say falls with its distance from the nearest one.
        near: Cosine from which on a neighbour counts as near.
    """
    cdef dict found = {}
    cdef list one
    cdef double cosine, nearest = -1.0, say, total = 0.0, weight, share
    cdef Py_ssize_t place, i
    for cosine, place in neighbours:
        nearest = max(nearest, cosine)
        say = exp(sharpness * (cosine - nearest))
        total += say
        weight = 0.0
        for i in range(indptr[place], indptr[place + 1]):
            weight += weights[i]
        for i in range(indptr[place], indptr[place + 1]):
            share = say * (weights[i] / weight)
            if codes[i] in found:
                one = found[codes[i]]
                one[0] = <double> one[0] + share
                one[3] = <Py_ssize_t> one[3] + (cosine >= near)
            else:
                found[codes[i]] = [share, cosine, place, int(cosine >= near)]
    for one in found.values():
        one[0] = <double> one[0] / total
    return found


def tell(
    double[:, ::1] features, list codes, list log_odds, Py_ssize_t first_new, dict spoken, dict entry, dict shape,
    double nearest, list common, double least_cosine, double neighbours,
):
    """Writes down what a site's own lines say of the candidates of one text.

    Args:
        features: Zeros, one row a candidate; columns as `suggest.exemplars.FEATURES`.
        codes: Number of the code of each candidate in the lines; -1 for one that they do not have.
        log_odds: Of each by the shipped confidence.
        first_new: From this candidate on they are those that the ranking did not find.
        spoken: Number of a code -> its share of the neighbours' say, cosine and place of its nearest line, and
            how many of its lines are near.
        entry, shape: Number of a code -> weight of the lines with the same words, and but for digits.
        nearest: Cosine of the nearest line.
        common: How common each code is among all lines.
        least_cosine: Of a line that says anything.
        neighbours: Number of lines that are asked at most.
    """
    cdef Py_ssize_t i
    cdef double of_entry, of_shape, vote, entries = sum(entry.values()), shapes = sum(shape.values())
    cdef double top = max(log_odds) if log_odds else 0.0
    cdef object code, found
    cdef list said
    for i in range(len(codes)):
        features[i, 10] = (top - <double> log_odds[i]) * nearest
        code = codes[i]
        of_entry, of_shape = entry.get(code, 0.0), shape.get(code, 0.0)
        found = spoken.get(code)
        if found is None and not of_entry and not of_shape:  # most candidates
            continue
        if of_entry:
            features[i, 0], features[i, 1] = of_entry / entries, log1p(of_entry)
        if of_shape:
            features[i, 2], features[i, 3] = of_shape / shapes, log1p(of_shape)
        if found is not None:
            said = found
            vote = said[0]
            features[i, 4] = max(0.0, <double> said[1] - least_cosine)
            features[i, 5] = vote
            features[i, 6] = vote * max(0.0, nearest - least_cosine)
            features[i, 7] = <double> said[3] / neighbours
            features[i, 8] = vote * <double> common[code]
        features[i, 9] = i >= first_new


def weighed(const double[:, ::1] features, list log_odds, tuple weights, Py_ssize_t wanted):
    """The best candidates of one text by a logistic regression, equal ones in their order.

    Args:
        features: Numbers of each candidate.
        log_odds: Of each by the shipped confidence.
        weights: Of a constant, of the log odds, and of the numbers.
        wanted: Number of candidates, at most.

    Returns:
        Their positions, their log odds and their probabilities, best first; both to four places.
    """
    cdef Py_ssize_t n = len(log_odds), i, j
    cdef double constant = weights[0], of_shipped = weights[1], one
    cdef list odds = [], probabilities = [], order
    for i in range(n):
        one = constant + of_shipped * <double> log_odds[i]
        for j in range(features.shape[1]):
            one += <double> weights[j + 2] * features[i, j]
        odds.append(one)
    order = sorted(range(n), key=odds.__getitem__, reverse=True)[:wanted]  # stable, as reversed
    odds = [odds[i] for i in order]
    for one in odds:
        probabilities.append(_to_four_places(probability(one)))
    return order, [_to_four_places(one) for one in odds], probabilities


def first_rows(cnp.ndarray columns_array, list firsts):
    """The first row of each text that has any; text i has the rows from `firsts[i]` to `firsts[i + 1]`."""
    cdef Py_ssize_t query, n = 0, width = columns_array.shape[1]
    cdef const float* columns = floats(columns_array)
    rows = np.empty((len(firsts) - 1, width), np.float32)
    cdef float* values = floats(rows)
    for query in range(len(firsts) - 1):
        if firsts[query] < firsts[query + 1]:
            memcpy(values + n * width, columns + <Py_ssize_t> firsts[query] * width, width * sizeof(float))
            n += 1
    return rows[:n]


cdef inline double _to_four_places(double value):
    return rint(value * 1e4) / 1e4
