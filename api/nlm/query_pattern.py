"""The queries that `parse_query` takes, as a regular expression for the OpenAPI document.

It says what a form needs, without parentheses. A query with them is read too.
"""

from __future__ import annotations

from api.http.limits import NLM_PATTERNS, NLM_WILDCARDS
from api.nlm.fields import BOOLEANS, DATES, FIELDS

_CLAUSES, _AROUND = 14, 4  # at most NLM_CLAUSES

_CHARACTER = r'[^\s()"\[\]{}:~^/\\<>=&|*?]'  # of a word
_FIRST = r'[^\s()"\[\]{}:~^/\\<>=&|*?!+\-]'
_BOUND = r'[^\s()"\[\]{}:<>=*?]'
_GAP = r"\s+((&&|\|\|)\s+)?"
_DATE = "[0-9]{4}(-?[0-9]{2}(-?[0-9]{2})?)?"
_PHRASE = '"[^"]*"'


def _word() -> str:
    """A word with a letter or digit; it does not begin with a mark."""
    return f"([a-zA-Z0-9]{_CHARACTER}*|{_FIRST}{_CHARACTER}*[a-zA-Z0-9]{_CHARACTER}*)"


def _range(bound: str) -> str:
    return rf"[\[{{]\s*({bound}|\*)\s+TO\s+({bound}|\*)\s*[\]}}]"


def _values(bound: str, plain: str) -> str:
    """What may stand after a field that has an order."""
    return rf"({plain}|{_range(bound)}|[<>]=?{bound})"


def _field(names: frozenset[str]) -> str:
    return f"({'|'.join(name for name in FIELDS if name in names)}):"


def _clause() -> str:
    """A clause without parentheses, and without a wildcard before the end of a word."""
    text = _values(f"{_BOUND}+", rf"{_word()}|({_FIRST}{_CHARACTER}*)?\*|{_PHRASE}")
    texts = frozenset(FIELDS) - DATES - BOOLEANS
    values = (
        rf"({_field(texts)})?{text}",
        rf"{_field(DATES)}{_values(_DATE, rf'{_DATE}|{chr(34)}{_DATE}{chr(34)}|{chr(34) * 2}')}",
        rf"{_field(BOOLEANS)}([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])",
        rf"_exists_:({'|'.join(FIELDS)})",
        r"\*:\*",
    )
    return rf"([+\-!]\s*)*({'|'.join(values)})"


def _wild() -> str:
    """A clause with wildcards anywhere."""
    field, word = _field(frozenset(FIELDS)), f"({_FIRST}{_CHARACTER}*)?"
    return rf"([+\-!]\s*)*({field})?{word}([*?]{_CHARACTER}*){{1,{NLM_WILDCARDS}}}"


def query_pattern() -> str:
    """The regular expression, in the part of ECMA's syntax that JSON schema names."""
    clause = _clause()
    some = rf"({clause}{_GAP}){{0,{_AROUND}}}"
    wild = rf"{some}({_wild()}{_GAP}{some}){{0,{NLM_PATTERNS - 1}}}{_wild()}({_GAP}{clause}){{0,{_AROUND}}}"
    return rf"^\s*({clause}({_GAP}{clause}){{0,{_CLAUSES - 1}}}|{wild})?\s*$"
