"""Counts and times for Prometheus; labels are route templates, codes and outcomes, never text."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable, set by `hcpcs serve --workers`
NO_ROUTE = "(no route)"


class Metrics:
    """Metrics in a registry of their own, so that two apps in one process do not share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "hcpcs_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "hcpcs_http_request_seconds",
            "Time to answer, in seconds.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.no_good_match = Counter(
            "hcpcs_no_good_match", "Texts for which no candidate was likely.", registry=self.registry
        )
        self.repeated = Counter(
            "hcpcs_repeated_texts",
            "Suggest requests answered from the cache of this process.",
            registry=self.registry,
        )
        self.refused = Counter(
            "hcpcs_refused", "Requests refused before the app.", ["reason"], registry=self.registry
        )
        self.cds_cards = Counter("hcpcs_cds_cards", "CDS Hooks cards returned.", registry=self.registry)
        self.cds_late = Counter(
            "hcpcs_cds_late",
            "CDS Hooks calls answered without cards as time ran out.",
            registry=self.registry,
        )
        self.cds_feedback = Counter(
            "hcpcs_cds_feedback",
            "CDS Hooks feedback by outcome and accepted code.",
            ["outcome", "code"],
            registry=self.registry,
        )
        self.cds_overrides = Counter(
            "hcpcs_cds_overrides", "CDS Hooks override reasons.", ["reason"], registry=self.registry
        )
        # Looking up a child by its labels costs more than counting, so the few children are cached.
        self._seconds: dict[str, Histogram] = {}
        self._refused: dict[str, Counter] = {}
        self._requests: dict[tuple[str, str, int], Counter] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request.

        Args:
            method: HTTP method.
            route: Route template such as `/v1/codes/{code}`, never the path as typed.
            status: HTTP status sent.
            seconds: From first byte in to last byte out.
        """
        key = (method, route, status)
        counter = self._requests.get(key)
        if counter is None:
            counter = self._requests[key] = self.requests.labels(method, route, str(status))
            self._seconds.setdefault(route, self.seconds.labels(route))
        counter.inc()
        self._seconds[route].observe(seconds)

    def count_refused(self, reason: str) -> None:
        """Count one request that was refused before the app, for example as too many were waiting."""
        counter = self._refused.get(reason)
        if counter is None:
            counter = self._refused[reason] = self.refused.labels(reason)
        counter.inc()

    def render(self) -> bytes:
        """The exposition text, of all workers together when there are several."""
        if os.environ.get(MULTIPROCESS) and values.ValueClass is not values.MutexValue:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            return generate_latest(registry)
        return generate_latest(self.registry)
