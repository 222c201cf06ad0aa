"""The `/fhir` routes: GET and POST of each operation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from api.fhir import codesystem, valueset
from api.fhir.capability import capability_statement, structure_definitions, terminology_capabilities
from api.fhir.outcome import FHIR_JSON
from api.fhir.parameters import DECODER, Inputs, Resource
from api.http.bodies import decoded, json_response, read_body, require_json
from api.http.keys import OPEN
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_II

Operation = Callable[[Service, Inputs], Resource]
JSON_NAMES = {"json", "application/json", "application/fhir+json", "text/json"}


def fhir_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/fhir`."""
    return [
        *_operation(service, "/fhir/CodeSystem/$lookup", codesystem.lookup, codesystem.LOOKUP),
        *_operation(
            service, "/fhir/CodeSystem/$validate-code", codesystem.validate_code, codesystem.VALIDATE
        ),
        *_operation(
            service, "/fhir/ValueSet/$expand", valueset.expand, valueset.EXPAND, valueset.EXPAND_HARMLESS
        ),
        *_operation(service, "/fhir/ValueSet/$validate-code", valueset.validate_code, valueset.VALIDATE),
        _metadata(service),
        *_resources(service),
    ]


def _operation(
    service: Service, path: str, operation: Operation, known: Iterable[str], harmless: Iterable[str] = ()
) -> list[ControllerRouterHandler]:
    @get(path)
    async def by_get(request: Request[Any, Any, Any]) -> ASGIResponse:
        check_format(request)
        values = {name: request.query_params.getall(name) for name in request.query_params}
        return await _run(service, operation, Inputs(values, known, harmless))

    @post(path, status_code=200)
    async def by_post(request: Request[Any, Any, Any]) -> ASGIResponse:
        check_format(request)
        require_json(request)
        values: dict[str, list[Any]] = {
            name: request.query_params.getall(name) for name in request.query_params if name.startswith("_")
        }
        for parameter in decoded(DECODER, await read_body(request)).parameter:
            values.setdefault(parameter.name, []).append(parameter.value())
        return await _run(service, operation, Inputs(values, known, harmless))

    return [by_get, by_post]


async def _run(service: Service, operation: Operation, inputs: Inputs) -> ASGIResponse:
    # In a thread: an expansion of everything takes long enough to keep other callers waiting.
    body = await asyncio.to_thread(lambda: msgspec.json.encode(operation(service, inputs)))
    return fhir_response(body)


def fhir_response(body: bytes) -> ASGIResponse:
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

    @get("/fhir/metadata", opt={OPEN: True}, sync_to_thread=False)
    def metadata(request: Request[Any, Any, Any]) -> ASGIResponse:
        check_format(request)
        mode = request.query_params.get("mode", "full")
        if mode not in bodies:
            raise Refused(400, "the parameter 'mode' must be full or terminology", issue="not-supported")
        return fhir_response(bodies[mode])

    return metadata


def _resources(service: Service) -> list[ControllerRouterHandler]:
    code_system = codesystem.code_system(service)
    extensions = structure_definitions()

    @get("/fhir/CodeSystem", sync_to_thread=False)
    def search(request: Request[Any, Any, Any]) -> ASGIResponse:
        check_format(request)
        url = request.query_params.get("url")
        entries = [code_system] if url is None or url in LEVEL_II.addresses else []
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        if entries:
            bundle["entry"] = [{"resource": entry, "search": {"mode": "match"}} for entry in entries]
        return fhir_response(msgspec.json.encode(bundle))

    @get("/fhir/CodeSystem/{resource_id:str}", sync_to_thread=False)
    def read(request: Request[Any, Any, Any], resource_id: FromPath[str]) -> ASGIResponse:
        check_format(request)
        if resource_id != codesystem.CODE_SYSTEM_ID:
            raise Refused(404, f"there is no such CodeSystem; there is {codesystem.CODE_SYSTEM_ID}")
        return fhir_response(msgspec.json.encode(code_system))

    @get("/fhir/StructureDefinition/{resource_id:str}", sync_to_thread=False)
    def definition(request: Request[Any, Any, Any], resource_id: FromPath[str]) -> ASGIResponse:
        check_format(request)
        if resource_id not in extensions:
            raise Refused(404, f"there is no such StructureDefinition; there are {', '.join(extensions)}")
        return fhir_response(msgspec.json.encode(extensions[resource_id]))

    return [search, read, definition]
