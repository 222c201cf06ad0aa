"""Pointers to the elements of NumPy arrays, shared by compiled modules.

A typed memoryview checks the same and takes a microsecond, which an answer would pay forty times.
"""

from libc.stdint cimport int64_t, uint8_t

cimport numpy as cnp


cdef inline void* _elements(cnp.ndarray array, int kind) except NULL:
    if cnp.PyArray_TYPE(array) != kind or not cnp.PyArray_IS_C_CONTIGUOUS(array):
        raise ValueError("an array of another type or order")
    return cnp.PyArray_DATA(array)


cdef inline float* floats(cnp.ndarray array) except NULL:
    """Elements of a float32 array in C order."""
    return <float*> _elements(array, cnp.NPY_FLOAT32)


cdef inline double* doubles(cnp.ndarray array) except NULL:
    """Elements of a float64 array in C order."""
    return <double*> _elements(array, cnp.NPY_FLOAT64)


cdef inline int64_t* integers(cnp.ndarray array) except NULL:
    """Elements of an int64 array in C order."""
    return <int64_t*> _elements(array, cnp.NPY_INT64)


cdef inline uint8_t* bytes_of(cnp.ndarray array) except NULL:
    """Elements of a uint8 array in C order."""
    return <uint8_t*> _elements(array, cnp.NPY_UINT8)
