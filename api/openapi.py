"""The OpenAPI 3.1 document at `/schema`, made from the bodies' structs and the table of routes.

Handlers read raw bodies, for strictness and speed, so the framework cannot infer this document itself.
Examples are answers of the loaded index, so that they are real.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, get_origin

import msgspec
from litestar import get
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from api.fhir.capability import software_version
from api.http.bodies import json_response
from api.http.problems import PROBLEM_JSON, ProblemDetails
from api.openapi_routes import PARAMETERS, ROUTES, Route, examples
from api.service import Service

Json = dict[str, Any]
REF = "#/components/schemas/{name}"
ERRORS = {
    "400": "The body is not JSON",
    "401": "The API key is missing",
    "404": "Not found",
    "413": "The body is too large",
    "415": "The body does not say it is JSON",
    "422": "A field or parameter is wrong; its path is in `errors`",
}


def openapi_route(service: Service) -> ControllerRouterHandler:
    """Route handler of `/schema`; the document is made when it is first asked for, then kept."""
    kept: list[bytes] = []

    @get("/schema", sync_to_thread=True)
    def schema() -> ASGIResponse:
        if not kept:
            kept.append(msgspec.json.encode(document(service)))
        return json_response(kept[0], media_type="application/vnd.oai.openapi+json;version=3.1")

    return schema


def document(service: Service) -> Json:
    """The whole document."""
    shown = examples(service)
    types = [kind for route in ROUTES for kind in (route.request, route.response) if kind is not None]
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = _operation(route, shown)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HCPCS code suggestion",
            "version": software_version(),
            "summary": "HCPCS codes for plain language.",
            "description": (
                "Ranked HCPCS codes with confidence and reason. A suggestion is not a coverage decision. "
                f"Every answer names release and model, now {service.release} and {service.model}. "
                f"{service.notice}"
            ).strip(),
        },
        "paths": paths,
        "components": {
            "schemas": _schemas([*types, ProblemDetails]),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "The operator's API key"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
        "security": [{}, {"bearer": []}, {"header": []}],
    }


def _schemas(types: list[Any]) -> dict[str, Json]:
    """Component schemas, with the descriptions of fields taken from the structs' docstrings."""
    _, components = msgspec.json.schema_components(types, ref_template=REF)
    structs = _structs(types)
    asked = _structs([route.request for route in ROUTES])
    for name, schema in components.items():
        kind = structs.get(name)
        if kind is None:
            continue
        text = inspect.cleandoc(kind.__doc__ or "")
        schema["description"] = text.partition("\nAttributes:")[0].strip()
        for field, words in _attributes(text).items():
            if field in schema["properties"]:
                schema["properties"][field].setdefault("description", words)
        if name not in asked and not kind.__struct_config__.omit_defaults:
            schema["required"] = list(schema["properties"])  # answers always hold every field
    return components


def _structs(types: list[Any]) -> dict[str, Any]:
    """Every struct that the types mention, by name."""
    found: dict[str, Any] = {}
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) and kind.__name__ not in found:
            found[kind.__name__] = kind
            waiting += [field.type for field in msgspec.structs.fields(kind)]
        elif get_origin(kind) is not None:
            waiting += list(kind.__args__)
    return found


def _attributes(text: str) -> dict[str, str]:
    """Field -> words, from the `Attributes:` section of a docstring in Google style."""
    section = text.partition("\nAttributes:\n")[2]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", section, re.MULTILINE)
    return {name: re.sub(r"\s*\n\s*", " ", words) for name, words in found}


def _operation(route: Route, shown: dict[str, Any]) -> Json:
    media: Json = {"schema": _schema(route.response)}
    if route.name in shown:
        media["example"] = shown[route.name]
    operation: Json = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "description": route.description,
        "parameters": [PARAMETERS[name] for name in route.parameters],
        "responses": {
            "200": {"description": route.answer, "content": {route.media_type: media}},
            **{status: _error(status) for status in route.errors},
        },
    }
    if route.method == "post":
        body: Json = {"schema": _schema(route.request)}
        if f"{route.name} request" in shown:
            body["example"] = shown[f"{route.name} request"]
        operation["requestBody"] = {"required": True, "content": {route.takes: body}}
    return operation


def _schema(kind: Any) -> Json:
    if kind is None:
        return {}
    schemas, _ = msgspec.json.schema_components([kind], ref_template=REF)
    return dict(schemas[0])


def _error(status: str) -> Json:
    content = {PROBLEM_JSON: {"schema": {"$ref": REF.format(name="ProblemDetails")}}}
    return {"description": ERRORS[status], "content": content}
