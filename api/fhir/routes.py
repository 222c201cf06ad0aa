"""The `/fhir` routes: operations by GET and POST, of a type and of one resource; batches; resources."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import Body, PathParameter
from litestar.types import ControllerRouterHandler

from api.fhir.batch import BatchBody, run_batch
from api.fhir.described_inputs import BODY, PATH_EXAMPLES, REQUIRED
from api.fhir.held import EXAMPLE_IDS, Held
from api.fhir.operations import OPERATIONS, Operation
from api.fhir.outcome import FHIR_JSON
from api.fhir.own_system import OwnSystems
from api.fhir.parameters import Inputs, ParametersBody, Resource, named_values
from api.fhir.resources import resource_routes
from api.fhir.responses import (
    BODY_ERRORS,
    ERRORS,
    check_format,
    fhir_response,
    in_version,
    openapi,
    term_error_response,
)
from api.http.described import EXAMPLE, Example
from api.http.limits import FHIR_BODY_BYTES
from api.service import Service
from api.terminology.errors import TermError

FhirBody = Annotated[ParametersBody, Body(media_type=FHIR_JSON)]
BundleBody = Annotated[BatchBody, Body(media_type=FHIR_JSON)]
ENCODER = msgspec.json.Encoder(decimal_format="number")  # decimals of a request come back as they were
ResourceId = Annotated[str, PathParameter(description="The resource's id.")]


class Fhir:
    """What the routes answer from.

    Args:
        service: Holds codes and suggester.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.systems = OwnSystems(service)
        self.held = Held(service)


def fhir_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/fhir`."""
    fhir = Fhir(service)
    routes = [route for operation in OPERATIONS for route in _operation(fhir, operation)]
    return [*routes, _batch(fhir), *resource_routes(service, fhir.held)]


def _operation(fhir: Fhir, operation: Operation) -> list[ControllerRouterHandler]:
    """Route handlers of one operation, by GET and by POST, of the type and of one resource."""
    described = openapi(operation.summary, "A FHIR resource; errors are OperationOutcome")

    @get(
        "/",
        operation_id=operation.name,
        responses=ERRORS,
        opt={EXAMPLE: lambda: _example(fhir, operation), REQUIRED: operation.required},
        **described,
    )
    async def by_get(request: Request[Any, Any, Any]) -> Response[Resource]:
        """Inputs in the query string."""
        return await _run(fhir, operation, request, _query(request))

    @post(
        operation.path,
        operation_id=f"{operation.name}ByPost",
        status_code=200,
        responses=BODY_ERRORS,
        request_max_body_size=FHIR_BODY_BYTES,
        opt={BODY: operation.body_schema},
        **described,
    )
    async def by_post(request: Request[Any, Any, Any], data: FhirBody) -> Response[Resource]:
        """Inputs in a Parameters resource."""
        return await _run(fhir, operation, request, {**_underscored(request), **named_values(data)})

    if operation.code == "batch-validate-code":
        return [by_post]
    routes: list[ControllerRouterHandler] = [
        Router(operation.path, route_handlers=[by_get], parameters=dict(operation.documented)),
        by_post,
    ]
    return [*routes, *_on_one(fhir, operation)] if operation.of_one else routes


def _on_one(fhir: Fhir, operation: Operation) -> list[ControllerRouterHandler]:
    """Route handlers of an operation on one resource, which stands for its address."""
    path = f"/fhir/{operation.kind}/{{resource_id:str}}/${operation.code}"
    described = openapi(
        f"{operation.summary}, of one resource", "A FHIR resource; errors are OperationOutcome"
    )

    def named(resource_id: str) -> dict[str, list[Any]]:
        return {operation.of_one: [fhir.held.url(operation.kind, resource_id)]}

    one = operation.of_instance()
    held_id = {"resource_id": EXAMPLE_IDS[operation.kind]}

    @get(
        "/",
        operation_id=f"{operation.name}OfOne",
        responses=ERRORS,
        opt={REQUIRED: one.required, PATH_EXAMPLES: held_id},
        **described,
    )
    async def one_by_get(request: Request[Any, Any, Any], resource_id: ResourceId) -> Response[Resource]:
        """Inputs in the query string, as for the type."""
        return await _run(fhir, operation, request, {**_query(request), **named(resource_id)})

    @post(
        path,
        operation_id=f"{operation.name}OfOneByPost",
        status_code=200,
        responses=BODY_ERRORS,
        request_max_body_size=FHIR_BODY_BYTES,
        opt={BODY: one.body_schema, PATH_EXAMPLES: held_id},
        **described,
    )
    async def one_by_post(
        request: Request[Any, Any, Any], resource_id: ResourceId, data: FhirBody
    ) -> Response[Resource]:
        """Inputs in a Parameters resource, as for the type."""
        values = {**_underscored(request), **named_values(data), **named(resource_id)}
        return await _run(fhir, operation, request, values)

    return [Router(path, route_handlers=[one_by_get], parameters=dict(one.documented)), one_by_post]


def _batch(fhir: Fhir) -> ControllerRouterHandler:
    @post(
        "/fhir",
        operation_id="fhirBatch",
        status_code=200,
        responses=BODY_ERRORS,
        request_max_body_size=FHIR_BODY_BYTES,
        **openapi("Several operations and reads in one call", "A Bundle of type batch-response"),
    )
    async def batch(request: Request[Any, Any, Any], data: BundleBody) -> Response[Resource]:
        """A Bundle of type `batch`; its entries are answered in order."""
        check_format(request)
        return await _answered(lambda: run_batch(fhir.systems, fhir.held, data, _context(request)))

    return batch


def _query(request: Request[Any, Any, Any]) -> dict[str, list[Any]]:
    return {name: request.query_params.getall(name) for name in request.query_params}


def _underscored(request: Request[Any, Any, Any]) -> dict[str, list[Any]]:
    """The parameters of a POST's address that concern the answer's format."""
    return {name: values for name, values in _query(request).items() if name.startswith("_")}


def _context(request: Request[Any, Any, Any]) -> tuple[str | None, str]:
    """`Accept-Language`, and the caller where callers are told apart."""
    return request.headers.get("accept-language"), str(request.scope["state"].get("caller", ""))


def _example(fhir: Fhir, operation: Operation) -> Example:
    if not operation.example:
        return Example()
    return Example(answer=operation.run(fhir.systems, Inputs(operation.example, operation.known)))


async def _run(
    fhir: Fhir, operation: Operation, request: Request[Any, Any, Any], values: dict[str, list[Any]]
) -> Response[Resource]:
    check_format(request)
    inputs = Inputs(values, operation.known, (), *_context(request))
    return await _answered(lambda: in_version(request, operation.run(fhir.systems, inputs)))


async def _answered(answer: Callable[[], Resource]) -> Response[Resource]:
    # In a thread: an expansion of everything takes long enough to delay other requests.
    try:
        body = await asyncio.to_thread(lambda: ENCODER.encode(answer()))
    except TermError as error:
        return term_error_response(error)
    return fhir_response(body)
