"""The lexicon: abbreviations, trade names, lay words and products, read from tab-separated files."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from index.errors import ReleaseFormatError
from index.shipped import files_of, read_shipped
from index.text.words import normalise, words

FOLDER = Path(__file__).parent / "lexicon"
COLUMNS = ["term", "means", "kind", "codes", "context"]
MIN_COLUMNS = 4  # of a row; most have no context
CODE_LENGTH = 5  # characters; fewer are a prefix of several codes
KINDS = {"abbreviation", "trade name", "synonym", "lay", "product", "noise"}


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One term and what it stands for.

    Attributes:
        term: As people write it, lower case.
        means: Meanings in the words of descriptors, best first; empty for noise.
        kind: One of `KINDS`.
        codes: Codes, or prefixes of codes, that the term alone points to, best first.
        needs: Phrases, as `key_of` makes them, of which the text must contain one; empty for no such rule.
        excludes: Phrases of which the text may contain none.
    """

    term: str
    means: tuple[str, ...]
    kind: str
    codes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @property
    def conditional(self) -> bool:
        """Whether the entry applies in some texts only."""
        return bool(self.needs or self.excludes)

    def applies(self, padded: str) -> bool:
        """Whether the entry applies in a text.

        Args:
            padded: The text's words, joined by blanks, with a blank before and behind.
        """
        if self.needs and not any(f" {phrase} " in padded for phrase in self.needs):
            return False
        return not any(f" {phrase} " in padded for phrase in self.excludes)


def read_lexicon(folder: Path = FOLDER) -> tuple[Entry, ...]:
    """Every entry of every `.tsv` file of a folder, in the order of file names and rows.

    Raises:
        ReleaseFormatError: If a row does not have four or five columns, names an unknown kind or has a
            context that cannot be read; says file and line.
        ArtifactError: If a file that ships was changed; see `index.shipped`.
    """
    return tuple(entry for path in files_of(folder, ".tsv") for _, entry in read_entries(path))


def read_entries(path: Path) -> Iterator[tuple[int, Entry]]:
    """The entries of one file, each with its line.

    Raises:
        ReleaseFormatError: As `read_lexicon`.
    """
    with _opened(path) as file:
        if file.readline().rstrip("\n").split("\t") != COLUMNS:
            raise ReleaseFormatError(f"{path.name}:1: the header must be {COLUMNS}, separated by tabs")
        for line, text in enumerate(file, 2):
            row = text.rstrip("\n").split("\t")
            context = _context(row[MIN_COLUMNS]) if len(row) == len(COLUMNS) else ((), ())
            if not MIN_COLUMNS <= len(row) <= len(COLUMNS) or row[2] not in KINDS or not row[0]:
                raise ReleaseFormatError(
                    f"{path.name}:{line}: expected term, means, one of {sorted(KINDS)}, codes, context"
                )
            if context is None:
                raise ReleaseFormatError(
                    f"{path.name}:{line}: expected 'needs: a|b' or 'not: a|b', got {row[-1]!r}"
                )
            means = [part.strip() for part in row[1].split("|")]
            yield line, Entry(row[0], tuple(filter(None, means)), row[2], tuple(row[3].split()), *context)


def _opened(path: Path) -> io.StringIO:
    try:
        return io.StringIO(read_shipped(path).decode())
    except UnicodeDecodeError as error:
        raise ReleaseFormatError(f"{path.name} is not UTF-8 ({error.reason}); save it so") from error


def _context(text: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The phrases that an entry needs and those that it excludes; None if the text says anything else."""
    phrases: dict[str, tuple[str, ...]] = {"needs": (), "not": ()}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, _, listed = part.partition(":")
        keys = tuple(map(key_of, listed.split("|")))
        if name not in phrases or phrases[name] or not all(keys):
            return None
        phrases[name] = keys
    return phrases["needs"], phrases["not"]


def key_of(term: str) -> str:
    """The words of a term, joined by blanks: entries with the same key are one term."""
    normalised = normalise(term)
    return normalised if normalised.replace(" ", "").isalnum() else " ".join(words(normalised))


def broad(entry: Entry) -> bool:
    """Whether an entry points to prefixes of codes."""
    return any(len(code) < CODE_LENGTH for code in entry.codes)


def codes_of(entry: Entry, known: Sequence[str]) -> list[str]:
    """The known codes that an entry points to; a prefix stands for all codes that begin with it.

    Args:
        entry: The lexicon entry.
        known: Codes of the release, ascending.
    """
    codes: list[str] = []
    for prefix in entry.codes:
        start = bisect_left(known, prefix)
        if start < len(known) and known[start] == prefix:  # a whole code is a prefix of no other
            codes.append(prefix)
            continue
        while start < len(known) and known[start].startswith(prefix):
            codes.append(known[start])
            start += 1
    return codes
