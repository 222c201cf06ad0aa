"""Health: `live` says that the process answers, `ready` that a real query was answered."""

from __future__ import annotations

import msgspec
from litestar import Response, get
from litestar.types import ControllerRouterHandler

from api.http.bodies import json_response
from api.http.described import problems
from api.http.keys import OPEN
from api.http.parameters import check_query
from api.service import Service


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was checked.

    Attributes:
        status: `live`, `ready` or `not ready`.
        release: Release name.
        model: Model name.
        codes: Codes held.
        self_test_ms: Milliseconds that the start-up query took.
        reason: Why it is not ready.
    """

    status: str
    release: str = ""
    model: str = ""
    codes: int = 0
    self_test_ms: float = 0.0
    reason: str = ""


TAG = "Operation"
PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/health`."""

    @get(
        "/health/live",
        tags=[TAG],
        summary="Alive",
        response_description="Alive",
        opt={OPEN: True},
        responses=problems(422),
        before_request=check_query,
        sync_to_thread=False,
    )
    def live() -> Health:
        """The process answers."""
        return Health(status="live")

    @get(
        "/health/ready",
        tags=[TAG],
        summary="Ready",
        response_description="Ready",
        opt={OPEN: True},
        responses=problems(422),
        before_request=check_query,
        sync_to_thread=False,
    )
    def ready() -> Response[Health]:
        """Ready once a self-test query was answered; 503 before."""
        health = Health(
            status="ready" if service.ready else "not ready",
            release=service.release,
            model=service.model,
            codes=len(service.catalogue.records),
            self_test_ms=service.self_test_ms,
            reason=service.self_test_failure,
        )
        return Response(health, status_code=200 if service.ready else 503)

    return [live, ready]


def metrics_route(service: Service) -> ControllerRouterHandler:
    """Route handler of `/metrics`."""

    @get(
        "/metrics",
        media_type="text/plain",
        tags=[TAG],
        summary="Counts and times",
        response_description="Metrics",
        responses=problems(401, 422),
        before_request=check_query,
        sync_to_thread=False,
    )
    def metrics() -> Response[str]:
        """Prometheus text; labels hold no text."""
        return json_response(service.metrics.render(), media_type=PROMETHEUS_TEXT)

    return metrics
