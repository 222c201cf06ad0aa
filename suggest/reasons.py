"""The reason for a suggestion in a coder's words, in one line and in parts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
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
        added: Words that it stands for and the text does not have.
    """

    typed: str
    whole: bool
    meaning: Meaning
    added: Phrases


class _Read(NamedTuple):
    """What the reasons for all candidates of one text have in common; terms come longest first."""

    typed: frozenset[str]
    expanded: frozenset[str]
    terms: list[_Term]
    corrections: Phrases


def why_code(code: str) -> Why:
    """The reason for a code that stands in the text."""
    return Why(f"the text names {code}", "code", code, (code,))


class Reasons:
    """Gives the reasons for candidates of one index. Safe to use from several threads."""

    def __init__(self, artifact: Artifact) -> None:
        """Take the texts and the descriptors of an index."""
        self._words, self._texts = artifact.words, artifact.texts
        self._descriptors = {
            text.row: position for position, text in enumerate(artifact.texts) if text.source == LONG
        }
        records = artifact.catalogue.records
        owner = "" if artifact.manifest.notice else "CMS "  # the starter catalogue's wording is not CMS's
        self._owners = [
            f"{LEVEL_I.name} " if system_of_code(record.code) is LEVEL_I else owner for record in records
        ]
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
        positions = list(map(self._shown, rows, closest))
        texts = [self._texts[position] if position >= 0 else NO_TEXT for position in positions]
        descriptors = [self._descriptors.get(row, -1) for row in rows]
        shared = self._words.shared([*positions, *descriptors], read.expanded)
        own, described = shared[: len(rows)], shared[len(rows) :]
        against = self._against.phrases(query, rows)
        return list(map(partial(self._why, read), rows, texts, own, described, against))

    def _shown(self, row: int, closest: int) -> int:
        """The closest text, or the descriptor where that is a term, since terms are told by themselves."""
        if closest >= 0 and self._texts[closest].source == LEXICON:
            return self._descriptors.get(row, -1)
        return closest

    def _why(
        self, read: _Read, row: int, text: Text, shared: Phrases, described: Phrases, against: Phrases
    ) -> Why:
        """The reason for one candidate.

        Args:
            read: The text.
            row: Catalogue row of the candidate.
            text: The text of the code that is shown.
            shared: Words of `text` that the query says or means.
            described: The same for the code's long description.
            against: What the code says against the text.
        """
        source, matched = SOURCES.get(text.source, text.source), text.text
        told = next((term for term in read.terms if row in term.meaning.rows), None)
        phrases = [] if told and told.whole else [self._matched(row, text, shared)]
        meant, changes, named_as = {*shared, *described}, [], ""
        if told:
            phrase, named_as = _named(told, meant)
            phrases.append(phrase)
            if told.whole:
                kind = told.meaning.kinds[0]
                source, matched, shared = SOURCES.get(kind, kind), told.meaning.term, cut(told.meaning.term)
        if not meant <= read.typed:  # some are words that a term stands for
            changes = [
                f"{term.typed} -> {' '.join(added)}"
                for term in read.terms
                if (added := [word for word in term.added if word in meant])
                and not (named_as and term is told)
            ]
        read_as = (*read.corrections, *changes[:MAX_EXPANSIONS])
        phrases += [f"read {change.replace(' -> ', ' as ')}" for change in read_as]
        if against:
            phrases.append(f"against: {'; '.join(against)}")
        if told and named_as:
            changes.insert(0, f"{told.typed} -> {named_as}")
        own = tuple(dict.fromkeys([word for word in shared if word in read.typed]))
        return Why("; ".join(phrases), source, matched, own, read.corrections, tuple(changes), against)

    def _matched(self, row: int, text: Text, shared: Phrases) -> str:
        """The text of a code that is shown, after what it is."""
        label = (
            f"{self._owners[row]}{_LABELS[text.source]}" if text.source in _LABELS else SOURCES[text.source]
        )
        shown = text.text if len(text.text) <= MAX_TERM_CHARS else text.text[: MAX_TERM_CHARS - 3] + "..."
        return f"{label}: {shown}" if shared else f"nearest {label}, without a common word: {shown}"


def _read(query: Query) -> _Read:
    """What a text says and means."""
    hits = [hit for hit in query.hits if hit.meaning.means or hit.meaning.rows]
    hits.sort(key=lambda hit: hit.start - hit.stop)
    typed = frozenset(query.words)
    return _Read(
        typed,
        frozenset(words(query.expanded)) if query.expanded != query.plain else typed,
        [_term(query.words, typed, hit) for hit in hits],
        tuple([f"{change.typed} -> {change.read_as}" for change in query.corrections]),
    )


def _term(typed_words: Sequence[str], typed: frozenset[str], hit: Hit) -> _Term:
    own = typed_words[hit.start : hit.stop]
    added = tuple([word for word in hit.meaning.words if word not in typed])
    return _Term(written(own), len(own) == len(typed_words), hit.meaning, added)


def _named(term: _Term, meant: set[str]) -> tuple[str, str]:
    """What makes a term a name of a code with the words `meant`, and its wording if they have all of it."""
    kind = term.meaning.kinds[0] if len(term.meaning.kinds) == 1 else ""
    if kind and kind not in KINDS:  # the title of a name list
        return f"{term.typed} is listed for this code in {kind}", ""
    for means in term.meaning.means if kind in _NAMES else ():
        if meant.issuperset(cut(means)) and means != term.typed:
            return f"{term.typed} is {_NAMES[kind]} {means}", means
    return f"{term.typed} is listed for this code", ""
