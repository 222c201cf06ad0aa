"""The `q` parameter of the NLM call: the subset of Elasticsearch's query string syntax that forms use.

Fields (`is_noc:false`, `code:(E0143 OR K0001)`), quoted phrases, `*` and `?`, ranges with their ends
(`add_dt:[20200101 TO *]`) and without (`{...}`), `>`, `>=`, `<`, `<=`, `_exists_:term_dt`, `*:*`, `AND`,
`OR`, `NOT`, `+`, `-` and parentheses. As in Lucene, clauses without an operator between them are
alternatives.
What means something else there - `~`, `^`, `/`, a backslash - is refused, never read as a word.
A query is bounded in length, clauses and wildcards, and each clause is answered for all records at once, so
that the most expensive query costs a few milliseconds.
Syntax: https://www.elastic.co/guide/en/elasticsearch/reference/current/query-dsl-query-string-query.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import reduce
from operator import and_, or_

from api.http.limits import NLM_CLAUSES, NLM_PATTERNS, NLM_QUERY_CHARACTERS, NLM_WILDCARDS
from api.nlm.columns import WILDCARD, Column, Rows
from api.nlm.fields import FIELDS
from api.nlm.matchers import QuerySyntaxError, matcher

Condition = Callable[[Mapping[str, Column]], Rows]  # from the column of each field
DEFAULT_FIELDS = ("code", "short_desc", "long_desc")  # searched by a clause that names no field
MAX_DEPTH = 20  # of parentheses inside each other

_TOKEN = re.compile(
    r"""\s*(?:(?:(?P<group>[a-z_]+):)?(?P<open>\()|(?P<close>\))|(?P<mark>[+\-!])
    |(?P<word>(?:(?P<field>[a-z_]+|\*):)?(?:"(?P<phrase>[^"]*)"|(?P<range>[\[{][^\[\]{}]*[\]}])
    |(?P<sign>[<>]=?)(?P<bound>"[^"]*"|[^\s()"\[\]{}:<>=]+)|(?P<term>[^\s()"\[\]{}:]+))))""",
    re.VERBOSE,
)
_EXISTS = "_exists_"
AND, OR, NOT = frozenset({"AND", "&&"}), frozenset({"OR", "||"}), "NOT"


class Occur(Enum):
    """How a clause counts; the names are Lucene's."""

    SHOULD = 0
    MUST = 1
    MUST_NOT = 2


def parse_query(text: str) -> Condition:
    """Compile a query into a condition, which says for each record whether it holds.

    Raises:
        QuerySyntaxError: If the query uses another syntax than described above, or is beyond a bound.
    """
    if len(text) > NLM_QUERY_CHARACTERS:
        raise QuerySyntaxError(f"is longer than {NLM_QUERY_CHARACTERS} characters")
    tokens = _tokens(text.rstrip())
    _check_bounds(tokens)
    return _Parser(tokens).parse()


def _tokens(text: str) -> list[re.Match[str]]:
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise QuerySyntaxError(f"cannot be read from character {position + 1} on")
        tokens.append(match)
        position = match.end()
    return tokens


def _check_bounds(tokens: list[re.Match[str]]) -> None:
    """Refuse a query with too many clauses or wildcards.

    A pattern with a wildcard before its end is compared with every word of the release; one whose only
    wildcard is a `*` at its end is looked up.
    """
    terms = [token["term"] for token in tokens if token["term"] and token["term"] not in AND | OR]
    if sum(token["word"] is not None for token in tokens) > NLM_CLAUSES:
        raise QuerySyntaxError(f"has more than {NLM_CLAUSES} clauses and operators")
    if sum(WILDCARD.search(term.removesuffix("*")) is not None for term in terms) > NLM_PATTERNS:
        raise QuerySyntaxError(f"has more than {NLM_PATTERNS} patterns with a wildcard before their end")
    if any(len(WILDCARD.findall(term)) > NLM_WILDCARDS for term in terms):
        raise QuerySyntaxError(f"has a pattern with more than {NLM_WILDCARDS} wildcards")


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
        """Read clauses up to a closing parenthesis or the end; `field` is that of the group."""
        if depth > MAX_DEPTH:
            raise QuerySyntaxError("has too many parentheses inside each other")
        clauses: list[tuple[Occur, Condition]] = []
        after_and, occur = False, Occur.SHOULD
        waits = False  # an operator waits for its clause
        while not self._at_end() and not self._tokens[self._position]["close"]:
            token = self._tokens[self._position]
            word = token["word"]
            self._position += 1
            if token["mark"] or word == NOT:
                occur = Occur.MUST if token["mark"] == "+" else Occur.MUST_NOT
                waits = True
            elif word in AND or word in OR:
                if waits or not clauses:
                    raise QuerySyntaxError("has an operator without a clause before it")
                after_and, waits = word in AND, True
                if after_and and clauses[-1][0] is Occur.SHOULD:
                    clauses[-1] = (Occur.MUST, clauses[-1][1])
            else:
                condition = self._group(depth, token, field) if token["open"] else _clause(token, field)
                clauses.append((Occur.MUST if after_and and occur is Occur.SHOULD else occur, condition))
                after_and, occur, waits = False, Occur.SHOULD, False
        if waits:
            raise QuerySyntaxError("ends with an operator without a clause")
        if not clauses:
            raise QuerySyntaxError("has parentheses without a clause")
        return _combined(clauses)

    def _group(self, depth: int, token: re.Match[str], field: str | None) -> Condition:
        """Read the rest of a group whose opening parenthesis was read."""
        condition = self._clauses(depth + 1, _known(token["group"]) or field)
        if self._at_end():
            raise QuerySyntaxError("lacks a closing parenthesis")
        self._position += 1
        return condition


def _combined(clauses: list[tuple[Occur, Condition]]) -> Condition:
    """All MUST clauses hold, no MUST_NOT clause does, and, without a MUST clause, one SHOULD clause does."""
    must = [condition for occur, condition in clauses if occur is Occur.MUST]
    must_not = [condition for occur, condition in clauses if occur is Occur.MUST_NOT]
    should = [condition for occur, condition in clauses if occur is Occur.SHOULD]

    def combined(columns: Mapping[str, Column]) -> Rows:
        wanted = must or should or [_every_row]
        matches = reduce(and_ if must else or_, (condition(columns) for condition in wanted))
        for condition in must_not:
            matches &= ~condition(columns)
        return matches

    return combined


def _every_row(columns: Mapping[str, Column]) -> Rows:
    return columns["code"].term(())


def _known(field: str | None) -> str | None:
    """A field that a query names.

    Raises:
        QuerySyntaxError: If the table has no such field.
    """
    if field is not None and field not in FIELDS:
        raise QuerySyntaxError(f"names a field that is not one of {', '.join(FIELDS)}")
    return field


def _clause(token: re.Match[str], group: str | None) -> Condition:
    """One field, or any of the default fields, matches the token."""
    if token["field"] == "*":
        if token["term"] != "*":
            raise QuerySyntaxError("has a value for every field; only *:* is read")
        return _every_row
    if token["field"] == _EXISTS:
        name = _known(token["term"] or "")
        return lambda columns: columns[str(name)].exists()
    field = _known(token["field"]) or group
    matches = {name: matcher(token, name) for name in ((field,) if field else DEFAULT_FIELDS)}
    return lambda columns: reduce(or_, (matches[name](columns[name]) for name in matches))
