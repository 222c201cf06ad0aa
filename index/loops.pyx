# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Inner loops over flat arrays, compiled: where numpy would need dozens of small calls for one text."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport INFINITY, lrintf, sqrtf
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t

import numpy as np

cdef enum:
    STEPS = 8192  # of a query's component, from 0 to 1
    LINE = 64  # bytes that memory gives at a time
    AHEAD = 6  # rows that are fetched before they are worked on


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


cdef extern from *:
    """
    #if defined(__GNUC__)
    #define fetch(address) __builtin_prefetch(address)
    #else
    #define fetch(address)
    #endif
    """
    void fetch(const void* address) noexcept nogil


cdef inline void _fetch(const uint8_t* row, Py_ssize_t dim) noexcept nogil:
    """Have a row brought from memory while others are worked on."""
    cdef Py_ssize_t at = 0
    while at < dim:
        fetch(row + at)
        at += LINE


def unit_sums(parts, Py_ssize_t dim):
    sums_array = np.zeros((len(parts), dim), np.float32)
    cdef float[:, ::1] sums = sums_array
    cdef const float[::1] part
    cdef Py_ssize_t row, i
    cdef float length
    for row, some in enumerate(parts):
        for part in some:
            for i in range(dim):
                sums[row, i] += part[i]
        length = 0
        for i in range(dim):
            length += sums[row, i] * sums[row, i]
        length = max(sqrtf(length), 1e-12)
        for i in range(dim):
            sums[row, i] /= length
    return sums_array


def dot(const float[::1] one, const float[::1] other):
    cdef float total = 0
    cdef Py_ssize_t i
    for i in range(one.shape[0]):
        total += one[i] * other[i]
    return total


def exclusive_or(const uint8_t[::1] one, const uint8_t[::1] other):
    cdef Py_ssize_t i
    mixed_bytes = PyBytes_FromStringAndSize(NULL, one.shape[0])
    cdef char* mixed = PyBytes_AS_STRING(mixed_bytes)
    for i in range(one.shape[0]):
        mixed[i] = <char> (one[i] ^ other[i])
    return mixed_bytes


cdef class Stored:
    cdef const uint8_t[:, ::1] vectors
    cdef float unit

    def __init__(self, vectors, float scale):
        self.vectors = vectors
        self.unit = 1.0 / (scale * STEPS)

    def best(
        self,
        const int64_t[:, ::1] candidates,
        const uint8_t[::1] allowed,
        const float[:, ::1] queries,
        Py_ssize_t k,
    ):
        cdef Py_ssize_t n = queries.shape[0], dim = self.vectors.shape[1], i, j, place, found, fewest = k
        cdef int16_t[::1] rounded = np.empty(dim, np.int16)
        cosines_array = np.empty((n, k), np.float32)
        rows_array = np.empty((n, k), np.int64)
        cdef float[:, ::1] cosines = cosines_array
        cdef int64_t[:, ::1] rows = rows_array
        cdef float cosine
        cdef int64_t row
        cdef int offset
        with nogil:
            for i in range(n):
                offset = _round(queries[i], rounded)
                found = 0
                for j in range(candidates.shape[1]):
                    if j + AHEAD < candidates.shape[1] and candidates[i, j + AHEAD] >= 0:
                        _fetch(&self.vectors[candidates[i, j + AHEAD], 0], dim)
                    row = candidates[i, j]
                    if row < 0 or not allowed[row]:
                        continue
                    cosine = (_product(&self.vectors[row, 0], &rounded[0], dim) - offset) * self.unit
                    if found == k and cosine <= cosines[i, k - 1]:
                        continue
                    place = found if found < k else k - 1
                    while place > 0 and cosines[i, place - 1] < cosine:
                        cosines[i, place], rows[i, place] = cosines[i, place - 1], rows[i, place - 1]
                        place -= 1
                    cosines[i, place], rows[i, place] = cosine, row
                    if found < k:
                        found += 1
                fewest = min(fewest, found)
                for place in range(found, k):
                    cosines[i, place], rows[i, place] = -INFINITY, -1
        return cosines_array, rows_array, fewest


cdef class TextsOfCodes:
    cdef Stored stored
    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] texts
    cdef const uint8_t[::1] kinds
    cdef const int32_t[::1] rows

    def __init__(self, Stored stored, rows, kinds, Py_ssize_t codes):
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=codes)
        self.stored = stored
        self.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.texts = order.astype(np.int32)
        self.kinds = kinds[order]
        self.rows = rows

    def closest(self, const int64_t[::1] codes, const float[::1] meant, const float[::1] typed):
        cdef const uint8_t[:, ::1] stored = self.stored.vectors
        cdef Py_ssize_t n = codes.shape[0], dim = stored.shape[1], i, at
        cdef bint same = &meant[0] == &typed[0]
        cdef int16_t[:, ::1] rounded = np.empty((2, dim), np.int16)
        cosines_array = np.full((n, 4), -1.0, np.float32)
        best_array = np.full(n, -1, np.int64)
        cdef float[:, ::1] cosines = cosines_array
        cdef int64_t[::1] best = best_array
        cdef float cosine, most, unit = self.stored.unit
        cdef int kind, first = _round(meant, rounded[0]), second = 0 if same else _round(typed, rounded[1])
        with nogil:
            for i in range(n):
                most = -2.0
                if i + 1 < n:
                    for at in range(self.indptr[codes[i + 1]], self.indptr[codes[i + 1] + 1]):
                        _fetch(&stored[self.texts[at], 0], dim)
                for at in range(self.indptr[codes[i]], self.indptr[codes[i] + 1]):
                    kind = self.kinds[at]
                    cosine = (_product(&stored[self.texts[at], 0], &rounded[0, 0], dim) - first) * unit
                    cosines[i, kind] = max(cosines[i, kind], cosine)
                    if cosine > most:
                        most = cosine
                        best[i] = self.texts[at]
                    if kind < 2:
                        if not same:
                            cosine = (_product(&stored[self.texts[at], 0], &rounded[1, 0], dim) - second) * unit
                        cosines[i, 3] = max(cosines[i, 3], cosine)
                if cosines[i, 1] < -0.999:
                    cosines[i, 1] = cosines[i, 0]
        return cosines_array, best_array

    def gathered(
        self,
        const int64_t[::1] near,
        Py_ssize_t by_meaning,
        const float[::1] scores,
        Py_ssize_t by_words,
        pointed,
        const uint8_t[::1] allowed,
    ):
        cdef Py_ssize_t n = 0, i, words, most = by_meaning + by_words + len(pointed)
        cdef int64_t[::1] best = _largest(scores, allowed, by_words)
        cdef int64_t code
        found_array = np.empty(most, np.int64)
        cdef int64_t[::1] found = found_array
        for i in range(near.shape[0]):
            if n == by_meaning:
                break
            if near[i] >= 0:
                n = _insert(found, n, self.rows[near[i]])
        for i in range(best.shape[0]):
            n = _insert(found, n, best[i])
        for code in pointed:
            if allowed[code]:
                n = _insert(found, n, code)
        return found_array[:n]


cdef inline Py_ssize_t _insert(int64_t[::1] ascending, Py_ssize_t n, int64_t value) noexcept nogil:
    """Put a value into its place among the first n, unless it is there, and return how many there are."""
    cdef Py_ssize_t place = n, i
    while place > 0 and ascending[place - 1] > value:
        place -= 1
    if place > 0 and ascending[place - 1] == value:
        return n
    for i in range(n, place, -1):
        ascending[i] = ascending[i - 1]
    ascending[place] = value
    return n + 1


cdef int64_t[::1] _largest(const float[::1] values, const uint8_t[::1] allowed, Py_ssize_t k):
    """Places of the k largest values above 0 that are allowed, largest first, equal ones in order."""
    cdef Py_ssize_t found = 0, i, place
    cdef float least = 0
    cdef int64_t[::1] rows = np.empty(k, np.int64)
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
    return rows[:found]


cdef class Columns:
    cdef const float[::1] data
    cdef const int32_t[::1] indices
    cdef const int64_t[::1] indptr
    cdef Py_ssize_t rows

    def __init__(self, data, indices, indptr, Py_ssize_t rows):
        self.data, self.indices, self.indptr, self.rows = data, indices, indptr, rows

    def sums(self, columns):
        sums_array = np.zeros(self.rows, np.float32)
        cdef float[::1] sums = sums_array
        cdef Py_ssize_t column, at
        for column in columns:
            for at in range(self.indptr[column], self.indptr[column + 1]):
                sums[self.indices[at]] += self.data[at]
        return sums_array
