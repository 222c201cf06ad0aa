"""Filters of a value set: which concepts of a code system one lets through.

Meaning of each operator: https://hl7.org/fhir/R4/valueset-filter-operator.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from api.terminology.concepts import CodeSystem, Concept
from api.terminology.errors import TermError

MAX_PATTERN = 500  # characters of a regular expression
REGEX_SECONDS = 0.5  # for all texts of one filter together

Test = Callable[[Concept], bool]


def test_of(system: CodeSystem, given: dict[str, Any], path: str) -> Test:
    """What decides whether a concept passes one `filter` of a value set.

    Args:
        system: The code system whose concepts are tested.
        given: The filter: `property`, `op` and `value`.
        path: FHIRPath of the filter, for the error.

    Raises:
        TermError: For a filter without value, an operator that has no meaning here, or a regular expression
            that is wrong or takes too long.
    """
    name, operator, value = (str(given.get(key, "")) for key in ("property", "op", "value"))
    if not value:
        raise TermError(
            f"The system {system.url} filter with property = {name}, op = {operator} has no value",
            "invalid",
            "vs-invalid",
            "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE",
            path,
        )
    own = system.own_test(name, operator, value)
    if own is not None:
        return own
    if name in ("concept", "code") and operator in HIERARCHY:
        return HIERARCHY[operator](system, value)
    if operator == "exists":
        return _exists(system, name, value)
    if operator == "regex":
        return _regex(system, name, value)
    if operator in SETS:
        return SETS[operator](system, name, value)
    if operator in HIERARCHY and name == "parent":
        return HIERARCHY[operator](system, value)
    raise TermError(
        f"the filter operator is not supported for this property of {system.url}",
        "not-supported",
        "vs-invalid",
        path=path,
    )


def _self_or_below(system: CodeSystem, value: str) -> Test:
    codes = {value, *system.descendants(value)}
    return lambda concept: concept.code in codes


def _below(system: CodeSystem, value: str) -> Test:
    codes = set(system.descendants(value))
    return lambda concept: concept.code in codes


def _child(system: CodeSystem, value: str) -> Test:
    return lambda concept: value in concept.parents


def _not_below(system: CodeSystem, value: str) -> Test:
    codes = {value, *system.descendants(value)}
    return lambda concept: concept.code not in codes


def _leaf_below(system: CodeSystem, value: str) -> Test:
    codes = set(system.descendants(value))
    return lambda concept: concept.code in codes and not concept.children


def _above(system: CodeSystem, value: str) -> Test:
    codes = {value, *system.ancestors(value)}
    return lambda concept: concept.code in codes


HIERARCHY: dict[str, Callable[[CodeSystem, str], Test]] = {
    "is-a": _self_or_below,
    "descendent-of": _below,
    "descendant-of": _below,
    "child-of": _child,
    "is-not-a": _not_below,
    "descendent-leaf": _leaf_below,
    "generalizes": _above,
}


def texts(system: CodeSystem, concept: Concept, name: str) -> list[str]:
    """The values of a property as text, those that every concept has among them."""
    if name in ("code", "concept"):
        return [concept.code]
    if name == "display":
        return [concept.display] if concept.display else []
    if name == "definition":
        return [concept.definition] if concept.definition else []
    if name == "parent" and not system.values(concept, name):
        return list(concept.parents)
    if name == "child" and not system.values(concept, name):
        return list(concept.children)
    return [text_of(value) for value in system.values(concept, name)]


def text_of(value: Any) -> str:
    """A property's value as a filter names it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):  # a Coding
        return str(value.get("code", ""))
    return str(value)


def _equals(system: CodeSystem, name: str, value: str) -> Test:
    return lambda concept: value in texts(system, concept, name)


def _in(system: CodeSystem, name: str, value: str) -> Test:
    wanted = {each.strip() for each in value.split(",")}
    return lambda concept: not wanted.isdisjoint(texts(system, concept, name))


def _not_in(system: CodeSystem, name: str, value: str) -> Test:
    inside = _in(system, name, value)
    return lambda concept: not inside(concept)


SETS: dict[str, Callable[[CodeSystem, str, str], Test]] = {"=": _equals, "in": _in, "not-in": _not_in}


def _exists(system: CodeSystem, name: str, value: str) -> Test:
    wanted = value == "true"
    return lambda concept: bool(texts(system, concept, name)) is wanted


def _regex(system: CodeSystem, name: str, value: str) -> Test:
    """A test by regular expression, which must match the whole text; its time is bounded, whatever it is."""
    import regex  # its matching takes a time limit, which Python's own has not

    if len(value) > MAX_PATTERN:
        raise TermError(
            f"a regular expression of a filter may have {MAX_PATTERN} characters", "too-costly", "vs-invalid"
        )
    try:
        pattern = regex.compile(value)
    except (regex.error, RecursionError, OverflowError, MemoryError):
        raise TermError("a filter's regular expression is not valid", "invalid", "vs-invalid") from None
    left = REGEX_SECONDS

    def passes(concept: Concept) -> bool:
        nonlocal left
        started = time.monotonic()
        try:
            return any(
                pattern.fullmatch(text, timeout=max(left, 0.001), concurrent=True)
                for text in texts(system, concept, name)
            )
        except (TimeoutError, MemoryError):
            raise TermError(
                "a filter's regular expression takes too long; write it without nested repetition",
                "too-costly",
                "vs-invalid",
            ) from None
        finally:
            left -= time.monotonic() - started

    return passes
