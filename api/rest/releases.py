"""`GET /v1/releases`: which code sets and models are loaded."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import get
from litestar.types import ControllerRouterHandler

from api.http.described import EXAMPLE, Example, problems
from api.rest.messages import TAG, CodeSet, Releases
from api.service import Service
from index.code_systems import CODE_SYSTEMS, LEVEL_II, CodeSystem


def releases_route(service: Service) -> ControllerRouterHandler:
    """Route handler of `/v1/releases`."""

    @get(
        "/v1/releases",
        tags=[TAG],
        summary="What is loaded",
        response_description="What is loaded",
        responses=problems(401),
        opt={EXAMPLE: lambda: Example(answer=msgspec.to_builtins(releases(service)))},
        sync_to_thread=False,
    )
    def read_releases() -> Releases:
        """Code sets, models, the manifest of the index, and the releases that can be compared."""
        return releases(service)

    return read_releases


def releases(service: Service) -> Releases:
    """Which code sets and models are loaded."""
    sets = (_code_set(service, system) for system in CODE_SYSTEMS)
    return Releases(
        release=service.release,
        model=service.model,
        notice=service.notice,
        code_sets=tuple(code_set for code_set in sets if code_set.codes),
        manifest=service.manifest,
        comparable=service.at_hand.names(),
    )


def _code_set(service: Service, system: CodeSystem) -> CodeSet:
    """The codes of one system; the modifiers belong to Level II."""
    today = date.today()
    records = [record for record in service.catalogue.records if record.level == system.level]
    return CodeSet(
        system=system.address,
        release=service.release,
        codes=len(records),
        active=sum(record.status(today) == "active" for record in records),
        modifiers=len(service.catalogue.modifiers) if system is LEVEL_II else 0,
    )
