# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Loops of the static encoder; `index.encoder` is the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport sqrtf
from libc.stdint cimport int8_t, uint8_t
from libc.string cimport memset

cimport numpy as cnp

from index._arrays cimport floats
from index.store._vectors cimport prefetch

import numpy as np

cnp.import_array()


def weighted_sum(const int8_t[:, ::1] table, const float[::1] weights, list rows):
    """Weighted sum of the given table rows, (n, dim), each row with its own weight, (n,): float32 (dim,)."""
    cdef Py_ssize_t dim = table.shape[1], row, i
    cdef float weight
    sum_bytes = PyBytes_FromStringAndSize(NULL, dim * sizeof(float))
    cdef float* sums = <float*> PyBytes_AS_STRING(sum_bytes)
    memset(sums, 0, dim * sizeof(float))
    for row in rows:
        prefetch(<const uint8_t*> &table[row, 0], dim)
    for row in rows:
        weight = weights[row]
        for i in range(dim):
            sums[i] += weight * table[row, i]
    return sum_bytes


def unit_sums(list parts, Py_ssize_t dim):
    """The sum of each row's parts, float32 (dim,) each, scaled to unit length: float32 (len(parts), dim).

    A row without parts, or whose parts cancel out, is zero.

    Raises:
        ValueError: If a part has another dimension.
    """
    sums_array = np.zeros((len(parts), dim), np.float32)
    cdef float* sums = floats(sums_array)
    cdef const float* part
    cdef Py_ssize_t row, i
    cdef float length
    for row in range(len(parts)):
        for part_bytes in <list> parts[row]:
            if len(<bytes> part_bytes) != dim * <Py_ssize_t> sizeof(float):
                raise ValueError("a part has another dimension")
            part = <const float*> PyBytes_AS_STRING(part_bytes)
            for i in range(dim):
                sums[i] += part[i]
        length = 0
        for i in range(dim):
            length += sums[i] * sums[i]
        length = max(sqrtf(length), 1e-12)
        for i in range(dim):
            sums[i] /= length
        sums += dim
    return sums_array
