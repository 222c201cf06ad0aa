"""Routes that return a resource: metadata, the code system, the extensions."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.params import PathParameter
from litestar.types import ControllerRouterHandler

from api.fhir.capability import capability_statement, terminology_capabilities
from api.fhir.codesystem import CODE_SYSTEM_ID, code_system
from api.fhir.extensions import structure_definitions
from api.fhir.operations import URL
from api.fhir.parameters import Resource
from api.fhir.responses import ERRORS, check_format, fhir_response, openapi
from api.http.described import query_parameter
from api.http.keys import OPEN
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_II

ResourceId = Annotated[str, PathParameter(description="The resource's id.")]


def resource_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of the resources."""
    return [_metadata(service), _search_code_system(service), _read_code_system(service), _read_extension()]


def _metadata(service: Service) -> ControllerRouterHandler:
    bodies = {
        "full": msgspec.json.encode(capability_statement(service)),
        "terminology": msgspec.json.encode(terminology_capabilities(service)),
    }

    @get("/", opt={OPEN: True}, sync_to_thread=False, **openapi("What the server can do", "A FHIR resource"))
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


def _search_code_system(service: Service) -> ControllerRouterHandler:
    resource = code_system(service)

    @get("/", responses=ERRORS, sync_to_thread=False, **openapi("Find the code system", "A Bundle"))
    def fhir_search_code_system(request: Request[Any, Any, Any]) -> Response[Resource]:
        """By `url`, in any accepted form."""
        check_format(request)
        url = request.query_params.get("url")
        entries = [resource] if url is None or url in LEVEL_II.addresses else []
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        if entries:  # FHIR has no empty lists
            bundle["entry"] = [{"resource": entry, "search": {"mode": "match"}} for entry in entries]
        return fhir_response(msgspec.json.encode(bundle))

    return Router("/fhir/CodeSystem", route_handlers=[fhir_search_code_system], parameters={"url": URL})


def _read_code_system(service: Service) -> ControllerRouterHandler:
    body = msgspec.json.encode(code_system(service))

    @get(
        "/fhir/CodeSystem/{resource_id:str}",
        responses=ERRORS,
        sync_to_thread=False,
        **openapi("The code system's resource", "A CodeSystem"),
    )
    def fhir_read_code_system(request: Request[Any, Any, Any], resource_id: ResourceId) -> Response[Resource]:
        """Without its codes."""
        check_format(request)
        if resource_id != CODE_SYSTEM_ID:
            raise Refused(404, f"there is no such CodeSystem; there is {CODE_SYSTEM_ID}")
        return fhir_response(body)

    return fhir_read_code_system


def _read_extension() -> ControllerRouterHandler:
    bodies = {name: msgspec.json.encode(value) for name, value in structure_definitions().items()}

    @get(
        "/fhir/StructureDefinition/{resource_id:str}",
        responses=ERRORS,
        sync_to_thread=False,
        **openapi("A declared extension", "A StructureDefinition"),
    )
    def fhir_read_extension(request: Request[Any, Any, Any], resource_id: ResourceId) -> Response[Resource]:
        """`score`, `confidence` or `no-good-match`."""
        check_format(request)
        if resource_id not in bodies:
            raise Refused(404, f"there is no such StructureDefinition; there are {', '.join(bodies)}")
        return fhir_response(bodies[resource_id])

    return fhir_read_extension
