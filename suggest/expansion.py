"""Known terms in a text (lexicon and product names), and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain, compress

import msgspec

from index.text.lexicon import Entry, broad, codes_of, key_of
from index.text.names import Name
from index.text.phrases import longest_phrases
from index.text.spelling import Mending, Spelling
from index.text.words import cut, lengths_by_first

MAX_TERM_WORDS = 8
MAX_MEANINGS = 2  # of one term whose words are added to a text
MAX_NAME_CODES = 5  # of one term; one with more codes is no name
MAX_CODES = 40  # of one term; a term for more codes does not say which one is meant


class Meaning(msgspec.Struct, frozen=True):
    """What one term stands for, joined from all lexicon entries and names with that term.

    Attributes:
        term: As the lexicon or the name list writes it.
        means: Wordings of descriptors, each once.
        words: Words of the first `MAX_MEANINGS` wordings, each once.
        rows: Catalogue rows of the codes that it points to, best first.
        kinds: Kinds of the lexicon entries, and titles of the name lists.
        listed: Whether a name list contains it.
    """

    term: str
    means: tuple[str, ...]
    words: tuple[str, ...]
    rows: tuple[int, ...]
    kinds: tuple[str, ...]
    listed: bool = False


class Hit(msgspec.Struct, frozen=True):
    """A known term in a text: its words from `start` up to but not including `stop`."""

    start: int
    stop: int
    meaning: Meaning


class Expander:
    """Finds the longest known terms in a text, left to right, without overlap.

    Safe to use from several threads: two that meet a term for the first time make equal meanings.
    """

    def __init__(
        self,
        lexicon: Sequence[Entry],
        names: Sequence[Name],
        codes: Sequence[str],
        rows: Sequence[int] | None = None,
    ) -> None:
        """Index the terms.

        Args:
            lexicon: How people write.
            names: Product names from lists that the user gave.
            codes: Codes of the catalogue, ascending.
            rows: Row of each code; by default its position.
        """
        self._codes = codes
        self._rows = dict(zip(codes, range(len(codes)) if rows is None else rows, strict=True))
        self._entries: dict[str, list[Entry]] = {}
        for entry in lexicon:
            self._add(entry)
        listed = [_entry_of(name) for name in names if name.code in self._rows]
        self._listed = {key for entry in listed if (key := self._add(entry))}
        terms = [key.split(" ") for key in self._entries]
        self._add_numbers()
        self._meanings: dict[tuple[str, tuple[bool, ...]], Meaning] = {}
        self._conditional = {
            key for key, entries in self._entries.items() if any(entry.conditional for entry in entries)
        }
        self._lengths = lengths_by_first(terms)
        self._term_words = set(chain.from_iterable(terms))

    @property
    def codes(self) -> Sequence[str]:
        """Codes of the catalogue, ascending."""
        return self._codes

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(sorted(self._term_words), self.is_name, self._is_short_form)

    def _is_short_form(self, word: str) -> bool:
        """Whether a word is a term, and only as an abbreviation."""
        return {entry.kind for entry in self._entries.get(word, ())} == {"abbreviation"}

    def _add(self, entry: Entry) -> str:
        """Add an entry under its key, which is returned; empty for one that is left out."""
        key = key_of(entry.term)
        n_codes = len(codes_of(entry, self._codes)) if broad(entry) else len(entry.codes)
        if not key or key.count(" ") >= MAX_TERM_WORDS or n_codes > MAX_CODES:
            return ""
        self._entries.setdefault(key, []).append(entry)
        return key

    def _add_numbers(self) -> None:
        """Find terms of several words by their plural or singular too, where no entry has it.

        A text's plural is read as the singular only if nothing else knows it, and descriptors know "beds".
        """
        for key, entries in list(self._entries.items()):
            if " " in key and (other := _plural(key) or _singular(key)) is not None:
                self._entries.setdefault(other, entries)

    def _meaning(self, key: str, applying: tuple[bool, ...] = ()) -> Meaning:
        """What a term stands for; made when a text first has the term, since few terms are ever met.

        Args:
            key: The term.
            applying: For each entry of the term whether it applies; empty if all do.
        """
        cached = self._meanings.get((key, applying))
        if cached is not None:
            return cached
        entries = list(compress(self._entries[key], applying)) if applying else self._entries[key]
        means = tuple(dict.fromkeys(chain.from_iterable(entry.means for entry in entries)))
        codes = chain.from_iterable(codes_of(entry, self._codes) for entry in entries)
        meaning = Meaning(
            term=entries[0].term,
            means=means,
            words=tuple(dict.fromkeys(chain.from_iterable(map(cut, means[:MAX_MEANINGS])))),
            rows=tuple(dict.fromkeys(self._rows[code] for code in codes)),
            kinds=tuple(dict.fromkeys(entry.kind for entry in entries)),
            listed=key in self._listed,
        )
        self._meanings[key, applying] = meaning
        return meaning

    def mentions(self, word: str) -> bool:
        """Whether a word is a known term or part of one."""
        return word in self._term_words

    def is_name(self, word: str) -> bool:
        """Whether a word is a term of few codes, such as a trade name."""
        return 0 < sum(len(entry.codes) for entry in self._entries.get(word, ())) <= MAX_NAME_CODES

    def nearest(self, word: str) -> Mending | None:
        """The word of a known term that a misspelt word stands for, or None."""
        return self._spelling.nearest(word)

    def find(self, text_words: list[str]) -> list[Hit]:
        """Known terms in a text; one whose context the text does not have is none.

        Args:
            text_words: Words of the text in order, as `index.text.words.words` returns them.

        Returns:
            Hits in order, without overlap.
        """
        phrases = longest_phrases(text_words, self._lengths, self._entries)
        if self._conditional.isdisjoint([key for _, _, key in phrases]):
            return [Hit(start, stop, self._meaning(key)) for start, stop, key in phrases]
        return self._find_in_context(text_words)

    def _find_in_context(self, text_words: list[str]) -> list[Hit]:
        """The same where some terms carry a context; one that does not apply leaves its words to others."""
        terms = _Applying(self._entries, self._conditional, f" {' '.join(text_words)} ")
        phrases = longest_phrases(text_words, self._lengths, terms)
        return [
            Hit(start, stop, self._meaning(key, terms.applying.get(key, ()))) for start, stop, key in phrases
        ]


def _plural(term: str) -> str | None:
    """The plural of a term's last word; None for a short one, a number, or one that ends like a plural."""
    last = term.rpartition(" ")[2]
    if len(last) < 3 or not last.isalpha() or last.endswith("s"):
        return None
    if last.endswith(("x", "z", "ch", "sh")):
        return f"{term}es"
    return f"{term[:-1]}ies" if last[-1] == "y" and last[-2] not in "aeiou" else f"{term}s"


def _singular(term: str) -> str | None:
    """The singular of a term whose last word is a plural; None for another one, such as "gauze" or "lens"."""
    last = term.rpartition(" ")[2]
    if len(last) < 5 or not last.isalpha() or last[-1] != "s" or last[-2] in "suia":
        return None
    if last.endswith("ies"):
        return f"{term[:-3]}y"
    return term[:-2] if last.endswith(("xes", "zes", "ches", "shes", "sses")) else term[:-1]


class _Applying:
    """The terms that apply in one text, as a container for `longest_phrases`.

    Attributes:
        applying: Term with a context that was looked for -> for each of its entries whether it applies.
    """

    def __init__(self, entries: dict[str, list[Entry]], conditional: set[str], padded: str) -> None:
        self._entries = entries
        self._conditional = conditional
        self._padded = padded
        self.applying: dict[str, tuple[bool, ...]] = {}

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str) or key not in self._conditional:
            return key in self._entries
        self.applying[key] = tuple([entry.applies(self._padded) for entry in self._entries[key]])
        return any(self.applying[key])


def _entry_of(name: Name) -> Entry:
    """A product name as a lexicon entry; its kind is the title of its list."""
    return Entry(name.term, (), name.source, (name.code,))


def added_words(text_words: Sequence[str], hits: Sequence[Hit]) -> list[str]:
    """Words that the known terms of a text stand for and the text does not contain, each once, in order."""
    if not hits:
        return []
    own = set(text_words)
    meant = dict.fromkeys(chain.from_iterable([hit.meaning.words for hit in hits]))
    return [word for word in meant if word not in own]
