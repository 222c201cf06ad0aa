# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Loops over quantised vectors; `index.store.vectors` and `index.store.text_vectors` are the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport INFINITY
from libc.stdint cimport int16_t, int64_t, uint8_t

cimport numpy as cnp

from index._arrays cimport bytes_of, floats, integers
from index.store._vectors cimport QUERY_STEPS, inner_product, insert_descending, prefetch, round_query

import numpy as np

cnp.import_array()

cdef enum:
    PREFETCHED = 6  # rows that are loaded ahead


def top_k(
    cnp.ndarray codes_array,
    float scale,
    cnp.ndarray candidates_array,
    cnp.ndarray allowed_array,
    cnp.ndarray queries_array,
    Py_ssize_t k,
):
    """The k allowed candidates closest to each query.

    Args:
        codes_array: uint8 (rows, dim): `round(component * scale) + 128` of each vector.
        scale: See `codes_array`.
        candidates_array: int64 (n, m): rows; -1 for none.
        allowed_array: uint8 (rows,): 1 for rows that may be returned.
        queries_array: float32 (n, dim), rows of unit length.
        k: How many candidates are wanted.

    Returns:
        Cosines, float32 (n, k), largest first, and rows, int64 (n, k), padded with minus infinity and -1; the
        smallest number of candidates that any query got.
    """
    cdef Py_ssize_t n = queries_array.shape[0], dim = codes_array.shape[1], m = candidates_array.shape[1]
    cdef Py_ssize_t i, j, size, fewest = k
    cdef const uint8_t* codes = bytes_of(codes_array)
    cdef const uint8_t* allowed = bytes_of(allowed_array)
    cdef const int64_t* candidates = integers(candidates_array)
    cdef const float* queries = floats(queries_array)
    cdef float unit = 1.0 / (scale * QUERY_STEPS)
    rounded_bytes = PyBytes_FromStringAndSize(NULL, dim * sizeof(int16_t))
    cdef int16_t* rounded = <int16_t*> PyBytes_AS_STRING(rounded_bytes)
    cosines_array = np.empty((n, k), np.float32)
    rows_array = np.empty((n, k), np.int64)
    cdef float* cosines = floats(cosines_array)
    cdef int64_t* rows = integers(rows_array)
    cdef float cosine
    cdef int64_t row
    cdef int offset
    with nogil:
        for i in range(n):
            offset = round_query(queries + i * dim, dim, rounded)
            size = 0
            for j in range(m):
                if j + PREFETCHED < m and candidates[j + PREFETCHED] >= 0:
                    prefetch(codes + candidates[j + PREFETCHED] * dim, dim)
                row = candidates[j]
                if row >= 0 and allowed[row]:
                    cosine = (inner_product(codes + row * dim, rounded, dim) - offset) * unit
                    size = insert_descending(cosines, rows, size, k, cosine, row)
            fewest = min(fewest, size)
            for j in range(size, k):
                cosines[j], rows[j] = -INFINITY, -1
            candidates, cosines, rows = candidates + m, cosines + k, rows + k
    return cosines_array, rows_array, fewest


def sums_by_row(const float[:, ::1] vectors, const int64_t[::1] rows, Py_ssize_t n):
    """Sums vectors, float32 (m, dim), by their row, -1 for none: float32 (n, dim)."""
    cdef Py_ssize_t dim = vectors.shape[1], at, i
    sums_array = np.zeros((n, dim), np.float32)
    cdef float[:, ::1] sums = sums_array
    with nogil:
        for at in range(vectors.shape[0]):
            if rows[at] >= 0:
                for i in range(dim):
                    sums[rows[at], i] += vectors[at, i]
    return sums_array
