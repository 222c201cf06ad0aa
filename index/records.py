"""Records of a release: codes, modifiers, and the problems met while reading them."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from index.code_systems import section_of_code, system_of_code

Status = Literal["active", "terminated", "future"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One HCPCS code as a release describes it.

    The fields are columns of CMS's record layout (`HCPC2026_recordlayout.txt`); `docs/data.md` lists them.
    Codes are upper case. `effective_to` is the last day of use, inclusive.
    """

    code: str
    long_description: str
    short_description: str = ""
    effective_from: date | None = None  # ADD DT
    effective_to: date | None = None  # TERM DT
    action: str = ""  # ACTION CD, one letter
    action_date: date | None = None  # ACT EFF DT
    coverage: str = ""  # COV, one letter
    pricing: tuple[str, ...] = ()  # PRICE1..4
    multiple_pricing: str = ""  # MULT_PI
    betos: str = ""
    types_of_service: tuple[str, ...] = ()  # TOS1..5
    cross_references: tuple[str, ...] = ()  # XREF1..5
    statute: str = ""
    asc_group: str = ""
    asc_date: date | None = None
    opps: str = ""  # OPPS payment group
    opps_indicator: str = ""
    opps_date: date | None = None
    processing_note: str = ""  # PROCNOTE
    lab_certifications: tuple[str, ...] = ()
    coverage_manual: tuple[str, ...] = ()  # CIM1..3
    carriers_manual: tuple[str, ...] = ()  # MCM1..3
    anesthesia_units: str = ""
    is_noc: bool = False

    @property
    def level(self) -> int:
        """1 for CPT (five digits, or four and a letter), 2 for CMS's own codes."""
        return system_of_code(self.code).level

    @property
    def section(self) -> str:
        """The first letter of a Level II code; `CPT` for Level I."""
        return section_of_code(self.code)

    def status(self, on: date) -> Status:
        """Whether the code may be billed for a service given on a date."""
        if self.effective_from is not None and on < self.effective_from:
            return "future"
        if self.effective_to is not None and self.effective_to < on:
            return "terminated"
        return "active"

    @property
    def successors(self) -> tuple[str, ...]:
        """The cross-referenced codes of an ended code; empty while it has no end date."""
        return self.cross_references if self.effective_to is not None else ()


class Modifier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A two-character HCPCS modifier, kept apart from codes."""

    modifier: str
    long_description: str
    short_description: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    action: str = ""
    action_date: date | None = None
    coverage: str = ""

    def status(self, on: date) -> Status:
        """Status on a date: the first and the last day count as active."""
        if self.effective_from and on < self.effective_from:
            return "future"
        return "terminated" if self.effective_to and on > self.effective_to else "active"


WordingKind = Literal["medium", "consumer", "clinician"]


class Wording(msgspec.Struct, frozen=True):
    """A further text of a code, from its publisher: of medium length, for consumers, or for clinicians."""

    code: str
    kind: WordingKind
    text: str


class Problem(msgspec.Struct, frozen=True):
    """A row that was left out or repaired while a release was read, and the reason."""

    path: str
    line: int  # 1-based line or row in the file; 0 for the whole file
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}"


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """CMS's processing notes, which codes cite by number.

    Attributes:
        source: Name of the file that they are from.
        sha256: Of that file.
        texts: Number, four digits -> text.
    """

    source: str
    sha256: str
    texts: dict[str, str]


class Release(msgspec.Struct, frozen=True):
    """A whole code set as read from one file.

    `records` and `modifiers` are ascending by code. `dental_refused` counts the rows of section D (CDT, the
    ADA's), which are never read; `problems` names every other row that was left out or repaired. `notes` are
    None where the file holds none.
    """

    name: str  # for example "2026-01"
    source: str  # file name, without its folder
    sha256: str  # of the source file as given
    records: tuple[Record, ...]
    modifiers: tuple[Modifier, ...] = ()
    problems: tuple[Problem, ...] = ()
    dental_refused: int = 0
    notice: str = ""  # shown with every answer; empty for an official release
    notes: Notes | None = None
