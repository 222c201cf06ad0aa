"""What the OpenAPI document says of a route beyond its signature: errors and examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar.openapi.datastructures import ResponseSpec
from litestar.params import ParameterKwarg, QueryParameter

from api.http.problems import PROBLEM_JSON, ProblemDetails

ERRORS = {
    400: "The body is not JSON",
    401: "The key or token is missing or does not count",
    403: "The key or token lacks the scope",
    404: "Not found",
    406: "The answer has no media type that the request accepts",
    413: "The body is too large",
    415: "The body does not say it is JSON",
    422: "A field or parameter is wrong; its path is in `errors`",
    429: "The caller has used up its requests",
    501: "An extra package that this address needs is not installed",
    503: "Too many requests are waiting",
}
BODY_ERRORS = (400, 401, 413, 415, 422)  # of a route that takes a body
EXAMPLE = "example"  # an `opt` of a route handler: a function without arguments that makes an Example


class Example(NamedTuple):
    """A request body and its answer, as plain values; None where the route has none."""

    request: Any = None
    answer: Any = None


def answers(kind: Any, description: str) -> dict[int, ResponseSpec]:
    """The `responses` of a route handler whose return type does not name its answer."""
    return {200: ResponseSpec(kind, generate_examples=False, description=description)}


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The `responses` of a route handler for errors with these HTTP statuses."""
    return {
        status: ResponseSpec(
            ProblemDetails, generate_examples=False, description=ERRORS[status], media_type=PROBLEM_JSON
        )
        for status in statuses
    }


def query_parameter(
    description: str, kind: Any = str, default: Any = None, schema: Mapping[str, Any] | None = None
) -> ParameterKwarg:
    """A query parameter of a Router, for handlers that read the query string themselves.

    Args:
        description: What it asks for.
        kind: Its type.
        default: Its value when it is left out; None for none.
        schema: More keywords of its JSON schema.
    """
    return QueryParameter(
        annotation=kind, description=description, default=default, schema_extra=dict(schema or {})
    )
