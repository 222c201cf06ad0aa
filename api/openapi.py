"""The OpenAPI 3.1 document at `/schema`.

The framework makes paths, parameters, bodies and answers from the signatures and docstrings of the route
handlers. Schemas of bodies come from msgspec, which checks these bodies: the framework's own schemas leave
out the bounds of inner types. Examples are answers of the loaded index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from api.fhir.capability import software_version
from api.fhir.described_inputs import BODY, PATH_EXAMPLES, REQUIRED
from api.http.bodies import json_response
from api.http.described import ERRORS, EXAMPLE, Example, problems
from api.http.keys import OPEN
from api.http.schemas import component_schemas
from api.http.validators import CACHEABLE
from api.service import Service

Json = dict[str, Any]
COMMON = frozenset({401, 403, 429, 503})  # errors of every route that asks who calls
FHIR = frozenset({400, 404, 406, 413, 415, 422})  # of every route of this interface
OPENAPI_JSON = "application/vnd.oai.openapi+json;version=3.1"


def openapi_route(service: Service, handlers: Iterable[ControllerRouterHandler]) -> ControllerRouterHandler:
    """Route handler of `/schema`; the document is made at the first request.

    Args:
        service: Names release and model.
        handlers: The other route handlers of the app.
    """

    @get(
        "/schema",
        tags=["Operation"],
        summary="This document",
        response_description="The document",
        media_type=OPENAPI_JSON,
        responses=problems(401),
        sync_to_thread=True,
    )
    def schema() -> Response[Json]:
        """OpenAPI 3.1."""
        return json_response(encoded(), media_type=OPENAPI_JSON)

    @cache
    def encoded() -> bytes:
        return msgspec.json.encode(document(service, [*handlers, schema]))

    return schema


def document(service: Service, handlers: Iterable[ControllerRouterHandler]) -> Json:
    """The whole document.

    It is made by an app that serves nothing: in the serving app the framework would add routes below
    `/schema`, which answer unknown addresses in HTML.
    """
    app = Litestar(route_handlers=list(handlers), openapi_config=_config(service), logging_config=None)
    whole = app.openapi_schema.to_schema()
    requests: list[Any] = []
    answers: list[Any] = []
    forms = _forms_of_errors(whole)
    for path, handler, operation in _operations(app, whole):
        _remove_framework_error(operation)
        _add_common_answers(path, handler, operation, forms)
        _add_example(handler, operation)
        _add_rules(handler, operation)
        signature = handler.parsed_fn_signature
        answers += [signature.return_type.annotation, *_declared_types(handler)]
        if "data" in signature.parameters:
            requests.append(signature.parameters["data"].annotation)
    whole["components"]["schemas"] = component_schemas(requests, answers)
    return whole


def _config(service: Service) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="HCPCS code suggestion",
        version=software_version(),
        summary="HCPCS codes for plain language.",
        description=(
            "Ranked HCPCS codes with confidence and reason. A suggestion is not a coverage decision. "
            f"Every answer names release and model, now {service.release} and {service.model}. "
            f"{service.notice}"
        ).strip(),
        path="/not-served",
        use_handler_docstrings=True,
        operation_id_creator=_operation_id,
        security=[{}, {"bearer": []}, {"header": []}],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme("http", scheme="bearer", description="The operator's API key"),
                "header": SecurityScheme("apiKey", name="X-API-Key", security_scheme_in="header"),
            }
        ),
    )


def _operation_id(handler: BaseRouteHandler, *_: object) -> str:
    """The handler's name in camel case."""
    first, *others = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _operations(app: Litestar, whole: Json) -> Iterator[tuple[str, HTTPRouteHandler, Json]]:
    """The path of each documented route handler, the handler, and its part of the document."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        operations = whole["paths"].get(route.path_format, {})
        for method, (handler, _) in route.route_handler_map.items():
            if method.lower() in operations:
                yield route.path_format, handler, operations[method.lower()]


def _declared_types(handler: HTTPRouteHandler) -> list[Any]:
    """Types of the responses that a handler declares beside its return type."""
    return [response.data_container for response in (handler.responses or {}).values()]


def _remove_framework_error(operation: Json) -> None:
    """Remove the 400 that the framework adds for wrong parameters: here these are 422 problems."""
    media = operation["responses"].get("400", {}).get("content", {}).get("application/json", {})
    if "$ref" not in media.get("schema", {"$ref": ""}):
        del operation["responses"]["400"]


def _forms_of_errors(whole: Json) -> dict[str, Json]:
    """How errors are written, by the first part of the path."""
    return {
        path.split("/")[1]: operation["responses"]["401"]["content"]
        for path, operations in whole["paths"].items()
        for operation in operations.values()
        if "401" in operation["responses"]
    }


def _add_common_answers(
    path: str, handler: HTTPRouteHandler, operation: Json, forms: Mapping[str, Json]
) -> None:
    """Add the errors that every route can give, in the form of its others, and 304 where there is an ETag."""
    answers = operation["responses"]
    first = path.split("/")[1]
    statuses = (FHIR if first == "fhir" else set()) | (set() if handler.opt.get(OPEN) else COMMON)
    for status in sorted(statuses - {int(given) for given in answers}):
        answers[str(status)] = {"description": ERRORS[status], "headers": {}, "content": forms[first]}
    if handler.opt.get(CACHEABLE):
        answers["304"] = {"description": "The answer that the client has still holds", "headers": {}}


def _add_example(handler: HTTPRouteHandler, operation: Json) -> None:
    """Add the example of a handler to the request body and to the answer."""
    make = handler.opt.get(EXAMPLE, Example)
    request, answer = make()
    if request is not None:
        _only_media_type(operation["requestBody"])["example"] = request
    if answer is not None:
        _only_media_type(operation["responses"]["200"])["example"] = answer


def _add_rules(handler: HTTPRouteHandler, operation: Json) -> None:
    """Say which query parameters must be there, which ids are held, and which inputs a FHIR body has."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in handler.opt.get(REQUIRED, ()):
            parameter["required"] = True
        if example := handler.opt.get(PATH_EXAMPLES, {}).get(parameter["name"]):
            parameter["example"] = example
    if make := handler.opt.get(BODY):
        _only_media_type(operation["requestBody"])["schema"].update(make())


def _only_media_type(body: Json) -> Json:
    content: dict[str, Json] = body["content"]
    (media_type,) = content.values()
    return media_type
