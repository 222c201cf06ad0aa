"""`GET /v1/releases/changes`: what changed between two releases that the service has at hand."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, NamedTuple

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from api.at_hand import UnknownReleaseError
from api.http.described import EXAMPLE, Example, problems
from api.http.limits import BROWSE_DEFAULT, BROWSE_MAX
from api.http.problems import Refused
from api.rest.messages import TAG, ReleaseChanges
from api.service import Service
from index.code_systems import section_of_code
from index.diff import Kind, ReleaseChange, count_kinds
from index.errors import ArtifactError

log = logging.getLogger("hcpcs.changes")
MODIFIER_CHARACTERS = 2
RELEASE_CHARACTERS = 100


class WantedChanges(NamedTuple):
    """Which changes are listed: see the query parameters of the route."""

    old: str | None = None
    new: str | None = None
    kind: Kind | None = None
    section: str | None = None
    prefix: str | None = None
    cursor: str | None = None
    limit: int = BROWSE_DEFAULT


def changes_route(service: Service) -> ControllerRouterHandler:
    """Route handler of `/v1/releases/changes`."""

    def example() -> Example:
        named = service.release in service.at_hand.names()
        page = changes_page(service, WantedChanges(service.release)) if named else None
        return Example(answer=msgspec.to_builtins(page) if page else None)

    @get(
        "/v1/releases/changes",
        tags=[TAG],
        summary="What changed between two releases",
        response_description="One page",
        responses=problems(401, 404, 422),
        opt={EXAMPLE: example},
        sync_to_thread=True,
    )
    def read_changes(
        old: Annotated[
            str | None,
            QueryParameter(
                description="The earlier release: one of `comparable` in `GET /v1/releases`; the one before "
                "`new` when left out.",
                max_length=RELEASE_CHARACTERS,
            ),
        ] = None,
        new: Annotated[
            str | None,
            QueryParameter(
                description="The later one; the release that answers when left out.",
                max_length=RELEASE_CHARACTERS,
            ),
        ] = None,
        kind: Annotated[Kind | None, QueryParameter(description="Only changes of this kind.")] = None,
        section: Annotated[
            str | None, QueryParameter(description="Only codes of this section: a letter, or CPT.")
        ] = None,
        prefix: Annotated[
            str | None, QueryParameter(description="Only codes that begin with these characters.")
        ] = None,
        cursor: Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.")] = None,
        limit: Annotated[
            int, QueryParameter(description="Codes a page, each with all its changes.", ge=1, le=BROWSE_MAX)
        ] = BROWSE_DEFAULT,
    ) -> ReleaseChanges:
        """Codes and modifiers added, reworded, ended and otherwise changed; pages as in `GET /v1/codes`."""
        return changes_page(service, WantedChanges(old, new, kind, section, prefix, cursor, limit))

    return read_changes


def changes_page(service: Service, wanted: WantedChanges) -> ReleaseChanges:
    """One page of the changes that are wanted.

    Raises:
        Refused: 404 if a release is not at hand, 422 if its index is damaged.
    """
    new = wanted.new or service.release
    try:
        old = wanted.old or service.at_hand.before(new)
        found = service.at_hand.changes(old, new)
    except UnknownReleaseError:
        known = ", ".join(service.at_hand.names()) or "none, since no release is installed"
        raise Refused(404, f"there is no such release to compare; give two of: {known}") from None
    except ArtifactError as error:
        log.error("%s", error)  # it names folders, which are the operator's business
        detail = "the index of one of these releases cannot be read; `hcpcs index list` says which and why"
        raise Refused(422, detail) from None
    matches = [change for change in found.changes if _matches(change, wanted)]
    of_kind = [change for change in matches if wanted.kind in (None, change.kind)]
    after = [change for change in of_kind if change.code > (wanted.cursor or "").upper()]
    codes = [(code, list(changes)) for code, changes in groupby(after, lambda change: change.code)]
    page = codes[: wanted.limit]
    return ReleaseChanges(
        release=service.release,
        notice=service.notice,
        old=old,
        new=new,
        remarks=found.remarks,
        counts={str(kind): count for kind, count in count_kinds(matches).items()},
        total=len(of_kind),
        codes=_codes(of_kind),
        changes=tuple(change for _, changes in page for change in changes),
        next_cursor=page[-1][0] if len(codes) > len(page) else None,
    )


def _matches(change: ReleaseChange, wanted: WantedChanges) -> bool:
    """Whether a change is of the wanted section and beginning; modifiers are of no section."""
    section = "" if len(change.code) == MODIFIER_CHARACTERS else section_of_code(change.code)
    return (wanted.section or section).upper() == section and change.code.startswith(
        (wanted.prefix or "").upper()
    )


def _codes(changes: Sequence[ReleaseChange]) -> int:
    return len({change.code for change in changes})
