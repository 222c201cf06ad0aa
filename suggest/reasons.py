"""The reason for a suggestion in a coder's words, in one line and in parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import msgspec

from index.code_systems import LEVEL_I, system_of_code
from index.store.artifact import Artifact
from index.store.texts import LEXICON, LONG, SHORT, STARTER, WORDINGS, Text
from index.successors import Replacement
from index.text.lexicon import KINDS
from index.text.words import cut
from suggest.against import Against, Phrases, written
from suggest.answer import Suggestion, Why
from suggest.drug_packages import PackageOf, in_words
from suggest.expansion import MAX_MEANINGS, Meaning
from suggest.reader import Query

MAX_TERM_CHARS = 90  # of a matched descriptor in the summary
MAX_PHRASES = 3  # of terms in the summary; `Why.expansions` has all
NO_TEXT = Text(-1, LONG, "")  # of a code whose descriptor has no word
DENIALS = frozenset(
    {"no", "non", "not", "without"}
)  # a term that denies is not read as the rest of its words
SMALL_WORDS = frozenset(
    ("a", "all", "an", "and", "any", "as", "by", "each", "for", "from", "in", "of", "on", "or", "per", "the")
    + ("to", "type", "with")
)
NO_WORD = ", without a common word: "
NO_WORDS: frozenset[str] = frozenset()

SOURCES = {STARTER: "plain wording", "synonym": "other name", "lay": "plain-language name"}
"""What answers call a source that the index names otherwise."""

_LABELS = {LONG: "descriptor", SHORT: "short descriptor", **{name: name for name in WORDINGS.values()}}
_NAMES = {
    "abbreviation": "short for",
    "trade name": "a trade name of",
    "synonym": "another name of",
    "lay": "a plain-language name of",
    "product": "a product name of",
}


class _Term(msgspec.Struct, frozen=True):
    """A known term of the text.

    Attributes:
        typed: Its words as typed.
        whole: Whether it is the whole text.
        meaning: What it stands for.
        rows: Catalogue rows of the codes that it points to.
        added: Words that it stands for and the text does not have.
        denials: Those of them that deny.
    """

    typed: str
    whole: bool
    meaning: Meaning
    rows: tuple[int, ...]
    added: Phrases
    denials: Phrases

    @property
    def source(self) -> str:
        """Its kind, as answers call it."""
        kind = self.meaning.kinds[0]
        return SOURCES.get(kind, kind)


def why_code(code: str) -> Why:
    """The reason for a code that stands in the text."""
    return Why(f"the text names {code}", "code", code, (code,))


def why_package(one: PackageOf) -> Why:
    """The reason for the code of a drug package whose number stands in the text."""
    return Why(in_words(one), "ndc", one.package.ndc, (one.package.ndc,))


def why_modified(code: str, modifiers: Sequence[str]) -> Why:
    """The reason for a code that stands in the text with modifiers."""
    named = " and ".join(modifiers)
    plural = "s" if len(modifiers) > 1 else ""
    return Why(f"the text names {code} with modifier{plural} {named}", "code", code, (code, *modifiers))


def why_invalid(named: Suggestion) -> Why:
    """The reason for a code that stands in the text and is not valid on the day."""
    return Why(f"the text names {named.code}, {_when(named)}", "code", named.code, (named.code,))


def why_instead(named: Suggestion, one: Replacement) -> Why:
    """The reason for a code to use instead of one that stands in the text."""
    by = "CMS's cross-reference" if one.named_by == "CMS" else f"proposed, {one.probability:.0%} likely"
    summary = f"instead of {named.code}, {_when(named)} ({by})"
    return Why(summary, "instead of a code", named.code, (named.code,))


def _when(named: Suggestion) -> str:
    if named.status == "future":
        return f"which begins on {named.effective_from}"
    return f"which ended on {named.effective_to}"


def why_begun(code: str, prefix: str) -> Why:
    """The reason for a code that begins as the text does."""
    return Why(f"{code} begins with {prefix}", "code prefix", prefix, (prefix,))


class Reasons:
    """Gives the reasons for candidates of one index. Safe to use from several threads."""

    def __init__(self, artifact: Artifact) -> None:
        """Take the texts and the descriptors of an index."""
        self._words = artifact.words
        self._texts = [*artifact.texts, NO_TEXT]
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
        self._owner = "" if artifact.manifest.notice else "CMS "  # the starter's wording is not CMS's
        self._labels = {source: f"{self._owner}{label}: " for source, label in _LABELS.items()}
        self._labels[STARTER] = f"{SOURCES[STARTER]}: "
        self._level_1 = frozenset(
            [row for row, record in enumerate(records) if system_of_code(record.code) is LEVEL_I]
        )
        self._against = Against(artifact.profiles, records)

    def whys(self, query: Query, rows: Sequence[int], closest: Sequence[int]) -> list[Why]:
        """The reason for each candidate of a text.

        Args:
            query: The text, read.
            rows: Catalogue rows of the candidates.
            closest: The text of each closest to the query, a position in `Artifact.texts`; -1 for a code
                without one.
        """
        typed = frozenset(query.words)
        terms = _terms(query, typed) if query.hits else []
        names = [term for term in terms if term.rows]
        added = frozenset(chain.from_iterable([term.added for term in terms])) if terms else NO_WORDS
        texts, positions, labels = self._texts, self._positions, self._labels
        shared = meant = self._words.shared([positions[position] for position in closest], typed)
        if added:
            meant = self._words.shared([self._descriptors[row] for row in rows], added)
        corrections, corrected = _corrections(query) if query.corrections else ((), "")
        against = self._against.phrases(query, rows)
        whys: list[Why] = []
        said: dict[tuple[int, Phrases, Phrases], tuple[str, Phrases]] = {}  # many codes share the same words
        for row, text, own, means, denied in zip(rows, closest, shared, meant, against, strict=True):
            shown = texts[positions[text]]
            kind, matched = shown.source, shown.text
            source, label = SOURCES.get(kind, kind), labels[kind]
            if row in self._level_1:
                label = label.replace(self._owner, f"{LEVEL_I.name} ", 1)
            summary = label + (matched if len(matched) <= MAX_TERM_CHARS else _cut(matched))
            changes: Phrases = ()
            told = None
            for term in names:
                if row in term.rows:
                    told = term
                    break
            if told or (added and means):
                key = (id(told), own if told else (), means if added else ())
                if key not in said:
                    said[key] = _terms_of(terms, told, own, key[2])
                named, changes = said[key]
                summary = named if told and told.whole else f"{summary}; {named}"
                if told and told.whole:
                    source, matched, own = told.source, told.meaning.term, tuple(dict.fromkeys(query.words))
            elif not own:
                summary = f"nearest {summary}".replace(": ", NO_WORD, 1)
            if denied:
                summary = f"{summary}{corrected}; against: {'; '.join(denied)}"
            elif corrected:
                summary += corrected
            whys.append(Why(summary, source, matched, own, corrections, changes, denied))
        return whys


def _cut(text: str) -> str:
    """The beginning of a text that is too long for a summary."""
    return f"{text[: MAX_TERM_CHARS - 3]}..."


def _corrections(query: Query) -> tuple[Phrases, str]:
    """The spelling corrections, and the same for the summary."""
    read = [(change.typed, change.read_as) for change in query.corrections]
    return tuple([f"{typed} -> {word}" for typed, word in read]), "".join(
        [f"; read {typed} as {word}" for typed, word in read]
    )


def _terms(query: Query, typed: frozenset[str]) -> list[_Term]:
    """Known terms of a text that say something of a code, the longest first."""
    terms = []
    for hit in query.hits:
        meaning, own = hit.meaning, query.words[hit.start : hit.stop]
        added = tuple([word for word in meaning.words if word not in typed])
        if added or meaning.rows:
            whole = len(own) == len(query.words)
            denials = () if DENIALS.isdisjoint(added) else tuple([word for word in added if word in DENIALS])
            terms.append(_Term(written(own), whole, meaning, meaning.rows, added, denials))
    if len(terms) > 1:
        terms.sort(key=lambda term: -len(term.typed.split()))
    return terms


def _terms_of(
    terms: Sequence[_Term], told: _Term | None, own: Phrases, means: Phrases
) -> tuple[str, Phrases]:
    """What the terms of a text are for a code, in words, and the expansions.

    Args:
        terms: Known terms of the text, the longest first.
        told: The first of them that points to the code.
        own: Words of the text that the code's text has.
        means: Words that the terms stand for and the code's descriptor has.
    """
    phrases, changes = [], []
    if told:
        named, wording = _named(told.meaning, own + means)
        phrases.append(f"{told.typed} {named}")
        if wording:
            changes.append(f"{told.typed} -> {wording}")
    for term in terms if means else ():
        if (term is told and changes) or not term.added:
            continue
        added = " ".join(_without_small_ends([word for word in term.added if word in means]))
        if added and not (term.denials and [word for word in term.denials if word not in means]):
            changes.append(f"{term.typed} -> {added}")
            if len(phrases) < MAX_PHRASES:
                phrases.append(f"read {term.typed} as {added}")
    return "; ".join(phrases), tuple(changes)


def _without_small_ends(told: list[str]) -> list[str]:
    """Words without the small ones at either end, which say nothing by themselves."""
    large = [i for i, word in enumerate(told) if word not in SMALL_WORDS]
    return told[large[0] : large[-1] + 1] if large else []


def _named(meaning: Meaning, described: Phrases) -> tuple[str, str]:
    """What makes a term a name of a code with the given words, and its wording if the code has all of it."""
    kind = meaning.kinds[0] if len(meaning.kinds) == 1 else ""
    if kind and kind not in KINDS:  # the title of a name list
        return f"is listed for this code in {kind}", ""
    for means in meaning.means[:MAX_MEANINGS] if described and kind in _NAMES else ():
        if means != meaning.term and not [word for word in cut(means) if word not in described]:
            return f"is {_NAMES[kind]} {means}", means
    return "is listed for this code", ""
