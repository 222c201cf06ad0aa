"""The reason for a suggestion in a coder's words, in one line and in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from index.code_systems import LEVEL_I, system_of_code
from index.store.artifact import Artifact
from index.store.texts import LEXICON, LONG, SHORT, STARTER, Text
from index.text.lexicon import KINDS
from index.text.words import cut, words
from suggest.against import Against, Phrases, written
from suggest.answer import Why
from suggest.expansion import Hit, Meaning
from suggest.reader import Query

MAX_TERM_CHARS = 90  # of a matched descriptor in the summary
MAX_EXPANSIONS = 3  # in the summary; `Why.expansions` has all
NO_TEXT = Text(-1, LONG, "")  # of a code whose descriptor has no word
NO_WORD = ", without a common word: "

SOURCES = {STARTER: "plain wording", "synonym": "other name", "lay": "plain-language name"}
"""What answers call a source that the index names otherwise."""

_LABELS = {LONG: "descriptor", SHORT: "short descriptor"}
_NAMES = {
    "abbreviation": "short for",
    "trade name": "a trade name of",
    "synonym": "another name of",
    "lay": "a plain-language name of",
    "product": "a product name of",
}


class _Term(NamedTuple):
    """A known term of the text.

    Attributes:
        typed: Its words as typed.
        whole: Whether it is the whole text.
        meaning: What it stands for.
        rows: Catalogue rows of the codes that it points to.
        source: Its kind, as answers call it.
        words: Its words, each once.
        added: Words that it stands for and the text does not have.
    """

    typed: str
    whole: bool
    meaning: Meaning
    rows: tuple[int, ...]
    source: str
    words: Phrases
    added: Phrases


class _Read(NamedTuple):
    """What the reasons for all candidates of one text have in common.

    Attributes:
        typed: Its words, corrected.
        expanded: These and the words that its terms stand for.
        added: Only the latter.
        terms: Its known terms, the longest first.
        names: Those that point to codes.
        corrections: "typed -> read as".
        corrected: The same for the summary.
    """

    typed: frozenset[str]
    expanded: frozenset[str]
    added: frozenset[str]
    terms: list[_Term]
    names: list[_Term]
    corrections: Phrases
    corrected: str


class _Shown(NamedTuple):
    """A text of a code as answers show it: after what it is, its source, and the whole text."""

    summary: str
    source: str
    text: str


def why_code(code: str) -> Why:
    """The reason for a code that stands in the text."""
    return Why(f"the text names {code}", "code", code, (code,))


class Reasons:
    """Gives the reasons for candidates of one index. Safe to use from several threads."""

    def __init__(self, artifact: Artifact) -> None:
        """Take the texts and the descriptors of an index."""
        self._words, self._texts = artifact.words, artifact.texts
        records = artifact.catalogue.records
        self._descriptors = [-1] * len(records)
        for position, text in enumerate(artifact.texts):
            if text.source == LONG:
                self._descriptors[text.row] = position
        # Position of the text that is shown for each text: a term is told by itself, beside the descriptor.
        # The last element of each list is for the position -1, no text.
        self._positions = [
            self._descriptors[text.row] if text.source == LEXICON else position
            for position, text in enumerate(artifact.texts)
        ] + [-1]
        self._shown: list[_Shown | None] = [None] * len(self._positions)
        self._owner = "" if artifact.manifest.notice else "CMS "  # the starter's wording is not CMS's
        self._records = records
        self._against = Against(artifact.profiles, records)

    def whys(self, query: Query, rows: Sequence[int], closest: Sequence[int]) -> list[Why]:
        """The reason for each candidate of a text.

        Args:
            query: The text, read.
            rows: Catalogue rows of the candidates.
            closest: The text of each closest to the query, a position in `Artifact.texts`; -1 for a code
                without one.
        """
        read = _read(query)
        typed, added, names, corrections, corrected = (
            read.typed,
            read.added,
            read.names,
            read.corrections,
            read.corrected,
        )
        positions = [self._positions[position] for position in closest]
        shared = self._words.shared(positions, read.expanded)
        described = shared
        if added or names:
            descriptors = [self._descriptors[row] for row in rows]
            described = self._words.shared(descriptors, read.expanded)
        whys: list[Why] = []
        for row, position, own, other, against in zip(
            rows, positions, shared, described, self._against.phrases(query, rows), strict=True
        ):
            summary, source, text = self._shown[position] or self._new_shown(position)
            if not own:
                summary = f"nearest {summary}".replace(": ", NO_WORD, 1)
            changes: Phrases = ()
            told = next((term for term in names if row in term.rows), None) if names else None
            if told or (added and not (added.isdisjoint(own) and added.isdisjoint(other))):
                phrases, changes = _phrases(read, told, {*own, *other})
                if told and told.whole:
                    source, text, own = told.source, told.meaning.term, told.words
                    summary = phrases
                else:
                    summary = f"{summary}; {phrases}"
                    own = tuple([word for word in own if word in typed])
            if corrected or against:
                summary += corrected + (f"; against: {'; '.join(against)}" if against else "")
            whys.append(Why(summary, source, text, own, corrections, changes, against))
        return whys

    def _new_shown(self, position: int) -> _Shown:
        text = self._texts[position] if position >= 0 else NO_TEXT
        label = SOURCES.get(text.source, "")
        if text.source in _LABELS:
            level_1 = position >= 0 and system_of_code(self._records[text.row].code) is LEVEL_I
            label = f"{f'{LEVEL_I.name} ' if level_1 else self._owner}{_LABELS[text.source]}"
        words_shown = text.text
        if len(words_shown) > MAX_TERM_CHARS:
            words_shown = words_shown[: MAX_TERM_CHARS - 3] + "..."
        shown = _Shown(f"{label}: {words_shown}", SOURCES.get(text.source, text.source), text.text)
        self._shown[position] = shown
        return shown


def _phrases(read: _Read, told: _Term | None, meant: set[str]) -> tuple[str, Phrases]:
    """What the terms of a text are for a code, in words, and the expansions of the text.

    Args:
        read: The text.
        told: Its longest term that points to the code.
        meant: Words that the query says or means.
    """
    phrases, named_as = [], ""
    if told:
        phrase, named_as = _named(told, meant)
        phrases.append(phrase)
    changes = [
        f"{term.typed} -> {' '.join([word for word in term.added if word in meant])}"
        for term in read.terms
        if not meant.isdisjoint(term.added) and not (named_as and term is told)
    ]
    phrases += [f"read {change.replace(' -> ', ' as ')}" for change in changes[:MAX_EXPANSIONS]]
    if told and named_as:
        changes.insert(0, f"{told.typed} -> {named_as}")
    return "; ".join(phrases), tuple(changes)


def _read(query: Query) -> _Read:
    """What a text says and means."""
    typed = frozenset(query.words)
    expanded = typed if query.expanded == query.plain else frozenset(words(query.expanded))
    hits = [hit for hit in query.hits if hit.meaning.means or hit.meaning.rows]
    hits.sort(key=lambda hit: hit.start - hit.stop)
    terms = [_term(query.words, typed, hit) for hit in hits]
    names = [term for term in terms if term.meaning.rows]
    corrections = tuple([f"{change.typed} -> {change.read_as}" for change in query.corrections])
    corrected = "".join([f"; read {change.typed} as {change.read_as}" for change in query.corrections])
    return _Read(typed, expanded, expanded - typed, terms, names, corrections, corrected)


def _term(typed_words: Sequence[str], typed: frozenset[str], hit: Hit) -> _Term:
    own, meaning = typed_words[hit.start : hit.stop], hit.meaning
    kind = meaning.kinds[0]
    return _Term(
        written(own),
        len(own) == len(typed_words),
        meaning,
        meaning.rows,
        SOURCES.get(kind, kind),
        tuple(dict.fromkeys(own)),
        tuple([word for word in meaning.words if word not in typed]),
    )


def _named(term: _Term, meant: set[str]) -> tuple[str, str]:
    """What makes a term a name of a code with the words `meant`, and its wording if they have all of it."""
    kind = term.meaning.kinds[0] if len(term.meaning.kinds) == 1 else ""
    if kind and kind not in KINDS:  # the title of a name list
        return f"{term.typed} is listed for this code in {kind}", ""
    for means in term.meaning.means if kind in _NAMES else ():
        if meant.issuperset(cut(means)) and means != term.typed:
            return f"{term.typed} is {_NAMES[kind]} {means}", means
    return f"{term.typed} is listed for this code", ""
