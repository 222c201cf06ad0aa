"""The `/fhir` routes: GET and POST of each operation."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, PathParameter
from litestar.types import ControllerRouterHandler

from api.fhir import codesystem
from api.fhir.capability import capability_statement, terminology_capabilities
from api.fhir.extensions import structure_definitions
from api.fhir.operations import EXPAND, LOOKUP, URL, VALIDATE_CODE, VALIDATE_MEMBER, Operation
from api.fhir.outcome import FHIR_JSON
from api.fhir.parameters import Inputs, ParametersBody, Resource
from api.http.bodies import json_response
from api.http.described import EXAMPLE, Example, query_parameter
from api.http.keys import OPEN
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_II

TAG = "FHIR R4"
ANSWER = "A FHIR resource; errors are OperationOutcome"
ERRORS = {
    401: ResponseSpec(
        Resource, generate_examples=False, description="The API key is missing", media_type=FHIR_JSON
    )
}
ResourceId = Annotated[str, PathParameter(description="The resource's id.")]
FhirBody = Annotated[ParametersBody, Body(media_type=FHIR_JSON)]


JSON_NAMES = {"json", "application/json", "application/fhir+json", "text/json"}


def fhir_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/fhir`."""
    return [
        *_operation(service, LOOKUP),
        *_operation(service, VALIDATE_CODE),
        *_operation(service, EXPAND),
        *_operation(service, VALIDATE_MEMBER),
        _metadata(service),
        *_resources(service),
    ]


def _operation(service: Service, operation: Operation) -> list[ControllerRouterHandler]:
    """Route handlers of one operation, by GET and by POST."""
    described: dict[str, Any] = {
        "tags": [TAG],
        "summary": operation.summary,
        "response_description": ANSWER,
        "media_type": FHIR_JSON,
        "responses": ERRORS,
    }

    @get(
        "/",
        operation_id=operation.name,
        opt={EXAMPLE: lambda: _example(service, operation)},
        **described,
    )
    async def by_get(request: Request[Any, Any, Any]) -> Response[Resource]:
        """Inputs in the query string."""
        check_format(request)
        values = {name: request.query_params.getall(name) for name in request.query_params}
        return await _run(service, operation, values)

    @post(operation.path, operation_id=f"{operation.name}ByPost", status_code=200, **described)
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


def fhir_response(body: bytes) -> Response[Resource]:
    """An encoded resource."""
    return json_response(body, media_type=FHIR_JSON)


def check_format(request: Request[Any, Any, Any]) -> None:
    """Refuse what asks for another format than JSON.

    Raises:
        Refused: 406.
    """
    asked = request.query_params.get("_format")
    if asked is None:
        accept = request.headers.get("accept", "*/*").lower()
        fits = "json" in accept or "*" in accept
    else:
        fits = asked.partition(";")[0].replace(" ", "+").lower() in JSON_NAMES
    if not fits:
        raise Refused(406, "this server answers in JSON only: application/fhir+json")


def _metadata(service: Service) -> ControllerRouterHandler:
    bodies = {
        "full": msgspec.json.encode(capability_statement(service)),
        "terminology": msgspec.json.encode(terminology_capabilities(service)),
    }

    @get(
        "/",
        tags=[TAG],
        summary="What the server can do",
        response_description="A FHIR resource",
        media_type=FHIR_JSON,
        opt={OPEN: True},
        sync_to_thread=False,
    )
    def fhir_metadata(request: Request[Any, Any, Any]) -> Response[Resource]:
        """A CapabilityStatement, or TerminologyCapabilities."""
        check_format(request)
        mode = request.query_params.get("mode", "full")
        if mode not in bodies:
            raise Refused(400, "the parameter 'mode' must be full or terminology", issue="not-supported")
        return fhir_response(bodies[mode])

    mode = query_parameter(
        "`terminology` for TerminologyCapabilities.", schema={"enum": list(bodies)}, default="full"
    )
    return Router("/fhir/metadata", route_handlers=[fhir_metadata], parameters={"mode": mode})


def _resources(service: Service) -> list[ControllerRouterHandler]:
    code_system = codesystem.code_system(service)
    extensions = structure_definitions()

    @get(
        "/",
        tags=[TAG],
        summary="Find the code system",
        response_description="A Bundle",
        media_type=FHIR_JSON,
        responses=ERRORS,
        sync_to_thread=False,
    )
    def fhir_search_code_system(request: Request[Any, Any, Any]) -> Response[Resource]:
        """By `url`, in any spelling."""
        check_format(request)
        url = request.query_params.get("url")
        entries = [code_system] if url is None or url in LEVEL_II.addresses else []
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        if entries:
            bundle["entry"] = [{"resource": entry, "search": {"mode": "match"}} for entry in entries]
        return fhir_response(msgspec.json.encode(bundle))

    @get(
        "/fhir/CodeSystem/{resource_id:str}",
        tags=[TAG],
        summary="The code system's resource",
        response_description="A CodeSystem",
        media_type=FHIR_JSON,
        responses=ERRORS,
        sync_to_thread=False,
    )
    def fhir_read_code_system(request: Request[Any, Any, Any], resource_id: ResourceId) -> Response[Resource]:
        """Without its codes."""
        check_format(request)
        if resource_id != codesystem.CODE_SYSTEM_ID:
            raise Refused(404, f"there is no such CodeSystem; there is {codesystem.CODE_SYSTEM_ID}")
        return fhir_response(msgspec.json.encode(code_system))

    @get(
        "/fhir/StructureDefinition/{resource_id:str}",
        tags=[TAG],
        summary="A declared extension",
        response_description="A StructureDefinition",
        media_type=FHIR_JSON,
        responses=ERRORS,
        sync_to_thread=False,
    )
    def fhir_read_extension(request: Request[Any, Any, Any], resource_id: ResourceId) -> Response[Resource]:
        """`score`, `confidence` or `no-good-match`."""
        check_format(request)
        if resource_id not in extensions:
            raise Refused(404, f"there is no such StructureDefinition; there are {', '.join(extensions)}")
        return fhir_response(msgspec.json.encode(extensions[resource_id]))

    search = Router("/fhir/CodeSystem", route_handlers=[fhir_search_code_system], parameters={"url": URL})
    return [search, fhir_read_code_system, fhir_read_extension]
