"""`GET /v1/chapters`: the sections and chapters of the code set, with their counts."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.described import EXAMPLE, Example, problems
from api.rest.messages import TAG, Chapters
from api.service import Service
from index.release.chapters import chapters

CACHED_DAYS = 16


def chapters_route(service: Service) -> ControllerRouterHandler:
    """Route handler of `/v1/chapters`."""

    @lru_cache(CACHED_DAYS)
    def counted(on: date, include_terminated: bool) -> Chapters:
        records = service.catalogue.records
        wanted = [one for one in records if include_terminated or one.status(on) != "terminated"]
        return Chapters(service.release, service.notice, on, chapters(wanted))

    def example() -> Example:
        return Example(answer=msgspec.to_builtins(counted(date.today(), False)))

    @get(
        "/v1/chapters",
        tags=[TAG],
        summary="Sections and chapters",
        response_description="Sections in tabular order",
        responses=problems(401, 422),
        opt={EXAMPLE: example},
        sync_to_thread=False,
    )
    def read_chapters(
        on: Annotated[
            date | None,
            QueryParameter(description="The day on which codes are counted; today when left out."),
        ] = None,
        include_terminated: Annotated[
            bool, QueryParameter(description="Also count codes that have ended.")
        ] = False,
    ) -> Chapters:
        """CMS names no chapters: these headings are our own; `GET /v1/codes` lists the codes of one."""
        return counted(on or date.today(), include_terminated)

    return read_chapters
