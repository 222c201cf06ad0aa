"""The types of the elements that the engine reads in a resource; other elements are not looked at.

Layouts: https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html,
https://hl7.org/fhir/R4/conceptmap.html, and R5's where it differs.
"""

from __future__ import annotations

from typing import Any

import msgspec

from api.terminology.concepts import Resource
from api.terminology.errors import TermError


class _Shape(msgspec.Struct):
    pass


class _Extension(_Shape):
    url: str
    extension: list[_Extension] = []


class _Coding(_Shape):
    system: str | None = None
    code: str | None = None


class _Designation(_Shape):
    value: str
    language: str | None = None
    use: _Coding | None = None
    extension: list[_Extension] = []


class _ConceptProperty(_Shape):
    code: str


class _Concept(_Shape):
    code: str
    display: str | None = None
    definition: str | None = None
    designation: list[_Designation] = []
    property: list[_ConceptProperty] = []
    extension: list[_Extension] = []
    concept: list[_Concept] = []


class _Property(_Shape):
    code: str
    uri: str | None = None


class _Head(_Shape):
    url: str | None = None
    version: str | None = None
    name: str | None = None
    status: str | None = None
    language: str | None = None
    extension: list[_Extension] = []


class _CodeSystem(_Head):
    content: str | None = None
    supplements: str | None = None
    property: list[_Property] = []
    concept: list[_Concept] = []


class _Listed(_Shape):
    code: str
    display: str | None = None
    designation: list[_Designation] = []
    extension: list[_Extension] = []


class _Filter(_Shape):
    property: str | None = None
    op: str | None = None
    value: str | None = None


class _Include(_Shape):
    system: str | msgspec.UnsetType = msgspec.UNSET
    version: str | msgspec.UnsetType = msgspec.UNSET
    concept: list[_Listed] | msgspec.UnsetType = msgspec.UNSET
    filter: list[_Filter] = []
    valueSet: list[str] = []


class _Compose(_Shape):
    include: list[_Include] = []
    exclude: list[_Include] = []
    extension: list[_Extension] = []


class _Contained(_Shape):
    resourceType: str
    id: str | None = None


class _ValueSet(_Head):
    compose: _Compose | msgspec.UnsetType = msgspec.UNSET
    contained: list[_Contained] = []


class _Target(_Shape):
    code: str | msgspec.UnsetType = msgspec.UNSET
    display: str | None = None
    equivalence: str | None = None
    relationship: str | None = None
    comment: str | None = None


class _Element(_Shape):
    code: str | None = None
    target: list[_Target] = []


class _Unmapped(_Target):
    mode: str | None = None


class _Group(_Shape):
    source: str | None = None
    target: str | None = None
    element: list[_Element] = []
    unmapped: _Unmapped | msgspec.UnsetType = msgspec.UNSET


class _ConceptMap(_Head):
    group: list[_Group] = []


SHAPES: dict[Any, type[_Head]] = {"CodeSystem": _CodeSystem, "ValueSet": _ValueSet, "ConceptMap": _ConceptMap}


def check_shape(resource: Resource) -> None:
    """Refuse a resource that has an element of another type than FHIR gives it, also in what it contains.

    Raises:
        TermError: With the path of the element, or because it is a resource that the engine has no use for.
    """
    kind = resource.get("resourceType")
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise TermError("a request may bring CodeSystem, ValueSet and ConceptMap resources", "not-supported")
    try:
        msgspec.convert(resource, shape)
    except msgspec.ValidationError as error:
        # The message names types and the path, never a value.
        raise TermError(f"a {kind} is not formed as FHIR says: {error}", "invalid") from None
    except RecursionError:
        raise TermError(f"a {kind} is nested too deeply", "too-costly") from None
    for inner in resource.get("contained", []):
        if inner.get("resourceType") in SHAPES and not inner.get("contained"):
            check_shape(inner)
