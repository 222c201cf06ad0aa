"""The routes of REST v1, put together."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Router
from litestar.types import ControllerRouterHandler

from api.http.compression import compressed
from api.http.parameters import check_query
from api.http.validators import CACHEABLE, with_etag
from api.rest.changes import changes_route
from api.rest.chapters import chapters_route
from api.rest.claim_line import claim_line_route
from api.rest.codes import code_routes
from api.rest.complete import complete_route
from api.rest.modifiers import modifier_routes
from api.rest.releases import releases_route
from api.rest.suggest import suggest_routes
from api.service import Service
from suggest.answer import Answer


def rest_routes(
    service: Service, keep: Callable[[Answer], None] | None = None
) -> list[ControllerRouterHandler]:
    """Route handlers of `/v1`; an answer for one text is small, and left uncompressed to save time.

    `keep` is given each answer that is computed.
    """
    suggest, batch = suggest_routes(service, keep)
    code_data = [
        *code_routes(service),
        chapters_route(service),
        complete_route(service),
        *modifier_routes(service),
        releases_route(service),
        changes_route(service),
    ]
    return [
        suggest,
        Router("/", route_handlers=[batch, claim_line_route(service)], middleware=[compressed()]),
        Router(
            "/",
            route_handlers=code_data,
            middleware=[compressed(), with_etag],
            before_request=check_query,
            opt={CACHEABLE: True},
        ),
    ]
