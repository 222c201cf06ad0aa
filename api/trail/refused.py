"""Records requests that the server refused before the app: counted, and written once a second.

While a service refuses thousands of requests a second, a record for each would slow the refusals that keep it
alive, so each record stands for all refusals of one second that are alike.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable
from datetime import datetime

from api.http.metrics import NO_ROUTE
from api.trail.records import Refused, now
from api.trail.writer import TrailWriter

EVERY_S = 1.0
MAX_GROUPS = 32  # records of one second; beyond them, refusals of further addresses are counted together
MAX_PATH = 256  # longer paths belong to no route
PARAMETER = re.compile(r"\{[^}]*\}")
SEVERAL = "several"  # in place of an address

Group = tuple[str, int, str, str]  # reason, status, route template, address


class RefusedRequests:
    """Counts the refusals of a process and writes them to its trail.

    Args:
        trail: Where records are written.
        templates: The route templates of the app.
    """

    def __init__(self, trail: TrailWriter, templates: Iterable[str]) -> None:
        self._trail = trail
        self._fixed: dict[bytes, str] = {}
        self._patterns: list[tuple[re.Pattern[bytes], str]] = []
        for template in templates:
            if "{" in template:
                parts = map(re.escape, PARAMETER.split(template))
                self._patterns.append((re.compile("[^/]+".join(parts).encode()), template))
            else:
                self._fixed[template.encode()] = template
        self._counts: dict[Group, int] = {}
        self._since: datetime | None = None
        self._timer: asyncio.TimerHandle | None = None

    def count(self, reason: str, status: int, target: bytes, address: str) -> None:
        """Count one refusal; called in the event loop, and it does not wait.

        Args:
            reason: Why, a word of `api.http.protocol`.
            status: HTTP status of the answer.
            target: Path and query as sent; empty if they were not read whole.
            address: Where the connection came from.
        """
        group = (reason, status, self._route(target), address)
        if group not in self._counts and len(self._counts) >= MAX_GROUPS:
            group = (reason, status, group[2], SEVERAL)
        self._counts[group] = self._counts.get(group, 0) + 1
        if self._timer is None:
            self._since = now()
            self._timer = asyncio.get_running_loop().call_later(EVERY_S, self.write)

    def write(self) -> None:
        """Write what was counted since the last time."""
        if self._timer is not None:
            self._timer.cancel()
        counts, since = self._counts, self._since
        self._counts, self._since, self._timer = {}, None, None
        if since is None:
            return
        at, worker = now(), os.getpid()
        for (reason, status, route, address), requests in counts.items():
            self._trail.append(Refused(at, since, route, status, reason, address, requests, worker))

    def _route(self, target: bytes) -> str:
        """The template of the route that a request asked for."""
        path = target.partition(b"?")[0]
        if path in self._fixed:
            return self._fixed[path]
        if len(path) <= MAX_PATH:
            for pattern, template in self._patterns:
                if pattern.fullmatch(path):
                    return template
        return NO_ROUTE
