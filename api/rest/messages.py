"""Request and answer bodies of REST v1; the OpenAPI document takes schemas and descriptions from them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from api.http.limits import BATCH_ITEMS, DEFAULT_K, MAX_K, TEXT_CHARACTERS
from api.http.schemas import REF
from api.service import Query
from index.code_systems import LEVEL_I, SECTION
from index.diff import ReleaseChange
from index.history.spans import CodeHistory, Interval
from index.records import Modifier, Record, Status
from index.release.chapters import SectionChapters
from index.successors import Replacement
from suggest.answer import Ask, Filters
from suggest.claim.fitting import FittingModifier
from suggest.claim.limits import Fee, Limit

TAG = "REST v1"
NO_FILTERS = Filters()
NOT_BLANK = r"\S"  # JSON schema's pattern of a text that is not only white space

Section = Annotated[str, Meta(pattern=f"^({SECTION}|{LEVEL_I.name})$")]


Ndc = Annotated[
    Annotated[str, Meta(pattern=r"^[0-9][0-9 -]{8,12}[0-9]$")],
    Meta(
        description="National Drug Code of the package, 10 or 11 digits, with or without hyphens; looked up "
        "in CMS's crosswalk where the index has one."
    ),
]


def with_ndc(text: str, ndc: str | None) -> str:
    """A text followed by a National Drug Code that came beside it."""
    return text if ndc is None else f"{text} NDC {ndc}".strip()


class SuggestRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text to find codes for, and which codes may be suggested."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=TEXT_CHARACTERS,
            description="Plain words for a supply, a drug, a device or a service; or a code.",
            extra_json_schema={"pattern": NOT_BLANK},
        ),
    ]
    k: Annotated[int, Meta(ge=1, le=MAX_K, description="How many suggestions at most.")] = DEFAULT_K
    date_of_service: Annotated[
        date | None, Meta(description="The day that decides each code's status; today when left out.")
    ] = None
    level: Annotated[
        Annotated[int, Meta(ge=1, le=2)] | None,
        Meta(description="1 for CPT, 2 for HCPCS Level II, null for both."),
    ] = None
    sections: Annotated[
        tuple[Section, ...],
        Meta(max_length=20, description="Section letters, upper case, or CPT; none for all."),
    ] = ()
    include_terminated: Annotated[
        bool, Meta(description="Also codes that ended before the date of service.")
    ] = False
    min_confidence: Annotated[
        float, Meta(ge=0, le=1, description="Leave out suggestions whose confidence is lower.")
    ] = 0.0

    ndc: Ndc | None = None

    def query(self, today: date) -> Query:
        """The text and how it is asked."""
        return Query(
            with_ndc(self.text, self.ndc), Ask(self.k, self.date_of_service or today, self._filters())
        )

    def _filters(self) -> Filters:
        if not (self.level or self.sections or self.include_terminated or self.min_confidence):
            return NO_FILTERS  # the common case
        return Filters(
            level=self.level,
            sections=self.sections,
            include_terminated=self.include_terminated,
            min_confidence=self.min_confidence,
        )


# Raw, so that one wrong item does not refuse the others: the second form says that any item is answered.
RawItem = Annotated[
    msgspec.Raw,
    Meta(
        extra_json_schema={
            "anyOf": [
                {"$ref": REF.format(name=SuggestRequest.__name__)},
                {"description": "Anything else is answered by an Answer with `error`."},
            ]
        }
    ),
]


class BatchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several texts; each item is a SuggestRequest and is answered or refused by itself."""

    items: Annotated[tuple[RawItem, ...], Meta(min_length=1, max_length=BATCH_ITEMS)]


class CodeLine(msgspec.Struct, frozen=True):
    """A code in a list.

    Attributes:
        code: The code, upper case.
        description: Long description.
        short_description: CMS's short description; empty when there is none.
        status: On the date asked for.
    """

    code: str
    description: str
    short_description: str
    status: Status

    @classmethod
    def of(cls, record: Record, on: date) -> CodeLine:
        """The line of a record on a date."""
        return cls(record.code, record.long_description, record.short_description, record.status(on))


class CodePage(msgspec.Struct, frozen=True):
    """One page of codes in tabular order.

    Attributes:
        release: Release name.
        model: Model name.
        notice: A sentence that every interface must show; empty for an official release.
        on: The date that `status` is for.
        total: Codes that match on all pages together.
        codes: This page.
        next_cursor: Give it as `cursor` for the next page; null on the last one.
    """

    release: str
    model: str
    notice: str
    on: date
    total: int
    codes: tuple[CodeLine, ...]
    next_cursor: str | None


class FieldInWords(msgspec.Struct, frozen=True):
    """One field of a release, put into words.

    Attributes:
        label: What the field is, for a person.
        words: Its value, letter codes followed by their meaning.
    """

    label: str
    words: str


class LifeWording(msgspec.Struct, frozen=True):
    """One wording of a code.

    Attributes:
        description: Long description.
        short_description: Short description.
        since: The days, both inclusive, on one of which it began; null for the first known wording.
    """

    description: str
    short_description: str
    since: Interval | None


class Life(msgspec.Struct, frozen=True):
    """A code over time; one that was given to another thing later has two lives.

    Attributes:
        came: The days on one of which it came; null where no release says.
        ended: The days on one of which it was last valid; null while it has no end.
        wordings: Oldest first.
    """

    came: Interval | None
    ended: Interval | None
    wordings: tuple[LifeWording, ...]

    @classmethod
    def of(cls, history: CodeHistory) -> Life:
        """What is sent of the history of a code."""
        wordings = (
            LifeWording(one.long_description, one.short_description, one.since) for one in history.wordings
        )
        return cls(history.came, history.ended, tuple(wordings))


class ProcessingNote(msgspec.Struct, frozen=True):
    """A note that CMS's release cites for a code.

    Attributes:
        number: Four digits.
        text: Its text in CMS's words; empty where the index was built without the file of notes.
    """

    number: str
    text: str


class CodeDetail(msgspec.Struct, frozen=True):
    """Everything known of a code.

    Attributes:
        release: Release name.
        model: Model name.
        notice: A sentence that every interface must show; empty for an official release.
        on: The date that `status` is for.
        status: `active`, `terminated` or `future` on that date.
        level: 1 for CPT, 2 for HCPCS Level II.
        section: First letter of a Level II code; `CPT` for Level I.
        successors: For an ended code, the codes that CMS names in its place.
        use_instead: For a code that is not valid on that date, the codes that are: CMS's cross-reference, or
            proposed with a probability.
        predecessors: Ended codes for which CMS names this one.
        neighbours: Codes around it in tabular order.
        modifiers: All modifiers of the release, when asked for with `modifiers=true`.
        record: The fields of the release, as `docs/data.md` explains them.
        explained: The same fields in words, in reading order; one entry for each value.
        fitting_modifiers: Modifiers that go with the code, by a fee or by its pricing group.
        lives: When it came, was reworded and ended, where the index has a history of several releases.
        limits: Unit limits, where the index has tables of them; each for its own setting.
        fees: Fees and rates, likewise. They say nothing about coverage.
        table_warnings: Tables that are of another quarter than the date.
        processing_note: CMS's note on the code; null where the release cites none.
    """

    release: str
    model: str
    notice: str
    on: date
    code: str
    description: str
    short_description: str
    status: Status
    level: int
    section: str
    effective_from: date | None
    effective_to: date | None
    is_noc: bool
    successors: tuple[str, ...]
    use_instead: tuple[Replacement, ...]
    predecessors: tuple[str, ...]
    neighbours: tuple[CodeLine, ...]
    modifiers: tuple[Modifier, ...]
    record: Record
    explained: tuple[FieldInWords, ...]
    fitting_modifiers: tuple[FittingModifier, ...] = ()
    lives: tuple[Life, ...] = ()
    limits: tuple[Limit, ...] = ()
    fees: tuple[Fee, ...] = ()
    table_warnings: tuple[str, ...] = ()
    processing_note: ProcessingNote | None = None


class CodeSet(msgspec.Struct, frozen=True):
    """A loaded code set.

    Attributes:
        system: Its canonical address.
        release: Release name.
        codes: How many codes.
        active: How many of them are active today.
        modifiers: How many modifiers.
    """

    system: str
    release: str
    codes: int
    active: int
    modifiers: int


class Releases(msgspec.Struct, frozen=True):
    """Which code sets and models are loaded.

    Attributes:
        release: Release name, as in every answer.
        model: Model name, as in every answer.
        notice: A sentence that every interface must show; empty for an official release.
        code_sets: Each code set.
        manifest: The index folder's own manifest.
        comparable: Releases that `GET /v1/releases/changes` can compare, the newest first.
    """

    release: str
    model: str
    notice: str
    code_sets: tuple[CodeSet, ...]
    manifest: dict[str, Any]
    comparable: tuple[str, ...] = ()


class ReleaseChanges(msgspec.Struct, frozen=True):
    """One page of what changed between two releases.

    Attributes:
        release: Name of the release that answers.
        notice: A sentence that every interface must show; empty for an official release.
        old: The earlier release.
        new: The later one.
        remarks: Sentences on what was not compared.
        counts: Kind -> changes of that kind in the section and with the beginning that were asked for.
        total: Changes that match on all pages together.
        codes: Codes and modifiers that they are of.
        changes: This page, ascending by code; a code has all its changes on one page.
        next_cursor: Give it as `cursor` for the next page; null on the last one.
    """

    release: str
    notice: str
    old: str
    new: str
    remarks: tuple[str, ...]
    counts: dict[str, int]
    total: int
    codes: int
    changes: tuple[ReleaseChange, ...]
    next_cursor: str | None


class Chapters(msgspec.Struct, frozen=True):
    """The sections and chapters of the loaded code set, for browsing.

    Attributes:
        release: Release name.
        notice: A sentence that every interface must show; empty for an official release.
        on: The date on which codes are counted.
        sections: In tabular order, each with its chapters.
    """

    release: str
    notice: str
    on: date
    sections: tuple[SectionChapters, ...]


class ModifierSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words to find modifiers by."""

    text: Annotated[
        str,
        Meta(min_length=1, max_length=200, description="Two characters, or words of a descriptor."),
    ]
    date_of_service: Annotated[
        date | None, Meta(description="The day that decides each status; today when left out.")
    ] = None


class ModifierLine(msgspec.Struct, frozen=True):
    """One modifier of the release.

    Attributes:
        modifier: Two characters.
        description: Long description.
        short_description: Short description.
        status: `active`, `terminated` or `future` on the date.
        effective_from: First day of use; null where the release has none.
        effective_to: Last day of use; null while there is none.
    """

    modifier: str
    description: str
    short_description: str
    status: Status
    effective_from: date | None
    effective_to: date | None

    @classmethod
    def of(cls, one: Modifier, on: date) -> ModifierLine:
        """What is sent of a modifier."""
        return cls(
            one.modifier,
            one.long_description,
            one.short_description,
            one.status(on),
            one.effective_from,
            one.effective_to,
        )


class Modifiers(msgspec.Struct, frozen=True):
    """Modifiers of the release.

    Attributes:
        release: Release name.
        on: The date that `status` is for.
        modifiers: Those that were asked for, best first, or all, ascending.
    """

    release: str
    on: date
    modifiers: tuple[ModifierLine, ...]
