"""The several things that one text enumerates, such as "walker, commode and shower chair"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import log
from typing import NamedTuple

import msgspec

from index.store.terms import TermIndex
from suggest.reader import Query, Reader
from suggest.reading.packages import package

MAX_CHARACTERS = 400  # of an enumeration; a longer text is a note
MAX_ITEMS = 10
MIN_CONFIDENCE = 0.3  # of the best code of an item
MIN_JOINED_CONFIDENCE = 0.5  # the same where "and" or a slash joins the items
MAX_HELD = 0.6  # share of an item's words that the code of the whole text may hold before it is a part of it
MAX_LEAD_WORDS = 4  # of words before the first item that are none themselves
UNKNOWN_WEIGHT = 4.0  # of a word that no code has
MAX_ITEM_WORDS = 8  # of one item; a longer piece is a sentence
MIN_PAIR_CONFIDENCE = 0.4  # of each of two pieces with nothing but a comma between them
MAX_RARE_CODES = 16  # codes that a word stands in which names a thing
SURE_WHOLE = 0.9  # confidence of the code of the whole text that makes it likely to be one thing
MIN_CONFIDENCE_OF_ONE = 0.75  # of an item of such a text
SURE = 0.9  # confidence of a piece that is an item although the code of the whole text has its words
MIN_UNKNOWN_CONFIDENCE = 0.4  # of an item without a known term

_SEPARATOR = re.compile(
    r"(?P<line>\s*[\n;|•]\s*|(?:^|(?<=\s))\(?\d{1,2}[.)]\s+(?=[a-z]))"
    r"|(?P<sign>\s+[+]\s*|(?<=[a-z)])[+]\s+|\s+/\s+|\s+(?:plus|as well as|along with)\s+)"
    r"|(?P<comma>\s*,\s+(?:and\s+|plus\s+|&\s*)?|,(?-i:(?=[a-z]{3})))"
    r"|(?P<word>\s+and\s+|\s*&\s+)",
    re.IGNORECASE,
)
_SIGNS = frozenset("\n\r\t\v\f\x1c\x1d\x1e\x1f;|+&")
_BETWEEN_BLANKS = (" and ", " with", " plus ", " as well", " / ", ". ", ") ")
_COMMA = re.compile(r",(?=\s|[a-z]{3})")
"""Every separator has one of these signs, one of these parts, or such a comma."""

_JOINED = ("word", "sign")
_LEAD = re.compile(r"^[^,;\n]{0,40}?(?::|\s-)\s+(?=\S)")
_GOES_ON = re.compile(
    r"(?:with|without|w/o?|wo|no|non|not|for|in|on|per|of|by|to|from|at|as|than|when|if|or|any|all|each|every|up|more"
    r"|less|over|under|due|see|she|he|they|his|her|it|is|are|was|needs?|wants?|send|using|used|left|right|incl\w*"
    r"|exclud\w*|initial|first|second|third|self|other|unspecified|containing|depot|pooled|\w+-free|\(|sits|takes?"
    r"|observe|\d+\s+or\s+(?:fewer|less|more)|\w+(?:able|ible|proof|somal)(?=\s*(?:w/|with\b|/|\d))"
    r"|\d+(?:\.\d+)?\s*(?:mg|mcg|ml|lpm|cm|mm|in|inch|fr|units?))(?![\w'])",
    re.IGNORECASE,
)
"""How a piece begins that goes on with the thing before it."""

_DESCRIBES = re.compile(
    r"(?:(?:pair|pr|ea|each|any|type|size|sz|level|lvl|mod\w*|standard|custom\w*|prefab\w*|complete|sterile|vinyl"
    r"|non-?sterile|adult|pediatric|child|small|medium|large|short|long|replacement|only|adjustable|disposable|latex"
    r"|reusable|rigid|soft|folding|fixed|wheeled|assembly|or|and|height|form|private|human|flexible|nos|unit|hemi"
    r"|waist|age|\d+)\W*)+",
    re.IGNORECASE,
)
"""A piece of nothing but words that describe the thing before it."""

_NOT_ORDERED = re.compile(
    r"\b(?:failed|tried|(?:not|n't) tolerat\w*|lost response|intoleran\w*|allerg\w*|contraindicat\w*"
    r"|refused|declined|non-?compliant|without relief|out of warranty|already has|no longer|can(?:'t|not)"
    r"|could not|broke|broken|reflux|hx|h/o|s/p|status post|previous\w*|prior|rising)\b",
    re.IGNORECASE,
)
"""What a piece says that tells of something before: it is not ordered now."""

_SMALL_LETTERS = re.compile(r"(?:^|\s)[a-z]{3}")
_LETTERS = re.compile(r"[a-z]{3}", re.IGNORECASE)


class Span(NamedTuple):
    """The characters of one item: from `start` up to but not including `stop`."""

    start: int
    stop: int


class Best(msgspec.Struct, frozen=True):
    """The best candidate of a text: its row in the catalogue, its confidence, and whether it is refused."""

    row: int
    confidence: float
    refused: bool


class Part(NamedTuple):
    """A piece of a text between two separators, and the kind of the one before it."""

    span: Span
    joint: str


BestOf = Callable[[Sequence[Query]], Sequence[Best | None]]


class Items:
    """Finds the items of enumerations. Safe to use from several threads."""

    def __init__(self, reader: Reader, table: TermIndex) -> None:
        """Take the reader of texts and the words of the codes."""
        self._reader = reader
        self._table = table
        self._rare = log((table.n_counted + 1) / MAX_RARE_CODES)

    def spans(self, text: str, whole: Best | None, best_of: BestOf) -> tuple[Span, ...]:
        """The items that a text enumerates; empty for a text of one thing.

        A text with separators costs the reading of its pieces up to one that names nothing. Only what still
        looks like an enumeration is ranked, piece by piece.

        Args:
            text: As typed.
            whole: The best candidate of the whole text, None if it has none.
            best_of: Gives the best candidates of some read texts, None for a text without any.
        """
        if whole is None or len(text) > MAX_CHARACTERS or not _may_list(text):
            return ()
        if package(text):
            return ()
        parts = _ordered(text, _parts(text))
        if not 2 <= len(parts) <= MAX_ITEMS:
            return ()
        queries = self._read(text, parts)
        if sum([len(query.words) <= MAX_ITEM_WORDS for query in queries]) < 2:
            return ()
        if all([self._covers(whole.row, query) for query in queries]):
            return ()
        spans = self._join(parts, queries, best_of(queries), whole)
        return tuple(spans) if len(spans) > 1 else ()

    def _join(
        self, parts: Sequence[Part], queries: Sequence[Query], bests: Sequence[Best | None], whole: Best
    ) -> list[Span]:
        """The spans of the pieces that are items, with the pieces that belong to the item before them."""
        first = bests[0]
        if first is None or (len(queries[0].words) > MAX_LEAD_WORDS and not _likely(first)):
            return []  # a note, which begins with something else
        if [part.joint for part in parts[1:]] == ["comma"] and _least(bests) < MIN_PAIR_CONFIDENCE:
            return []
        spans: list[Span] = []
        rows: list[int] = []
        for part, query, best in zip(parts, queries, bests, strict=True):
            if best is None or not self._is_item(part, query, best, whole, rows):
                if (
                    spans
                    and part.joint in ("word", "comma")
                    and (best is None or self._covers(rows[-1], query))
                ):
                    spans[-1] = Span(spans[-1].start, part.span.stop)
                continue
            spans.append(part.span)
            rows.append(best.row)
        return spans

    def _is_item(self, part: Part, query: Query, best: Best, whole: Best, rows: Sequence[int]) -> bool:
        """Whether a piece is a thing by itself and no part of what stands before it."""
        least = MIN_JOINED_CONFIDENCE if part.joint in _JOINED else MIN_CONFIDENCE
        if whole.confidence >= SURE_WHOLE:
            least = MIN_CONFIDENCE_OF_ONE
        if len(query.words) > MAX_ITEM_WORDS:
            return False
        if best.refused or best.confidence < least or best.row in rows:
            return False
        if not self._names_something(query) and best.confidence < MIN_UNKNOWN_CONFIDENCE:
            return False
        if not rows:
            return True
        if self._covers(rows[-1], query):
            return False
        same = best.row == whole.row or any([whole.row in hit.meaning.rows for hit in query.hits])
        return same or best.confidence >= SURE or not self._covers(whole.row, query)

    def _read(self, text: str, parts: Sequence[Part]) -> list[Query]:
        """The pieces, read; none as soon as fewer can name something by themselves than an enumeration has.

        These are two pieces, or one where a sign or a third piece says that things are listed, or all of a
        line in capitals with commas.
        """
        by_commas = all([part.joint in ("line", "comma") for part in parts])
        if by_commas and not _SMALL_LETTERS.search(text):
            spare = 0
        else:
            listed = len(parts) > 2 or parts[1].joint in ("line", "sign")
            spare = len(parts) - (1 if listed else 2)
        queries: list[Query] = []
        for part in parts:
            query = self._reader.read(text[part.span.start : part.span.stop])
            spare -= not self._names_something(query)
            if spare < 0:
                return []
            queries.append(query)
        return queries

    def _names_something(self, query: Query) -> bool:
        """Whether a text has a code, a known term that points to codes, or a word that few codes have."""
        if query.codes or any([hit.meaning.rows for hit in query.hits]):
            return True
        table = self._table
        stems = [stem for word in query.words if word.isalpha() and (stem := table.stem(word)) is not None]
        return any([table.idf[stem] > self._rare for stem in stems])

    def _covers(self, row: int, query: Query) -> bool:
        """Whether a code's own words hold most of a text's words, by weight, and its last one.

        Words of a known term are held where the term points to the code.
        """
        table = self._table
        stems = set(table.tokens[table.indptr[row] : table.indptr[row + 1]].tolist())
        of_terms = {i for hit in query.hits if row in hit.meaning.rows for i in range(hit.start, hit.stop)}
        total = got = 0.0
        last = True
        for i, word in enumerate(query.words):
            if not word.isalpha():
                continue
            matches = table.matches(word)
            weight = max([float(table.idf[stem]) for stem, _ in matches], default=UNKNOWN_WEIGHT)
            last = i in of_terms or any([stem in stems for stem, _ in matches])
            total += weight
            got += weight * last
        return last and got >= MAX_HELD * total


def _may_list(text: str) -> bool:
    """Whether a text has a sign or a word that could separate items; far cheaper than `_SEPARATOR`."""
    if not text.isascii() or not _SIGNS.isdisjoint(text):  # not ASCII: other signs and other blanks
        return True
    lowered = text.lower()
    if any([part in lowered for part in _BETWEEN_BLANKS]):
        return True
    return "," in lowered and _COMMA.search(lowered) is not None


def _least(bests: Sequence[Best | None]) -> float:
    """The least confidence of some candidates."""
    return min([best.confidence if best else 0.0 for best in bests])


def _likely(best: Best) -> bool:
    """Whether a text by itself has a code."""
    return not best.refused and best.confidence >= MIN_CONFIDENCE


def _parts(text: str) -> list[Part]:
    """The pieces of a text between its separators, without an introduction such as "supplies:".

    A piece that only goes on with the one before it (", with brakes", "and needs ...") is joined to it, and
    separators in parentheses separate nothing.
    """
    lead = _LEAD.match(text)
    at, joint = (lead.end() if lead else 0), "line"
    parts: list[Part] = []
    for match in _SEPARATOR.finditer(text, at):
        if text.count("(", at, match.start()) > text.count(")", at, match.start()):
            continue
        _add(parts, text, at, match.start(), joint)
        at, joint = match.end(), match.lastgroup or ""
    _add(parts, text, at, len(text), joint)
    return parts


def _ordered(text: str, parts: Sequence[Part]) -> list[Part]:
    """The pieces that do not tell of something before ("failed methotrexate and Humira")."""
    ordered: list[Part] = []
    told = False
    for part in parts:
        told = told and part.joint == "word"
        told = told or _NOT_ORDERED.search(text, part.span.start, part.span.stop) is not None
        if not told:
            ordered.append(part)
    return ordered


def _add(parts: list[Part], text: str, start: int, stop: int, joint: str) -> None:
    """Append a piece of a text, or join it to the piece before."""
    piece = text[start:stop]
    if _LETTERS.search(piece) is None:
        return
    left = len(piece) - len(piece.lstrip(" .,-"))
    span = Span(start + left, start + len(piece.rstrip(" .,-?!")))
    if (
        parts
        and joint in ("comma", "word")
        and (_GOES_ON.match(text, span.start, span.stop) or _DESCRIBES.fullmatch(text, span.start, span.stop))
    ):
        parts[-1] = Part(Span(parts[-1].span.start, span.stop), parts[-1].joint)
    else:
        parts.append(Part(span, joint))
