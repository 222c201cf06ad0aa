"""Modifiers for the claim line: those that a text names, and those that its words call for.

What each is for is in its description and in CMS's Claims Processing Manual (chapter 4, section 20.6: sides;
chapter 20: equipment; chapter 13: components; chapter 12, section 190: telehealth). Which pricing modifiers
go with a code is in CMS's DMEPOS fee schedule; it is asked where an index holds it, and nothing is claimed
without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.store.catalogue import Catalogue
from index.store.modifiers import Modifiers
from index.store.tables import Tables
from index.tables.code_table import DmeFee
from index.text.attributes import bit
from index.text.phrases import longest_phrases
from index.text.polarity import STATED, polarity
from index.text.words import lengths_by_first
from suggest.answer import ModifierSuggestion, Suggestion
from suggest.reader import Query

MIN_CONFIDENCE = 0.5
"""A less likely first suggestion says too little of what the line is for."""

MIN_KIND_CONFIDENCE = 0.1
"""The same for rental, purchase and used, which only ask whether the line is for equipment of some kind."""

MAX_DESCRIBED_WORDS = 6
"""A longer text is no description of a modifier alone."""

_CUES: dict[str, str] = {
    "left": "left; lft; lt",
    "right": "right; rgt; rt",
    "both": "bilateral; bilaterally; bilat; bil; both sides; left and right; right and left; lt and rt;"
    " rt and lt; lt rt; rt lt",
    "rental": "rental; rent; rented; renting; rntl; rentl; monthly rental; rental per month",
    "purchase": "purchase; purchased; purch; purchasing; new purchase; brand new; new equipment; bought",
    "used": "used equipment; used dme; purchase used; purchased used; used purchase; refurbished;"
    " second hand; secondhand; preowned; pre owned",
    "replacement": "replacement; replace; replacing; replaced; repl; replcmnt; rplcmnt; replc; replmt",
    "part": "replacement part; replacement parts; repl part; repl parts; repair part; repair parts; parts for"
    " repair; part for repair",
    "professional": "professional component; professional comp; prof component; prof comp; pro component; pro"
    " comp; professional fee; prof fee; pro fee; profee; professional only; interpretation only; interp only",
    "technical": "technical component; technical comp; tech component; tech comp; technical fee; tech fee;"
    " technical only; tech only",
    "video": "telehealth; telehlth; telemedicine; telemed; tele health; tele medicine; video visit;"
    " via video; by video; audio video; audio and video",
    "audio": "audio only; telephone visit; phone visit; via telephone; by telephone; via phone; by phone;"
    " telephone only; phone only",
    "later": "asynchronous; store and forward; asynchronous telehealth",
}
_MODIFIERS: dict[str, tuple[str, ...]] = {
    "left": ("LT",),
    "right": ("RT",),
    "rental": ("RR",),
    "purchase": ("NU",),
    "used": ("UE",),
    "replacement": ("RA",),
    "part": ("RB",),
    "professional": ("26",),
    "technical": ("TC",),
    "video": ("GT", "95"),
    "audio": ("FQ", "93"),
    "later": ("GQ",),
}
_PRICED = frozenset({"RR", "NU", "UE"})
_KINDS = {
    phrase: kind
    for kind, phrases in _CUES.items()
    for phrase in (" ".join(one.split()) for one in phrases.split(";"))
}
_LENGTHS = lengths_by_first([phrase.split(" ") for phrase in _KINDS])
_FIRSTS = frozenset(_LENGTHS) | {"used"}

_SHORT_SIDES = frozenset({"lt", "rt"})
_NO_SIDE_BEFORE = re.compile(
    r"heart|hrt|ventr|vent$|atri|coronary|cor$|main|anterior|circumflex|bundle|angle|handed|port|away|size|over|behind"
    r"|pcr|thread|click|offset|hander|to$|or$"
)
"""Words behind "left" or "right" that make it a part of a name, not a side of the patient."""

_HARDWARE = frozenset(
    (
        "nail",
        "plate",
        "plt",
        "screw",
        "pin",
        "rod",
        "stem",
        "insert",
        "tray",
        "hook",
        "mesh",
        "washer",
        "graft",
    )
) | {"baseplate", "bearing", "flange", "flanged", "articular", "condylar", "humeral", "femoral", "tibial"}
"""Words of a hospital's implants, which say for which side a part is made; claims have no side for them."""

_COLOURS = frozenset(
    {"bl", "blue", "brn", "brown", "grn", "green", "gr", "gray", "grey", "tan", "pink", "beige"}
)
_NO_SIDE_AFTER = frozenset({"or", "either", "up", "upside", "the"})
_USED_BEFORE = frozenset(
    ("be", "is", "are", "was", "were", "when", "if", "not", "never", "being", "been", "most", "commonly")
)
_WITH = frozenset({"with", "w", "incl", "including", "includes", "plus", "set"})
_REPLACED_BODY = re.compile(
    r"knee|hip|joint|shoulder|elbow|ankle|valve|disc|fluid|hormone|nicotine|renal|kidney|blood|volume|enzyme|therapy|tx$"
)
"""Words before or behind "replacement" for what the patient gets, not for an item that is delivered again."""

_SAYS_SIDES = re.compile(r"\bone or both\b|\bunilateral or bilateral\b|\bpair\b", re.IGNORECASE)
_SAYS_REPLACED = re.compile(r"\breplace", re.IGNORECASE)
_SAYS_COMPONENT = re.compile(r"\bcomponent|\bprofessional\b|\btechnical\b|\binterpretation\b", re.IGNORECASE)
_SAYS_REMOTE = re.compile(
    r"\btele|\baudio\b|\bvideo\b|\bvirtual|\bremote|\bonline\b|\boriginating\b", re.IGNORECASE
)
_NUMBER_ONLY = "; a CPT modifier, known here by its number only"

_SIDED = re.compile(r"[EKLV]|A[56]|G0|G9|C8|Q40|S[1-9]|H")
_SHORT_SIDED = re.compile(r"[EKLV]|C8|Q40")
_EQUIPMENT = re.compile(r"[EKL]|A[4-8]")
_REPLACED = re.compile(r"[EK]|L[0-7]")
_RENTED = re.compile(r"[EK]")
_SERVICE = re.compile(r"[GHRT]|M[01]|P[237]|Q00|Q30|S[1-9]|C8|C97")

LEFT, RIGHT, BOTH = bit("hand side: left"), bit("hand side: right"), bit("sides: both")


class _Cue(NamedTuple):
    """What words of a text call for; `words` as read, without what was mended."""

    kind: str
    words: str


class ModifierFinder:
    """Finds the modifiers of texts, for the codes of one index. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, attributes: npt.NDArray[np.uint8], tables: Tables) -> None:
        """Take the records, the attributes of each (`Profiles.attributes`), and the tables of an index."""
        self._modifiers = Modifiers(catalogue.modifiers)
        self._catalogue = catalogue
        self._attributes = attributes
        self._fees = [table for table in tables if table.info.kind == "dme-fees"]

    def find(
        self, query: Query, suggestions: Sequence[Suggestion], refused: bool, on: date
    ) -> tuple[ModifierSuggestion, ...]:
        """Modifiers for the line of the first suggestion, those first that the text names.

        Args:
            query: The text, read.
            suggestions: Its codes, best first.
            refused: Whether it probably has no code; it may then be the description of a modifier.
            on: Date of service.
        """
        named = self._named(query) if query.modifiers else []
        if refused:
            return tuple(named or self._described(query, on))
        first = suggestions[0] if suggestions else None
        if first is None or first.confidence < MIN_KIND_CONFIDENCE or _FIRSTS.isdisjoint(query.words):
            return tuple(named)
        taken = {one.modifier for one in named}
        found = self._called_for(query.words, first, on)
        return (*named, *(one for one in found if one.modifier not in taken))

    def _named(self, query: Query) -> list[ModifierSuggestion]:
        found = [(name, self._modifiers.get(name)) for name in query.modifiers]
        return [
            ModifierSuggestion(name, modifier.long_description, f"the text names {name}", (name,))
            for name, modifier in found
            if modifier is not None
        ]

    def _described(self, query: Query, on: date) -> list[ModifierSuggestion]:
        """The modifier that a text describes in all of its words."""
        if not 1 < len(query.words) <= MAX_DESCRIBED_WORDS and query.words not in (
            ("rental",),
            ("bilateral",),
        ):
            return []
        modifier = self._modifiers.described(query.plain)
        if modifier is None or not self._modifiers.valid(modifier.modifier, on):
            return []
        reason = "the text has the words of its description"
        return [ModifierSuggestion(modifier.modifier, modifier.long_description, reason, query.words)]

    def _called_for(self, words: Sequence[str], first: Suggestion, on: date) -> list[ModifierSuggestion]:
        found: list[ModifierSuggestion] = []
        for cue in _cues(words):
            for name in self._modifiers_of(cue, first):
                modifier = self._modifiers.valid(name, on)
                if modifier is None and not name.isdigit():
                    continue
                priced = self._priced(first.code, on) if name in _PRICED else None
                if priced is not None and name not in priced[1]:
                    continue
                reason = f'the text says "{cue.words}"'
                if priced is not None:
                    reason += f"; {priced[0]} has {first.code} with {name}"
                elif name in _PRICED and not _RENTED.match(first.code):
                    continue
                description = modifier.long_description if modifier else ""
                reason += "" if modifier else _NUMBER_ONLY
                found.append(ModifierSuggestion(name, description, reason, tuple(cue.words.split())))
        return found

    def _modifiers_of(self, cue: _Cue, first: Suggestion) -> tuple[str, ...]:
        """The modifiers of a cue; none where the code says the same itself, or is for something else."""
        code, said = first.code, first.description
        if cue.kind not in ("rental", "purchase", "used") and first.confidence < MIN_CONFIDENCE:
            return ()
        if cue.kind in ("left", "right", "both"):
            short = cue.kind != "both" and cue.words in _SHORT_SIDES
            if not (_SHORT_SIDED if short else _SIDED).match(code) or self._says_side(first):
                return ()
            if cue.kind == "both":
                return ("50",) if _SERVICE.match(code) else ("LT", "RT")
        elif cue.kind in ("replacement", "part"):
            if not _REPLACED.match(code) or _SAYS_REPLACED.search(said):
                return ()
        elif cue.kind in ("professional", "technical"):
            if not _SERVICE.match(code) or _SAYS_COMPONENT.search(said):
                return ()
        elif cue.kind in ("video", "audio", "later"):
            if not _SERVICE.match(code) or _SAYS_REMOTE.search(said):
                return ()
        elif not _EQUIPMENT.match(code):
            return ()
        return _MODIFIERS[cue.kind]

    def _says_side(self, first: Suggestion) -> bool:
        """Whether a code is for one side, or for both together; one for either side says none."""
        row = self._catalogue.position(first.code)
        if row is None or _SAYS_SIDES.search(first.description):
            return True
        bits = int.from_bytes(self._attributes[row].tobytes(), "little")
        return bool(bits & BOTH) or bool(bits & LEFT) != bool(bits & RIGHT)

    def _priced(self, code: str, on: date) -> tuple[str, frozenset[str]] | None:
        """CMS's name of the fee schedule that has a code, and the modifiers of its rows; else None."""
        begun = [table for table in self._fees if (day := table.info.effective_from) is None or day <= on]
        for table in sorted(begun or self._fees, key=lambda table: table.info.quarter, reverse=True):
            rows = table.rows(code)
            if rows:
                names = {name for row in rows if isinstance(row, DmeFee) for name in row.modifiers}
                return table.info.title, frozenset(names)
        return None


def _cues(words: Sequence[str]) -> Iterable[_Cue]:
    """What the words of a text call for, each kind once; nothing where two contradict each other."""
    typed = list(words)
    marks = polarity(typed)
    found: dict[str, str] = {}
    for start, stop, phrase in longest_phrases(typed, _LENGTHS, _KINDS):
        kind = _KINDS[phrase]
        if marks[start] == STATED and _is_meant(kind, typed, start, stop):
            found.setdefault(kind, phrase)
    if _is_used(typed):
        found.setdefault("used", "used")
        found.pop("purchase", None)
    if "part" in found:
        found.pop("replacement", None)
    for one, other in (("rental", "purchase"), ("rental", "used"), ("professional", "technical")):
        if one in found and other in found:
            del found[one], found[other]
    if "both" in found or ("left" in found and "right" in found):
        left, right = found.pop("left", ""), found.pop("right", "")
        if "both" not in found and left and right:
            return [_Cue(kind, words) for kind, words in found.items()]
    return [_Cue(kind, words) for kind, words in found.items()]


def _is_meant(kind: str, words: Sequence[str], start: int, stop: int) -> bool:
    before = words[start - 1] if start else ""
    behind = words[stop] if stop < len(words) else ""
    if kind in ("left", "right", "both") and not _HARDWARE.isdisjoint(words):
        return False
    if kind in ("left", "right"):
        if words[start] == "lt" and behind in _COLOURS:  # light blue
            return False
        return not _NO_SIDE_BEFORE.match(behind) and before not in _NO_SIDE_AFTER
    if kind == "replacement":
        accessory = not _WITH.isdisjoint(words[:start])  # "collar with replacement pads"
        return not accessory and not _REPLACED_BODY.match(before) and not _REPLACED_BODY.match(behind)
    return True


def _is_used(words: Sequence[str]) -> bool:
    """Whether the last word says that the item is used: "wheelchair, used"."""
    return len(words) > 1 and words[-1] == "used" and words[-2] not in _USED_BEFORE
