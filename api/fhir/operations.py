"""The FHIR operations: what answers each, and what the OpenAPI document says of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from litestar.params import ParameterKwarg

from api.fhir import codesystem, valueset
from api.fhir.parameters import Inputs, Resource
from api.http.described import query_parameter
from api.service import Service
from index.code_systems import LEVEL_II


class Operation(NamedTuple):
    """A FHIR operation.

    Attributes:
        name: Its id in the OpenAPI document.
        path: Its address.
        summary: What it does.
        run: What answers it.
        known: Inputs that it uses.
        documented: Inputs that the OpenAPI document lists.
        harmless: Inputs that are accepted and change nothing.
        example: Inputs of the example; empty for none.
    """

    name: str
    path: str
    summary: str
    run: Callable[[Service, Inputs], Resource]
    known: tuple[str, ...]
    documented: Mapping[str, ParameterKwarg]
    harmless: tuple[str, ...] = ()
    example: Mapping[str, list[Any]] = {}


SYSTEM = query_parameter("The code system's address.", schema={"examples": [LEVEL_II.address]})
URL = query_parameter("Address of the code system or value set.")
CODE = query_parameter("The code.")
DAY = query_parameter("Date of service; today when left out.", schema={"format": "date"})
DISPLAY = query_parameter("A display to check.")
VERSION = query_parameter("The release name.")

LOOKUP = Operation(
    "fhirLookup",
    "/fhir/CodeSystem/$lookup",
    "Everything known of a code",
    codesystem.lookup,
    codesystem.LOOKUP,
    {
        "system": SYSTEM,
        "code": CODE,
        "version": VERSION,
        "date": DAY,
        "property": query_parameter("Only these properties; may be repeated."),
    },
)
VALIDATE_CODE = Operation(
    "fhirValidateCode",
    "/fhir/CodeSystem/$validate-code",
    "Whether a code is in the code system",
    codesystem.validate_code,
    codesystem.VALIDATE,
    {"url": URL, "code": CODE, "version": VERSION, "display": DISPLAY, "date": DAY},
)
EXPAND = Operation(
    "fhirExpand",
    "/fhir/ValueSet/$expand",
    "List a value set, or its best matches",
    valueset.expand,
    valueset.EXPAND,
    {
        "url": URL,
        "filter": query_parameter("Plain words; the answer is ranked."),
        "count": query_parameter("Page size.", int),
        "offset": query_parameter("Rows left out at the start.", int, 0),
        "activeOnly": query_parameter("Only codes usable on the date.", bool, False),
        "date": DAY,
        "includeDesignations": query_parameter("Also the short description.", bool, False),
    },
    valueset.EXPAND_HARMLESS,
    {"url": [f"{LEVEL_II.address}?fhir_vs"], "filter": ["folding walker with wheels"], "count": [2]},
)
VALIDATE_MEMBER = Operation(
    "fhirValidateMember",
    "/fhir/ValueSet/$validate-code",
    "Whether a code is in a value set",
    valueset.validate_code,
    valueset.VALIDATE,
    {"url": URL, "system": SYSTEM, "code": CODE, "display": DISPLAY, "date": DAY},
)
