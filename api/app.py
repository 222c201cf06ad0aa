"""The Litestar app: routes, limits and error bodies around one suggester."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable

from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.types import ControllerRouterHandler, Guard

from api.callers.recognise import Callers
from api.callers.table import shared_table
from api.cds.routes import cds_routes
from api.feedback.routes import feedback_route
from api.feedback.shadow import SilentAnswers
from api.feedback.store import FeedbackStore, open_store
from api.fhir.outcome import operation_outcome
from api.fhir.routes import fhir_routes
from api.health import health_routes, metrics_route
from api.http.bodies import StrictRequest
from api.http.compression import compressed
from api.http.hosts import ANY, AllowedHosts
from api.http.keys import CallerGuard
from api.http.limits import BODY_BYTES
from api.http.metric_files import reserve_metric_files
from api.http.metrics import Metrics
from api.http.middleware import Headers, RequestMiddleware
from api.http.parameters import check_query
from api.http.problems import error_handler
from api.http.validators import CACHEABLE, with_etag
from api.live import LiveApp
from api.loading import open_suggester
from api.mcp.routes import McpEndpoint, json_rpc_error, mcp_route
from api.memory import close_memory
from api.nlm.routes import nlm_routes
from api.openapi import openapi_route
from api.page import page_routes
from api.reloading import follow, named_copy, on_hangup, served_file
from api.rest.routes import rest_routes
from api.service import Service, SuggesterLike
from api.settings import Settings, load_settings
from api.trail.wiring import record_requests
from index.errors import HcpcsError

RENDERERS = {
    "/fhir": operation_outcome,
    "/mcp": json_rpc_error,
}  # path prefix -> how errors under it are written


def create_app(
    suggester: SuggesterLike,
    settings: Settings,
    extra_routes: Iterable[ControllerRouterHandler] = (),
    metrics: Metrics | None = None,
) -> Litestar:
    """Build the app.

    Args:
        suggester: A loaded suggester.
        settings: API key, allowed web origins, access log.
        extra_routes: Further route handlers, for example the empty route of a benchmark.
        metrics: Counts to go on with; new ones when None.
    """
    service = Service(suggester, metrics, settings.home)
    picks = open_store(settings)
    silent = SilentAnswers(picks) if picks and settings.shadow else None

    async def self_test() -> None:
        await asyncio.to_thread(service.self_test)

    endpoint = McpEndpoint(service)
    app = Litestar(
        route_handlers=[*routes(service, endpoint, settings.cors_origins, picks, silent), *extra_routes],
        guards=_guards(settings),
        cors_config=_cors(settings),
        exception_handlers={Exception: error_handler(RENDERERS)},
        request_class=StrictRequest,
        request_max_body_size=BODY_BYTES,
        on_startup=[self_test],
        on_shutdown=[endpoint.end],
        openapi_config=None,
        logging_config=None,
        state=State({"service": service}),
    )
    if silent is not None:
        app.on_shutdown.append(silent.close)
    if picks is not None:
        app.on_shutdown.append(picks.close)
    # For refusals by the server, before the app.
    app.state.headers = _headers(service)
    app.state.renderers = RENDERERS
    app.state.count_refused = service.metrics.count_refused
    # Wrap the whole app: the framework runs its middleware only for paths that have a route.
    app.asgi_handler = RequestMiddleware(
        app.asgi_handler,
        service.metrics,
        _headers(service),
        settings.access_log,
        AllowedHosts(settings.allowed_hosts or (ANY,)),
        {route.path_format: route.methods for route in app.routes},
    )
    if settings.trail:
        record_requests(app, settings, lambda: service.release)
    return app


def routes(
    service: Service,
    endpoint: McpEndpoint,
    origins: tuple[str, ...],
    picks: FeedbackStore | None = None,
    silent: SilentAnswers | None = None,
) -> list[ControllerRouterHandler]:
    """Every route handler of the service; that of feedback only where `picks` keeps it."""
    large = [
        *nlm_routes(service),
        *fhir_routes(service),
        mcp_route(endpoint, origins),
        metrics_route(service),
        *page_routes(picks.kept_text if picks else None),
    ]
    handlers = [
        *rest_routes(service, silent.keep if silent else None),
        *([feedback_route(service, picks)] if picks else ()),
        *cds_routes(service, picks),
        *health_routes(service),
        Router("/", route_handlers=large, middleware=[compressed()]),
    ]
    schema = Router(
        "/",
        route_handlers=[openapi_route(service, handlers)],
        middleware=[compressed(), with_etag],
        before_request=check_query,
        opt={CACHEABLE: True},
    )
    return [*handlers, schema]


def _guards(settings: Settings) -> list[Guard]:
    """The guard of every route; none where everyone may call as often as they like."""
    if not (settings.checks_callers or settings.rate_limit):
        return []
    table = shared_table()
    callers = None
    if settings.checks_callers:
        callers = Callers(settings.api_key, settings.callers, table)
    return [CallerGuard(callers, settings.rate_limit, table)]


def _cors(settings: Settings) -> CORSConfig | None:
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["Authorization", "Content-Type", "If-None-Match", "X-API-Key", "X-Request-ID"],
        expose_headers=[
            "ETag",
            "X-Request-ID",
            "X-HCPCS-Release",
            "X-HCPCS-Model",
            "RateLimit",
            "Retry-After",
        ],
    )


def _headers(service: Service) -> Headers:
    """Headers of every answer: release and model, and what a browser may not do with it."""
    return (
        (b"x-hcpcs-release", _header(service.release)),
        (b"x-hcpcs-model", _header(service.model)),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-resource-policy", b"same-origin"),
        # With the page's own policy both hold; this one forbids nothing that the page needs.
        (b"content-security-policy", b"frame-ancestors 'none'; base-uri 'none'; object-src 'none'"),
    )


def _header(value: str) -> bytes:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in value).encode("ascii")


def next_app(app: Litestar, suggester: SuggesterLike, settings: Settings) -> Litestar:
    """An app on another index that goes on with an app's counts.

    Raises:
        UnfitIndexError: If the index does not pass its self-test.
    """
    new = create_app(suggester, settings, metrics=app.state.service.metrics)
    if not new.state.service.self_test():
        raise UnfitIndexError(new.state.service.self_test_failure)
    new.state.service.prepare()
    return new


class UnfitIndexError(HcpcsError):
    """An index does not find a code by its own description."""


def worker_app() -> LiveApp:
    """The app of a worker process, on the index that the supervisor names, else on that of the settings."""
    close_memory()
    reserve_metric_files()
    settings, named = load_settings(os.environ), served_file()

    def load() -> SuggesterLike:
        return open_suggester(named_copy(named) if named else None, settings)

    live = LiveApp(create_app(load(), settings))
    live.app.state.service.prepare()
    if named is not None:
        on_hangup(None)  # the supervisor is told, and tells
        follow(live, named, lambda: next_app(live.app, load(), settings))
    return live
