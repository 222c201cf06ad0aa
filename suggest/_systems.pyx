# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The network that tells code systems apart; `suggest.systems` is the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport exp, sqrtf
from libc.stdint cimport int8_t
from libc.string cimport memset

DEF MAX_WIDTH = 64


cdef class Network:
    """A hidden layer beside a linear one, both over summed rows of one table."""

    cdef const int8_t[:, ::1] table
    cdef const float[::1] scales, hidden_bias, bias
    cdef const float[:, ::1] output
    cdef Py_ssize_t hidden, classes

    def __init__(self, table, scales, hidden_bias, output, bias):
        """Take the weights.

        Args:
            table: int8 (features, hidden + classes): what a feature adds to the hidden layer, and to the
                classes.
            scales: float32 (features,), of the rows.
            hidden_bias: float32 (hidden,).
            output: float32 (hidden, classes).
            bias: float32 (classes,).

        Raises:
            ValueError: If the shapes do not fit together.
        """
        self.hidden, self.classes = output.shape
        width = self.hidden + self.classes
        fits = table.shape == (len(scales), width) and len(hidden_bias) == self.hidden
        if not fits or len(bias) != self.classes or width > MAX_WIDTH:
            raise ValueError(f"table {table.shape}, output {output.shape} and biases do not fit together")
        self.table, self.scales = table, scales
        self.hidden_bias, self.output, self.bias = hidden_bias, output, bias

    def part(self, list rows):
        """Sum of the rows of one part of a text, and behind it their number: float32 (hidden + classes + 1)."""
        cdef Py_ssize_t width = self.hidden + self.classes
        part_bytes = PyBytes_FromStringAndSize(NULL, (width + 1) * sizeof(float))
        cdef float* sums = <float*> PyBytes_AS_STRING(part_bytes)
        memset(sums, 0, width * sizeof(float))
        self._add_rows(sums, rows)
        sums[width] = len(rows)
        return part_bytes

    def probabilities(self, list parts, list pairs):
        """The softmax of a text.

        Args:
            parts: What `part` gave for each part of the text.
            pairs: Rows of the pairs of neighbouring parts.

        Returns:
            One probability a class. The sums are divided by the root of the number of features, so that a
            long text is not surer than a short one for its length alone.
        """
        cdef Py_ssize_t width = self.hidden + self.classes, i, k
        cdef float[MAX_WIDTH] sums
        cdef double[MAX_WIDTH] odds
        cdef const float* part
        cdef float count = len(pairs), scale, active
        cdef double total = 0.0, most
        memset(sums, 0, sizeof(sums))
        for part_bytes in parts:
            part = <const float*> PyBytes_AS_STRING(part_bytes)
            for i in range(width):
                sums[i] += part[i]
            count += part[width]
        self._add_rows(sums, pairs)
        scale = 1 / sqrtf(max(count, 1))
        for k in range(self.classes):
            odds[k] = sums[self.hidden + k] * scale + self.bias[k]
        for i in range(self.hidden):
            active = sums[i] * scale + self.hidden_bias[i]
            if active > 0:
                for k in range(self.classes):
                    odds[k] += active * self.output[i, k]
        most = odds[0]
        for k in range(1, self.classes):
            most = max(most, odds[k])
        for k in range(self.classes):
            odds[k] = exp(odds[k] - most)
            total += odds[k]
        return [odds[k] / total for k in range(self.classes)]

    cdef void _add_rows(self, float* sums, list rows):
        """Add rows of the table to a sum."""
        cdef Py_ssize_t row, i, width = self.hidden + self.classes
        cdef float scale
        for row in rows:
            scale = self.scales[row]
            for i in range(width):
                sums[i] += scale * self.table[row, i]
