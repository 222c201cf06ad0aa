"""The `q` of the NLM call, read record by record: slow and plain, to compare `api/nlm/query.py` with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase
from functools import lru_cache
from operator import ge, gt, le, lt

from api.nlm.columns import WORD
from api.nlm.fields import DATES, FIELDS, as_text
from index.records import Record

Condition = Callable[[Record, date], bool]
DEFAULT_FIELDS = ("code", "short_desc", "long_desc")  # searched by a clause that names no field
MAX_DEPTH = 20  # of parentheses inside each other
MAX_CACHED_TEXTS = 100_000

_TOKEN = re.compile(
    r"""\s*(?:(?:(?P<group>[a-z_]+):)?(?P<open>\()|(?P<close>\))|(?P<mark>[+\-!])
    |(?P<word>(?:(?P<field>[a-z_]+|\*):)?(?:"(?P<phrase>[^"]*)"|(?P<range>[\[{][^\[\]{}]*[\]}])
    |(?P<compare>[<>]=?[^\s()"\[\]{}:<>=]+)|(?P<term>[^\s()"\[\]{}:]+))))""",
    re.VERBOSE,
)
_RANGE = re.compile(r"[\[{]\s*(\S+)\s+TO\s+(\S+)\s*[\]}]")
COMPARISONS = {">=": ge, ">": gt, "<=": le, "<": lt}


class QuerySyntaxError(ValueError):
    """A query that cannot be read; the message never repeats it."""


class Occur(Enum):
    """How a clause counts; the names are Lucene's."""

    SHOULD = 0
    MUST = 1
    MUST_NOT = 2


def parse_query(text: str) -> Condition:
    """Compile a query into a condition on a record and a date.

    Raises:
        QuerySyntaxError: If the query uses another syntax than described above.
    """
    return _Parser(_tokens(text)).parse()


def _tokens(text: str) -> list[re.Match[str]]:
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise QuerySyntaxError(f"cannot be read from character {position + 1} on")
        tokens.append(match)
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self._tokens = tokens
        self._position = 0

    def parse(self) -> Condition:
        condition = self._clauses(depth=0)
        if not self._at_end():
            raise QuerySyntaxError("has a closing parenthesis too many")
        return condition

    def _at_end(self) -> bool:
        return self._position >= len(self._tokens)

    def _clauses(self, depth: int, field: str | None = None) -> Condition:
        """Read clauses up to a closing parenthesis or the end."""
        if depth > MAX_DEPTH:
            raise QuerySyntaxError("has too many parentheses inside each other")
        clauses: list[tuple[Occur, Condition]] = []
        after_and, occur = False, Occur.SHOULD
        while not self._at_end() and not self._tokens[self._position]["close"]:
            token = self._tokens[self._position]
            word = token["word"]
            self._position += 1
            if token["mark"] or word == "NOT":
                occur = Occur.MUST if token["mark"] == "+" else Occur.MUST_NOT
            elif word in {"AND", "&&", "OR", "||"}:
                after_and = word in {"AND", "&&"}
                if after_and and clauses and clauses[-1][0] is Occur.SHOULD:
                    clauses[-1] = (Occur.MUST, clauses[-1][1])
            else:
                condition = self._group(depth, token, field) if token["open"] else _clause(token, field)
                clauses.append((Occur.MUST if after_and and occur is Occur.SHOULD else occur, condition))
                after_and, occur = False, Occur.SHOULD
        return _combined(clauses)

    def _group(self, depth: int, token: re.Match[str], field: str | None) -> Condition:
        """Read the rest of a group whose opening parenthesis was read."""
        condition = self._clauses(depth + 1, token["group"] or field)
        if self._at_end():
            raise QuerySyntaxError("lacks a closing parenthesis")
        self._position += 1
        return condition


def _combined(clauses: list[tuple[Occur, Condition]]) -> Condition:
    """All MUST clauses hold, no MUST_NOT clause does, and, without a MUST clause, one SHOULD clause does."""
    must = [condition for occur, condition in clauses if occur is Occur.MUST]
    must_not = [condition for occur, condition in clauses if occur is Occur.MUST_NOT]
    should = [condition for occur, condition in clauses if occur is Occur.SHOULD]

    def combined(record: Record, on: date) -> bool:
        if not all(condition(record, on) for condition in must):
            return False
        if any(condition(record, on) for condition in must_not):
            return False
        return bool(must) or not should or any(condition(record, on) for condition in should)

    return combined


def _clause(token: re.Match[str], group: str | None) -> Condition:
    """One field, or any of the default fields, matches the token."""
    if token["field"] == "*" and token["term"] == "*":
        return lambda record, on: True
    if token["field"] == "_exists_" and token["term"] in FIELDS:
        return lambda record, on: bool(as_text(FIELDS[token["term"]](record, on)))
    field = token["field"] or group
    if field is not None and field not in FIELDS:
        raise QuerySyntaxError(f"names a field that is not one of {', '.join(FIELDS)}")
    names = (field,) if field else DEFAULT_FIELDS

    def clause(record: Record, on: date) -> bool:
        return any(_matches(token, name, as_text(FIELDS[name](record, on))) for name in names)

    return clause


def _matches(token: re.Match[str], field: str, text: str) -> bool:
    """Whether a field's text matches the token: a range, a comparison, a phrase, a pattern or a term."""
    if token["range"] is not None:
        match = _RANGE.fullmatch(token["range"])
        if match is None:
            raise QuerySyntaxError("has a range that is not of the form [FROM TO UNTIL]")
        low, high = match.groups()
        signs = (">=" if token["range"][0] == "[" else ">", "<=" if token["range"][-1] == "]" else "<")
        ends = zip(signs, (low, high), strict=True)
        return bool(text) and all(bound == "*" or _compares(sign, bound, field, text) for sign, bound in ends)
    if token["compare"] is not None:
        sign = token["compare"][:2] if token["compare"][1] == "=" else token["compare"][0]
        return bool(text) and _compares(sign, token["compare"][len(sign) :], field, text)
    if field in DATES and (token["phrase"] or token["term"]) and "*" not in token[0] and "?" not in token[0]:
        return bool(text) and text.startswith((token["phrase"] or token["term"]).replace("-", ""))
    if token["phrase"] is not None:
        phrase = f" {' '.join(WORD.findall(token['phrase'].lower()))} "
        return phrase in f" {' '.join(_words(text))} "
    term = token["term"].lower()
    if "*" in term or "?" in term:
        pattern = term.replace("[", "[[]")
        return any(fnmatchcase(word, pattern) for word in _words(text))
    return set(WORD.findall(term)).issubset(_words(text))


def _compares(sign: str, bound: str, field: str, text: str) -> bool:
    """Whether a text compares so; of dates as many digits as the bound has are looked at."""
    bound, text = bound.lower(), text.lower()
    if field in DATES:
        bound = bound.replace("-", "")
        text = text[: len(bound)]
    return bool(COMPARISONS[sign](text, bound))


@lru_cache(maxsize=MAX_CACHED_TEXTS)  # called with the texts of a release only, never with what was typed
def _words(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(text.lower()))
