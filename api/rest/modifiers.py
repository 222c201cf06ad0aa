"""`GET` and `POST /v1/modifiers`: the modifiers of the release, and those that words find."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import QueryParameter, RequestBody
from litestar.types import ControllerRouterHandler

from api.http.described import BODY_ERRORS, EXAMPLE, Example, problems
from api.http.validators import CACHEABLE
from api.rest.messages import TAG, ModifierLine, Modifiers, ModifierSearch
from api.service import Service
from suggest.modifier_search import find_modifiers

EXAMPLE_TEXT = "left side"


def modifier_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/v1/modifiers`."""
    return [_list_route(service), _search_route(service)]


def _list_route(service: Service) -> ControllerRouterHandler:
    @get(
        "/v1/modifiers",
        tags=[TAG],
        summary="Modifiers of the release",
        response_description="Modifiers, ascending",
        responses=problems(401, 422),
        sync_to_thread=False,
    )
    def list_modifiers(
        prefix: Annotated[
            str | None, QueryParameter(description="Only modifiers that begin with these characters.")
        ] = None,
        on: Annotated[
            date | None, QueryParameter(description="The day that decides status; today when left out.")
        ] = None,
    ) -> Modifiers:
        """All of them, ended ones too, or those that begin with some characters."""
        day = on or date.today()
        wanted = (
            one for one in service.catalogue.modifiers if one.modifier.startswith((prefix or "").upper())
        )
        return Modifiers(service.release, day, tuple(ModifierLine.of(one, day) for one in wanted))

    return list_modifiers


def _search_route(service: Service) -> ControllerRouterHandler:
    def search(data: ModifierSearch) -> Modifiers:
        day = data.date_of_service or date.today()
        found = find_modifiers(service.catalogue.modifiers, data.text)
        return Modifiers(service.release, day, tuple(ModifierLine.of(one, day) for one in found))

    def example() -> Example:
        return Example({"text": EXAMPLE_TEXT}, msgspec.to_builtins(search(ModifierSearch(EXAMPLE_TEXT))))

    @post(
        "/v1/modifiers",
        status_code=200,
        tags=[TAG],
        summary="Modifiers by words",
        response_description="Modifiers, best first",
        responses=problems(*BODY_ERRORS),
        opt={EXAMPLE: example, CACHEABLE: False},
        sync_to_thread=False,
    )
    def find_by_words(data: RequestBody[ModifierSearch]) -> Modifiers:
        """Those whose descriptor has all of the words, or that the text is; else none."""
        return search(data)

    return find_by_words
