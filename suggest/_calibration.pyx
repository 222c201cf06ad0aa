# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Loops of the calibration; `suggest.calibration` is the public side."""

from libc.math cimport exp, log
from libc.stdint cimport int64_t

import numpy as np

cdef enum:
    SCORE_COLUMNS = 6
cdef float ONLY_CANDIDATE = 9.0  # lead of a candidate that has no other beside it


def confidence_columns(
    const float[:, ::1] matrix,
    const float[::1] scores,
    list indptr,
    const int64_t[::1] order,
    list firsts,
    list codable,
    const int64_t[::1] copied,
):
    """See `suggest.calibration.confidence_features`; `copied` are the columns of `matrix` in the result."""
    columns = np.empty((order.shape[0], SCORE_COLUMNS + copied.shape[0]), np.float32)
    cdef float[:, ::1] values = columns
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
            values[i, 0] = scores[order[i]]
            values[i, 1] = exp(scores[order[i]] - best) / total
            values[i, 2] = scores[order[i]] - (second if i == begin else best)
            values[i, 3] = i - begin
            values[i, 4] = spread
            values[i, 5] = codable[query]
            for j in range(copied.shape[0]):
                values[i, SCORE_COLUMNS + j] = matrix[order[i], copied[j]]
    return columns
