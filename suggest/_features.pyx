# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Loops that compute the features of candidates; `suggest.features` is the public side and says what each is.

Some fifty small sums for each of some fifty candidates: array operations would take longer, a call for each.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport fabs, log, log1p, rint
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memset

cimport numpy as cnp

from index._arrays cimport floats, integers

import numpy as np

from index.store import roles
from index.store.terms import FIELDS
from index.store.texts import LONG, SHORT
from index.text import attributes as attribute_bits
from index.text import ranges
from index.text.attribute_phrases import THEMES as THEME_NAMES
from suggest import word_marks

cnp.import_array()

cdef struct Row:
    float cosine
    float cosine_long
    float cosine_short
    float cosine_other
    float cosine_plain
    float cosine_gap
    float cosine_plain_gap
    float cosine_rank
    float sibling_gap
    float bm25
    float bm25_gap
    float query_share
    float query_share_plain
    float query_share_gap
    float rarest_missing
    float short_share
    float long_share
    float any_share
    float first_word
    float numbers
    float name_missing
    float denied_by_code
    float denied_by_text
    float denied_by_both
    float denial_gap
    float head_share
    float head_in_head
    float tail_in_head
    float only_in_tail
    float term_place
    float term_words
    float term_alone
    float term_count
    float name_place
    float term_whole
    float term_elsewhere
    float quantity_known
    float quantity_same_kind
    float quantity_equal
    float quantity_multiple
    float quantity_ratio
    float quantity_times
    float quantity_fit
    float quantity_gap
    float range_inside
    float range_outside
    float range_distance
    float attributes_agree
    float attributes_clash
    float attributes_extra
    float attributes_missing
    float attributes_gap
    float attributes_sibling_gap
    float route_agree
    float route_clash
    float beaten
    float route_theme
    float fit_theme
    float part_theme
    float count_theme
    float level_theme
    float site_theme
    float purpose_theme
    float generic
    float maker
    float code_popularity
    float starter
    float length
    float section_drug
    float section_device
    float section_brace
    float section_service
    float neighbours_near
    float query_words
    float query_known
    float query_digits
    float query_best_cosine
    float query_best_share
    float mended

cdef Row _EMPTY
memset(&_EMPTY, 0, sizeof(Row))
FIELD_NAMES = tuple(<dict> _EMPTY)

cdef float UNKNOWN_WORD = 4.0  # weight of a word that no code holds: a model number, or the name that decides
cdef float MISSING = -0.25, EXTRA = -0.125  # in a theme: what only the text states, what only the code states
cdef float TIE = 1e-4  # shares and denials that differ by less are equal
cdef float REFUSED = -1.0  # in `beaten`: the code states a refused word, and nothing is decided yet
cdef float NO_RATIO = 9.0  # where no quantity can be compared
cdef float NO_TIMES = -1.0  # where no quantity is a whole multiple
cdef double AT_EDGE = ranges.AT_EDGE
cdef int64_t NEAR = 8  # places in the list of codes between siblings
cdef uint8_t IN_LONG = FIELDS[LONG], IN_SHORT = FIELDS[SHORT]
cdef uint8_t STATED = roles.STATED, DENIED = roles.DENIED, HEAD = roles.HEAD
cdef int ROUTE = attribute_bits.ROUTE, WAY = attribute_bits.WAY, THEMES = len(THEME_NAMES)
cdef uint8_t WORD_DENIED = word_marks.WORD_DENIED, WORD_OPEN = word_marks.WORD_OPEN
cdef uint8_t WORD_IN_HEAD = word_marks.WORD_IN_HEAD, WORD_NAMELESS = word_marks.WORD_NAMELESS
cdef uint8_t WORD_REFUSED = word_marks.WORD_REFUSED

cdef struct Pair:  # a word of the query (typed or meant) that matches a stem, and how well
    int32_t word
    float weight
    int32_t token

cdef struct Meaning:  # words `first` to `last` stand for the typed words `start` to `stop`
    int start
    int stop
    int first
    int last


cdef class QueryWords:
    """The words of one query: first the typed ones, then those of what they stand for."""

    cdef int typed, words, n_meanings, n_pairs, unknown
    cdef float total  # of the importance
    cdef Pair* pairs
    cdef Meaning* meanings
    cdef uint8_t* matched  # a bit for each stem that any word matches
    cdef float* importance  # of each typed word
    cdef uint8_t* digit  # whether each typed word begins with a digit
    cdef uint8_t* marks  # of each word
    cdef float* best  # how well the code in hand matches each word
    cdef float* best_head  # the same, in the words that say what the code is
    cdef float denied_by_code  # of the code in hand: the heaviest word that the text states and the code denies
    cdef float denied_by_text  # the heaviest word that the text denies and the code states
    cdef float denied_by_both
    cdef bint refused  # whether the code in hand states a word that the text refuses
    cdef list _buffers

    def __cinit__(self, list typed, list digits, list marks, list meanings, const float[::1] idf):
        cdef list matches = list(typed)
        cdef int word
        self._buffers = []
        self.typed, self.n_meanings, self.n_pairs, self.unknown = len(typed), 0, 0, 0
        self.meanings = <Meaning*> self._buffer(len(meanings) * sizeof(Meaning))
        for start, stop, meaning in meanings:
            self.meanings[self.n_meanings] = Meaning(start, stop, len(matches), len(matches) + len(meaning))
            self.n_meanings += 1
            matches += meaning
        self.words = len(matches)
        self.pairs = <Pair*> self._buffer(sum(map(len, matches)) * sizeof(Pair))
        self.matched = <uint8_t*> self._buffer(idf.shape[0] // 8 + 1)
        self.importance = <float*> self._buffer(self.typed * sizeof(float))
        self.digit = <uint8_t*> self._buffer(self.typed)
        self.best = <float*> self._buffer(self.words * sizeof(float))
        self.best_head = <float*> self._buffer(self.words * sizeof(float))
        self.marks = <uint8_t*> self._buffer(self.words)
        for word in range(self.words):
            self.marks[word] = marks[word]
        for word in range(self.words):
            self._match(word, matches[word], idf)
        self.total = 0.0
        for word in range(self.typed):
            self.digit[word] = digits[word]
            self.total += self.importance[word]
        self.total = max(self.total, 1e-6)

    cdef char* _buffer(self, Py_ssize_t size):
        """Memory, zeroed, that lives as long as this object."""
        buffer = PyBytes_FromStringAndSize(NULL, size)
        self._buffers.append(buffer)
        memset(PyBytes_AS_STRING(buffer), 0, size)
        return PyBytes_AS_STRING(buffer)

    cdef void _match(self, int word, list matches, const float[::1] idf):
        """Note the stems that a word matches, and, of a typed one, how much it matters."""
        cdef int token
        cdef float weight
        if word < self.typed and not matches:
            self.importance[word] = UNKNOWN_WORD
            self.unknown += 1
        for token, weight in matches:
            self.pairs[self.n_pairs] = Pair(word, weight, token)
            self.n_pairs += 1
            self.matched[token >> 3] |= 1 << (token & 7)
            if word < self.typed:
                self.importance[word] = max(self.importance[word], weight * idf[token])

    cdef inline void begin(self) noexcept nogil:
        """Forget the code in hand."""
        memset(self.best, 0, self.words * sizeof(float))
        memset(self.best_head, 0, self.words * sizeof(float))
        self.denied_by_code = self.denied_by_text = self.denied_by_both = 0.0
        self.refused = False

    cdef inline float weigh(self, int token, uint8_t role, float idf, bint described) noexcept nogil:
        """How well the query holds a stem, 0 to 1; notes it in `best` for each word that matches the stem.

        A stem that one side states and the other denies is not held. `described` is whether it stands in a
        descriptor of the code in hand.
        """
        cdef float weight = 0.0, own
        cdef uint8_t polarity = role & (STATED | DENIED)
        cdef int p, word
        if self.matched[token >> 3] >> (token & 7) & 1:
            for p in range(self.n_pairs):
                if self.pairs[p].token != token:
                    continue
                word, own = self.pairs[p].word, self.pairs[p].weight
                if polarity == DENIED and self.marks[word] & WORD_DENIED:
                    self.denied_by_both = max(self.denied_by_both, own * idf)
                elif polarity == DENIED and not self.marks[word] & WORD_OPEN:
                    self.denied_by_code = max(self.denied_by_code, own * idf)
                    continue
                elif polarity == STATED and self.marks[word] & WORD_DENIED:
                    self.denied_by_text = max(self.denied_by_text, own * idf)
                    if described and self.marks[word] & WORD_REFUSED:
                        self.refused = True
                    continue
                weight = max(weight, own)
                self.best[word] = max(self.best[word], own)
                if role & HEAD:
                    self.best_head[word] = max(self.best_head[word], own)
        return weight

    cdef inline void share_meanings(self) noexcept nogil:
        """Count typed words as held as far as the words of a meaning of theirs are."""
        cdef float share, head
        cdef int m, word
        cdef Meaning meaning
        for m in range(self.n_meanings):
            meaning = self.meanings[m]
            share = head = 0.0
            for word in range(meaning.first, meaning.last):
                share += self.best[word]
                head += self.best_head[word]
            share /= meaning.last - meaning.first
            head /= meaning.last - meaning.first
            for word in range(meaning.start, meaning.stop):
                self.best[word] = max(self.best[word], share)
                self.best_head[word] = max(self.best_head[word], head)


cdef class FeatureKernel:
    """What is known of every code, in arrays as `TermIndex`, `Profiles` and `CodeColumns` hold them."""

    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] tokens
    cdef const uint8_t[::1] fields
    cdef const float[::1] idf
    cdef const uint8_t[::1] roles
    cdef const uint8_t[:, ::1] attributes
    cdef const int32_t[::1] themes
    cdef const int8_t[:, ::1] dimensions
    cdef const float[:, ::1] amounts
    cdef const int8_t[:, ::1] range_dimensions
    cdef const float[:, ::1] range_low
    cdef const float[:, ::1] range_high
    cdef const int32_t[::1] kin
    cdef const uint8_t[::1] generic
    cdef const uint8_t[::1] maker
    cdef const uint8_t[::1] starter
    cdef const float[::1] code_popularity
    cdef const float[::1] length
    cdef const float[:, ::1] sections
    cdef const int32_t[::1] family

    def __init__(self, stems, attributes, quantities, ranges, flags, codes):
        self.indptr, self.tokens, self.fields, self.idf, self.roles = stems
        self.attributes, self.themes = attributes
        self.dimensions, self.amounts = quantities
        self.range_dimensions, self.range_low, self.range_high, self.kin = ranges
        self.generic, self.maker, self.starter = flags
        self.code_popularity, self.length, self.sections, self.family = codes

    def matrix(
        self,
        list queries,
        list indptr,
        cnp.ndarray rows_array,
        cnp.ndarray cosines_array,
        cnp.ndarray bm25_array,
    ):
        """See `Features.matrix`; the arrays are those of `Candidates`."""
        cdef const int64_t* rows = integers(rows_array)
        cdef const float* cosines = floats(cosines_array)
        cdef const float* bm25 = floats(bm25_array)
        matrix = np.zeros((len(rows_array), len(FIELD_NAMES)), np.float32)
        cdef Row* values = <Row*> floats(matrix)
        cdef const int64_t* codes
        cdef Py_ssize_t i, first, last, n
        cdef Row* out
        for i in range(len(queries)):
            first, last = indptr[i], indptr[i + 1]
            if first == last:
                continue
            words, digits, marks, meanings, terms, quantities, attributes, mended = queries[i]
            out, codes, n = values + first, rows + first, last - first
            self._vectors(out, codes, n, cosines + 4 * first, bm25 + first)
            if words:
                self._words(out, codes, n, QueryWords(words, digits, marks, meanings, self.idf))
            self._terms(out, codes, n, terms, len(words))
            self._quantities(out, codes, n, quantities)
            self._attributes(out, codes, n, attributes)
            self._beat_refused(out, codes, n)
            self._code(out, codes, n)
            _of_query(out, n, mended)
        return matrix

    cdef void _vectors(
        self,
        Row* rows,
        const int64_t* codes,
        Py_ssize_t n,
        const float* cosines,
        const float* bm25,
    ):
        cdef Py_ssize_t i, j
        cdef float best = -2.0, plain = -2.0, words = 1e-6, rival
        cdef int better, kin
        cdef Row* row
        for i in range(n):
            row = &rows[i]
            row.cosine_long, row.cosine_short, row.cosine_other = cosines[0], cosines[1], cosines[2]
            row.cosine = max(row.cosine_long, row.cosine_short, row.cosine_other)
            row.cosine_plain = cosines[3]
            cosines += 4
            row.bm25 = bm25[i]
            best = max(best, row.cosine)
            plain = max(plain, row.cosine_plain)
            words = max(words, row.bm25)
        for i in range(n):
            row = &rows[i]
            row.cosine_gap = row.cosine - best
            row.cosine_plain_gap = row.cosine_plain - plain
            row.bm25_gap = row.bm25 / words
            row.query_best_cosine = best
            better = kin = 0
            rival = -1.0
            for j in range(n):
                better += rows[j].cosine > row.cosine or (rows[j].cosine == row.cosine and j < i)
                if self.family[codes[j]] == self.family[codes[i]] and j != i:
                    kin += 1
                    rival = max(rival, rows[j].cosine)
            row.cosine_rank = log1p(better)
            row.neighbours_near = kin
            row.sibling_gap = row.cosine - rival if rival > -1.0 else 1.0

    cdef void _words(self, Row* rows, const int64_t* codes, Py_ssize_t n, QueryWords words):
        cdef Py_ssize_t i
        cdef float most = 0.0, agreed = -1e9
        for i in range(n):
            words.begin()
            self._shares_of_code(&rows[i], codes[i], words)
            _shares_of_query(&rows[i], words)
            most = max(most, rows[i].query_share)
            agreed = max(agreed, _denial(&rows[i]))
        for i in range(n):
            rows[i].denial_gap = _denial(&rows[i]) - agreed
            rows[i].query_share_gap = rows[i].query_share - most
            rows[i].query_best_share = most

    cdef void _shares_of_code(self, Row* row, int64_t code, QueryWords words) noexcept nogil:
        """Which share of the code's words the query holds; notes in `words.best` what the code holds."""
        cdef float weight, held
        cdef float long_all = 0.0, long_held = 0.0, short_all = 0.0, short_held = 0.0, any_all = 0.0, any_held = 0.0
        cdef float head_all = 0.0, head_held = 0.0
        cdef Py_ssize_t at
        cdef bint described
        for at in range(self.indptr[code], self.indptr[code + 1]):
            weight = self.idf[self.tokens[at]]
            described = self.fields[at] & (IN_LONG | IN_SHORT)
            held = words.weigh(self.tokens[at], self.roles[at], weight, described)
            any_all += weight
            any_held += weight * held
            if self.fields[at] & IN_LONG:
                long_all += weight
                long_held += weight * held
            if self.fields[at] & IN_SHORT:
                short_all += weight
                short_held += weight * held
            if self.roles[at] & HEAD:
                head_all += weight
                head_held += weight * held
        row.head_share = head_held / max(head_all, 1e-6)
        row.denied_by_code, row.denied_by_text = words.denied_by_code, words.denied_by_text
        row.denied_by_both = words.denied_by_both
        if words.refused:
            row.beaten = REFUSED  # until `_beat_refused` has seen the other codes
        row.long_share = long_held / max(long_all, 1e-6)
        row.short_share = short_held / max(short_all, 1e-6)
        row.any_share = any_held / max(any_all, 1e-6)

    cdef void _terms(self, Row* rows, const int64_t* codes, Py_ssize_t n, list terms, Py_ssize_t n_words):
        cdef Py_ssize_t i
        cdef dict places = {codes[i]: i for i in range(n)}
        cdef int nth, pointed = 0
        cdef float alone, width
        cdef Row* row
        for width, pointing, listed in terms:
            alone = 1.0 / len(pointing)
            for nth, code in enumerate(pointing):
                place = places.get(code)
                if place is None:
                    continue
                pointed = 1
                row = &rows[<Py_ssize_t> place]
                row.term_place = max(row.term_place, 1.0 / (1 + nth))
                row.term_words = max(row.term_words, width)
                row.term_alone = max(row.term_alone, alone)
                row.term_count += 1
                row.term_whole = max(row.term_whole, width / n_words)
                if listed:
                    row.name_place = max(row.name_place, alone)
        for i in range(n):
            rows[i].term_elsewhere = pointed and rows[i].term_place == 0

    cdef void _quantities(self, Row* rows, const int64_t* codes, Py_ssize_t n, quantities):
        cdef Py_ssize_t i
        for i in range(n):
            rows[i].quantity_known = (self.dimensions[codes[i], 0] >= 0) + 2.0 * (len(quantities) > 0)
            rows[i].quantity_ratio = NO_RATIO
            rows[i].quantity_times = NO_TIMES
        for dimension, amount in quantities:
            self._quantity(rows, codes, n, dimension, amount)
        if quantities:
            _quantity_gaps(rows, codes, n, &self.kin[0])

    cdef void _quantity(self, Row* rows, const int64_t* codes, Py_ssize_t n, int dimension, double amount):
        cdef Py_ssize_t i, j, code
        cdef double times, off, outside
        cdef bint same, exact, whole
        cdef Row* row
        for i in range(n):
            row, code = &rows[i], codes[i]
            same = exact = whole = False
            for j in range(self.dimensions.shape[1]):
                if self.dimensions[code, j] != dimension:
                    continue
                times = amount / self.amounts[code, j]
                off = fabs(log(max(times, 1e-9)))
                row.quantity_ratio = min(row.quantity_ratio, <float> off)
                same = True
                exact = exact or fabs(times - 1) < 1e-3
                if times > 0.999 and fabs(times - rint(times)) < 1e-3:
                    whole = True
                    off = log(rint(times))
                    row.quantity_times = off if row.quantity_times < 0 else min(row.quantity_times, <float> off)
            row.quantity_same_kind = max(row.quantity_same_kind, <float> same)
            row.quantity_equal += exact
            row.quantity_multiple = max(row.quantity_multiple, <float> whole)
            outside = self._outside(code, dimension, amount)
            row.range_inside += outside == 0
            if outside > 0:
                row.range_outside += 1
                row.range_distance = max(row.range_distance, <float> outside)
            if exact or outside == 0:
                row.quantity_fit += 1
            elif whole and outside < 0:
                row.quantity_fit += 0.5
            elif same or outside > 0:
                row.quantity_fit -= 1

    cdef double _outside(self, Py_ssize_t code, int dimension, double amount) noexcept nogil:
        """How far an amount is outside the code's range, as a logarithm; 0 inside, -1 without such a range."""
        cdef Py_ssize_t j
        cdef double low, high
        for j in range(self.range_dimensions.shape[1]):
            if self.range_dimensions[code, j] == dimension:
                low, high = self.range_low[code, j], self.range_high[code, j]
                if amount < low * (1 - AT_EDGE):
                    return min(log(low / max(amount, 1e-9)), NO_RATIO)
                return min(log(amount / high), NO_RATIO) if amount > high * (1 + AT_EDGE) else 0.0
        return -1.0

    cdef void _attributes(self, Row* rows, const int64_t* codes, Py_ssize_t n, bytes stated):
        cdef const uint8_t* said = <const uint8_t*> PyBytes_AS_STRING(stated)
        cdef Py_ssize_t i, j
        cdef float most = -1e9, rival
        for i in range(n):
            self._attributes_of_code(&rows[i], codes[i], said)
            most = max(most, rows[i].attributes_agree - rows[i].attributes_clash)
        for i in range(n):
            rows[i].attributes_gap = rows[i].attributes_agree - rows[i].attributes_clash - most
            rival = -1e9
            for j in range(n):
                if self.family[codes[j]] == self.family[codes[i]] and j != i:
                    rival = max(rival, rows[j].attributes_agree - rows[j].attributes_clash)
                if rows[i].route_clash and rows[j].route_agree and (
                    rows[j].name_missing <= rows[i].name_missing or self.generic[codes[j]]
                ):
                    rows[i].beaten = 1.0
            if rival > -1e9:
                rows[i].attributes_sibling_gap = rows[i].attributes_agree - rows[i].attributes_clash - rival

    cdef void _attributes_of_code(self, Row* row, int64_t code, const uint8_t* said) noexcept nogil:
        """Count the groups by what text and code state of them, in all and for each theme."""
        cdef uint8_t theirs, own
        cdef float* theme = &row.route_theme
        cdef float evidence
        cdef Py_ssize_t g
        for g in range(self.themes.shape[0]):
            theirs, own = self.attributes[code, g], said[g]
            if not own and not theirs:
                continue
            if own & theirs:
                row.attributes_agree += 1
                evidence = 1.0
            elif own and theirs:
                row.attributes_clash += 1
                evidence = -1.0
            elif own:
                row.attributes_missing += 1
                evidence = MISSING
            else:
                row.attributes_extra += 1
                evidence = EXTRA
            if self.themes[g] < THEMES:
                theme[self.themes[g]] += evidence
            if g == ROUTE:
                row.route_agree = evidence == 1.0
            if (g == ROUTE or g == WAY) and evidence == -1.0:
                row.route_clash = 1.0
        if row.route_clash:
            row.route_agree = 0.0

    cdef void _beat_refused(self, Row* rows, const int64_t* codes, Py_ssize_t n) noexcept nogil:
        """Decide of each code that states a refused word: beaten if another of its kind holds as much and does not."""
        cdef Py_ssize_t i, j
        for i in range(n):
            if rows[i].beaten != REFUSED:
                continue
            rows[i].beaten = 0.0
            for j in range(n):
                if self.kin[codes[j]] == self.kin[codes[i]] and _denial(&rows[j]) > _denial(&rows[i]) + TIE:
                    if _holds_as_much(&rows[j], &rows[i]):
                        rows[i].beaten = 1.0

    cdef void _code(self, Row* rows, const int64_t* codes, Py_ssize_t n):
        cdef Py_ssize_t i, code
        cdef Row* row
        for i in range(n):
            row, code = &rows[i], codes[i]
            row.generic, row.maker = self.generic[code], self.maker[code]
            row.code_popularity, row.starter = self.code_popularity[code], self.starter[code]
            row.length = self.length[code]
            row.section_drug, row.section_device = self.sections[code, 0], self.sections[code, 1]
            row.section_brace, row.section_service = self.sections[code, 2], self.sections[code, 3]


cdef inline bint _holds_as_much(Row* other, Row* row) noexcept nogil:
    """Whether another code holds the words, attributes and sizes of the text as well as a code does."""
    if other.query_share < row.query_share - TIE or other.query_share_plain < row.query_share_plain - TIE:
        return False
    if other.attributes_agree - other.attributes_clash < row.attributes_agree - row.attributes_clash:
        return False
    if other.quantity_fit < row.quantity_fit or other.range_outside > row.range_outside:
        return False
    return other.route_clash <= row.route_clash


cdef inline float _denial(Row* row) noexcept nogil:
    """What is denied by both sides, minus what only one of them denies."""
    return row.denied_by_both - row.denied_by_code - row.denied_by_text


cdef void _quantity_gaps(Row* rows, const int64_t* codes, Py_ssize_t n, const int32_t* kin) noexcept nogil:
    """How much better a candidate's amounts fit than the best of its neighbours of the same first word."""
    cdef Py_ssize_t i, j
    cdef float best
    for i in range(n):
        best = -1e9
        for j in range(n):
            if kin[codes[j]] != kin[codes[i]]:
                continue
            if j != i and codes[j] - codes[i] <= NEAR and codes[i] - codes[j] <= NEAR:
                best = max(best, rows[j].quantity_fit)
        if best > -1e9:
            rows[i].quantity_gap = rows[i].quantity_fit - best


cdef void _of_query(Row* rows, Py_ssize_t n, float mended) noexcept nogil:
    """What is the same for all candidates of a query and needs no word of it."""
    cdef Py_ssize_t i
    for i in range(n):
        rows[i].mended = mended


cdef void _shares_of_query(Row* row, QueryWords words) noexcept nogil:
    """Which share of the query's words the code holds, from `words.best`."""
    cdef int word
    cdef float* best = words.best
    cdef float* importance = words.importance
    for word in range(words.typed):
        row.query_share_plain += importance[word] * best[word]
        row.numbers += words.digit[word] * best[word]
        row.query_digits += words.digit[word]
    words.share_meanings()
    for word in range(words.typed):
        row.query_share += importance[word] * best[word]
        if best[word] < 0.5:
            row.rarest_missing = max(row.rarest_missing, importance[word])
            if not words.marks[word] & WORD_NAMELESS:
                row.name_missing = max(row.name_missing, importance[word])
    _shares_of_heads(row, words)
    row.query_share /= words.total
    row.query_share_plain /= words.total
    row.first_word = best[0]
    row.query_words = words.typed
    row.query_known = 1.0 - <float> words.unknown / words.typed


cdef void _shares_of_heads(Row* row, QueryWords words) noexcept nogil:
    """Which share of what the text is about, and of what that is for, the head of the code holds."""
    cdef int word
    cdef float head_all = 0.0, head_held = 0.0, tail_all = 0.0, tail_held = 0.0
    for word in range(words.typed):
        row.only_in_tail += words.importance[word] * (words.best[word] - words.best_head[word])
        if words.marks[word] & WORD_IN_HEAD:
            head_all += words.importance[word]
            head_held += words.importance[word] * words.best_head[word]
        else:
            tail_all += words.importance[word]
            tail_held += words.importance[word] * words.best_head[word]
    row.only_in_tail /= words.total
    row.head_in_head = head_held / max(head_all, 1e-6)
    row.tail_in_head = tail_held / max(tail_all, 1e-6)
