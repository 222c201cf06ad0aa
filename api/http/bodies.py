"""Strict JSON bodies: what a handler takes as `data`, and answers that are encoded already."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import InternalServerException

from api.http.parameters import NO_QUERY, refuse_query
from api.http.problems import ClientLeft, Refused, decode_problem

EXACT = 2**53  # up to it every whole number is a float
JSON = b"application/json"
NO_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)  # what decoding raises, wrong types too


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded straight into the type of the handler's `data`.

    The framework decodes JSON to plain values and converts them leniently: it would take the text "5" for the
    number 5. Here a value of the wrong type is refused, and the error names the field's path.
    """

    async def body(self) -> bytes:
        """The body; a blank for an empty one, which the framework would take for a missing argument."""
        try:
            return await super().body() or b" "
        except InternalServerException:  # the framework's for a client that left
            raise ClientLeft(detail="the client left") from None

    async def json(self) -> Any:
        """The decoded body.

        Raises:
            Refused: 415 if the body does not say that it is JSON, 400 if it is no JSON, 422 with the field's
                path if a field is wrong.
        """
        require_json(self)
        if self.scope["query_string"] and self.route_handler.opt.get(NO_QUERY):
            refuse_query([])
        data = self.route_handler.parsed_fn_signature.parameters["data"]
        decode, body = _decoder(data.annotation).decode, await self.body()
        try:
            return decode(body)
        except msgspec.ValidationError as error:
            if not self.route_handler.opt.get(NO_QUERY) or "got `float`" not in str(error):
                raise decode_problem(error) from None
            return _decoded_again(decode, body)
        except NO_JSON as error:
            raise decode_problem(error) from None  # the cause may quote what was sent


def _decoded_again(decode: Callable[[bytes], Any], body: bytes) -> Any:
    """A body with its whole numbers as such: to JSON schema 1.0 is an integer, to msgspec it is none.

    Raises:
        Refused: 422 with the field's path if a field is wrong all the same; 400 if what follows is no JSON.
    """
    try:
        return decode(msgspec.json.encode(_WHOLE_NUMBERS.decode(body)))
    except NO_JSON as error:
        raise decode_problem(error) from None


def _whole(digits: str) -> int | float | str:
    """A number, an integer where it is whole; one that no float can hold stays text, to be refused."""
    number = float(digits)
    if not isfinite(number):
        return digits
    return int(number) if number.is_integer() and abs(number) <= EXACT else number


_WHOLE_NUMBERS = msgspec.json.Decoder(float_hook=_whole)


@cache
def _decoder(body_type: Any) -> msgspec.json.Decoder[Any]:
    """Decoder of a body; untyped numbers keep their digits, so that 1.50 does not become 1.5."""
    return msgspec.json.Decoder(body_type, float_hook=Decimal)


def require_json(request: Request[Any, Any, Any]) -> None:
    """Refuse a body that does not say it is JSON.

    A page of another origin may send other types, or none, without asking first (CORS); JSON it may not.

    Raises:
        Refused: 415.
    """
    headers = request.scope["headers"]
    content_type = next((value for name, value in headers if name == b"content-type"), b"")
    if content_type == JSON:
        return
    media_type = content_type.partition(b";")[0].strip().lower()
    if media_type != JSON and not (media_type.startswith(b"application/") and media_type.endswith(b"+json")):
        raise Refused(415, "send the body as JSON, with 'Content-Type: application/json'")


def json_response(body: bytes, media_type: str = "application/json") -> Response[Any]:
    """An answer whose body is encoded already."""
    return Response(body, media_type=media_type)
