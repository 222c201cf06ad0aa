# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""What is known of a query and a candidate code together, as numbers for the ranker.

Compiled, since it is some fifty small sums for each of some fifty candidates: loops say them more plainly
than array operations do, and take a tenth of the time.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport exp, fabs, log, log1p, rint
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memset

import numpy as np

from index.text.attributes import GROUPS
from index.store.texts import LONG, SHORT
from index.store.terms import FIELDS, LONGEST_MEANING
from suggest.expansion import MOST_MEANINGS
from suggest.reader import MOST_WORDS

cdef struct Row:
    # vectors: cosine of the text with its known terms written out, and as typed
    float cosine
    float cosine_long
    float cosine_short
    float cosine_other
    float cosine_plain
    float cosine_gap
    float cosine_plain_gap
    float cosine_rank
    float sibling_gap
    # words: BM25 and shares of the query's words in the code and of the code's words in the query
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
    # terms of the lexicon and name lists that point to the code
    float term_place
    float term_words
    float term_alone
    float term_count
    float name_place
    float term_whole
    float term_elsewhere
    # amounts and facts
    float quantity_known
    float quantity_same_kind
    float quantity_equal
    float quantity_multiple
    float quantity_ratio
    float range_fit
    float attributes_agree
    float attributes_clash
    float attributes_extra
    float attributes_missing
    # the code itself
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
    # the query itself
    float query_words
    float query_known
    float query_digits
    float query_best_cosine
    float query_best_share

cdef Row _NOTHING
memset(&_NOTHING, 0, sizeof(Row))
NAMES = tuple(<dict> _NOTHING)
COUNT = len(NAMES)

cdef enum:
    # Of the longest text whose every word is a term with two meanings of eight words.
    TYPED = 64
    GROUPED = 128
    MATCHED = 1088
    OWN_COLUMNS = 6  # of `calibrated`

cdef float UNKNOWN_WORD = 4.0  # weight of a word that no code holds: a model number, or the name that decides
cdef float NO_RATIO = 9.0  # where no amount can be compared
cdef uint8_t IN_LONG = FIELDS[LONG], IN_SHORT = FIELDS[SHORT]
cdef int FACT_GROUPS = len(GROUPS)
cdef uint64_t[::1] _GROUPS = np.array(GROUPS, np.uint64)
assert MOST_WORDS == TYPED and GROUPED == TYPED * MOST_MEANINGS
assert MATCHED == TYPED + GROUPED * LONGEST_MEANING

cdef struct Pair:  # a word of the query (typed or meant) that matches a stem, and how well
    int32_t word
    float weight
    int32_t token

cdef struct Group:  # words of one meaning, `first` to `last`, of the typed words `start` to `stop`
    int start
    int stop
    int first
    int last


cdef class Features:
    """Computes the matrix that the ranker reads, for the codes of one index."""

    cdef object table
    cdef const int32_t[::1] tokens
    cdef const uint8_t[::1] fields
    cdef const int64_t[::1] indptr
    cdef const float[::1] idf
    cdef const uint64_t[::1] attributes
    cdef const int8_t[:, ::1] dimensions
    cdef const float[:, ::1] amounts
    cdef const int8_t[::1] range_dimension
    cdef const float[::1] above
    cdef const float[::1] to
    cdef const uint8_t[::1] generic
    cdef const uint8_t[::1] maker
    cdef const float[::1] code_popularity
    cdef const uint8_t[::1] starter
    cdef const float[:, ::1] sections
    cdef const float[::1] length
    cdef const int32_t[::1] family

    def __init__(self, table, codes):
        self.table = table
        self.tokens, self.fields, self.indptr, self.idf = table.tokens, table.fields, table.indptr, table.idf
        profiles = codes.profiles
        self.attributes = profiles.attributes
        self.dimensions, self.amounts = profiles.dimensions, profiles.amounts
        self.range_dimension, self.above, self.to = profiles.range_dimension, profiles.above, profiles.to
        self.generic, self.maker = profiles.generic.view(np.uint8), profiles.maker.view(np.uint8)
        self.code_popularity, self.starter = codes.code_popularity, codes.starter.view(np.uint8)
        self.sections, self.length, self.family = codes.sections, codes.length, codes.family

    def matrix(self, queries, evidence):
        out = np.zeros((len(evidence.rows), COUNT), np.float32)
        cdef float[:, ::1] values = out
        cdef const int64_t[::1] all_codes = evidence.rows, codes
        cdef const float[:, ::1] cosines = evidence.cosines
        cdef const float[::1] bm25 = evidence.bm25
        cdef list indptr = evidence.indptr
        cdef Py_ssize_t nth, first, last
        cdef Row* rows
        for nth, query in enumerate(queries):
            first, last = indptr[nth], indptr[nth + 1]
            if first == last:
                continue
            rows = <Row*> &values[first, 0]
            codes = all_codes[first:last]
            self._vectors(rows, codes, cosines[first:last], bm25[first:last])
            self._words(rows, codes, query)
            self._terms(rows, codes, query)
            self._quantities(rows, codes, query.quantities)
            self._code(rows, codes, query.attributes)
        return out

    cdef void _vectors(
        self,
        Row* rows,
        const int64_t[::1] codes,
        const float[:, ::1] cosines,
        const float[::1] bm25,
    ):
        cdef Py_ssize_t n = codes.shape[0], i, j
        cdef float best = -2.0, plain = -2.0, words = 1e-6, rival
        cdef int better, kin
        cdef Row* row
        for i in range(n):
            row = &rows[i]
            row.cosine_long, row.cosine_short, row.cosine_other = cosines[i, 0], cosines[i, 1], cosines[i, 2]
            row.cosine = max(row.cosine_long, row.cosine_short, row.cosine_other)
            row.cosine_plain = cosines[i, 3]
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

    cdef void _words(self, Row* rows, const int64_t[::1] codes, query):
        cdef list matched = [self.table.matches(typed_word) for typed_word in query.words]
        cdef int typed = len(matched), words = typed, groups = 0, pairs = 0, unknown = 0
        cdef Group[GROUPED] group
        if typed == 0:
            return
        for hit in query.hits:
            for means in hit.meaning.means[:MOST_MEANINGS]:
                meaning = self.table.meant(means)
                if meaning:
                    group[groups].start, group[groups].stop = hit.start, hit.stop
                    group[groups].first, group[groups].last = words, words + len(meaning)
                    groups += 1
                    words += len(meaning)
                    matched += meaning
        pairs_bytes = PyBytes_FromStringAndSize(NULL, sum(map(len, matched)) * sizeof(Pair))
        cdef Pair* pair = <Pair*> PyBytes_AS_STRING(pairs_bytes)
        met_bytes = PyBytes_FromStringAndSize(NULL, self.idf.shape[0] // 8 + 1)
        cdef uint8_t* met = <uint8_t*> PyBytes_AS_STRING(met_bytes)
        memset(met, 0, self.idf.shape[0] // 8 + 1)
        cdef float[TYPED] importance
        cdef uint8_t[TYPED] digit
        cdef float total = 0.0
        cdef int word, token
        cdef float weight
        for word in range(words):
            if word < typed:
                importance[word] = 0.0 if matched[word] else UNKNOWN_WORD
                digit[word] = query.words[word][0].isdigit()
                unknown += not matched[word]
            for token, weight in matched[word]:
                pair[pairs].word, pair[pairs].weight, pair[pairs].token = word, weight, token
                met[token >> 3] |= 1 << (token & 7)
                pairs += 1
                if word < typed:
                    importance[word] = max(importance[word], weight * self.idf[token])
        for word in range(typed):
            total += importance[word]
        total = max(total, 1e-6)

        cdef Py_ssize_t n = codes.shape[0], i, at
        cdef float[MATCHED] best
        cdef float held, share, most = 0.0, long_all, long_held, short_all, short_held, any_all, any_held
        cdef int p, g
        cdef Row* row
        for i in range(n):
            row = &rows[i]
            memset(best, 0, words * sizeof(float))
            long_all = long_held = short_all = short_held = any_all = any_held = 0.0
            for at in range(self.indptr[codes[i]], self.indptr[codes[i] + 1]):
                token = self.tokens[at]
                weight, held = self.idf[token], 0.0
                if met[token >> 3] >> (token & 7) & 1:
                    for p in range(pairs):
                        if pair[p].token == token:
                            held = max(held, pair[p].weight)
                            best[pair[p].word] = max(best[pair[p].word], pair[p].weight)
                any_all += weight
                any_held += weight * held
                if self.fields[at] & IN_LONG:
                    long_all += weight
                    long_held += weight * held
                if self.fields[at] & IN_SHORT:
                    short_all += weight
                    short_held += weight * held
            row.long_share = long_held / max(long_all, 1e-6)
            row.short_share = short_held / max(short_all, 1e-6)
            row.any_share = any_held / max(any_all, 1e-6)
            for word in range(typed):
                row.query_share_plain += importance[word] * best[word]
                row.numbers += digit[word] * best[word]
                row.query_digits += digit[word]
            for g in range(groups):
                share = 0.0
                for word in range(group[g].first, group[g].last):
                    share += best[word]
                share /= group[g].last - group[g].first
                for word in range(group[g].start, group[g].stop):
                    best[word] = max(best[word], share)
            for word in range(typed):
                row.query_share += importance[word] * best[word]
                if best[word] < 0.5:
                    row.rarest_missing = max(row.rarest_missing, importance[word])
            row.query_share /= total
            row.query_share_plain /= total
            row.first_word = best[0]
            row.query_words = typed
            row.query_known = 1.0 - <float> unknown / typed
            most = max(most, row.query_share)
        for i in range(n):
            rows[i].query_share_gap = rows[i].query_share - most
            rows[i].query_best_share = most

    cdef void _terms(self, Row* rows, const int64_t[::1] codes, query):
        cdef Py_ssize_t n = codes.shape[0], i
        cdef dict places = {codes[i]: i for i in range(n)}
        cdef int nth, pointed = 0
        cdef float alone, width, whole
        cdef bint listed
        cdef Row* row
        for hit in query.hits:
            pointing = hit.meaning.rows
            if not pointing:
                continue
            listed = hit.meaning.listed
            alone = 1.0 / len(pointing)
            width = hit.stop - hit.start
            whole = width / len(query.words)
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
                row.term_whole = max(row.term_whole, whole)
                if listed:
                    row.name_place = max(row.name_place, alone)
        for i in range(n):
            rows[i].term_elsewhere = pointed and rows[i].term_place == 0

    cdef void _quantities(self, Row* rows, const int64_t[::1] codes, quantities):
        cdef Py_ssize_t i
        for i in range(codes.shape[0]):
            rows[i].quantity_known = (self.dimensions[codes[i], 0] >= 0) + 2.0 * (len(quantities) > 0)
            rows[i].quantity_ratio = NO_RATIO
        for amount in quantities:
            self._quantity(rows, codes, amount.dimension, amount.amount)

    cdef void _quantity(self, Row* rows, const int64_t[::1] codes, int dimension, double amount):
        cdef Py_ssize_t i, j, code
        cdef double times, off
        cdef bint same, exact, whole
        cdef Row* row
        for i in range(codes.shape[0]):
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
                whole = whole or (times > 0.999 and fabs(times - rint(times)) < 1e-3)
            row.quantity_same_kind = max(row.quantity_same_kind, <float> same)
            row.quantity_equal += exact
            row.quantity_multiple = max(row.quantity_multiple, <float> whole)
            if self.range_dimension[code] == dimension:
                if self.above[code] < amount + 1e-6 and amount <= self.to[code] + 1e-3:
                    row.range_fit += 1.0
                else:
                    row.range_fit -= 1.0

    cdef void _code(self, Row* rows, const int64_t[::1] codes, uint64_t stated):
        cdef Py_ssize_t i, code
        cdef uint64_t theirs, own
        cdef int g
        cdef Row* row
        for i in range(codes.shape[0]):
            row, code = &rows[i], codes[i]
            for g in range(FACT_GROUPS):
                theirs, own = self.attributes[code] & _GROUPS[g], stated & _GROUPS[g]
                if own and theirs & own:
                    row.attributes_agree += 1
                elif own and theirs:
                    row.attributes_clash += 1
                elif own:
                    row.attributes_missing += 1
                elif theirs:
                    row.attributes_extra += 1
            row.generic, row.maker = self.generic[code], self.maker[code]
            row.code_popularity, row.starter = self.code_popularity[code], self.starter[code]
            row.length = self.length[code]
            row.section_drug, row.section_device = self.sections[code, 0], self.sections[code, 1]
            row.section_brace, row.section_service = self.sections[code, 2], self.sections[code, 3]


def first(const float[::1] scores, list indptr, list most):
    cdef Py_ssize_t query, start, stop, n, i, place, room
    order_array = np.empty(sum(most), np.int64)
    cdef int64_t[::1] order = order_array
    cdef Py_ssize_t begin = 0
    firsts = [0]
    for query in range(len(most)):
        start, stop = indptr[query], indptr[query + 1]
        room = min(<Py_ssize_t> most[query], stop - start)
        n = 0
        for i in range(start, stop):
            if n == room and not (n and scores[i] > scores[order[begin + n - 1]]):
                continue
            place = n if n < room else n - 1
            while place > 0 and scores[order[begin + place - 1]] < scores[i]:
                order[begin + place] = order[begin + place - 1]
                place -= 1
            order[begin + place] = i
            n = min(n + 1, room)
        begin += room
        firsts.append(begin)
    return order_array[:begin], firsts


def falling(const double[::1] values, list firsts):
    cdef double least
    cdef Py_ssize_t query, i
    cdef list found = [], some
    for query in range(len(firsts) - 1):
        least = 1.0
        some = []
        for i in range(firsts[query], firsts[query + 1]):
            least = min(least, values[i])
            some.append(_to_four_places(least))
        found.append(some)
    return found


def listed(
    const int64_t[::1] order, const int64_t[::1] rows, const int64_t[::1] closest, const float[::1] scores
):
    cdef Py_ssize_t i
    cdef list some_rows = [], some_closest = [], some_scores = []
    for i in range(order.shape[0]):
        some_rows.append(rows[order[i]])
        some_closest.append(closest[order[i]])
        some_scores.append(_to_four_places(scores[order[i]]))
    return some_rows, some_closest, some_scores


cdef inline double _to_four_places(double value):
    return rint(value * 1e4) / 1e4


def leading(const float[:, ::1] columns, list firsts):
    cdef Py_ssize_t query, n = 0, at, i
    rows = np.empty((len(firsts) - 1, columns.shape[1]), np.float32)
    cdef float[:, ::1] values = rows
    for query in range(len(firsts) - 1):
        if firsts[query] < firsts[query + 1]:
            at = firsts[query]
            for i in range(columns.shape[1]):
                values[n, i] = columns[at, i]
            n += 1
    return rows[:n]


def calibrated(
    const float[:, ::1] matrix,
    const float[::1] scores,
    list indptr,
    const int64_t[::1] order,
    list firsts,
    list codable,
    const int64_t[::1] taken,
):
    columns = np.empty((order.shape[0], OWN_COLUMNS + taken.shape[0]), np.float32)
    cdef float[:, ::1] values = columns
    cdef Py_ssize_t query, start, stop, begin, end, i, j
    cdef float best, second
    cdef double total, spread, share
    for query in range(len(firsts) - 1):
        start, stop, begin, end = indptr[query], indptr[query + 1], firsts[query], firsts[query + 1]
        if begin == end:
            continue
        best = scores[order[begin]]
        second = best - NO_RATIO if stop - start < 2 else -1e30
        total = spread = 0.0
        for i in range(start, stop):
            total += exp(scores[i] - best)
            if i != order[begin]:
                second = max(second, scores[i])
        for i in range(start, stop):
            share = exp(scores[i] - best) / total
            spread -= share * log(max(share, 1e-9))
        for i in range(begin, end):
            values[i, 0] = scores[order[i]]
            values[i, 1] = exp(scores[order[i]] - best) / total
            values[i, 2] = scores[order[i]] - (second if i == begin else best)
            values[i, 3] = i - begin
            values[i, 4] = spread
            values[i, 5] = codable[query]
            for j in range(taken.shape[0]):
                values[i, OWN_COLUMNS + j] = matrix[order[i], taken[j]]
    return columns
