"""The codes in a typed text, as coders write them: whole, begun, with modifiers, and of other systems."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from index.code_systems import LEVEL_I, LEVEL_II, SECTION
from suggest.reading.code_list import CodeListReader
from suggest.reading.code_parts import TypedCodes, attached, repaired

_DIGITS = re.compile(
    r"\d(?:(?<=[A-Za-z].)[0-9OoIiLl]{3}|(?<=[A-Za-z][ -].)\d{3}|\d{3}[\dFTUAMftuam]|-\d{3}|\d-\d{4}"
    r"|(?<=[OoIiLl].)[0-9OoIiLl]{2}|(?<=[A-Za-z].)[0-9ABab]\.[0-9A-Za-z])"
)
_SHORT = re.compile(r"\W*(?:[A-Za-z]{2}\W*$|[A-Za-z]\d{1,3}[Xx*]*(?:\W|$))")
_WORDS = ("modifier", "mod ", "mods", "revenue", "rev ", "rev.", "rev:", "icd", "dx ", "dx:")


def _may_hold_codes(text: str) -> bool:
    """Whether it is worth to look for codes: most texts have none, and this is quick to see."""
    if _DIGITS.search(text) is not None or _SHORT.match(text) is not None:
        return True
    lower = text.lower()
    return any([word in lower for word in _WORDS])


_LEVEL_2 = re.compile(
    rf"(?<![a-z0-9.])({LEVEL_II.pattern})((?:[-/]?[a-z][a-z0-9])*)(?![a-z0-9]|\.\d)", re.IGNORECASE
)
_LEVEL_1 = re.compile(rf"(?<![a-z0-9.])(?:{LEVEL_I.pattern})(?![a-z0-9]|\.\d)", re.IGNORECASE)
_MISREAD = re.compile(
    rf"(?<![a-z0-9.]){SECTION}(?=[0-9]*[OIL])(?=(?:[OIL]*[0-9]){{2}})[0-9OIL]{{4}}(?![a-z0-9]|\.\d)",
    re.IGNORECASE,
)
_SPACED = re.compile(
    rf"^\W*({SECTION})[ -](\d{{4}})(?=[ ,;:/-]|$)"
    r"(?!\s*-?\s*(?:\d|mg\b|ml\b|mcg\b|cc\b|units?\b|iu\b))",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"[\s,;:/-]*([a-z][a-z0-9])(?![a-z0-9])", re.IGNORECASE)
_COUNT = re.compile(r"x\d")
_NAMED_MODIFIER = re.compile(
    r"\b(?:modifiers?|mods?\.?)[\s:#=-]+([a-z][a-z0-9])(?![a-z0-9])|\b([a-z][a-z0-9])[\s-]+modifiers?\b",
    re.IGNORECASE,
)
_OTHERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (system, re.compile(pattern, re.IGNORECASE))
    for system, pattern in (
        (
            "ndc",
            r"(?:\bndc\W*)?(?<![\w.-])(\d{5}-\d{4}-\d{1,2}|\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2})(?![\w-])",
        ),
        ("ndc", r"\bndc[\s:#-]*(\d{4,5}-\d{3,4}|\d{9,11})(?![\w-])"),
        (
            "icd",
            r"(?:\b(?:icd(?:-?10)?(?:-?cm)?|dx)\W*)?(?<![\w.-])([a-tv-z]\d[0-9ab]\.[0-9a-z]{1,4})(?![\w.-])",
        ),
        (
            "icd",
            r"\b(?:icd(?:-?10)?(?:-?cm)?|dx)(?:\s+codes?)?[\s:#-]+([a-tv-z]\d[0-9ab][0-9a-z]{0,4})(?![\w.])",
        ),
        ("cpt", r"\bcpt(?:-?4)?(?:\s+codes?)?[\s:#-]*(\d{5}|\d{4}[ftuam])(?![\w.])"),
        ("cpt", r"(?<![\w.-])(\d{5}|\d{4}[ftuam])\s+cpt\b"),
        ("cdt", r"\b(?:cdt|ada|dental)(?:\s+codes?)?[\s:#-]*(d\d{4})(?![\w.])"),
        ("cdt", r"^\W*(?:code\W+)?(d\d{4})(?![\w.])(?=\W+[a-z]{3})"),
        ("cdt", r"(?<![\w.-])(d\d{4})\s+(?:cdt|ada|dental)\b"),
        ("revenue", r"\brev(?:enue)?\.?(?:\s*(?:codes?|centers?|cd))?[\s:#-]*(\d{4}|\d{3})(?![\w.-])"),
        ("revenue", r"(?<![\w.-])(0\d{3}|\d{3})\s+rev(?:enue)?\b"),
    )
)
_OTHER_HINTS = re.compile(r"\d-\d{3}|[a-z]\d[0-9ab]\.[0-9a-z]|ndc|icd|dx\b|cpt|cdt|\bada\b|dental|d\d{4}|rev")
SMALL_WORDS = frozenset({"AM", "AS", "AT", "ET", "GO", "PO", "HA", "HE", "HO", "IN", "MS", "PA", "PM", "US"})
"""Modifiers that are commoner as words; in a text of words they are read as words."""


class CodeReader:
    """Finds the codes in a text. Safe to use from several threads."""

    def __init__(
        self, codes: Sequence[str], modifiers: Collection[str], is_word: Callable[[str], bool]
    ) -> None:
        """Take what exists.

        Args:
            codes: Codes of the catalogue, ascending.
            modifiers: Modifiers of the release.
            is_word: Whether a word, in small letters, is known and so no code.
        """
        self._is_word = is_word
        self._known = frozenset(codes)
        self._modifiers = frozenset(modifiers)
        self._lists = CodeListReader(codes, self._modifiers, is_word)

    def read(self, text: str) -> TypedCodes:
        """The codes in a text and the text without them."""
        if not _may_hold_codes(text):
            return TypedCodes(rest=text)
        return self._lists.read(text) or self._in_words(text)

    def _in_words(self, text: str) -> TypedCodes:
        """The codes in a text that has other words too."""
        codes: list[tuple[int, str]] = []
        modifiers: list[str] = []
        others: list[tuple[str, str]] = []
        spans: list[tuple[int, int]] = []
        lower = text.lower()
        if _OTHER_HINTS.search(lower) is not None:
            for system, pattern in _OTHERS:
                for match in pattern.finditer(text):
                    if not any(start < match.end() and match.start() < stop for start, stop in spans):
                        code = match[1].upper()
                        others.append((system, code.zfill(4) if system == "revenue" else code))
                        spans.append(match.span())
        for match in _LEVEL_2.finditer(text):
            beside = attached(match[2], self._modifiers)
            tail = match[2].lstrip("-/")
            if beside is None and tail == match[2]:  # a model number such as E0601XY
                continue
            if len(tail) > 2 and tail != match[2] and self._is_word(tail.lower()):  # E0601-cpap
                beside = None
            codes.append((match.start(), match[1].upper()))
            modifiers += beside or ()
            stop = match.end() if beside is not None else match.end(1)
            spans.append((match.start(), self._modifiers_after(text, stop, modifiers)))
        for pattern in (_MISREAD, _SPACED):
            for match in pattern.finditer(text):
                code = "".join(match.groups()) or repaired(match[0])
                if code.upper() in self._known:
                    codes.append((match.start(), code.upper()))
                    spans.append((match.start(), self._modifiers_after(text, match.end(), modifiers)))
        codes += [(match.start(), match[0].upper()) for match in _LEVEL_1.finditer(text)]
        for match in _NAMED_MODIFIER.finditer(text) if "mod" in lower else ():
            modifier = (match[1] or match[2]).upper()
            if modifier in self._modifiers:
                modifiers.append(modifier)
                spans.append(match.span())
        return TypedCodes(
            codes=tuple(dict.fromkeys(code for _, code in sorted(codes))),
            modifiers=tuple(dict.fromkeys(modifiers)),
            other_codes=tuple(dict.fromkeys(other for other in others if other[1] not in self._known)),
            rest=_without(text, spans),
        )

    def _modifiers_after(self, text: str, start: int, modifiers: list[str]) -> int:
        """Append the modifiers that follow a code, and return where they stop.

        In words a modifier is written in capitals; at the end of the text it may be in small letters.
        """
        while (match := _BESIDE.match(text, start)) is not None:
            word = match[1]
            if word.upper() not in self._modifiers or word.upper() in SMALL_WORDS or _COUNT.fullmatch(word):
                break
            if not word.isupper() and text[match.end() :].strip():
                break
            modifiers.append(word.upper())
            start = match.end()
        return start


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text with blanks for some of its spans."""
    if not spans:
        return text
    parts: list[str] = []
    at = 0
    for start, stop in sorted(spans):
        parts += text[at : max(at, start)], " "
        at = max(at, stop)
    return "".join([*parts, text[at:]])
