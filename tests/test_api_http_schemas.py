"""Schemas of structs carry constraints and descriptions."""

from __future__ import annotations

from typing import Annotated

import msgspec

from api.http.schemas import component_schemas, structs_in


class Wheel(msgspec.Struct):
    """A wheel.

    Attributes:
        inches: Diameter,
            in inches.
    """

    inches: Annotated[int, msgspec.Meta(ge=1)] = 8


class Walker(msgspec.Struct):
    """A walker, folding or not."""

    wheels: tuple[Wheel, ...] = ()


def test_structs_inside_types_and_fields_are_found() -> None:
    """Each once, however deep it is."""
    assert structs_in([dict[str, list[Walker]], int]) == {"Walker": Walker, "Wheel": Wheel}


def test_descriptions_come_from_docstrings() -> None:
    """Of the struct and of its fields; lines are joined."""
    schema = component_schemas([], [Wheel])["Wheel"]

    assert schema["description"] == "A wheel."
    assert schema["properties"]["inches"] == {
        "type": "integer",
        "minimum": 1,
        "default": 8,
        "description": "Diameter, in inches.",
    }


def test_answers_require_the_fields_that_requests_may_leave_out() -> None:
    """A struct in both counts as a request."""
    assert component_schemas([], [Walker])["Walker"]["required"] == ["wheels"]
    assert component_schemas([Walker], [Walker])["Wheel"]["required"] == []
