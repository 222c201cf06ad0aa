# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Loops of the calibration; `suggest.calibration` is the public side."""

from libc.math cimport exp, log
from libc.stdint cimport int64_t

cimport numpy as cnp

from index._arrays cimport floats, integers

import numpy as np

cnp.import_array()

cdef enum:
    SCORE_COLUMNS = 6
cdef float ONLY_CANDIDATE = 9.0  # lead of a candidate that has no other beside it


def confidence_columns(
    cnp.ndarray matrix_array,
    cnp.ndarray scores_array,
    list indptr,
    cnp.ndarray order_array,
    list firsts,
    list codable,
    cnp.ndarray copied_array,
):
    """See `suggest.calibration.confidence_features`; `copied_array` has the columns of the matrix in the
    result."""
    cdef const float* matrix = floats(matrix_array)
    cdef const float* scores = floats(scores_array)
    cdef const int64_t* order = integers(order_array)
    cdef const int64_t* copied = integers(copied_array)
    cdef Py_ssize_t features = matrix_array.shape[1], n_copied = len(copied_array), width = SCORE_COLUMNS + n_copied
    columns = np.empty((len(order_array), width), np.float32)
    cdef float* values = floats(columns)
    cdef float* row
    cdef Py_ssize_t query, start, stop, begin, end, i, j
    cdef float best, second
    cdef double total, spread, share
    for query in range(len(firsts) - 1):
        start, stop, begin, end = indptr[query], indptr[query + 1], firsts[query], firsts[query + 1]
        if begin == end:
            continue
        best = scores[order[begin]]
        second = best - ONLY_CANDIDATE if stop - start < 2 else -1e30
        total = spread = 0.0
        for i in range(start, stop):
            total += exp(scores[i] - best)
            if i != order[begin]:
                second = max(second, scores[i])
        for i in range(start, stop):
            share = exp(scores[i] - best) / total
            spread -= share * log(max(share, 1e-9))
        for i in range(begin, end):
            row = values + i * width
            row[0] = scores[order[i]]
            row[1] = exp(scores[order[i]] - best) / total
            row[2] = scores[order[i]] - (second if i == begin else best)
            row[3] = i - begin
            row[4] = spread
            row[5] = codable[query]
            for j in range(n_copied):
                row[SCORE_COLUMNS + j] = matrix[order[i] * features + copied[j]]
    return columns
