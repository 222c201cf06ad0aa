"""JSON schemas of msgspec structs, with the descriptions of their docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import msgspec

Json = dict[str, Any]
REF = "#/components/schemas/{name}"
Structs = dict[str, type[msgspec.Struct]]


def component_schemas(
    requests: Iterable[Any], answers: Iterable[Any], template: str = REF
) -> dict[str, Json]:
    """Schemas by struct name, of all structs that the types mention.

    A struct whose fields depend on each other says so in `SCHEMA`, a ClassVar with more keywords.

    Args:
        requests: Types of request bodies.
        answers: Types of answers; their fields are required where the struct always writes them.
        template: How one schema refers to another.
    """
    requested = structs_in(requests)
    structs = requested | structs_in(answers)
    _, schemas = msgspec.json.schema_components(structs.values(), ref_template=template)
    for name, schema in schemas.items():
        _describe(schema, structs[name])
        schema.update(getattr(structs[name], "SCHEMA", {}))
        if name not in requested and not structs[name].__struct_config__.omit_defaults:
            schema["required"] = list(schema["properties"])
    return schemas


def structs_in(types: Iterable[Any]) -> Structs:
    """Every struct that the types mention, by name: inside generic types and as types of fields."""
    structs: Structs = {}
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
            if kind.__name__ not in structs:
                structs[kind.__name__] = kind
                waiting += [field.type for field in msgspec.structs.fields(kind)]
        else:
            waiting += get_args(kind)
    return structs


def _describe(schema: Json, struct: type[msgspec.Struct]) -> None:
    """Copy the descriptions of a struct and of its fields into its schema."""
    docstring = inspect.cleandoc(struct.__doc__ or "")
    summary, _, attributes = docstring.partition("\nAttributes:\n")
    schema["description"] = summary.strip()
    for name, description in _attributes(attributes):
        if name in schema["properties"]:
            schema["properties"][name].setdefault("description", description)


def _attributes(section: str) -> Iterator[tuple[str, str]]:
    """(field, description) pairs of the `Attributes:` section of a docstring in Google style."""
    for match in re.finditer(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", section, re.MULTILINE):
        yield match[1], re.sub(r"\s*\n\s*", " ", match[2])
