# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The weighted distance of two words; `index.text.letter_costs` is the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport uint64_t

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef enum:
    LETTERS = 26
    FIRST = 97  # the letter a
    TWICE = 32  # bits that a letter's second occurrence stands above its first


cdef class LetterCosts:
    """What each change of a letter costs."""

    cdef double[LETTERS][LETTERS] written_for
    cdef double[LETTERS] extra
    cdef double doubled, swapped

    def __init__(self, written_for, extra, double doubled, double swapped):
        """Take the costs.

        Args:
            written_for: For each letter from a to z the cost of each as another one written for it.
            extra: For each letter the cost of one too few or too many.
            doubled: Cost of a letter too few or too many beside the same one.
            swapped: Cost of two letters in the other order.
        """
        cdef int one, other
        for one in range(LETTERS):
            self.extra[one] = extra[one]
            for other in range(LETTERS):
                self.written_for[one][other] = written_for[one][other]
        self.doubled, self.swapped = doubled, swapped

    def change(self, str typed, str known):
        """The least sum of changes that make one word of the other; both of letters from a to z."""
        cdef Py_ssize_t n, m, i, j
        cdef const char* one = PyUnicode_AsUTF8AndSize(typed, &n)
        cdef const char* other = PyUnicode_AsUTF8AndSize(known, &m)
        if not _is_plain(one, n) or not _is_plain(other, m):
            raise ValueError("a word has other characters than the letters a to z")
        rows_bytes = PyBytes_FromStringAndSize(NULL, 3 * (m + 1) * sizeof(double))
        cdef double* before = <double*> PyBytes_AS_STRING(rows_bytes)
        cdef double* row = before + m + 1
        cdef double* new = row + m + 1
        cdef double extra, cost
        row[0] = 0.0
        for j in range(m):
            row[j + 1] = row[j] + self._of_extra(other, m, j)
        for i in range(n):
            extra = self._of_extra(one, n, i)
            new[0] = row[0] + extra
            for j in range(m):
                cost = row[j]
                if one[i] != other[j]:
                    cost += self.written_for[one[i] - FIRST][other[j] - FIRST]
                cost = min(cost, row[j + 1] + extra, new[j] + self._of_extra(other, m, j))
                if i and j and one[i] == other[j - 1] and one[i - 1] == other[j] and one[i] != other[j]:
                    cost = min(cost, before[j - 1] + self.swapped)
                new[j + 1] = cost
            before, row, new = row, new, before
        return row[m]

    cdef inline double _of_extra(self, const char* word, Py_ssize_t n, Py_ssize_t at) noexcept nogil:
        """Cost of a letter that only one of the words has."""
        if (at and word[at - 1] == word[at]) or (at + 1 < n and word[at + 1] == word[at]):
            return self.doubled
        return self.extra[word[at] - FIRST]


def letters_of(str word):
    """The letters a to z of a word as bits of one number: one for each, and one for each that it has twice.

    Two words differ in at most as many bits as letters must be added and removed to make one of the other.
    """
    cdef Py_ssize_t n, i
    cdef const char* text = PyUnicode_AsUTF8AndSize(word, &n)
    cdef uint64_t once = 0, twice = 0, bit
    for i in range(n):
        if FIRST <= text[i] < FIRST + LETTERS:
            bit = (<uint64_t> 1) << (text[i] - FIRST)
            twice |= once & bit
            once |= bit
    return once | twice << TWICE


cdef inline bint _is_plain(const char* word, Py_ssize_t n) noexcept nogil:
    """Whether a word has no other characters than the letters a to z."""
    cdef Py_ssize_t i
    for i in range(n):
        if not FIRST <= word[i] < FIRST + LETTERS:
            return False
    return True
