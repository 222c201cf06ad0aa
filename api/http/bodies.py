"""Reading a JSON body strictly, and answering with one that is already encoded."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.response.base import ASGIResponse

from api.http.limits import BODY_BYTES
from api.http.problems import Refused, decode_problem

T = TypeVar("T")
JSON = b"application/json"


async def read_body(request: Request[Any, Any, Any]) -> bytes:
    """The body of a request, as `request.body()` gives it.

    A small one that has come in one piece, as nearly all have, is spared the framework's stream, which takes
    ten times as long.

    Raises:
        RequestEntityTooLarge: If it is larger than the route takes.
    """
    event: Any = await request.receive()
    if event["type"] == "http.request" and not event.get("more_body") and len(event["body"]) <= BODY_BYTES:
        return bytes(event["body"])
    rest, unread = request.receive, [event]

    async def receive() -> Any:
        return unread.pop() if unread else await rest()

    request.receive = receive
    return await request.body()


def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode a body.

    Raises:
        Refused: 400 if it is no JSON, 422 with the field's path if a field is wrong.
    """
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise decode_problem(error) from None  # the cause may quote what was sent


def require_json(request: Request[Any, Any, Any]) -> None:
    """Refuse a body that does not say it is JSON.

    Raises:
        Refused: 415.
    """
    headers = request.scope["headers"]
    given = next((value for name, value in headers if name == b"content-type"), JSON)
    if given == JSON:
        return
    kind = given.partition(b";")[0].strip().lower()
    if kind != JSON and not (kind.startswith(b"application/") and kind.endswith(b"+json")):
        raise Refused(415, "send the body as JSON, with 'Content-Type: application/json'")


def json_response(
    body: bytes,
    status: int = 200,
    media_type: str = "application/json",
) -> ASGIResponse:
    """An answer whose body is encoded already: the framework adds nothing but the headers."""
    return ASGIResponse(body=body, status_code=status, media_type=media_type)
