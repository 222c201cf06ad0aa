"""The `q` parameter of the NLM call: the part of Elasticsearch's query string syntax that forms use.

Fields (`is_noc:false`), quoted phrases, `*` and `?`, ranges (`add_dt:[20200101 TO *]`), `AND`, `OR`, `NOT`,
`+`, `-` and parentheses, with Lucene's reading: clauses side by side are alternatives unless marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase
from functools import lru_cache

from api.nlm.fields import FIELDS, shown
from index.records import Record

Test = Callable[[Record, date], bool]
ANYWHERE = ("code", "short_desc", "long_desc")
DEEPEST = 20

_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<mark>[+\-!])
    |(?P<word>(?:(?P<field>[a-z_]+):)?(?:"(?P<phrase>[^"]*)"|(?P<range>\[[^\[\]]*\])|(?P<term>[^\s()"\[\]:]+))))""",
    re.VERBOSE,
)
WORD = re.compile(r"[a-z0-9]+")
_RANGE = re.compile(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]")


class QuerySyntaxError(ValueError):
    """A query that cannot be read; the message never repeats it."""


class Occur(Enum):
    """How a clause counts."""

    MAY = 0
    MUST = 1
    NOT = 2


def parse_query(text: str) -> Test:
    """Compile a query.

    Raises:
        QuerySyntaxError: If it is not of the forms above.
    """
    tokens = _tokens(text)
    test, rest = _clauses(tokens, 0, 0)
    if rest < len(tokens):
        raise QuerySyntaxError("has a closing parenthesis too many")
    return test


def _tokens(text: str) -> list[re.Match[str]]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise QuerySyntaxError(f"cannot be read from character {at + 1} on")
        tokens.append(found)
        at = found.end()
    return tokens


def _clauses(tokens: list[re.Match[str]], at: int, depth: int) -> tuple[Test, int]:
    """Read clauses up to a closing parenthesis or the end; returns their test and where it stopped."""
    if depth > DEEPEST:
        raise QuerySyntaxError("has too many parentheses inside each other")
    clauses: list[tuple[Occur, Test]] = []
    joined_by_and, occur = False, Occur.MAY
    while at < len(tokens) and not tokens[at]["close"]:
        token = tokens[at]
        word = token["word"]
        at += 1
        if token["mark"] or word in {"NOT"}:
            occur = Occur.MUST if token["mark"] == "+" else Occur.NOT
            continue
        if word in {"AND", "&&", "OR", "||"}:
            joined_by_and = word in {"AND", "&&"}
            if joined_by_and and clauses and clauses[-1][0] is Occur.MAY:
                clauses[-1] = (Occur.MUST, clauses[-1][1])
            continue
        if token["open"]:
            test, at = _clauses(tokens, at, depth + 1)
            if at >= len(tokens):
                raise QuerySyntaxError("lacks a closing parenthesis")
            at += 1
        else:
            test = _leaf(token)
        clauses.append((Occur.MUST if joined_by_and and occur is Occur.MAY else occur, test))
        joined_by_and, occur = False, Occur.MAY
    return _combined(clauses), at


def _combined(clauses: list[tuple[Occur, Test]]) -> Test:
    must = [test for occur, test in clauses if occur is Occur.MUST]
    never = [test for occur, test in clauses if occur is Occur.NOT]
    may = [test for occur, test in clauses if occur is Occur.MAY]

    def test(record: Record, on: date) -> bool:
        if not all(one(record, on) for one in must) or any(one(record, on) for one in never):
            return False
        return bool(must) or not may or any(one(record, on) for one in may)

    return test


def _leaf(token: re.Match[str]) -> Test:
    field = token["field"]
    if field is not None and field not in FIELDS:
        raise QuerySyntaxError(f"names a field that is not one of {', '.join(FIELDS)}")
    names = (field,) if field else ANYWHERE
    matches = _matcher(token)

    def test(record: Record, on: date) -> bool:
        return any(matches(shown(FIELDS[name](record, on))) for name in names)

    return test


def _matcher(token: re.Match[str]) -> Callable[[str], bool]:
    if token["range"] is not None:
        return _range(token["range"])
    if token["phrase"] is not None:
        phrase = f" {' '.join(WORD.findall(token['phrase'].lower()))} "
        return lambda value: phrase in f" {' '.join(_words(value))} "
    term = token["term"].lower()
    if "*" in term or "?" in term:
        pattern = term.replace("[", "[[]")
        return lambda value: any(fnmatchcase(word, pattern) for word in _words(value))
    wanted = set(WORD.findall(term))
    return lambda value: wanted.issubset(_words(value))


@lru_cache(maxsize=100_000)  # only the texts of a release come here, never what was typed
def _words(value: str) -> tuple[str, ...]:
    return tuple(WORD.findall(value.lower()))


def _range(text: str) -> Callable[[str], bool]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise QuerySyntaxError("has a range that is not of the form [FROM TO UNTIL]")
    low, high = ("" if bound == "*" else bound.lower() for bound in found.groups())
    return lambda value: bool(value) and low <= value.lower() and (not high or value.lower() <= high)
