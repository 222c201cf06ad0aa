"""The tools and resources as a server of the SDK, for either transport."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import mcp_types as types
import msgspec
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from api.callers.caller import CODES, Caller
from api.fhir.capability import software_version
from api.http.keys import HOLDER
from api.http.problems import field_error
from api.mcp.messages import DECISION
from api.mcp.resources import JSON_TYPE, TEMPLATES, read_resource, resource_lines
from api.mcp.tools import BY_NAME, TOOLS, Tool
from api.service import Service
from index.errors import HcpcsError

log = logging.getLogger("hcpcs.mcp")

Context = ServerRequestContext[Any, Any]
INSTRUCTIONS = (
    "Find and check HCPCS Level II codes. Describe the item in plain words to suggest_codes; verify codes "
    "with get_codes or check_code on the date of service before naming them; when an answer abstains, ask "
    f"the person. Say nothing about the patient beyond what the item needs. {DECISION}"
)
HINTS = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def make_server(service: Callable[[], Service]) -> Server[Any]:
    """A server of the SDK.

    Args:
        service: Gives the service that answers now.
    """

    async def list_tools(_: Context, __: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(tool) for tool in TOOLS])

    async def call_tool(context: Context, asked: types.CallToolRequestParams) -> types.CallToolResult:
        tool = BY_NAME.get(asked.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, "there is no such tool; tools/list names them")
        if not _may(context, tool.scope):
            return _refused(
                f"this key or token does not hold the scope '{tool.scope}', which this tool needs"
            )
        return await _called(tool, service(), asked.arguments or {})

    async def list_resources(_: Context, __: object) -> types.ListResourcesResult:
        lines = resource_lines(service())
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=line.address, name=line.name, description=line.description, mime_type=JSON_TYPE
                )
                for line in lines
            ]
        )

    async def list_templates(_: Context, __: object) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=line.address,
                    name=line.name,
                    description=line.description,
                    mime_type=JSON_TYPE,
                )
                for line in TEMPLATES
            ]
        )

    async def read(context: Context, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        if not _may(context, CODES):
            raise MCPError(types.INVALID_PARAMS, f"this key or token does not hold the scope '{CODES}'")
        body = read_resource(service(), asked.uri)
        if body is None:
            raise MCPError(types.INVALID_PARAMS, "there is no such resource; resources/list names them")
        contents = types.TextResourceContents(uri=asked.uri, mime_type=JSON_TYPE, text=body.decode())
        return types.ReadResourceResult(contents=[contents])

    return Server(
        "hcpcs",
        version=software_version(),
        title="HCPCS code suggestion",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
        get_tool_input_schema=lambda name: BY_NAME[name].input_schema if name in BY_NAME else None,
    )


def _tool(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=HINTS,
    )


def _may(context: Context, scope: str) -> bool:
    """Whether the caller holds a scope; everyone does where no caller is checked, and over stdio."""
    request = context.request
    caller: Caller | None = request.scope["state"].get(HOLDER) if request is not None else None
    return caller is None or caller.may(scope)


async def _called(tool: Tool, service: Service, arguments: dict[str, Any]) -> types.CallToolResult:
    """The result of a tool. What is wrong with the arguments is a result too, which the agent can mend."""
    try:
        asked = msgspec.convert(arguments, tool.takes)
        if tool.slow:  # so many texts would delay every other request
            given = await asyncio.to_thread(tool.call, service, asked)
        else:
            given = tool.call(service, asked)
    except msgspec.ValidationError as error:
        field = field_error(error)
        return _refused(f"{field.path}: {field.message}")
    except HcpcsError as error:
        return _refused(str(error))
    except Exception as error:  # its message may hold what was asked
        log.error("tool %s failed: %s", tool.name, type(error).__name__)
        return _refused("something went wrong in the service; tell its operator")
    encoded = msgspec.json.encode(given)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=encoded.decode())],
        structured_content=msgspec.json.decode(encoded),
    )


def _refused(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)
