# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The normal form of a text and the words in it: one way for descriptors and for what users type."""

from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport free, malloc

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL
    object PyUnicode_DecodeASCII(const char* text, Py_ssize_t size, const char* errors)

UNITS = (
    "mg", "mcg", "gm", "g", "ml", "cc", "units", "unit", "u", "iu", "meq", "mci", "uci", "kg", "l", "mm", "cm",
    "fr", "in", "oz", "hr", "min", "mmol", "ea", "ga", "lb", "lbs", "vl",
)

cdef enum:
    NONE = 0  # becomes a blank
    OTHER = 1  # stays, but is part of no word
    DOT = 2
    DIGIT = 4
    LETTER = 8
    IN_WORD = 16

cdef enum:
    MAX_UNITS = 64  # for units
    WIDEST = 8  # characters of a unit

assert len(UNITS) <= MAX_UNITS and max(map(len, UNITS)) <= WIDEST

cdef uint8_t[128] KINDS  # of ASCII; all other characters are of kind NONE
cdef uint64_t[MAX_UNITS] KNOWN_UNITS
cdef Py_ssize_t N_UNITS = 0


cdef uint64_t _packed(const char* text, Py_ssize_t size) noexcept nogil:
    """Up to eight characters in one number."""
    cdef uint64_t packed = 0
    cdef Py_ssize_t i
    for i in range(size):
        packed = packed << 8 | <uint8_t> text[i]
    return packed


def _fill():
    global N_UNITS
    for i in range(128):
        KINDS[i] = NONE
    for sign in b"/&+<>='-":
        KINDS[<int> sign] = OTHER
    KINDS[<int> b"%"] = OTHER | IN_WORD
    KINDS[<int> b"."] = DOT | IN_WORD
    for i in range(10):
        KINDS[48 + i] = DIGIT | IN_WORD
    for i in range(26):
        KINDS[97 + i] = LETTER | IN_WORD
    for unit in UNITS:
        name = unit.encode()
        KNOWN_UNITS[N_UNITS] = _packed(name, len(name))
        N_UNITS += 1


_fill()


cdef inline int _kind(Py_UCS4 character) noexcept nogil:
    return KINDS[character] if character < 128 else NONE


cdef inline bint _is_vowel(char letter) noexcept nogil:
    return letter == b"a" or letter == b"e" or letter == b"i" or letter == b"o" or letter == b"u" or letter == b"y"


cdef inline bint _is_unit(const char* text, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t i
    cdef uint64_t packed
    if size > WIDEST:
        return False
    packed = _packed(text, size)
    for i in range(N_UNITS):
        if KNOWN_UNITS[i] == packed:
            return True
    return False


cdef inline bint _joins_thousands(str lower, Py_ssize_t at, Py_ssize_t n):
    """Whether the comma at a position stands between a digit and exactly three more."""
    cdef Py_ssize_t i
    if at == 0 or at + 3 >= n or not _kind(lower[at - 1]) & DIGIT:
        return False
    for i in range(at + 1, at + 4):
        if not _kind(lower[i]) & DIGIT:
            return False
    return at + 4 == n or not _kind(lower[at + 4]) & DIGIT


cdef Py_ssize_t _tidied(const char* known, Py_ssize_t n, char* made) noexcept nogil:
    """Separate numbers from units, remove dots without a digit and repeated blanks; return the length."""
    cdef Py_ssize_t i, size = 0, run
    cdef int before = NONE, kind, after
    for i in range(n):
        kind = KINDS[<uint8_t> known[i]]
        after = KINDS[<uint8_t> known[i + 1]] if i + 1 < n else NONE
        if kind & DOT and (after == NONE or not (before | after) & DIGIT):
            kind = NONE
        if kind & LETTER and before & DIGIT:
            run = i
            while run < n and KINDS[<uint8_t> known[run]] & (DIGIT | LETTER):
                run += 1
            if _is_unit(known + i, run - i):
                made[size] = b" "
                size += 1
        if kind != NONE:
            made[size] = known[i]
            size += 1
        elif size and made[size - 1] != b" ":
            made[size] = b" "
            size += 1
        before = KINDS[<uint8_t> known[i]]
    return size - 1 if size and made[size - 1] == b" " else size


def normalise(str text):
    """The normal form of a text, in which descriptors and queries are compared.

    Letters become lower case, `1,000` becomes `1000`, and `250MG` becomes `250 mg`. Characters that no
    descriptor uses become blanks, and so do dots without a digit beside them; the result can be empty. Runs of
    blanks become one blank. `tests/test_index_text_words.py` states the same in regular expressions.
    """
    cdef str lower = text.lower()
    cdef Py_ssize_t n = len(lower), i, size = 0
    cdef Py_UCS4 character
    cdef char* known = <char*> malloc(3 * n + 3)
    if known == NULL:
        raise MemoryError()
    cdef char* made = known + n + 1
    try:
        for i in range(n):
            character = lower[i]
            if character == u"," and _joins_thousands(lower, i, n):
                continue
            known[size] = <char> character if _kind(character) != NONE else b" "
            size += 1
        size = _tidied(known, size, made)
        return PyUnicode_DecodeASCII(made, size, NULL)
    finally:
        free(known)


def words(str normalised):
    """The words of a normalised text, in order: runs of letters, digits, `.` and `%`."""
    cdef str known = normalised if normalised.isascii() else normalised.encode("ascii", "replace").decode()
    cdef Py_ssize_t n, start = 0, stop
    cdef const char* text = PyUnicode_AsUTF8AndSize(known, &n)
    cdef list found = []
    while start < n:
        if not KINDS[<uint8_t> text[start]] & IN_WORD:
            start += 1
            continue
        stop = start + 1
        while stop < n and KINDS[<uint8_t> text[stop]] & IN_WORD:
            stop += 1
        found.append(PyUnicode_DecodeASCII(text + start, stop - start, NULL))
        start = stop
    return found


def skeleton(str word):
    """The first letter and the consonants of a word, doubled letters once: wheelchair -> whlchr.

    Hospitals shorten words in this way.
    """
    cdef Py_ssize_t n, i, size = 0
    cdef const char* text = PyUnicode_AsUTF8AndSize(word, &n)
    cdef char* bones = <char*> malloc(n + 1)
    if bones == NULL:
        raise MemoryError()
    try:
        for i in range(n):
            if i == 0 or not _is_vowel(text[i]):
                bones[size] = text[i]
                size += 1
        n, i, size = size, 0, 0
        while i < n:
            bones[size] = bones[i]
            i += 2 if i + 1 < n and bones[i] == bones[i + 1] else 1
            size += 1
        return PyUnicode_DecodeASCII(bones, size, NULL)
    finally:
        free(bones)
