"""What the OpenAPI document says of the inputs of a FHIR operation: in a query string, and in Parameters.

A schema of a body lists the inputs that most calls need. An operation takes more of them, such as
`tx-resource`: each brings rules that no schema can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from litestar.params import ParameterKwarg

from api.http.limits import FHIR_VALIDATIONS
from api.terminology.coding import MAX_CODINGS

Json = dict[str, Any]
Needs = tuple[tuple[str, ...], ...]  # alternatives: each names the inputs that it must have together

BODY = "parameters_body"  # an `opt` of a route handler: a function that makes the schema of its body
PATH_EXAMPLES = "path_examples"  # an `opt` of a route handler: parameter of its path -> a value that is held
REQUIRED = "required_query"  # an `opt` of a route handler: query parameters that it cannot do without
MANY = {"property": None, "validation": FHIR_VALIDATIONS}  # inputs that may be repeated, and how often
# FHIR's own type of each text; others are taken too.
TEXT_TYPES = {
    "system": "valueUri",
    "url": "valueUri",
    "code": "valueCode",
    "codeA": "valueCode",
    "codeB": "valueCode",
    "property": "valueCode",
    "date": "valueDateTime",
}
CODING: Json = {
    "type": "object",
    "properties": {name: {"type": ["string", "null"]} for name in ("system", "version", "code", "display")},
}
COMPLEX: Mapping[str, Json] = {
    "coding": {"valueCoding": CODING},
    "codeableConcept": {
        "valueCodeableConcept": {
            "type": "object",
            "properties": {
                "coding": {"type": "array", "items": CODING, "minItems": 1, "maxItems": MAX_CODINGS}
            },
            "required": ["coding"],
        }
    },
    "validation": {"resource": {"type": "object"}},  # one that is no Parameters is answered by its error
}


def body_schema(documented: Mapping[str, ParameterKwarg], more: Iterable[str], needs: Needs) -> Json:
    """The schema of a Parameters resource, to stand beside that of its types.

    Args:
        documented: Inputs that a query string may have too.
        more: Names in `COMPLEX` of those that only a body can have.
        needs: The inputs that must be there.
    """
    elements = {name: _elements(kwarg, name) for name, kwarg in documented.items()}
    elements |= {name: COMPLEX[name] for name in more}
    always = set(elements).intersection(*needs) if needs else set()
    counts = [
        _named(name) | {"minContains": int(name in always), "maxContains": MANY.get(name, 1)}
        for name in elements
        if MANY.get(name, 1) is not None
    ]
    alternatives = [{"allOf": [_named(name) for name in each]} for each in needs if set(each) - always]
    items = [_item(name, each) for name, each in elements.items()]
    parameter: Json = {"items": {"oneOf": items}, "allOf": counts}
    if alternatives:
        parameter["anyOf"] = alternatives
    return {"properties": {"parameter": parameter}, "required": ["resourceType", "parameter"]}


def _named(name: str) -> Json:
    """That an input of a name is there."""
    return {"contains": {"properties": {"name": {"const": name}}, "required": ["name"]}}


def _item(name: str, elements: Json) -> Json:
    """One input with its value."""
    return {
        "type": "object",
        "properties": {"name": {"const": name}, **elements},
        "required": ["name", *elements],
        "additionalProperties": False,
    }


def _elements(kwarg: ParameterKwarg, name: str) -> Json:
    """Element -> schema of the values that an input may have."""
    schema = dict(kwarg.schema_extra or {})
    schema.pop("examples", None)
    if kwarg.annotation is bool:
        return {"valueBoolean": {"type": "boolean"}}
    if kwarg.annotation is int:
        return {"valueInteger": {"type": "integer", **schema}}
    return {TEXT_TYPES.get(name, "valueString"): {"type": "string", **schema}}
