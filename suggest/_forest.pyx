# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The walk through many trees from root to leaf, compiled."""

from libc.math cimport exp
from libc.stdint cimport int32_t

import numpy as np

cdef enum:
    SIDE_BY_SIDE = 8  # walks that go on together, so that the processor need not wait for any one

cdef packed struct Node:
    int32_t feature
    float threshold
    int32_t child


cdef class Forest:
    cdef const Node[::1] nodes
    cdef const double[::1] values
    cdef const int32_t[::1] roots
    cdef const int32_t[::1] depths

    def __init__(self, nodes, values, roots, depths):
        self.nodes, self.values, self.roots, self.depths = nodes, values, roots, depths

    def sums(self, const float[:, ::1] matrix, bint logistic):
        cdef Py_ssize_t n = matrix.shape[0], row = 0
        found = np.zeros(n, np.float64)
        cdef double[::1] sums = found
        with nogil:
            while row + SIDE_BY_SIDE <= n:
                self._rows(matrix, row, sums)
                row += SIDE_BY_SIDE
            while row < n:
                sums[row] = self._row(matrix, row)
                row += 1
            for row in range(n if logistic else 0):
                sums[row] = 1.0 / (1.0 + exp(-sums[row]))
        return found

    cdef void _rows(self, const float[:, ::1] matrix, Py_ssize_t first, double[::1] sums) noexcept nogil:
        """Some rows together through one tree after the other."""
        cdef Py_ssize_t columns = matrix.shape[1], tree
        cdef int32_t[SIDE_BY_SIDE] at
        cdef int32_t step, lane
        cdef const float* start = &matrix[first, 0]
        cdef const Node* node
        for tree in range(self.roots.shape[0]):
            for lane in range(SIDE_BY_SIDE):
                at[lane] = self.roots[tree]
            for step in range(self.depths[tree]):
                for lane in range(SIDE_BY_SIDE):
                    node = &self.nodes[at[lane]]
                    at[lane] = node.child + (start[lane * columns + node.feature] > node.threshold)
            for lane in range(SIDE_BY_SIDE):
                sums[first + lane] += self.values[at[lane]]

    cdef double _row(self, const float[:, ::1] matrix, Py_ssize_t row) noexcept nogil:
        """One row through several trees at once."""
        cdef Py_ssize_t trees = self.roots.shape[0], tree = 0
        cdef int32_t[SIDE_BY_SIDE] at
        cdef int32_t step, lane, deepest, lanes
        cdef const float* start = &matrix[row, 0]
        cdef const Node* node
        cdef double total = 0.0
        while tree < trees:
            lanes = <int32_t> min(<Py_ssize_t> SIDE_BY_SIDE, trees - tree)
            deepest = 0
            for lane in range(SIDE_BY_SIDE):
                at[lane] = self.roots[tree + (lane if lane < lanes else 0)]
                if lane < lanes:
                    deepest = max(deepest, self.depths[tree + lane])
            for step in range(deepest):
                for lane in range(SIDE_BY_SIDE):
                    node = &self.nodes[at[lane]]
                    at[lane] = node.child + (start[node.feature] > node.threshold)
            for lane in range(lanes):
                total += self.values[at[lane]]
            tree += lanes
        return total
