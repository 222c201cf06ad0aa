"""What every FHIR route shares: the media type, the check of the format, errors, descriptions for OpenAPI."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec

from api.fhir.outcome import FHIR_JSON
from api.fhir.parameters import Resource
from api.http.bodies import json_response
from api.http.problems import Refused
from api.terminology.errors import TermError

JSON_FORMATS = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
FHIR_VERSION = re.compile(r"fhirversion\s*=\s*\"?([\d.]+)")
# R4 has no property in an expansion: R5's travel in these extensions.
R5_EXPANSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion."
DESCRIPTIONS = {
    400: "A parameter is missing or wrong",
    401: "The API key is missing",
    404: "What the request names is not held",
    406: "Another format than JSON was asked for",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The body is no resource that this address takes",
}


def _error(status: int) -> ResponseSpec:
    return ResponseSpec(
        Resource, generate_examples=False, description=DESCRIPTIONS[status], media_type=FHIR_JSON
    )


ERRORS = {status: _error(status) for status in (400, 401, 404, 406, 422)}
BODY_ERRORS = {status: _error(status) for status in DESCRIPTIONS}


def openapi(summary: str, response_description: str) -> dict[str, Any]:
    """Keywords of a FHIR route handler for the OpenAPI document."""
    return {
        "tags": ["FHIR R4"],
        "summary": summary,
        "response_description": response_description,
        "media_type": FHIR_JSON,
    }


def fhir_response(body: bytes) -> Response[Resource]:
    """The response of an encoded resource."""
    return json_response(body, media_type=FHIR_JSON)


def versioned_response(request: Request[Any, Any, Any], body: bytes, version: str) -> Response[Any]:
    """The response of a resource with its version as `ETag`; 304 for a client that has it."""
    tag = f'W/"{version}"'
    known = [each.strip() for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(b"", status_code=304, headers={"ETag": tag}, media_type=FHIR_JSON)
    response = fhir_response(body)
    response.headers["ETag"] = tag
    return response


def term_error_response(error: TermError) -> Response[Any]:
    """The OperationOutcome of what the terminology engine refuses."""
    body = msgspec.json.encode(term_outcome(error))
    return Response(body, status_code=error.status, media_type=FHIR_JSON)


def term_outcome(error: TermError) -> Resource:
    """An error of the terminology engine as a resource."""
    issue = error.issue.as_fhir()
    return {"resourceType": "OperationOutcome", "issue": [{**issue, "diagnostics": error.issue.text}]}


def check_format(request: Request[Any, Any, Any]) -> None:
    """Refuse a request for another format than JSON, or another version than R4 and R5.

    Raises:
        Refused: 406.
    """
    requested = request.query_params.get("_format")
    if requested is None:
        accept = request.headers.get("accept", "*/*").lower()
        accepted = "json" in accept or "*" in accept
    else:
        accepted = requested.partition(";")[0].replace(" ", "+").lower() in JSON_FORMATS
    if not accepted:
        raise Refused(406, "this server answers in JSON only: application/fhir+json")
    version = _asked_version(request)
    if version and version[:1] not in "45":
        raise Refused(406, "this server answers in FHIR R4, and in R5 what R4 has no place for")


def _asked_version(request: Request[Any, Any, Any]) -> str:
    accept = str(request.query_params.get("_format") or request.headers.get("accept", ""))
    match = FHIR_VERSION.search(accept.lower())
    return match[1] if match else ""


def in_version(request: Request[Any, Any, Any], resource: Resource) -> Resource:
    """A resource in R4's form where the request says `fhirVersion=4.0`: properties as extensions."""
    if not _asked_version(request).startswith("4") or "expansion" not in resource:
        return resource
    expansion = dict(resource["expansion"])
    for each in expansion.pop("property", []):
        parts = [{"url": "code", "valueCode": each["code"]}, {"url": "uri", "valueUri": each["uri"]}]
        expansion.setdefault("extension", []).append({"url": f"{R5_EXPANSION}property", "extension": parts})
    if "contains" in expansion:
        expansion["contains"] = [_in_r4(each) for each in expansion["contains"]]
    return {**resource, "expansion": expansion}


def _in_r4(concept: Resource) -> Resource:
    concept = dict(concept)
    for each in concept.pop("property", []):
        value = {name: given for name, given in each.items() if name.startswith("value")}
        parts = [{"url": "code", "valueCode": each["code"]}, {"url": "value", **value}]
        extension = {"url": f"{R5_EXPANSION}contains.property", "extension": parts}
        concept["extension"] = [*concept.get("extension", []), extension]
    if "contains" in concept:
        concept["contains"] = [_in_r4(each) for each in concept["contains"]]
    return concept
