# cython: language_level=3, boundscheck=False, wraparound=False
"""The reason for a suggestion, compiled: ten are given with every answer."""

from index.store.texts import LONG, Text
from index.text.words import cut, words
from suggest.answer import Why

NO_TEXT = Text(-1, LONG, "")  # of a code whose descriptor has no word

cdef enum:
    SHOWN = 90  # characters of a matched term that the summary shows
    SHOWN_CHANGES = 3  # expansions that the summary shows; `Why.expansions` has all


def why_code(str code):
    return Why(f"the text names {code}", "code", code, (code,))


cdef class Reasons:
    cdef tuple texts
    cdef object words
    cdef frozenset known
    cdef Py_ssize_t typed
    cdef tuple hits
    cdef tuple corrections
    cdef tuple expansions
    cdef str read

    def __init__(self, query, artifact):
        self.texts, self.words = artifact.texts, artifact.words
        self.known = frozenset(words(query.expanded))
        self.typed = len(query.words)
        self.hits = query.hits
        self.corrections = tuple([f"{one.typed} -> {one.read_as}" for one in query.corrections])
        self.expansions = tuple([change for hit in self.hits if (change := _read_as(query.words, hit))])
        cdef tuple changes = self.corrections + self.expansions[:SHOWN_CHANGES]
        self.read = "".join([f"; read {change.replace(' -> ', ' as ')}" for change in changes])

    def whys(self, list rows, list closest):
        cdef list found = []
        cdef Py_ssize_t i, width
        cdef str term, source, listed
        shared = self.words.shared(closest, self.known)
        for i in range(len(rows)):
            text = self.texts[closest[i]] if closest[i] >= 0 else NO_TEXT
            term, source, listed, same = text.text, text.source, "", shared[i]
            width = 0
            for hit in self.hits:
                if hit.stop - hit.start > width and rows[i] in hit.meaning.rows:
                    width = hit.stop - hit.start
                    pointing = hit.meaning
            if width and width == self.typed:
                term, source = pointing.term, pointing.kinds[0]
                same = tuple(dict.fromkeys([word for word in cut(term) if word in self.known]))
            elif width:
                listed = f"; {pointing.term} is listed for this code ({pointing.kinds[0]})"
            shown = term if len(term) <= SHOWN else term[: SHOWN - 3] + "..."
            summary = f"{source}: {shown}{listed}{self.read}"
            found.append(Why(summary, source, term, same, self.corrections, self.expansions))
        return found


cdef str _read_as(tuple typed_words, hit):
    """What a known term was read as; empty when that is what was typed."""
    cdef str typed = " ".join(typed_words[hit.start : hit.stop])
    for means in hit.meaning.means:
        if " ".join(cut(means)) != typed:
            return f"{typed} -> {means}" if means else ""
    return ""
