"""Entries of the lexicon that are probably wrong, each with the reason; a person decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from index.review.lines import Use
from index.review.wording import Wording
from index.text.lexicon import CODE_LENGTH, Entry, key_of, read_entries

MAX_SIBLINGS = 3  # more codes that fit as well are a group that the entry did not mean to list
MAX_LISTED = 8  # codes of an entry whose list is held against its siblings
MIN_STEMS = 2  # of a meaning, before its words can point to further codes
MIN_SHARE = 0.5  # of a meaning's words, in the code that has most of them
MIN_LINES = 6  # with a term, before they can contradict it
MIN_HOSPITALS = 2
MIN_AGREEING = 0.25  # share of the lines with a term that have one of its codes
MIN_OTHER = 0.5  # share of them that have one same other code


class Placed(msgspec.Struct, frozen=True):
    """An entry, and where it stands: its file and line."""

    file: str
    line: int
    entry: Entry

    @property
    def codes(self) -> tuple[str, ...]:
        """Its whole codes, without beginnings of codes."""
        return tuple(code for code in self.entry.codes if len(code) == CODE_LENGTH)


class Finding(msgspec.Struct, frozen=True):
    """One reason to look at an entry.

    Attributes:
        kind: "ended", "missing", "contradiction" (two rows of one term have no code in common), "differs"
            (each has a code that the other lacks), "denied", "substance", "sibling" or "lines".
        placed: The entry.
        detail: What was found.
    """

    kind: str
    placed: Placed
    detail: str

    @property
    def subjects(self) -> tuple[str, str]:
        """What a note can be about: the term, or all entries with these codes and this detail."""
        return self.placed.entry.term, f"{' '.join(self.placed.entry.codes)}: {self.detail}"


def read_placed(paths: Sequence[Path]) -> list[Placed]:
    """The entries of some files, with their places."""
    return [Placed(path.name, line, entry) for path in paths for line, entry in read_entries(path)]


def findings(
    entries: Sequence[Placed], wording: Wording, uses: Mapping[str, Sequence[Use]]
) -> Iterator[Finding]:
    """Every finding, by check.

    Args:
        entries: The whole lexicon; contradictions are found between its files too.
        wording: The release.
        uses: `index.review.lines.uses`; empty without training lines.
    """
    yield from _contradictions(entries)
    for placed in entries:
        yield from _ended(placed, wording)
        yield from _denied(placed, wording)
        yield from _substances(placed, wording)
        yield from _siblings(placed, wording)
        if use := uses.get(key_of(placed.entry.term)):
            yield from _contradicted(placed, use)


def _contradictions(entries: Sequence[Placed]) -> Iterator[Finding]:
    """Rows of one term with codes of which neither has all the other's; rows with contexts may differ."""
    by_key: dict[str, list[Placed]] = defaultdict(list)
    for placed in entries:
        if placed.codes:
            by_key[key_of(placed.entry.term)].append(placed)
    for rows in by_key.values():
        for placed in rows:
            for other in rows:
                ours, theirs = set(placed.codes), set(other.codes)
                if not (
                    ours <= theirs or theirs <= ours or placed.entry.conditional and other.entry.conditional
                ):
                    kind = "differs" if ours & theirs else "contradiction"
                    yield Finding(kind, placed, f"{other.file}:{other.line}: {' '.join(other.codes)}")


def _ended(placed: Placed, wording: Wording) -> Iterator[Finding]:
    for code in placed.codes:
        record = wording.records.get(code)
        if record is None:
            yield Finding("missing", placed, f"{code} is not in the release")
        elif record.effective_to is not None:
            yield Finding("ended", placed, f"{code} ended {record.effective_to}: {record.successors}")


def _denied(placed: Placed, wording: Wording) -> Iterator[Finding]:
    """Codes that have no word of the term and its meanings, and meanings that no code has half of.

    A word of the term itself, such as a trade name that CMS writes out, confirms a code.
    """
    codes = [code for code in placed.codes if code in wording.records]
    means = [known for text in placed.entry.means if (known := wording.known_stems(text))]
    term = wording.known_stems(placed.entry.term)
    if not codes or not means:
        return
    for code in codes:
        if not any(wording.has(code, stem) for stem in frozenset().union(term, *means)):
            yield Finding("denied", placed, f"{code} has no word of {placed.entry.means}")
    share, code = max((max(wording.share(code, known) for known in means), code) for code in codes)
    if share < MIN_SHARE and not any(wording.has(code, stem) for stem in term for code in codes):
        yield Finding("denied", placed, f"no code has half of its words, {code} has most of them")


def _substances(placed: Placed, wording: Wording) -> Iterator[Finding]:
    """Drug codes of a substance that no meaning names, beside one that is named."""
    names = {code: wording.substance(code) for code in placed.codes if code in wording.records}
    text = " ".join([*placed.entry.means, placed.entry.term]).lower()
    named = {code for code, name in names.items() if name and name.split("-")[0] in text}
    if named and (others := [f"{code} {name}" for code, name in names.items() if name and code not in named]):
        yield Finding("substance", placed, f"not named in its meaning: {', '.join(others)}")


def _siblings(placed: Placed, wording: Wording) -> Iterator[Finding]:
    """Codes with all the known words of the first meaning, and no more others than the listed ones have."""
    listed = [code for code in placed.codes if code in wording.records]
    stems = wording.known_stems(placed.entry.means[0]) if placed.entry.means else frozenset()
    if not listed or len(stems) < MIN_STEMS or len(listed) > MAX_LISTED:
        return
    whole = wording.codes_saying(stems)
    own = [code for code in listed if code in whole]
    letters = {code[0] for code in own}
    size = max((len(wording.stems[code]) for code in own), default=0)
    near = [c for c in whole - set(listed) if c[0] in letters and len(wording.stems[c]) <= size]
    if near and len(near) <= MAX_SIBLINGS:
        yield Finding("sibling", placed, f"as well as its own: {' '.join(sorted(near))}")


def _contradicted(placed: Placed, uses: Sequence[Use]) -> Iterator[Finding]:
    """A term whose lines, where it applies, mostly have other codes."""
    lines = [use.line for use in uses if placed.entry.applies(use.padded)] if placed.codes else []
    if len(lines) < MIN_LINES or len({line.source for line in lines}) < MIN_HOSPITALS:
        return
    counts = Counter(code for line in lines for code in set(line.codes))
    agreeing = sum(n for code, n in counts.items() if code.startswith(placed.entry.codes)) / len(lines)
    code, n = counts.most_common(1)[0]
    if agreeing < MIN_AGREEING and n / len(lines) >= MIN_OTHER:
        yield Finding("lines", placed, f"{n} of {len(lines)} lines have {code}, {agreeing:.0%} its own")
