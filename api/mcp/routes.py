"""`POST /mcp`: the Model Context Protocol over HTTP. The SDK is imported at the first request."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec
from litestar import Litestar, Request, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import RequestBody
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from api.http.described import BODY_ERRORS, ERRORS, answers
from api.http.keys import ANY_SCOPE, SCOPE
from api.http.limits import BATCH_BODY_BYTES
from api.http.parameters import NO_QUERY
from api.http.problems import Failure, Refused
from api.service import Service

if TYPE_CHECKING:
    from api.mcp.transport import McpHttp

PARSE_ERROR, INVALID_REQUEST, SERVER_ERROR = -32700, -32600, -32000  # of JSON-RPC
MISSING = "the Model Context Protocol needs an extra that is not installed: pip install 'hcpcs-suggest[mcp]'"


class McpMessage(msgspec.Struct, frozen=True):
    """A message of JSON-RPC 2.0: a request, or without `id` a notification.

    Attributes:
        jsonrpc: The version of JSON-RPC.
        method: What is asked, such as `tools/call`.
        id: Names the request; its answer has the same.
        params: Arguments of the method.
    """

    jsonrpc: Literal["2.0"]
    method: str
    id: int | str | None = None
    params: dict[str, Any] | None = None


class McpAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer of JSON-RPC 2.0.

    Attributes:
        jsonrpc: The version of JSON-RPC.
        id: As in the request; null where it could not be read.
        result: What was asked for.
        error: Code and message, where the request failed.
    """

    jsonrpc: Literal["2.0"]
    id: int | str | None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class ErrorData(msgspec.Struct, frozen=True):
    """What an error of ours adds to code and message.

    Attributes:
        status: HTTP status.
        request_id: As in the `X-Request-ID` header.
    """

    status: int
    request_id: str


def json_rpc_error(failure: Failure) -> tuple[bytes, str]:
    """An error in the form of JSON-RPC, and its media type; clients of the protocol read no other."""
    code = {400: PARSE_ERROR, 422: INVALID_REQUEST}.get(failure.status, SERVER_ERROR)
    data = ErrorData(failure.status, failure.request_id)
    answer = McpAnswer("2.0", None, error={"code": code, "message": failure.detail, "data": data})
    return msgspec.json.encode(answer), "application/json"


def _json_rpc_errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The `responses` of a route handler for errors with these HTTP statuses."""
    return {
        status: ResponseSpec(
            McpAnswer, generate_examples=False, description=ERRORS[status], media_type="application/json"
        )
        for status in statuses
    }


class McpEndpoint:
    """The SDK behind `/mcp`, made when the first request comes."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._http: McpHttp | None = None
        self._making = asyncio.Lock()

    async def http(self) -> McpHttp:
        """The SDK's side.

        Raises:
            Refused: 501 if it is not installed.
        """
        if find_spec("mcp") is None:
            raise Refused(501, MISSING)
        async with self._making:
            if self._http is None:
                self._http = await asyncio.to_thread(self._made)
                await self._http.start()
        return self._http

    def _made(self) -> McpHttp:
        from api.mcp.transport import McpHttp

        return McpHttp(self._service)

    async def end(self, _: Litestar) -> None:
        """Stop it with the app."""
        if self._http is not None:
            await self._http.end()


def mcp_route(endpoint: McpEndpoint, origins: Collection[str]) -> ControllerRouterHandler:
    """Route handler of `/mcp`.

    Args:
        endpoint: Answers.
        origins: Web origins whose pages may call.
    """

    @post(
        "/mcp",
        status_code=200,
        tags=["MCP"],
        summary="Model Context Protocol",
        responses=answers(McpAnswer, "The answer to a request")
        | {202: ResponseSpec(None, generate_examples=False, description="A notification was taken")}
        | _json_rpc_errors(*BODY_ERRORS, 403, 404, 406, 501),
        request_max_body_size=BATCH_BODY_BYTES,
        opt={SCOPE: ANY_SCOPE, NO_QUERY: True},
    )
    async def call_mcp(data: RequestBody[McpMessage], request: Request[Any, Any, Any]) -> ASGIResponse:
        """One message of the protocol's streamable HTTP, without sessions; each tool asks for its own scope.

        For clients of the protocol: `docs/mcp.md` lists tools and resources.
        """
        require_origin(request, origins)
        http = await endpoint.http()
        given = await http.answer(request.scope, await request.body())
        return ASGIResponse(body=given.body, status_code=given.status, media_type=given.media_type)

    return call_mcp


def require_origin(request: Request[Any, Any, Any], origins: Collection[str]) -> None:
    """Refuse a page of another origin, as the protocol asks.

    Raises:
        Refused: 403.
    """
    origin = request.headers.get("origin", "")
    if origin and origin not in origins and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Refused(403, "pages of this origin may not call; its operator can add it to HCPCS_CORS_ORIGINS")
