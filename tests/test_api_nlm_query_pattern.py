"""The pattern of `q` in the OpenAPI document and the parser agree."""

from __future__ import annotations

import re

import pytest

from api.nlm.matchers import QuerySyntaxError
from api.nlm.query import parse_query
from api.nlm.query_pattern import query_pattern

PATTERN = re.compile(query_pattern())
READ = (
    "is_noc:false AND code:E*",
    "add_dt:>=20240101",
    "add_dt:[20240101 TO *]",
    "add_dt:{2020 TO 2021-06}",
    "_exists_:term_dt",
    "*:*",
    "obsolete:false -short_desc:wheel",
    '+"power wheelchair" NOT is_noc:true',
    "code:E01?3 walker",
    "code:>E0143 || code:<=A4",
    'term_dt:"" cane',
)
REFUSED = (
    "walker~",
    "walker^2",
    "/walk.*/",
    "a&b",
    "a|b",
    "code:",
    "unknown:x",
    "add_dt:yesterday",
    "add_dt:[2020 2021]",
    "obsolete:maybe",
    'obsolete:"maybe"',
    "_exists_:price",
    "code:>E*",
    "?????????",
    "a?b a?c a?d",
    "-",
    "...",
)


@pytest.mark.parametrize("query", READ)
def test_what_fits_is_read(query: str) -> None:
    """A query of the pattern is parsed."""
    assert PATTERN.fullmatch(query)
    parse_query(query)


@pytest.mark.parametrize("query", REFUSED)
def test_what_does_not_fit_is_refused(query: str) -> None:
    """A query that means something else, or nothing, is refused and does not fit."""
    assert not PATTERN.fullmatch(query)
    with pytest.raises(QuerySyntaxError):
        parse_query(query)
