"""What every FHIR route shares: the media type, the check of the format, descriptions for OpenAPI."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec

from api.fhir.outcome import FHIR_JSON
from api.fhir.parameters import Resource
from api.http.bodies import json_response
from api.http.problems import Refused

JSON_FORMATS = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
ERRORS = {
    401: ResponseSpec(
        Resource, generate_examples=False, description="The API key is missing", media_type=FHIR_JSON
    )
}


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


def check_format(request: Request[Any, Any, Any]) -> None:
    """Refuse a request for another format than JSON.

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
