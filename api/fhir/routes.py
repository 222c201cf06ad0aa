"""The `/fhir` routes: each operation by GET and POST, and the resources."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import Body
from litestar.types import ControllerRouterHandler

from api.fhir.operations import EXPAND, LOOKUP, VALIDATE_CODE, VALIDATE_MEMBER, Operation
from api.fhir.outcome import FHIR_JSON
from api.fhir.parameters import Inputs, ParametersBody, Resource
from api.fhir.resources import resource_routes
from api.fhir.responses import ERRORS, check_format, fhir_response, openapi
from api.http.described import EXAMPLE, Example
from api.service import Service

FhirBody = Annotated[ParametersBody, Body(media_type=FHIR_JSON)]


def fhir_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/fhir`."""
    operations = (LOOKUP, VALIDATE_CODE, EXPAND, VALIDATE_MEMBER)
    routes = [route for operation in operations for route in _operation(service, operation)]
    return [*routes, *resource_routes(service)]


def _operation(service: Service, operation: Operation) -> list[ControllerRouterHandler]:
    """Route handlers of one operation, by GET and by POST."""
    described = openapi(operation.summary, "A FHIR resource; errors are OperationOutcome")

    @get(
        "/",
        operation_id=operation.name,
        responses=ERRORS,
        opt={EXAMPLE: lambda: _example(service, operation)},
        **described,
    )
    async def by_get(request: Request[Any, Any, Any]) -> Response[Resource]:
        """Inputs in the query string."""
        check_format(request)
        values = {name: request.query_params.getall(name) for name in request.query_params}
        return await _run(service, operation, values)

    @post(
        operation.path,
        operation_id=f"{operation.name}ByPost",
        status_code=200,
        responses=ERRORS,
        **described,
    )
    async def by_post(request: Request[Any, Any, Any], data: FhirBody) -> Response[Resource]:
        """Inputs in a Parameters resource."""
        check_format(request)
        values: dict[str, list[Any]] = {
            name: request.query_params.getall(name) for name in request.query_params if name.startswith("_")
        }
        for parameter in data.parameter:
            values.setdefault(parameter.name, []).append(parameter.value())
        return await _run(service, operation, values)

    return [Router(operation.path, route_handlers=[by_get], parameters=dict(operation.documented)), by_post]


def _example(service: Service, operation: Operation) -> Example:
    if not operation.example:
        return Example()
    inputs = Inputs(operation.example, operation.known, operation.harmless)
    return Example(answer=operation.run(service, inputs))


async def _run(service: Service, operation: Operation, values: dict[str, list[Any]]) -> Response[Resource]:
    inputs = Inputs(values, operation.known, operation.harmless)
    # In a thread: an expansion of everything takes long enough to delay other requests.
    body = await asyncio.to_thread(lambda: msgspec.json.encode(operation.run(service, inputs)))
    return fhir_response(body)
