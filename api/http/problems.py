"""Errors over HTTP: RFC 9457 problem details, or the form that another standard asks for on its own paths.

No error body repeats what was sent: messages name the field, the rule and what to do.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from api.http.limits import BATCH_BODY_BYTES, BODY_BYTES
from index.errors import HcpcsError

log = logging.getLogger("hcpcs.errors")

PROBLEM_JSON = "application/problem+json"
BODY_BOUNDS = f"{BODY_BYTES // 1024} KB; a batch or a CDS Hooks call {BATCH_BODY_BYTES // 1024**2} MB"
TYPE_PREFIX = "urn:hcpcs-suggest:problem:"

SLUGS = {
    400: "malformed-request",
    401: "key-needed",
    403: "scope-needed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "too-slow",
    413: "too-large",
    415: "wrong-media-type",
    421: "wrong-host",
    422: "invalid-field",
    429: "too-many-requests",
    431: "headers-too-large",
    500: "internal-error",
    501: "not-installed",
    503: "busy",
}
CLIENT_LEFT = 499  # for log and metrics only: nobody reads the answer

_WHERE = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = "Object contains unknown field"


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


class Failure(msgspec.Struct, frozen=True):
    """What an error body says, in whatever form it is written.

    Attributes:
        status: HTTP status.
        detail: What was wrong and what to do.
        request_id: As in the `X-Request-ID` header.
        errors: Each field that was refused.
        issue: FHIR issue type, where the status does not imply it.
    """

    status: int
    detail: str
    request_id: str = ""
    errors: tuple[FieldError, ...] = ()
    issue: str | None = None


ErrorRenderer = Callable[[Failure], tuple[bytes, str]]  # gives the encoded body and its media type
ErrorHandler = Callable[[Request[Any, Any, Any], Exception], Response[bytes]]


class Refused(HTTPException):
    """A request that cannot be answered as asked.

    Args:
        status: HTTP status.
        detail: What is wrong and what to do; must not repeat what was sent.
        errors: Each field that is refused.
        issue: FHIR issue type, where the status does not imply it.
    """

    def __init__(
        self, status: int, detail: str, errors: tuple[FieldError, ...] = (), issue: str | None = None
    ) -> None:
        super().__init__(detail=detail, status_code=status)
        self.errors = errors
        self.issue = issue


class ClientLeft(HTTPException):
    """The client closed its connection before its whole request had arrived."""

    status_code = CLIENT_LEFT


def invalid(path: str, message: str) -> Refused:
    """The error for one field."""
    return Refused(422, f"{path}: {message}", (FieldError(path, message),))


def field_error(error: Exception) -> FieldError:
    """Split a msgspec message into path and rule, and remove words that the caller typed."""
    match = _WHERE.match(str(error))
    message, path = (match["message"], match["path"] or "$") if match else ("is not valid", "$")
    if message.startswith(_UNKNOWN):
        # Its name is not repeated: a JSON key can be any text, also one about a patient.
        message = "unknown field; /schema lists the fields"
    elif message.startswith("Invalid enum value"):
        message = "is not one of the values allowed"
    elif message.endswith("encoded date"):
        message = "is not a date; write it like 2026-01-15"
    return FieldError(path, message)


def decode_problem(error: Exception) -> Refused:
    """Refusal of a body that msgspec could not read: 400 if it is no JSON, 422 if a field is wrong."""
    if isinstance(error, msgspec.ValidationError):
        field = field_error(error)
        return Refused(422, f"{field.path}: {field.message}", (field,))
    return Refused(400, "the body is not valid JSON in UTF-8")


def error_handler(renderers: Mapping[str, ErrorRenderer]) -> ErrorHandler:
    """Litestar exception handler for every error of the app.

    Args:
        renderers: Path prefix -> how errors under it are written; elsewhere they are problem details.
    """

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        failure, headers = _failure(error, request.scope["state"].get("request_id", ""))
        path = request.scope["path"]
        render = next((renderers[prefix] for prefix in renderers if path.startswith(prefix)), problem_details)
        body, media_type = render(failure)
        return Response(body, status_code=failure.status, media_type=media_type, headers=headers)

    return handle


def problem_details(failure: Failure) -> tuple[bytes, str]:
    """Encoded problem details and their media type."""
    problem = ProblemDetails(
        type=TYPE_PREFIX + SLUGS.get(failure.status, "error"),
        title="Client Left" if failure.status == CLIENT_LEFT else HTTPStatus(failure.status).phrase,
        status=failure.status,
        detail=failure.detail,
        request_id=failure.request_id,
        errors=failure.errors,
    )
    return msgspec.json.encode(problem), PROBLEM_JSON


def _failure(error: Exception, request_id: str) -> tuple[Failure, dict[str, str]]:
    """The failure that an exception stands for, and the headers that go with it."""
    if isinstance(error, Refused):
        return Failure(error.status_code, error.detail, request_id, error.errors, error.issue), {}
    if isinstance(error, ValidationException):  # Litestar's, for query and path parameters
        fields = tuple(_parameter_errors(error.extra))
        detail = "; ".join(f"{field.path}: {field.message}" for field in fields) or "a parameter is not valid"
        return Failure(422, detail, request_id, fields), {}
    if isinstance(error, HTTPException):
        return Failure(error.status_code, _own_words(error), request_id), dict(error.headers or {})
    if isinstance(error, HcpcsError):
        return Failure(422, str(error), request_id), {}
    _log_unexpected(error)
    detail = "something went wrong in the service; tell its operator the request id"
    return Failure(500, detail, request_id), {}


def _parameter_errors(extra: Any) -> list[FieldError]:
    """Litestar's list of refused parameters as field errors."""
    errors = []
    for item in extra if isinstance(extra, list) else []:
        error = field_error(ValueError(str(item.get("message", "is not valid"))))
        source = item.get("source", "query")
        source = getattr(source, "value", source)  # an enum of Litestar's, or a string
        errors.append(FieldError(f"{source}.{item.get('key', '')}", error.message))
    return errors


def _own_words(error: HTTPException) -> str:
    """Detail for an error of the framework, whose own text may quote the address."""
    return {
        404: "there is nothing at this address",
        405: "this address does not take this method",
        413: f"the request body is larger than this address takes ({BODY_BOUNDS})",
    }.get(error.status_code, error.detail)


def _log_unexpected(error: Exception) -> None:
    """Log the error's type and place, but not its message, which may hold what a user typed."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("unexpected %s at %s", type(error).__name__, " < ".join(reversed(frames[-6:])))
