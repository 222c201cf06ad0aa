"""Texts that consist of codes: one code, or a list, with modifiers and words such as "code"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence

from index.code_systems import DENTAL, LEVEL_I, LEVEL_II, SECTION
from suggest.reading.code_parts import TypedCodes, attached, repaired

MAX_CHARACTERS = 200  # of a list of codes; a longer text is not looked at
_LEADS = {
    **dict.fromkeys(("CODE", "CODES", "AND", "OR", "WITH", "HCPC", "LEVEL", "II"), ""),
    "HCPCS": "hcpcs",
    **dict.fromkeys(("CPT", "CPT4"), "cpt"),
    **dict.fromkeys(("CDT", "ADA", "DENTAL"), "cdt"),
    **dict.fromkeys(("ICD", "ICD10", "ICD10CM", "CM", "DX"), "icd"),
    **dict.fromkeys(("NDC", "N4", "LABELER"), "ndc"),
    **dict.fromkeys(("REV", "REVENUE"), "revenue"),
    **dict.fromkeys(("MODIFIER", "MODIFIERS", "MOD", "MODS"), "modifier"),
}
"""Words of a list of codes, upper case, and the system that each says comes next."""

_JOINED = re.compile(r"(?<![A-Za-z0-9.])([A-Za-z])[ -](\d{4})(?![0-9.])")
_NDC = re.compile(r"(?<![\w.-])(\d{4,5}-\d{3,4}-\d{1,2}|\d{4,5}-\d{3,4}|\d{10,11})(?![\w-])")
_SIGNS = re.compile(r"[A-Za-z0-9.*]+")
_CODE = re.compile(rf"({LEVEL_II.pattern})([A-Z0-9]*)")
_LETTERED = re.compile(rf"{SECTION}[0-9OIL]{{4}}")
_PREFIX = re.compile(rf"({SECTION}\d{{1,3}})[X*]*")
_CPT = re.compile(rf"({LEVEL_I.pattern})([A-Z][A-Z0-9])?")
_ICD_WITH_DOT = re.compile(r"[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}")
_ICD = re.compile(r"[A-TV-Z]\d[0-9AB]([0-9A-Z]{0,4})")
_UNREAD = re.compile(r"\d\d|X\d{1,3}")
"""A modifier of CPT, or a count; both say nothing here."""


class CodeListReader:
    """Reads texts that hold nothing but codes."""

    def __init__(
        self, codes: Sequence[str], modifiers: Collection[str], is_word: Callable[[str], bool]
    ) -> None:
        """Take the catalogue's codes, ascending, the release's modifiers, and which words are known."""
        self._is_word = is_word
        self._codes = codes
        self._known = frozenset(codes)
        self._modifiers = modifiers

    def read(self, text: str) -> TypedCodes | None:
        """The codes of a text that holds nothing else, or None."""
        if len(text) > MAX_CHARACTERS:
            return None
        found: list[tuple[str, str]] = [("ndc", match[1]) for match in _NDC.finditer(text)]
        tokens = _SIGNS.findall(_JOINED.sub(self._joined, _NDC.sub(" ", text)).upper())
        lead = ""
        for token in [token.strip(".") for token in tokens]:
            named = _LEADS.get(token)
            if named is not None:
                lead = named or lead
                continue
            kinds = self._kinds(token, lead, any(kind in ("code", "cpt") for kind, _ in found))
            if not kinds:
                return None
            found += kinds
        alone = all(kind == "modifier" for kind, _ in found) and lead != "modifier"
        if not found or (alone and len(tokens) > 1) or self._is_term(tokens, found):
            return None
        if alone:  # E1 is a modifier, and the beginning of codes; RT is also a word
            return self._typed([*found, *self._begun(tokens[0])], text)
        return self._typed(found, "")

    def _is_term(self, tokens: Sequence[str], found: Sequence[tuple[str, str]]) -> bool:
        """Whether a text that looks like a begun code or a diagnosis is a known term, such as B12."""
        return len(tokens) == 1 and found[0][0] in ("prefix", "icd") and self._is_word(tokens[0].lower())

    def _joined(self, match: re.Match[str]) -> str:
        """A letter and four digits as one code, if it is one of the catalogue; else as typed."""
        code = match[1] + match[2]
        return code if code.upper() in self._known else match[0]

    def _kinds(self, token: str, lead: str, after_code: bool) -> list[tuple[str, str]]:
        """What a token is: kinds ("code", "prefix", "modifier", a system) and their values."""
        if after_code and lead != "modifier" and _UNREAD.fullmatch(token):
            return [("unread", token)]
        if token in self._modifiers:
            return [("modifier", token)]
        if lead == "revenue" and token.isdigit() and len(token) in (3, 4):
            return [("revenue", token.zfill(4))]
        if _ICD_WITH_DOT.fullmatch(token) or (lead == "icd" and _ICD.fullmatch(token)):
            return [("icd", token)]
        match = _CODE.fullmatch(token)
        beside = attached(match[2], self._modifiers) if match else None
        if match and beside is not None:
            return [("code", match[1]), *[("modifier", modifier) for modifier in beside]]
        if _LETTERED.fullmatch(token) and repaired(token) in self._known:
            return [("code", repaired(token))]
        if DENTAL.fullmatch(token):
            return [("cdt", token)]
        match = _CPT.fullmatch(token)
        if match and (match[2] is None or match[2] in self._modifiers):
            return [("cpt", match[1]), *([("modifier", match[2])] if match[2] else [])]
        return self._begun(token) or self._diagnosis(token)

    def _begun(self, token: str) -> list[tuple[str, str]]:
        """A token as the beginning of codes of the catalogue."""
        match = _PREFIX.fullmatch(token)
        if match is None:
            return []
        at = bisect_left(self._codes, match[1])
        exists = at < len(self._codes) and self._codes[at].startswith(match[1])
        return [("prefix", match[1])] if exists else []

    def _diagnosis(self, token: str) -> list[tuple[str, str]]:
        """A token as an ICD-10 code without its dot."""
        match = _ICD.fullmatch(token)
        return (
            [("icd", token)]
            if match and token[:5] not in self._known and (not match[1] or match[1][0].isdigit())
            else []
        )

    def _typed(self, found: Sequence[tuple[str, str]], rest: str) -> TypedCodes:
        def of(kind: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(value for other, value in found if other == kind))

        systems = ("cpt", "cdt", "icd", "ndc", "revenue")
        return TypedCodes(
            codes=tuple(dict.fromkeys(value for kind, value in found if kind in ("code", "cpt"))),
            prefixes=of("prefix"),
            modifiers=of("modifier"),
            other_codes=tuple(
                dict.fromkeys(pair for pair in found if pair[0] in systems and pair[1] not in self._known)
            ),
            rest=rest,
        )
