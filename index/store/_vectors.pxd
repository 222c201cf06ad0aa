"""Inline functions on quantised vectors and on lists of the k largest values, shared by compiled modules."""

from libc.math cimport lrintf
from libc.stdint cimport int16_t, int64_t, uint8_t

cdef enum:
    QUERY_STEPS = 8192  # of a query's component, from 0 to 1
    CACHE_LINE = 64  # bytes


cdef inline int round_query(const float* query, Py_ssize_t dim, int16_t* rounded) noexcept nogil:
    """Write a query in steps of 1 / QUERY_STEPS; return what the offset 128 of the codes adds to a product.

    A product is at most 255 * QUERY_STEPS * sqrt(dim), which fits 32 bits for every dimension up to a million.
    """
    cdef Py_ssize_t i
    cdef int total = 0
    for i in range(dim):
        rounded[i] = <int16_t> lrintf(query[i] * QUERY_STEPS)
        total += rounded[i]
    return 128 * total


cdef inline int inner_product(const uint8_t* codes, const int16_t* query, Py_ssize_t dim) noexcept nogil:
    """Inner product of a quantised vector and a rounded query, exact."""
    cdef int total = 0
    cdef Py_ssize_t i
    for i in range(dim):
        total += <int16_t> codes[i] * query[i]
    return total


cdef extern from *:
    """
    #if defined(__GNUC__)
    #define prefetch_line(address) __builtin_prefetch(address)
    #else
    #define prefetch_line(address)
    #endif
    """
    void prefetch_line(const void* address) noexcept nogil


cdef inline void prefetch(const uint8_t* row, Py_ssize_t size) noexcept nogil:
    """Load a row into the processor's cache while others are worked on."""
    cdef Py_ssize_t at = 0
    while at < size:
        prefetch_line(row + at)
        at += CACHE_LINE


cdef inline Py_ssize_t insert_descending(
    float* values, int64_t* rows, Py_ssize_t size, Py_ssize_t k, float value, int64_t row
) noexcept nogil:
    """Insert a value into the k largest so far, behind equal ones; return how many there are now.

    Nothing is written where k is 0.
    """
    cdef Py_ssize_t place
    if size < k:
        place = size
        size += 1
    elif k > 0 and value > values[k - 1]:
        place = k - 1
    else:
        return size
    while place > 0 and values[place - 1] < value:
        values[place], rows[place] = values[place - 1], rows[place - 1]
        place -= 1
    values[place], rows[place] = value, row
    return size
