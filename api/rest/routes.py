"""The routes of REST v1, put together."""

from __future__ import annotations

from collections.abc import Callable

from litestar.types import ControllerRouterHandler

from api.rest.claim_line import claim_line_route
from api.rest.codes import code_routes
from api.rest.releases import releases_route
from api.rest.suggest import suggest_routes
from api.service import Service
from suggest.answer import Answer


def rest_routes(
    service: Service, keep: Callable[[Answer], None] | None = None
) -> list[ControllerRouterHandler]:
    """Route handlers of `/v1`; `keep` is given each answer to a single text."""
    return [
        *suggest_routes(service, keep),
        *code_routes(service),
        claim_line_route(service),
        releases_route(service),
    ]
