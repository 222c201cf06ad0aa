"""Routes that return resources: metadata, code systems, value sets, concept maps, the extensions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import PathParameter
from litestar.types import ControllerRouterHandler

from api.fhir.capability import capability_statement, terminology_capabilities, versions
from api.fhir.described_inputs import PATH_EXAMPLES
from api.fhir.extensions import structure_definitions
from api.fhir.held import EXAMPLE_IDS, KINDS, Held
from api.fhir.parameters import MAX_COUNT, Resource
from api.fhir.responses import BODY_ERRORS, ERRORS, check_format, fhir_response, openapi, versioned_response
from api.http.described import query_parameter
from api.http.keys import OPEN
from api.http.problems import Refused
from api.service import Service

ResourceId = Annotated[str, PathParameter(description="The resource's id.")]
VersionId = Annotated[str, PathParameter(description="The resource's version: a release name.")]
SEARCHED = ("url", "_id", "name", "title", "version", "status")
PAGE, PAGE_MAX = 20, 100
COUNTED = {"minimum": 0, "maximum": MAX_COUNT}
FORM = b"application/x-www-form-urlencoded"
PARAMETERS = {
    "url": query_parameter("Its address, with or without version."),
    "_id": query_parameter("Its id."),
    "name": query_parameter("The beginning of its name."),
    "version": query_parameter("The release name."),
    "_count": query_parameter(f"Page size, at most {PAGE_MAX}.", int, PAGE, COUNTED),
    "_offset": query_parameter("Resources before the page.", int, 0, COUNTED),
}


def resource_routes(service: Service, held: Held) -> list[ControllerRouterHandler]:
    """Route handlers of the resources."""
    kinds = [route for kind in KINDS for route in _kind(service, held, kind)]
    return [_metadata(service), _versions(), *kinds, _read_extension()]


def _metadata(service: Service) -> ControllerRouterHandler:
    bodies = {
        "full": msgspec.json.encode(capability_statement(service)),
        "terminology": msgspec.json.encode(terminology_capabilities(service)),
    }

    @get(
        "/",
        opt={OPEN: True},
        sync_to_thread=False,
        responses=ERRORS,
        **openapi("What the server can do", "A FHIR resource"),
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


def _versions() -> ControllerRouterHandler:
    body = msgspec.json.encode(versions())

    @get(
        "/fhir/$versions", sync_to_thread=False, responses=ERRORS, **openapi("Versions of FHIR", "Parameters")
    )
    def fhir_versions(request: Request[Any, Any, Any]) -> Response[Resource]:
        """R4."""
        check_format(request)
        return fhir_response(body)

    return fhir_versions


def _kind(service: Service, held: Held, kind: str) -> list[ControllerRouterHandler]:
    """Search by GET and POST, read and vread of one type."""

    @get(
        "/",
        operation_id=f"fhirSearch{kind}",
        responses=ERRORS,
        sync_to_thread=True,
        **openapi(f"Find a {kind}", "A Bundle"),
    )
    def search(request: Request[Any, Any, Any]) -> Response[Resource]:
        """By address, id, name or version; in pages."""
        check_format(request)
        values = {name: request.query_params.getall(name) for name in request.query_params}
        return fhir_response(msgspec.json.encode(_found(held, kind, values)))

    @post(
        f"/fhir/{kind}/_search",
        operation_id=f"fhirSearch{kind}ByPost",
        status_code=200,
        responses=BODY_ERRORS,
        **openapi(f"Find a {kind}", "A Bundle"),
    )
    async def search_by_post(request: Request[Any, Any, Any]) -> Response[Resource]:
        """The same, its parameters in a form."""
        check_format(request)
        values = {name: request.query_params.getall(name) for name in request.query_params}
        for name, given in (await _form(request)).items():
            values.setdefault(name, []).extend(given)
        return fhir_response(msgspec.json.encode(_found(held, kind, values)))

    @get(
        f"/fhir/{kind}/{{resource_id:str}}",
        operation_id=f"fhirRead{kind}",
        opt={PATH_EXAMPLES: {"resource_id": EXAMPLE_IDS[kind]}},
        responses=ERRORS,
        sync_to_thread=True,
        **openapi(f"A {kind} by its id", f"A {kind}"),
    )
    def read(request: Request[Any, Any, Any], resource_id: ResourceId) -> Response[Resource]:
        """The code system without its codes; `ETag` is the release."""
        check_format(request)
        return versioned_response(request, msgspec.json.encode(held.read(kind, resource_id)), service.release)

    @get(
        f"/fhir/{kind}/{{resource_id:str}}/_history/{{version_id:str}}",
        operation_id=f"fhirVread{kind}",
        opt={PATH_EXAMPLES: {"resource_id": EXAMPLE_IDS[kind], "version_id": service.release}},
        responses=ERRORS,
        sync_to_thread=True,
        **openapi(f"A version of a {kind}", f"A {kind}"),
    )
    def vread(
        request: Request[Any, Any, Any], resource_id: ResourceId, version_id: VersionId
    ) -> Response[Resource]:
        """There is one version, the release that is loaded."""
        check_format(request)
        body = msgspec.json.encode(held.read(kind, resource_id, version_id))
        return versioned_response(request, body, service.release)

    return [
        Router(f"/fhir/{kind}", route_handlers=[search], parameters=dict(PARAMETERS)),
        search_by_post,
        read,
        vread,
    ]


async def _form(request: Request[Any, Any, Any]) -> Mapping[str, list[str]]:
    """The fields of a form.

    Raises:
        Refused: 415 for a body that is none.
    """
    body = (await request.body()).strip()
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and content_type != FORM.decode():
        raise Refused(415, f"send the search parameters as a form, with 'Content-Type: {FORM.decode()}'")
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise Refused(400, "the form cannot be read") from None


def _found(held: Held, kind: str, values: Mapping[str, list[str]]) -> Resource:
    """The Bundle of a search.

    Raises:
        Refused: 400 for a parameter that is not known or wrong.
    """
    wanted: dict[str, str] = {}
    page = {"_count": PAGE, "_offset": 0}
    for name, given in values.items():
        if name in page:
            if not re.fullmatch("[0-9]{1,9}", given[-1]):
                raise Refused(400, f"the parameter '{name}' must be a whole number, 0 or more", issue="value")
            page[name] = int(given[-1])
        elif name in SEARCHED:
            wanted[name] = given[-1]
        elif name not in ("_format", "_pretty"):
            raise Refused(400, f"a search takes {', '.join((*SEARCHED, *page))}", issue="not-supported")
    resources = held.found(kind, wanted)
    count, offset = min(page["_count"], PAGE_MAX), page["_offset"]
    shown = resources[offset : offset + count]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(resources)}
    links = [{"relation": "self", "url": _link(kind, wanted, count, offset)}]
    if offset + count < len(resources) and count:
        links.append({"relation": "next", "url": _link(kind, wanted, count, offset + count)})
    bundle["link"] = links
    if shown:  # FHIR has no empty lists
        bundle["entry"] = [{"resource": each, "search": {"mode": "match"}} for each in shown]
    return bundle


def _link(kind: str, wanted: Mapping[str, str], count: int, offset: int) -> str:
    return f"{kind}?{urlencode({**wanted, '_count': count, '_offset': offset})}"


def _read_extension() -> ControllerRouterHandler:
    bodies = {name: msgspec.json.encode(value) for name, value in structure_definitions().items()}

    @get(
        "/fhir/StructureDefinition/{resource_id:str}",
        opt={PATH_EXAMPLES: {"resource_id": next(iter(bodies))}},
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
