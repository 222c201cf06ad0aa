"""How a text is asked, and the answer to it: the same fields in Python, on the command line and over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from index.records import Status
from index.successors import Proposal

OtherSystem = Literal["cpt", "cdt", "icd", "ndc", "revenue", "not-medical"]
"""What a text can belong to that is not HCPCS Level II."""


class Why(msgspec.Struct, frozen=True, gc=False):
    """The reason for one suggestion.

    Attributes:
        summary: One line for a person.
        source: What matched: "code", "ndc", "code prefix", "instead of a code", "long description",
            "short description", "starter wording", the kind of a lexicon entry, or the title of a name list.
        term: The matched descriptor or term.
        words: Words of `term` that the text contains too, in the order of `term`.
        corrections: Spelling corrections, "typed -> read as".
        expansions: Abbreviations, trade names and lay words, "typed -> read as".
        against: What the text says and the code denies: "says oral; your text says injected".
    """

    summary: str
    source: str
    term: str
    words: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    expansions: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class Suggestion(msgspec.Struct, frozen=True, gc=False):
    """One suggested code.

    Attributes:
        rank: From 1.
        code: The code, upper case.
        description: Long description.
        short_description: Short description.
        score: Orders the list, higher is better; without a unit.
        confidence: Calibrated probability, 0 to 1, that a coder would accept this code for this text; 0 for a
            code that is not valid on the date of service, which follows those that are. Those
            of one list add up to at most 1 - `Answer.none_fits`, when of each group in
            `Answer.acceptable_together` only the first code is counted.
        status: On the date of service.
        effective_from: First day, or None when unknown.
        effective_to: Last day, or None for none.
        successors: Codes that replace an ended code, as CMS names them.
        is_noc: Whether the code is "not otherwise classified".
        section: First letter of a Level II code; `CPT` for Level I.
        why: The reason.
        proposed: The code that probably replaced an ended one for which CMS names none.
        level: 1 for CPT, 2 for HCPCS Level II.
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
    proposed: tuple[Proposal, ...] = ()
    level: int = 2


class Correction(msgspec.Struct, frozen=True, gc=False):
    """A spelling correction: the typed word and the word that it was read as."""

    typed: str
    read_as: str


class LooksLike(msgspec.Struct, frozen=True, gc=False):
    """The other system that a text seems to belong to.

    Attributes:
        system: "cpt", "cdt", "icd", "ndc", "revenue" or "not-medical".
        probability: That it does, 0 to 1.
    """

    system: OtherSystem
    probability: float


class Item(msgspec.Struct, frozen=True, gc=False):
    """One of the things that a text enumerates.

    Attributes:
        start: Its first character in the text, from 0.
        stop: The character after its last one.
        text: Its words as typed: `Answer.text[start:stop]`.
        suggestions: Best first; empty when no code is likely.
    """

    start: int
    stop: int
    text: str
    suggestions: tuple[Suggestion, ...]


class ModifierSuggestion(msgspec.Struct, frozen=True, gc=False):
    """A modifier for the claim line.

    Attributes:
        modifier: Two characters, upper case.
        description: As the release words it; empty for a modifier of CPT, which is known by its number only.
        reason: Why it is suggested, such as "the text names RT".
        words: Words of the text that call for it.
    """

    modifier: str
    description: str
    reason: str
    words: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, omit_defaults=False, kw_only=True, gc=False):
    """Ranked codes for one text.

    Attributes:
        text: As it was typed.
        date_of_service: Date for which codes and their status hold.
        release: Name of the HCPCS release.
        model: Names of the encoder and the ranker, with the first digits of their digests.
        no_good_match: Whether even the best candidate is unlikely, or there is none.
        none_fits: Probability, 0 to 1, that no code of this index fits the text.
        looks_like: The other system that the text more likely belongs to, or None.
        did_you_mean: Spelling corrections.
        as_typed: The first suggestions for the text as it was typed, when a correction made one known name of
            another; best first.
        warnings: Sentences that a person should read before using a code.
        total_considered: Number of codes that pass the filters, without `min_confidence`.
        suggestions: Best first.
        acceptable_together: Groups of suggested codes that the text does not tell apart: each code of a group
            may be right at the same time.
        items: The things that the text enumerates, each with its own suggestions; empty for one thing.
        modifiers: Modifiers that the text names, then those that its words call for beside the first code.
        notice: What every surface must say with the answer; empty for an official release.
        error: A sentence when this text could not be answered.
    """

    text: str
    date_of_service: date
    release: str
    model: str
    no_good_match: bool
    none_fits: float = 0.0
    looks_like: LooksLike | None = None
    did_you_mean: tuple[Correction, ...]
    as_typed: tuple[Suggestion, ...] = ()
    warnings: tuple[str, ...] = ()
    total_considered: int
    suggestions: tuple[Suggestion, ...]
    acceptable_together: tuple[tuple[str, ...], ...] = ()
    items: tuple[Item, ...] = ()
    modifiers: tuple[ModifierSuggestion, ...] = ()
    notice: str = ""
    error: str | None = None


class Filters(msgspec.Struct, frozen=True):
    """Which codes may be suggested.

    Attributes:
        level: 1 (CPT), 2, or None for both.
        sections: Section letters, upper case; empty for all.
        include_terminated: Also codes whose last day is before the date of service.
        min_confidence: Suggestions with a lower confidence are left out; 0 to 1.
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
