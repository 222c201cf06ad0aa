"""Inputs and outputs of operations: a query string or a `Parameters` resource in, `Parameters` out.

Layout: https://hl7.org/fhir/R4/parameters.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.http.problems import Refused

Resource = dict[str, Any]
MAX_INTEGER = 2**31 - 1  # of FHIR
MAX_COUNT = 999_999_999  # of a count or offset
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+([Zz]|[+-][0-9:]+)?)?")  # or the day of a time
Integer = Annotated[int, Meta(ge=-(2**31), le=MAX_INTEGER)]
IDENTIFIER = re.compile(r"[A-Za-z_-]{1,40}")


class Coding(msgspec.Struct, frozen=True):
    """A code in a code system."""

    system: str | None = None
    version: str | None = None
    code: str | None = None
    display: str | None = None


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One input of an operation, with the value types that our operations take."""

    name: str
    valueString: str | UnsetType = UNSET  # FHIR's own spelling
    valueUri: str | UnsetType = UNSET
    valueUrl: str | UnsetType = UNSET
    valueUuid: str | UnsetType = UNSET
    valueCanonical: str | UnsetType = UNSET
    valueCode: str | UnsetType = UNSET
    valueId: str | UnsetType = UNSET
    valueBoolean: bool | Literal["true", "false"] | UnsetType = UNSET
    valueInteger: Integer | UnsetType = UNSET
    valueDate: str | UnsetType = UNSET
    valueDateTime: str | UnsetType = UNSET
    valueCoding: Resource | UnsetType = UNSET
    valueCodeableConcept: Resource | UnsetType = UNSET
    resource: Resource | UnsetType = UNSET
    id: str | UnsetType = UNSET
    extension: tuple[Resource, ...] | UnsetType = UNSET

    def value(self) -> Any:
        """The value or resource that is given.

        Raises:
            Refused: 400 unless there is exactly one.
        """
        given = [value for field in VALUES if (value := getattr(self, field)) is not UNSET]
        if len(given) != 1:
            raise Refused(400, "an input must have one value[x] or resource", issue="structure")
        return given[0]


VALUES = tuple(name for name in Parameter.__struct_fields__ if name not in ("name", "id", "extension"))


class ParametersBody(msgspec.Struct, frozen=True):
    """A `Parameters` resource."""

    resourceType: Literal["Parameters"]
    parameter: tuple[Parameter, ...] = ()


# Inputs that every operation takes: they change nothing, or are read by the route.
EVERYWHERE = ("_format", "_pretty", "displayLanguage", "uuid", "cache-id", "tx-resource")


def named_values(body: ParametersBody) -> dict[str, list[Any]]:
    """The inputs of a body by name, in order."""
    values: dict[str, list[Any]] = {}
    for parameter in body.parameter:
        values.setdefault(parameter.name, []).append(parameter.value())
    return values


class Inputs:
    """The inputs of one operation, by name.

    Args:
        values: Name -> values in the order given.
        known: Names that the operation uses.
        harmless: Names that are allowed but change nothing here.
        accept_language: The request's `Accept-Language`.
        caller: Who asks; empty where callers are not told apart.

    Raises:
        Refused: 400 for any other name: no input is ignored silently.
    """

    def __init__(
        self,
        values: Mapping[str, list[Any]],
        known: Iterable[str],
        harmless: Iterable[str] = (),
        accept_language: str | None = None,
        caller: str = "",
    ) -> None:
        allowed = {*known, *harmless, *EVERYWHERE}
        for name in values:
            if name not in allowed:
                shown = f"the parameter {name!r}" if IDENTIFIER.fullmatch(name) else "a parameter"
                raise Refused(400, f"{shown} is not supported by this operation", issue="not-supported")
        self._values = values
        self.accept_language = accept_language
        self.caller = caller

    @property
    def names(self) -> list[str]:
        """The names that are given."""
        return list(self._values)

    def all(self, name: str) -> list[Any]:
        """Every value of an input that may be repeated."""
        return self._values.get(name, [])

    def text(self, name: str) -> str | None:
        """A string-like input, or None."""
        value = self._single(name)
        if value is None or isinstance(value, str):
            return value
        raise _wrong(name, "a string")

    def required_text(self, name: str) -> str:
        """A string-like input that must be given."""
        value = self.text(name)
        if not value:
            raise Refused(400, f"the parameter {name!r} is needed", issue="required")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean input; `default` if it is not given."""
        value = self._single(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise _wrong(name, "true or false")

    def number(self, name: str) -> int | None:
        """A whole number from 0 to `MAX_COUNT`; None if it is not given."""
        value = self._single(name)
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT:
            return value
        raise _wrong(name, f"a whole number from 0 to {MAX_COUNT}")

    def day(self, name: str) -> date:
        """A date, or the day of a dateTime; today if it is not given."""
        value = self.text(name)
        if value is None:
            return date.today()
        try:
            if DAY.fullmatch(value):
                return date.fromisoformat(value[:10])
        except ValueError:
            pass
        raise _wrong(name, "a date such as 2026-01-01")

    def coding(self, name: str) -> Coding | None:
        """A Coding, or None."""
        value = self.element(name, "a Coding")
        if value is None:
            return None
        try:
            return msgspec.convert(value, Coding)
        except msgspec.ValidationError:
            raise _wrong(name, "a Coding, its elements of the types that FHIR gives them") from None

    def element(self, name: str, kind: str) -> Resource | None:
        """An element or resource as plain values, or None."""
        value = self._single(name)
        if value is None or isinstance(value, dict):
            return value
        raise _wrong(name, f"{kind}, sent by POST in a Parameters resource")

    def resources(self, name: str) -> list[Resource]:
        """Every resource of an input that may be repeated."""
        values = self.all(name)
        if all(isinstance(value, dict) for value in values):
            return values
        raise _wrong(name, "a resource, sent by POST in a Parameters resource")

    def texts(self, name: str) -> tuple[str, ...]:
        """Every value of a string-like input that may be repeated."""
        values = self.all(name)
        if all(isinstance(value, str) for value in values):
            return tuple(values)
        raise _wrong(name, "a string")

    def given(self, name: str) -> bool:
        """Whether an input is given."""
        return name in self._values

    def replaced(self, **values: Any) -> Inputs:
        """The same inputs with some of them set."""
        changed = {**self._values, **{name: [value] for name, value in values.items()}}
        return Inputs(changed, changed, (), self.accept_language, self.caller)

    def _single(self, name: str) -> Any:
        values = self._values.get(name, [])
        if len(values) > 1:
            raise Refused(400, f"the parameter {name!r} is given more than once")
        return values[0] if values else None


def _wrong(name: str, expected: str) -> Refused:
    return Refused(400, f"the parameter {name!r} must be {expected}", issue="value")


def parameters(*parts: Mapping[str, Any] | None) -> Resource:
    """A `Parameters` resource of the given parts; None stands for no part."""
    return {"resourceType": "Parameters", "parameter": [part for part in parts if part is not None]}


def part(name: str, **value: Any) -> Resource:
    """One output parameter, for example `part("display", valueString="Cane")`."""
    return {"name": name, **value}
