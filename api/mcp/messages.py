"""Arguments and results of the tools. Their JSON schemas are made from these structs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from api.http.limits import BATCH_ITEMS, BROWSE_MAX, TEXT_CHARACTERS
from api.rest.messages import CodeLine, CodeSet, SuggestRequest
from index.diff import Kind
from index.records import Status
from index.successors import Proposal, Replacement
from suggest.answer import Correction, LooksLike, ModifierSuggestion

DECISION = (
    "Suggestions only: a person who codes must decide, with the record at hand. Nothing here says that a "
    "payer covers or pays."
)
CODES_AT_ONCE = 50
AGENT_K = 5  # suggestions unless asked otherwise: an agent reads all that it gets

CodeText = Annotated[
    str,
    Meta(max_length=10, description="A HCPCS code such as E0143, in any letter case.", examples=["E0143"]),
]
Day = Annotated[date | None, Meta(description="Date of service; today when left out.")]


class SuggestCodes(SuggestRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text to find codes for, and which codes may be suggested."""

    k: Annotated[int, Meta(ge=1, le=50, description="How many suggestions at most.")] = AGENT_K


class SuggestCodesBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several texts, each of which is answered or refused by itself."""

    texts: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS)], ...],
        Meta(min_length=1, max_length=BATCH_ITEMS, description="One text for each order or charge."),
    ]
    k: Annotated[int, Meta(ge=1, le=10, description="How many suggestions at most for each text.")] = 3
    date_of_service: Day = None


class GetCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes to look up."""

    codes: Annotated[tuple[CodeText, ...], Meta(min_length=1, max_length=CODES_AT_ONCE)]
    on: Day = None


class CheckCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code to check on a day."""

    code: CodeText
    on: Day = None


Section = Annotated[
    Annotated[str, Meta(max_length=3)] | None,
    Meta(description="Only codes of this section: a letter, or CPT."),
]
Prefix = Annotated[
    Annotated[str, Meta(max_length=5)] | None,
    Meta(description="Only codes that begin with these characters."),
]
Cursor = Annotated[
    Annotated[str, Meta(max_length=10)] | None, Meta(description="`next_cursor` of the page before.")
]


class BrowseCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which codes to list, in tabular order."""

    section: Section = None
    prefix: Prefix = None
    cursor: Cursor = None
    on: Day = None
    include_terminated: Annotated[bool, Meta(description="Also codes that have ended.")] = False
    limit: Annotated[int, Meta(ge=1, le=BROWSE_MAX, description="Codes a page.")] = 50


class ReleaseDiff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two releases to compare, and which of their changes to list."""

    old: Annotated[
        Annotated[str, Meta(max_length=100)] | None,
        Meta(
            description="The earlier release: one of `comparable` of list_release; the one before `new` when "
            "left out."
        ),
    ] = None
    new: Annotated[
        Annotated[str, Meta(max_length=100)] | None,
        Meta(description="The later one; the release that answers when left out."),
    ] = None
    kind: Annotated[Kind | None, Meta(description="Only changes of this kind.")] = None
    section: Section = None
    prefix: Prefix = None
    cursor: Cursor = None
    limit: Annotated[int, Meta(ge=1, le=BROWSE_MAX, description="Codes a page, with all their changes.")] = 50


class ListRelease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to ask."""


class SuggestedCode(msgspec.Struct, frozen=True):
    """A code that may fit the text.

    Attributes:
        code: The code.
        description: Long description.
        confidence: Calibrated probability, 0 to 1, that a coder would accept this code for this text.
        status: On the date of service.
        effective_to: Last day; null for none.
        successors: Codes that CMS names in the place of an ended one.
        proposed: The code that probably replaced an ended one for which CMS names none.
        is_noc: Whether the code is "not otherwise classified", which asks for a description on the claim.
        why: What in the text matched, in one line.
        against: What the text says and the code denies.
    """

    code: str
    description: str
    confidence: float
    status: Status
    effective_to: date | None
    successors: tuple[str, ...]
    proposed: tuple[Proposal, ...]
    is_noc: bool
    why: str
    against: tuple[str, ...]


class SuggestedItem(msgspec.Struct, frozen=True):
    """One of the things that a text enumerates.

    Attributes:
        start: Its first character in the text, from 0.
        stop: The character after its last one.
        suggestions: Best first; empty when no code is likely.
    """

    start: int
    stop: int
    suggestions: tuple[SuggestedCode, ...]


class SuggestedCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Ranked codes for one text, or the statement that none fits.

    Attributes:
        abstains: True when no code is likely. `suggestions` is then empty: do not use a code of `unlikely`
            without a person.
        abstention: Why no code is suggested; empty when some are.
        suggestions: Best first; their confidences say how far to trust them.
        unlikely: On abstention, the nearest candidates, for a person to look at.
        none_fits: Probability, 0 to 1, that no code of this release fits.
        looks_like: The other system that the text more likely belongs to.
        did_you_mean: Words that were read as others.
        warnings: Sentences that a person should read before using a code.
        acceptable_together: Groups of suggested codes that the text does not tell apart: ask the person.
        items: The things that the text enumerates, each with its own suggestions; empty for one thing.
        modifiers: Modifiers that the text names.
        date_of_service: The day that decides each status.
        release: Name of the release.
        model: Name of the model.
        notice: A sentence that must be shown with the answer; empty for an official release.
        decision: Who decides.
        error: Why this text could not be answered; empty when it was.
    """

    abstains: bool
    abstention: str
    suggestions: tuple[SuggestedCode, ...]
    unlikely: tuple[SuggestedCode, ...]
    none_fits: float
    looks_like: LooksLike | None
    did_you_mean: tuple[Correction, ...]
    warnings: tuple[str, ...]
    acceptable_together: tuple[tuple[str, ...], ...]
    items: tuple[SuggestedItem, ...]
    modifiers: tuple[ModifierSuggestion, ...]
    date_of_service: date
    release: str
    model: str
    notice: str
    decision: str = DECISION
    error: str = ""


class SuggestedBatch(msgspec.Struct, frozen=True):
    """One answer for each text, in order."""

    answers: tuple[SuggestedCodes, ...]


class CheckedCode(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a code may stand on a claim for a day.

    Attributes:
        code: The code in upper case; empty when it has not the form of one.
        known: Whether the release has it.
        valid: Whether it is known and active on the day.
        on: The day.
        status: On the day; null for an unknown code.
        message: The finding in one sentence.
        description: Its wording on the day.
        effective_from: First day.
        effective_to: Last day; null for none.
        use_instead: Codes that are valid on the day, for one that is not.
        release: Name of the release.
        notice: A sentence that must be shown with the answer; empty for an official release.
    """

    code: str
    known: bool
    valid: bool
    on: date
    status: Status | None
    message: str
    description: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    use_instead: tuple[Replacement, ...] = ()
    release: str
    notice: str


class CodeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a code: the check, and what a coder reads beside it.

    Attributes:
        check: Status, dates and codes to use instead.
        short_description: CMS's short description.
        section: First letter of a Level II code; `CPT` for Level I.
        level: 1 for CPT, 2 for HCPCS Level II.
        is_noc: Whether the code is "not otherwise classified".
        predecessors: Ended codes for which CMS names this one.
        neighbours: Codes around it in tabular order.
        explained: Other fields of the release in words.
    """

    check: CheckedCode
    short_description: str = ""
    section: str = ""
    level: int | None = None
    is_noc: bool = False
    predecessors: tuple[str, ...] = ()
    neighbours: tuple[CodeLine, ...] = ()
    explained: tuple[str, ...] = ()


class CodesFound(msgspec.Struct, frozen=True):
    """One entry for each code that was asked, in order; unknown ones say so."""

    codes: tuple[CodeFacts, ...]


class ReleaseLoaded(msgspec.Struct, frozen=True):
    """The release that answers.

    Attributes:
        release: Name of the release.
        model: Name of the model.
        code_sets: Each code set that is loaded.
        sections: Letter and title of each section that has codes.
        notice: A sentence that must be shown with every answer; empty for an official release.
        comparable: Releases that release_changes can compare, the newest first.
        decision: Who decides.
    """

    release: str
    model: str
    code_sets: tuple[CodeSet, ...]
    sections: dict[str, str]
    notice: str
    comparable: tuple[str, ...] = ()
    decision: str = DECISION
