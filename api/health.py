"""Health: `live` says that the process answers, `ready` that a real query was answered."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from api.http.bodies import json_response
from api.http.keys import OPEN
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


LIVE = msgspec.json.encode(Health(status="live"))


def health_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/health`."""

    @get("/health/live", opt={OPEN: True}, sync_to_thread=False)
    def live() -> ASGIResponse:
        return json_response(LIVE)

    @get("/health/ready", opt={OPEN: True}, sync_to_thread=False)
    def ready() -> ASGIResponse:
        health = Health(
            status="ready" if service.ready else "not ready",
            release=service.release,
            model=service.model,
            codes=len(service.catalogue.records),
            self_test_ms=service.self_test_ms,
            reason=service.self_test_failure,
        )
        return json_response(msgspec.json.encode(health), 200 if service.ready else 503)

    return [live, ready]


def metrics_route(service: Service) -> ControllerRouterHandler:
    """Route handler of `/metrics`."""

    @get("/metrics", sync_to_thread=False)
    def metrics() -> ASGIResponse:
        return json_response(service.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return metrics
