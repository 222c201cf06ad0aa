# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Loops of the forward index; `index.store.forward` is the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int32_t, int64_t


cdef class WordMatcher:
    """Finds the words that texts share with a query; arrays as `ForwardIndex` holds them."""

    cdef list vocabulary
    cdef dict numbered
    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] numbers

    def __init__(self, vocabulary, indptr, numbers):
        self.vocabulary, self.indptr, self.numbers = vocabulary, indptr, numbers
        self.numbered = {word: number for number, word in enumerate(vocabulary)}

    def shared(self, texts, known):
        """See `ForwardIndex.shared`."""
        cdef list wanted = [self.numbered[word] for word in known if word in self.numbered], result = [], words
        cdef Py_ssize_t text, at, i, n = len(wanted)
        wanted_bytes = PyBytes_FromStringAndSize(NULL, n * sizeof(int32_t))
        cdef int32_t* wanted_numbers = <int32_t*> PyBytes_AS_STRING(wanted_bytes)
        for i in range(n):
            wanted_numbers[i] = wanted[i]
        for text in texts:
            if text < 0:
                result.append(())
                continue
            words = []
            for at in range(self.indptr[text], self.indptr[text + 1]):
                if _contains(wanted_numbers, n, self.numbers[at]):
                    word = self.vocabulary[self.numbers[at]]
                    if word not in words:
                        words.append(word)
            result.append(tuple(words))
        return result


cdef inline bint _contains(const int32_t* numbers, Py_ssize_t n, int32_t number) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint result = False
    for i in range(n):  # without a branch, so that several are compared at a time
        result |= numbers[i] == number
    return result
