"""Parameters of the NLM call, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from api.http.limits import NLM_DEFAULT, NLM_FIELDS, NLM_MAX, NLM_NUMBER, TEXT_CHARACTERS
from api.http.problems import invalid
from api.nlm.fields import FIELDS
from api.nlm.matchers import QuerySyntaxError
from api.nlm.query import Condition, parse_query

DISPLAY = "code,display"
SEARCH = "code,short_desc,long_desc"
_FIELD = rf"\s*({'|'.join(FIELDS)})"
# As regular expressions for the OpenAPI document: lists of fields, and of fields with names of their own.
_MORE = f"{{0,{NLM_FIELDS - 1}}}$"
FIELD_LIST = rf"^({_FIELD})?\s*(,({_FIELD})?\s*){_MORE}"
NAMED_FIELD_LIST = rf"^({_FIELD}\s*(:[^,]*)?)?\s*(,({_FIELD}\s*(:[^,]*)?)?\s*){_MORE}"


class NlmRequest(msgspec.Struct, frozen=True):
    """One call.

    Attributes:
        terms: What was typed, without surrounding blanks.
        count: Maximum number of rows.
        offset: Rows skipped at the start.
        display: Fields of each display row.
        search: Fields in which the typed words are searched.
        code: Field whose values form the list of codes.
        extra: (field, name in the answer) of each extra list.
        condition: Which records may be returned, from `q`; None for all.
    """

    terms: str
    count: int
    offset: int
    display: tuple[str, ...]
    search: tuple[str, ...]
    code: str
    extra: tuple[tuple[str, str], ...]
    condition: Condition | None


def read_request(query: Mapping[str, str]) -> NlmRequest:
    """Check the parameters; unknown ones are ignored, as in the public API.

    Raises:
        Refused: 422 with the parameter's name.
    """
    terms = query.get("terms", "")
    if len(terms) > TEXT_CHARACTERS:
        raise invalid("query.terms", f"at most {TEXT_CHARACTERS} characters are read")
    max_list = _number(query, "maxList", NLM_DEFAULT, empty=NLM_MAX)
    extra = tuple(_field_and_name(part) for part in _parts("ef", query.get("ef", "")))
    return NlmRequest(
        terms=terms.strip(),
        count=min(_number(query, "count", max_list, empty=NLM_DEFAULT), NLM_MAX),
        offset=_number(query, "offset", 0, empty=0),
        display=_fields("df", query.get("df", DISPLAY)),
        search=_fields("sf", query.get("sf", "")) or _fields("sf", SEARCH),
        code=(_fields("cf", query.get("cf", "")) or ("code",))[0],
        extra=extra,
        condition=_condition(query.get("q", "")),
    )


def _number(query: Mapping[str, str], name: str, default: int, empty: int) -> int:
    """A whole number; `default` if the parameter is missing, `empty` if it has no value."""
    text = query.get(name)
    if text is None:
        return default
    if not text:
        return empty
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise invalid(f"query.{name}", f"must be a whole number from 0 to {NLM_NUMBER}")
    return int(text)


def _parts(parameter: str, text: str) -> list[str]:
    """The parts of a comma-separated list that are not blank."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > NLM_FIELDS:
        raise invalid(f"query.{parameter}", f"at most {NLM_FIELDS} fields are read")
    return [part for part in parts if part]


def _field_and_name(part: str) -> tuple[str, str]:
    """Field and name of `field:name`; the field is its own name if none is given."""
    field, _, name = part.partition(":")
    field = field.strip()
    if field not in FIELDS:  # nothing before the colon is no field either
        raise invalid("query.ef", f"the fields are {', '.join(FIELDS)}")
    return field, name.strip() or field


def _fields(parameter: str, text: str) -> tuple[str, ...]:
    names = tuple(_parts(parameter, text))
    if any(name not in FIELDS for name in names):
        raise invalid(f"query.{parameter}", f"the fields are {', '.join(FIELDS)}")
    return names


def _condition(text: str) -> Condition | None:
    if not text.strip():
        return None
    try:
        return parse_query(text)
    except QuerySyntaxError as error:
        raise invalid("query.q", str(error)) from None
