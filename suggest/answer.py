"""How a text is asked, and the answer to it: the same fields in Python, on the command line and over HTTP."""

from __future__ import annotations

from datetime import date

import msgspec

from index.records import Status


class Why(msgspec.Struct, frozen=True):
    """The reason for one suggestion.

    Attributes:
        summary: One plain line for a person.
        source: What matched: "code", "long description", "short description", "starter wording",
            "lexicon", or the name of a brand or product list.
        term: The matched descriptor or term.
        words: Words of `term` that the text shares, as they stand in `term`.
        corrections: Spelling corrections, "typed -> read as".
        expansions: Abbreviations, trade names and lay words, "typed -> read as".
    """

    summary: str
    source: str
    term: str
    words: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    expansions: tuple[str, ...] = ()


class Suggestion(msgspec.Struct, frozen=True):
    """One candidate code.

    `score` orders the list, higher is better, and has no unit. `confidence` is the calibrated probability,
    0 to 1, that a coder would accept this code for this text.
    """

    rank: int
    code: str
    description: str
    short_description: str
    score: float
    confidence: float
    status: Status
    effective_from: date | None
    effective_to: date | None
    successors: tuple[str, ...]
    is_noc: bool
    section: str
    why: Why


class Correction(msgspec.Struct, frozen=True):
    """A spelling correction: what was typed and what it was read as."""

    typed: str
    read_as: str


class Answer(msgspec.Struct, frozen=True, omit_defaults=False):
    """Ranked codes for one text.

    `no_good_match` is true when even the best candidate is unlikely. `total_considered` is the number of
    codes that the filters left in play. `error` is a sentence when this text could not be answered.
    """

    text: str
    date_of_service: date
    release: str
    model: str
    no_good_match: bool
    did_you_mean: tuple[Correction, ...]
    total_considered: int
    suggestions: tuple[Suggestion, ...]
    notice: str = ""
    error: str | None = None


class Filters(msgspec.Struct, frozen=True):
    """Which codes may be suggested.

    Attributes:
        level: 1 (CPT), 2, or None for both.
        sections: Section letters, upper case; empty for all.
        include_terminated: Also codes whose last day lies before the date of service.
        min_confidence: Leave out suggestions below this, 0 to 1.
    """

    level: int | None = None
    sections: tuple[str, ...] = ()
    include_terminated: bool = False
    min_confidence: float = 0.0


class Ask(msgspec.Struct, frozen=True):
    """How a text is asked. Asks with equal fields are equal and hash alike.

    Attributes:
        k: Number of suggestions wanted.
        on: Date of service; today when None.
        filters: Which codes may be suggested.
    """

    k: int = 10
    on: date | None = None
    filters: Filters = Filters()
