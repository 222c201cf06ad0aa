"""The routes of REST v1, put together."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from api.rest.chapters import chapters_route
from api.rest.claim_line import claim_line_route
from api.rest.codes import code_routes
from api.rest.complete import complete_route
from api.rest.modifiers import modifier_routes
from api.rest.releases import releases_route
from api.rest.suggest import suggest_routes
from api.service import Service


def rest_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/v1`."""
    return [
        *suggest_routes(service),
        *code_routes(service),
        chapters_route(service),
        complete_route(service),
        *modifier_routes(service),
        claim_line_route(service),
        releases_route(service),
    ]
