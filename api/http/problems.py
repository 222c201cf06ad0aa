"""Errors over HTTP: RFC 9457 problem details, and `OperationOutcome` on the FHIR routes.

No answer repeats what was sent: messages name the field, the rule and what to do.
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from api.fhir.outcome import FHIR_JSON, operation_outcome
from index.errors import HcpcsError

log = logging.getLogger("hcpcs.errors")

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:hcpcs-suggest:problem:"

SLUGS = {
    400: "malformed-request",
    401: "key-needed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "wrong-media-type",
    422: "invalid-field",
    500: "internal-error",
}

_WHERE = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,39}")


class FieldError(msgspec.Struct, frozen=True):
    """One field that was refused: its path (`$.k`, `query.limit`) and the rule it broke."""

    path: str
    message: str


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """The one error body (RFC 9457).

    Attributes:
        type: A URI that names the kind of error; it stays the same.
        title: The kind of error in words.
        status: The HTTP status.
        detail: What was wrong and what to do; never repeats what was sent.
        request_id: As in the `X-Request-ID` header.
        errors: Each field that was refused.
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: tuple[FieldError, ...] = ()


class Refused(HTTPException):
    """A request that cannot be answered as asked.

    `issue` is the FHIR issue type where the status does not say it.
    """

    def __init__(
        self, status: int, detail: str, errors: tuple[FieldError, ...] = (), issue: str | None = None
    ) -> None:
        super().__init__(detail=detail, status_code=status)
        self.errors = errors
        self.issue = issue


def invalid(path: str, message: str) -> Refused:
    """The error for one field."""
    return Refused(422, f"{path}: {message}", (FieldError(path, message),))


def field_error(error: Exception) -> FieldError:
    """Split a msgspec message into path and rule, and keep words that the caller typed out of it."""
    found = _WHERE.match(str(error))
    message, path = (found["message"], found["path"] or "$") if found else ("is not valid", "$")
    unknown = _UNKNOWN.fullmatch(message)
    if unknown:
        # A field's name may be shown only where it looks like one: JSON keys can be any text.
        name = unknown["name"] if _IDENTIFIER.fullmatch(unknown["name"]) else ""
        message = f"unknown field `{name}`" if name else "unknown field"
        path = f"{path}.{name}" if name else path
    elif message.startswith("Invalid enum value"):
        message = "is not one of the values allowed"
    return FieldError(path, message)


def decode_problem(error: Exception) -> Refused:
    """The refusal for a body that msgspec could not read: 400 for no JSON, 422 for a wrong field."""
    if isinstance(error, msgspec.ValidationError):
        field = field_error(error)
        return Refused(422, f"{field.path}: {field.message}", (field,))
    return Refused(400, "the body is not valid JSON in UTF-8")


def problem_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Turn any exception into the one error body; FHIR routes get an OperationOutcome."""
    status, detail, errors, headers = _describe(error)
    if request.scope["path"].startswith("/fhir"):
        outcome = operation_outcome(status, detail, getattr(error, "issue", None))
        return Response(outcome, status_code=status, media_type=FHIR_JSON, headers=headers)
    problem = ProblemDetails(
        type=TYPE_PREFIX + SLUGS.get(status, "error"),
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request.scope["state"].get("request_id", ""),
        errors=errors,
    )
    body = msgspec.json.encode(problem)
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def _describe(error: Exception) -> tuple[int, str, tuple[FieldError, ...], dict[str, str]]:
    if isinstance(error, Refused):
        return error.status_code, error.detail, error.errors, {}
    if isinstance(error, ValidationException):  # Litestar's, for query and path parameters
        fields = tuple(_parameter_errors(error.extra))
        detail = "; ".join(f"{field.path}: {field.message}" for field in fields) or "a parameter is not valid"
        return 422, detail, fields, {}
    if isinstance(error, HTTPException):
        return error.status_code, _plain(error), (), dict(error.headers or {})
    if isinstance(error, HcpcsError):
        return 422, str(error), (), {}
    _log_unexpected(error)
    return 500, "something went wrong in the service; tell its operator the request id", (), {}


def _parameter_errors(extra: Any) -> list[FieldError]:
    found = []
    for item in extra if isinstance(extra, list) else []:
        error = field_error(ValueError(str(item.get("message", "is not valid"))))
        source = item.get("source", "query")
        source = getattr(source, "value", source)  # Litestar's enum, or a plain word
        found.append(FieldError(f"{source}.{item.get('key', '')}", error.message))
    return found


def _plain(error: HTTPException) -> str:
    """A sentence of our own for what the framework raises: its own words may quote the address."""
    return {
        404: "there is nothing at this address",
        405: "this address does not take this method",
        413: "the request body is larger than this address takes (64 KB; a batch 1 MB)",
    }.get(error.status_code, error.detail)


def _log_unexpected(error: Exception) -> None:
    """Name the error's type and place; its message stays out, since it may hold what a user typed."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("unexpected %s at %s", type(error).__name__, " < ".join(reversed(frames[-6:])))
