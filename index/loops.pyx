# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Inner loops over flat arrays, compiled: where numpy would need dozens of small calls for one text."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport INFINITY, lrintf, sqrtf
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t
from libc.string cimport memset

import numpy as np

cdef enum:
    STEPS = 8192  # of a query's component, from 0 to 1
    LINE = 64  # bytes that memory gives at a time
    BLOCK = 64  # values that are looked through together
    AHEAD = 6  # rows that are fetched before they are worked on


cdef inline int _product(const uint8_t* stored, const int16_t* query, Py_ssize_t dim) noexcept nogil:
    cdef int total = 0
    cdef Py_ssize_t i
    for i in range(dim):
        total += <int16_t> stored[i] * query[i]
    return total


cdef int _round(const float* query, Py_ssize_t dim, int16_t* rounded) noexcept nogil:
    """Write a query in steps of 1 / STEPS, and return what the offset of the stored codes adds to a product.

    A product is at most 255 * STEPS * sqrt(dim), which fits 32 bits for every dimension up to a million.
    """
    cdef Py_ssize_t i
    cdef int total = 0
    for i in range(dim):
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


cdef class WeightedRows:
    cdef const int8_t[:, ::1] table
    cdef const float[::1] weights

    def __init__(self, table, weights):
        self.table, self.weights = table, weights

    def sum(self, list rows):
        cdef Py_ssize_t dim = self.table.shape[1], row, i
        cdef float weight
        summed_bytes = PyBytes_FromStringAndSize(NULL, dim * sizeof(float))
        cdef float* summed = <float*> PyBytes_AS_STRING(summed_bytes)
        memset(summed, 0, dim * sizeof(float))
        for row in rows:
            _fetch(<const uint8_t*> &self.table[row, 0], dim)
        for row in rows:
            weight = self.weights[row]
            for i in range(dim):
                summed[i] += weight * self.table[row, i]
        return summed_bytes


def sums_by_row(const float[:, ::1] vectors, const int64_t[::1] rows, Py_ssize_t n):
    cdef Py_ssize_t dim = vectors.shape[1], at, i
    sums_array = np.zeros((n, dim), np.float32)
    cdef float[:, ::1] sums = sums_array
    with nogil:
        for at in range(vectors.shape[0]):
            if rows[at] >= 0:
                for i in range(dim):
                    sums[rows[at], i] += vectors[at, i]
    return sums_array


def unit_sums(list parts, Py_ssize_t dim):
    sums_array = np.zeros((len(parts), dim), np.float32)
    cdef float[:, ::1] sums = sums_array
    cdef const float* part
    cdef Py_ssize_t row, i
    cdef float length
    for row in range(len(parts)):
        for part_bytes in <list> parts[row]:
            if len(<bytes> part_bytes) != dim * <Py_ssize_t> sizeof(float):
                raise ValueError("a part has another dimension")
            part = <const float*> PyBytes_AS_STRING(part_bytes)
            for i in range(dim):
                sums[row, i] += part[i]
        length = 0
        for i in range(dim):
            length += sums[row, i] * sums[row, i]
        length = max(sqrtf(length), 1e-12)
        for i in range(dim):
            sums[row, i] /= length
    return sums_array


def inner_products(const float[:, ::1] rows, list taken, const float[::1] other):
    cdef Py_ssize_t row, i
    cdef float total
    cdef list products = []
    for row in taken:
        total = 0
        for i in range(other.shape[0]):
            total += rows[row, i] * other[i]
        products.append(total)
    return products


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
        rounded_bytes = PyBytes_FromStringAndSize(NULL, dim * sizeof(int16_t))
        cdef int16_t* rounded = <int16_t*> PyBytes_AS_STRING(rounded_bytes)
        cosines_array = np.empty((n, k), np.float32)
        rows_array = np.empty((n, k), np.int64)
        cdef float[:, ::1] cosines = cosines_array
        cdef int64_t[:, ::1] rows = rows_array
        cdef float cosine
        cdef int64_t row
        cdef int offset
        with nogil:
            for i in range(n):
                offset = _round(&queries[i, 0], dim, rounded)
                found = 0
                for j in range(candidates.shape[1]):
                    if j + AHEAD < candidates.shape[1] and candidates[i, j + AHEAD] >= 0:
                        _fetch(&self.vectors[candidates[i, j + AHEAD], 0], dim)
                    row = candidates[i, j]
                    if row < 0 or not allowed[row]:
                        continue
                    cosine = (_product(&self.vectors[row, 0], rounded, dim) - offset) * self.unit
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


cdef class Columns:
    cdef const float[::1] data
    cdef const int32_t[::1] indices
    cdef const int64_t[::1] indptr
    cdef Py_ssize_t rows

    def __init__(self, data, indices, indptr, Py_ssize_t rows):
        self.data, self.indices, self.indptr, self.rows = data, indices, indptr, rows

    def sums(self, columns):
        cdef float[::1] sums = np.zeros(self.rows, np.float32)
        if self.rows:
            self._add(columns, &sums[0])
        return np.asarray(sums)

    cdef void _add(self, list columns, float* sums):
        cdef Py_ssize_t column, at
        for column in columns:
            for at in range(self.indptr[column], self.indptr[column + 1]):
                sums[self.indices[at]] += self.data[at]


cdef class TextsOfCodes:
    cdef Stored stored
    cdef Columns columns
    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] texts
    cdef const uint8_t[::1] kinds

    def __init__(self, Stored stored, Columns columns, rows, kinds):
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=columns.rows)
        self.stored, self.columns = stored, columns
        self.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.texts = order.astype(np.int32)
        self.kinds = kinds[order]

    def evidence(
        self,
        const int64_t[:, ::1] near,
        list stems,
        Py_ssize_t by_words,
        list pointed,
        const uint8_t[::1] allowed,
        const float[:, ::1] vectors,
        list typed,
    ):
        cdef Py_ssize_t queries = near.shape[0], dim = vectors.shape[1], query, n = 0, i, other
        cdef Py_ssize_t most = queries * (near.shape[1] + by_words) + sum(map(len, pointed))
        indptr = [0]
        rows_array = np.empty(most, np.int64)
        closest_array = np.empty(most, np.int64)
        cosines_array = np.empty((most, 4), np.float32)
        bm25_array = np.empty(most, np.float32)
        cdef int64_t[::1] rows = rows_array, closest = closest_array
        cdef float[:, ::1] cosines = cosines_array
        cdef float[::1] bm25 = bm25_array
        cdef int first, second
        sums_bytes = PyBytes_FromStringAndSize(NULL, self.columns.rows * sizeof(float))
        best_bytes = PyBytes_FromStringAndSize(NULL, by_words * sizeof(int64_t))
        rounded_bytes = PyBytes_FromStringAndSize(NULL, 2 * dim * sizeof(int16_t))
        cdef float* sums = <float*> PyBytes_AS_STRING(sums_bytes)
        cdef int64_t* best = <int64_t*> PyBytes_AS_STRING(best_bytes)
        cdef int16_t* rounded = <int16_t*> PyBytes_AS_STRING(rounded_bytes)
        for query in range(queries):
            memset(sums, 0, self.columns.rows * sizeof(float))
            self.columns._add(stems[query], sums)
            n = self._gathered(near[query], sums, best, by_words, pointed[query], allowed, rows, n)
            other = typed[query]
            first = _round(&vectors[query, 0], dim, rounded)
            second = 0 if other == query else _round(&vectors[other, 0], dim, rounded + dim)
            for i in range(indptr[query], n):
                if i + 1 < n:
                    self._fetch_texts(rows[i + 1])
                bm25[i] = sums[rows[i]]
                closest[i] = self._compared(rows[i], rounded, dim, first, second, other == query, &cosines[i, 0])
            indptr.append(n)
        return indptr, rows_array[:n], cosines_array[:n], closest_array[:n], bm25_array[:n]

    cdef Py_ssize_t _gathered(
        self,
        const int64_t[::1] near,
        const float* sums,
        int64_t* best,
        Py_ssize_t by_words,
        pointed,
        const uint8_t[::1] allowed,
        int64_t[::1] rows,
        Py_ssize_t first,
    ):
        """Put candidate codes behind the first ones, each once, ascending, and return how many there are now."""
        cdef Py_ssize_t n = first, i
        cdef int64_t code
        for i in range(near.shape[0]):
            if near[i] >= 0:
                n = _insert(rows, first, n, near[i])
        for i in range(_largest(sums, self.columns.rows, allowed, best, by_words)):
            n = _insert(rows, first, n, best[i])
        for code in pointed:
            if allowed[code]:
                n = _insert(rows, first, n, code)
        return n

    cdef inline void _fetch_texts(self, int64_t code) noexcept nogil:
        cdef Py_ssize_t at
        for at in range(self.indptr[code], self.indptr[code + 1]):
            _fetch(&self.stored.vectors[self.texts[at], 0], self.stored.vectors.shape[1])

    cdef int64_t _compared(
        self,
        int64_t code,
        const int16_t* rounded,
        Py_ssize_t dim,
        int first,
        int second,
        bint same,
        float* cosines,
    ) noexcept nogil:
        """Compare a query with every text of a code, and return the closest text."""
        cdef Py_ssize_t at
        cdef const uint8_t* stored
        cdef float cosine, most = -2.0, unit = self.stored.unit
        cdef int64_t closest = -1
        cdef int kind
        cosines[0] = cosines[1] = cosines[2] = cosines[3] = -1.0
        for at in range(self.indptr[code], self.indptr[code + 1]):
            kind = self.kinds[at]
            stored = &self.stored.vectors[self.texts[at], 0]
            cosine = (_product(stored, rounded, dim) - first) * unit
            cosines[kind] = max(cosines[kind], cosine)
            if cosine > most:
                most = cosine
                closest = self.texts[at]
            if kind < 2:
                if not same:
                    cosine = (_product(stored, rounded + dim, dim) - second) * unit
                cosines[3] = max(cosines[3], cosine)
        if cosines[1] < -0.999:
            cosines[1] = cosines[0]
        return closest


cdef inline Py_ssize_t _insert(int64_t[::1] ascending, Py_ssize_t first, Py_ssize_t n, int64_t value) noexcept nogil:
    """Put a value into its place among those from `first` to n, unless it is there; return where they end."""
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
    const float* values, Py_ssize_t n, const uint8_t[::1] allowed, int64_t* rows, Py_ssize_t k
) noexcept nogil:
    """Write the places of the largest values above 0 that are allowed, largest first, equal ones in order.

    Returns how many, at most as many as there is room for.
    """
    cdef Py_ssize_t found = 0, start = 0, stop = 0, i, place
    cdef float least = 0
    cdef int above
    if k == 0:
        return 0
    while stop < n:
        start, stop = stop, min(stop + BLOCK, n)
        above = 0
        for i in range(start, stop):  # without a branch, so that many are compared at a time
            above |= values[i] > least
        if not above:
            continue
        for i in range(start, stop):
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
    return found


cdef class SharedWords:
    cdef list vocabulary
    cdef dict numbered
    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] numbers

    def __init__(self, vocabulary, indptr, numbers):
        self.vocabulary, self.indptr, self.numbers = vocabulary, indptr, numbers
        self.numbered = {word: number for number, word in enumerate(vocabulary)}

    def of(self, texts, known):
        cdef list wanted = [self.numbered[word] for word in known if word in self.numbered], found = [], shared
        cdef Py_ssize_t text, at, i, n = len(wanted)
        wanted_bytes = PyBytes_FromStringAndSize(NULL, n * sizeof(int32_t))
        cdef int32_t* numbers = <int32_t*> PyBytes_AS_STRING(wanted_bytes)
        for i in range(n):
            numbers[i] = wanted[i]
        for text in texts:
            if text < 0:
                found.append(())
                continue
            shared = []
            for at in range(self.indptr[text], self.indptr[text + 1]):
                if _among(self.numbers[at], numbers, n):
                    word = self.vocabulary[self.numbers[at]]
                    if word not in shared:
                        shared.append(word)
            found.append(tuple(shared))
        return found


cdef inline bint _among(int32_t number, const int32_t* numbers, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint found = False
    for i in range(n):  # without a branch, so that many are compared at a time
        found |= numbers[i] == number
    return found


def longest_phrases(list found, dict lengths, phrases):
    cdef Py_ssize_t start = 0, n = len(found)
    cdef Py_ssize_t length
    cdef list hits = []
    while start < n:
        some = lengths.get(found[start])
        if some is not None:
            for length in <tuple> some:
                if start + length > n:
                    continue
                key = found[start] if length == 1 else " ".join(found[start : start + length])
                if key in phrases:
                    hits.append((start, start + length, key))
                    start += length - 1
                    break
        start += 1
    return hits
