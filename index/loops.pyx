# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Inner loops over flat arrays, compiled: where numpy would need dozens of small calls for one text."""

from libc.math cimport lrintf
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t

import numpy as np

cdef enum:
    STEPS = 8192  # of a query's component, from 0 to 1


cdef inline int _product(const uint8_t* stored, const int16_t* query, Py_ssize_t dim) noexcept nogil:
    cdef int total = 0
    cdef Py_ssize_t i
    for i in range(dim):
        total += <int16_t> stored[i] * query[i]
    return total


cdef int _round(const float[::1] query, int16_t[::1] rounded) noexcept nogil:
    """Write a query in steps of 1 / STEPS, and return what the offset of the stored codes adds to a product.

    A product is at most 255 * STEPS * sqrt(dim), which fits 32 bits for every dimension up to a million.
    """
    cdef Py_ssize_t i
    cdef int total = 0
    for i in range(query.shape[0]):
        rounded[i] = <int16_t> lrintf(query[i] * STEPS)
        total += rounded[i]
    return 128 * total


def compare(
    const uint8_t[:, ::1] stored,
    float scale,
    const int64_t[:, ::1] candidates,
    const uint8_t[::1] allowed,
    const float[:, ::1] queries,
    Py_ssize_t k,
):
    cdef Py_ssize_t n = queries.shape[0], dim = stored.shape[1], i, j, place, found
    cdef int16_t[::1] rounded = np.empty(dim, np.int16)
    cosines_array = np.full((n, k), -np.inf, np.float32)
    rows_array = np.full((n, k), -1, np.int64)
    cdef float[:, ::1] cosines = cosines_array
    cdef int64_t[:, ::1] rows = rows_array
    cdef float cosine, unit = 1.0 / (scale * STEPS)
    cdef int64_t row
    cdef int offset
    with nogil:
        for i in range(n):
            offset = _round(queries[i], rounded)
            found = 0
            for j in range(candidates.shape[1]):
                row = candidates[i, j]
                if row < 0 or not allowed[row]:
                    continue
                cosine = (_product(&stored[row, 0], &rounded[0], dim) - offset) * unit
                if found == k and cosine <= cosines[i, k - 1]:
                    continue
                place = found if found < k else k - 1
                while place > 0 and cosines[i, place - 1] < cosine:
                    cosines[i, place], rows[i, place] = cosines[i, place - 1], rows[i, place - 1]
                    place -= 1
                cosines[i, place], rows[i, place] = cosine, row
                if found < k:
                    found += 1
    return cosines_array, rows_array


def closest(
    const uint8_t[:, ::1] stored,
    float scale,
    const int64_t[::1] indptr,
    const int32_t[::1] texts,
    const uint8_t[::1] kinds,
    const int64_t[::1] rows,
    const float[::1] meant,
    const float[::1] typed,
):
    cdef Py_ssize_t n = rows.shape[0], dim = stored.shape[1], i, at
    cdef bint same = &meant[0] == &typed[0]
    cdef int16_t[:, ::1] rounded = np.empty((2, dim), np.int16)
    cosines_array = np.full((n, 4), -1.0, np.float32)
    best_array = np.full(n, -1, np.int64)
    cdef float[:, ::1] cosines = cosines_array
    cdef int64_t[::1] best = best_array
    cdef float cosine, most, unit = 1.0 / (scale * STEPS)
    cdef int kind, first = _round(meant, rounded[0]), second = 0 if same else _round(typed, rounded[1])
    with nogil:
        for i in range(n):
            most = -2.0
            for at in range(indptr[rows[i]], indptr[rows[i] + 1]):
                kind = kinds[at]
                cosine = (_product(&stored[texts[at], 0], &rounded[0, 0], dim) - first) * unit
                cosines[i, kind] = max(cosines[i, kind], cosine)
                if cosine > most:
                    most = cosine
                    best[i] = texts[at]
                if kind < 2:
                    if not same:
                        cosine = (_product(&stored[texts[at], 0], &rounded[1, 0], dim) - second) * unit
                    cosines[i, 3] = max(cosines[i, 3], cosine)
            if cosines[i, 1] < -0.999:
                cosines[i, 1] = cosines[i, 0]
    return cosines_array, best_array


def add_columns(
    const float[::1] data,
    const int32_t[::1] indices,
    const int64_t[::1] indptr,
    const int64_t[::1] columns,
    float[::1] sums,
):
    cdef Py_ssize_t column, at
    with nogil:
        for column in range(columns.shape[0]):
            for at in range(indptr[columns[column]], indptr[columns[column] + 1]):
                sums[indices[at]] += data[at]


def largest(const float[::1] values, const uint8_t[::1] allowed, Py_ssize_t k):
    cdef Py_ssize_t found = 0, i, place
    cdef float least = 0
    rows_array = np.empty(k, np.int64)
    cdef int64_t[::1] rows = rows_array
    with nogil:
        for i in range(values.shape[0]):
            if values[i] <= least or not allowed[i]:
                continue
            place = found if found < k else k - 1
            while place > 0 and values[rows[place - 1]] < values[i]:
                rows[place] = rows[place - 1]
                place -= 1
            rows[place] = i
            if found < k:
                found += 1
            if found == k:
                least = values[rows[k - 1]]
    return rows_array[:found]
