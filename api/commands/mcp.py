"""`hcpcs mcp`: the Model Context Protocol over stdin and stdout."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from api.settings import Settings, SettingsError

if TYPE_CHECKING:
    from api.service import Service

HELP = (
    "Serve tools and resources to an agent over stdin and stdout (Model Context Protocol). The agent's "
    "program starts this command; docs/mcp.md has its configuration."
)
EXAMPLE = "hcpcs mcp --index runs/indexes/2026-01"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer until stdin ends.

    Raises:
        SettingsError: If the extra is not installed.
    """
    from api.mcp.routes import MISSING

    if find_spec("mcp") is None:
        raise SettingsError(MISSING)
    import asyncio
    import logging.config

    from api.http.logs import LOG_CONFIG
    from api.loading import open_suggester
    from api.memory import close_memory
    from api.service import Service

    close_memory()
    logging.config.dictConfig(LOG_CONFIG)
    service = Service(open_suggester(arguments.index, settings), home=settings.home)
    asyncio.run(_serve(service))
    return 0


async def _serve(service: Service) -> None:
    from mcp.server.stdio import stdio_server

    from api.mcp.logs import without_words
    from api.mcp.server import make_server

    without_words()
    server = make_server(lambda: service)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
