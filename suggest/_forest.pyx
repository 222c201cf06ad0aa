# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The walk through many trees from root to leaf, compiled."""

from libc.math cimport exp
from libc.stdint cimport int32_t

cimport numpy as cnp

from index._arrays cimport doubles, floats

import numpy as np

cnp.import_array()

cdef enum:
    LANES = 8  # walks that advance together: while one waits for memory, the others go on

cdef packed struct Node:
    int32_t feature
    float threshold
    int32_t child


cdef class Forest:
    """Trees, laid out for the walk. Safe to use from several threads."""

    cdef const Node[::1] nodes
    cdef const double[::1] values
    cdef const int32_t[::1] roots
    cdef const int32_t[::1] depths

    def __init__(self, nodes, values, roots, depths):
        """Takes the trees; nothing is checked.

        Args:
            nodes: `suggest.trees.NODE` (nodes,): a value of `feature` above `threshold` goes to the node
                behind `child`, others to `child`; a leaf is its own child under a threshold that no value
                passes.
            values: float64 (nodes,): what a leaf adds.
            roots: int32 (trees,): the node where each tree begins.
            depths: int32 (trees,): steps from the root after which every walk is at a leaf.
        """
        self.nodes, self.values, self.roots, self.depths = nodes, values, roots, depths

    def sums(self, cnp.ndarray matrix, bint logistic):
        """The sum of the leaves that each row reaches.

        Args:
            matrix: float32 (n, columns), C-contiguous.
            logistic: Whether to turn each sum into a probability.

        Returns:
            float64 (n,), summed in the order of the trees.
        """
        cdef Py_ssize_t n = matrix.shape[0], columns = matrix.shape[1], row = 0
        cdef const float* values = floats(matrix)
        found = np.zeros(n, np.float64)
        cdef double* sums = doubles(found)
        with nogil:
            while row + LANES <= n:
                self._rows(values + row * columns, columns, sums + row)
                row += LANES
            while row < n:
                sums[row] = self._row(values + row * columns)
                row += 1
            for row in range(n if logistic else 0):
                sums[row] = 1.0 / (1.0 + exp(-sums[row]))
        return found

    cdef void _rows(self, const float* start, Py_ssize_t columns, double* sums) noexcept nogil:
        """Adds the leaves that `LANES` rows reach, one tree after the other."""
        cdef Py_ssize_t tree
        cdef int32_t[LANES] at
        cdef int32_t step, lane
        cdef const Node* node
        for tree in range(self.roots.shape[0]):
            for lane in range(LANES):
                at[lane] = self.roots[tree]
            for step in range(self.depths[tree]):
                for lane in range(LANES):
                    node = &self.nodes[at[lane]]
                    at[lane] = node.child + (start[lane * columns + node.feature] > node.threshold)
            for lane in range(LANES):
                sums[lane] += self.values[at[lane]]

    cdef double _row(self, const float* start) noexcept nogil:
        """The sum of the leaves that one row reaches; `LANES` trees are walked together."""
        cdef Py_ssize_t trees = self.roots.shape[0], tree = 0
        cdef int32_t[LANES] at
        cdef int32_t step, lane, deepest, walks
        cdef const Node* node
        cdef double total = 0.0
        while tree < trees:
            walks = <int32_t> min(<Py_ssize_t> LANES, trees - tree)
            deepest = 0
            for lane in range(LANES):
                at[lane] = self.roots[tree + (lane if lane < walks else 0)]
                if lane < walks:
                    deepest = max(deepest, self.depths[tree + lane])
            for step in range(deepest):
                for lane in range(LANES):
                    node = &self.nodes[at[lane]]
                    at[lane] = node.child + (start[node.feature] > node.threshold)
            for lane in range(walks):
                total += self.values[at[lane]]
            tree += walks
        return total
