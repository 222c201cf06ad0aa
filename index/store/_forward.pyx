# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Loops of the forward index; `index.store.forward` is the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int32_t, int64_t


def shared_words(
    const int64_t[::1] indptr, const int32_t[::1] numbers, list vocabulary, list texts, list wanted
):
    cdef Py_ssize_t text, at, i, n = len(wanted)
    cdef list result = [], shared
    wanted_bytes = PyBytes_FromStringAndSize(NULL, n * sizeof(int32_t))
    cdef int32_t* wanted_numbers = <int32_t*> PyBytes_AS_STRING(wanted_bytes)
    for i in range(n):
        wanted_numbers[i] = wanted[i]
    for text in texts:
        shared = []
        for at in range(indptr[text] if text >= 0 else 0, indptr[text + 1] if text >= 0 else 0):
            if _contains(wanted_numbers, n, numbers[at]):
                word = vocabulary[numbers[at]]
                if word not in shared:
                    shared.append(word)
        result.append(tuple(shared))
    return result


cdef inline bint _contains(const int32_t* numbers, Py_ssize_t n, int32_t number) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint result = False
    for i in range(n):  # without a branch, so that several are compared at a time
        result |= numbers[i] == number
    return result
