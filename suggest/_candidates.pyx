# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Gathers candidate codes and compares them with the query; `suggest.candidates` is the public side."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t
from libc.string cimport memset

cimport numpy as cnp

from index._arrays cimport bytes_of, floats, integers
from index.store._vectors cimport QUERY_STEPS, inner_product, insert_descending, prefetch, round_query

import numpy as np

cnp.import_array()

cdef enum:
    BLOCK = 64  # scores that are compared with the smallest kept one together


cdef class CodeTexts:
    """The texts of each code: their vectors, and the stems of all together."""

    cdef const uint8_t[:, ::1] vectors
    cdef float unit
    cdef const float[::1] weights
    cdef const int32_t[::1] codes
    cdef const int64_t[::1] stem_indptr
    cdef Py_ssize_t n_codes
    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] texts
    cdef const uint8_t[::1] kinds

    def __init__(self, vectors, float scale, postings, rows, kinds):
        """Sorts the texts by code.

        Args:
            vectors: uint8 (texts, dim): `round(component * scale) + 128` of each text's vector.
            scale: See `vectors`.
            postings: BM25 weights by stem and code.
            rows: int32 (texts,): the code of each text.
            kinds: uint8 (texts,): 0 long description, 1 short description, 2 other.
        """
        self.vectors, self.unit = vectors, 1.0 / (scale * QUERY_STEPS)
        self.weights, self.codes, self.stem_indptr, self.n_codes = postings
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=self.n_codes)
        self.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.texts = order.astype(np.int32)
        self.kinds = kinds[order]

    def gather(
        self,
        cnp.ndarray nearest_array,
        list stems,
        Py_ssize_t by_words,
        list term_codes,
        cnp.ndarray allowed_array,
        cnp.ndarray vectors_array,
        list typed,
    ):
        """Candidate codes of some queries, each compared with all of its texts.

        Args:
            nearest_array: int64 (queries, n): candidates by meaning; -1 for none.
            stems: The stems of each query, columns of the postings.
            by_words: How many codes with the largest BM25 score above 0 are candidates.
            term_codes: The codes that the terms of each query point to; candidates where allowed.
            allowed_array: uint8 (codes,): 1 for codes that may be suggested.
            vectors_array: float32 (m, dim), unit length: first the texts with their known terms written out.
            typed: For each query the row of the text as typed; its own row where the two do not differ.

        Returns:
            The fields `indptr` to `bm25` of `suggest.candidates.Candidates`.
        """
        cdef Py_ssize_t queries = nearest_array.shape[0], dim = vectors_array.shape[1], query, n = 0, i, other
        cdef Py_ssize_t n_nearest = nearest_array.shape[1]
        cdef Py_ssize_t capacity = queries * (n_nearest + by_words) + sum(map(len, term_codes))
        cdef const int64_t* nearest = integers(nearest_array)
        cdef const uint8_t* allowed = bytes_of(allowed_array)
        cdef const float* vectors = floats(vectors_array)
        indptr = [0]
        rows_array, closest_array = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
        cosines_array, bm25_array = np.empty((capacity, 4), np.float32), np.empty(capacity, np.float32)
        cdef int64_t* rows = integers(rows_array)
        cdef int64_t* closest = integers(closest_array)
        cdef float* cosines = floats(cosines_array)
        cdef float* bm25 = floats(bm25_array)
        cdef int offset, typed_offset
        scores_bytes = PyBytes_FromStringAndSize(NULL, self.n_codes * sizeof(float))
        rounded_bytes = PyBytes_FromStringAndSize(NULL, 2 * dim * sizeof(int16_t))
        cdef float* scores = <float*> PyBytes_AS_STRING(scores_bytes)
        cdef int16_t* rounded = <int16_t*> PyBytes_AS_STRING(rounded_bytes)
        for query in range(queries):
            self._score(stems[query], scores)
            n = self._candidates(
                nearest + query * n_nearest, n_nearest, scores, by_words, term_codes[query], allowed, rows, n
            )
            other = typed[query]
            offset = round_query(vectors + query * dim, dim, rounded)
            typed_offset = 0 if other == query else round_query(vectors + other * dim, dim, rounded + dim)
            for i in range(indptr[query], n):
                if i + 1 < n:
                    self._prefetch_texts(rows[i + 1])
                bm25[i] = scores[rows[i]]
                closest[i] = self._compare(
                    rows[i], rounded, dim, offset, typed_offset, other == query, cosines + 4 * i
                )
            indptr.append(n)
        return indptr, rows_array[:n], cosines_array[:n], closest_array[:n], bm25_array[:n]

    cdef void _score(self, list stems, float* scores):
        """Write the BM25 score of every code."""
        cdef Py_ssize_t stem, at
        memset(scores, 0, self.n_codes * sizeof(float))
        for stem in stems:
            for at in range(self.stem_indptr[stem], self.stem_indptr[stem + 1]):
                scores[self.codes[at]] += self.weights[at]

    cdef Py_ssize_t _candidates(
        self,
        const int64_t* nearest,
        Py_ssize_t n_nearest,
        const float* scores,
        Py_ssize_t by_words,
        term_codes,
        const uint8_t* allowed,
        int64_t* rows,
        Py_ssize_t first,
    ):
        """Write candidate codes from position `first` on, each once, ascending; return where they end."""
        cdef Py_ssize_t n = first, i
        cdef int64_t code
        values_bytes = PyBytes_FromStringAndSize(NULL, by_words * sizeof(float))
        codes_bytes = PyBytes_FromStringAndSize(NULL, by_words * sizeof(int64_t))
        cdef int64_t* codes = <int64_t*> PyBytes_AS_STRING(codes_bytes)
        cdef float* values = <float*> PyBytes_AS_STRING(values_bytes)
        for i in range(n_nearest):
            if nearest[i] >= 0:
                n = _insert_ascending(rows, first, n, nearest[i])
        for i in range(_largest(scores, self.n_codes, allowed, values, codes, by_words)):
            n = _insert_ascending(rows, first, n, codes[i])
        for code in term_codes:
            if allowed[code]:
                n = _insert_ascending(rows, first, n, code)
        return n

    cdef inline void _prefetch_texts(self, int64_t code) noexcept nogil:
        cdef Py_ssize_t at
        for at in range(self.indptr[code], self.indptr[code + 1]):
            prefetch(&self.vectors[self.texts[at], 0], self.vectors.shape[1])

    cdef int64_t _compare(
        self,
        int64_t code,
        const int16_t* rounded,
        Py_ssize_t dim,
        int offset,
        int typed_offset,
        bint same,
        float* cosines,
    ) noexcept nogil:
        """Write the cosines of a query with the texts of a code; return the closest text."""
        cdef Py_ssize_t at
        cdef const uint8_t* vector
        cdef float cosine, largest = -2.0
        cdef int64_t closest = -1
        cdef int kind
        cosines[0] = cosines[1] = cosines[2] = cosines[3] = -1.0
        for at in range(self.indptr[code], self.indptr[code + 1]):
            kind = self.kinds[at]
            vector = &self.vectors[self.texts[at], 0]
            cosine = (inner_product(vector, rounded, dim) - offset) * self.unit
            cosines[kind] = max(cosines[kind], cosine)
            if cosine > largest:
                largest = cosine
                closest = self.texts[at]
            if kind < 2:
                if not same:
                    cosine = (inner_product(vector, rounded + dim, dim) - typed_offset) * self.unit
                cosines[3] = max(cosines[3], cosine)
        if cosines[1] < -0.999:
            cosines[1] = cosines[0]
        return closest


cdef inline Py_ssize_t _insert_ascending(
    int64_t* ascending, Py_ssize_t first, Py_ssize_t n, int64_t value
) noexcept nogil:
    """Insert a value among those from `first` to n, unless it is there; return where they end."""
    cdef Py_ssize_t place = n, i
    while place > first and ascending[place - 1] > value:
        place -= 1
    if place > first and ascending[place - 1] == value:
        return n
    for i in range(n, place, -1):
        ascending[i] = ascending[i - 1]
    ascending[place] = value
    return n + 1


cdef Py_ssize_t _largest(
    const float* scores, Py_ssize_t n, const uint8_t* allowed, float* values, int64_t* rows, Py_ssize_t k
) noexcept nogil:
    """Write the k largest allowed scores above 0, largest first, equal ones in order; return how many."""
    cdef Py_ssize_t size = 0, start = 0, stop = 0, i
    cdef float least = 0
    cdef int above
    if k == 0:
        return 0
    while stop < n:
        start, stop = stop, min(stop + BLOCK, n)
        above = 0
        for i in range(start, stop):  # without a branch, so that several are compared at a time
            above |= scores[i] > least
        if not above:
            continue
        for i in range(start, stop):
            if scores[i] > least and allowed[i]:
                size = insert_descending(values, rows, size, k, scores[i], i)
                if size == k:
                    least = values[k - 1]
    return size
