"""The NLM Clinical Tables call, so that a form switches to this service by changing its address.

Parameters, defaults and the array answer: https://clinicaltables.nlm.nih.gov/apidoc/hcpcs/v3/doc.html
What differs, and why, is in `docs/api.md`: free words are ranked by the suggester.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.types import ControllerRouterHandler

from api.http.bodies import json_response
from api.http.described import EXAMPLE, Example, problems, query_parameter
from api.http.limits import NLM_DEFAULT, NLM_MAX, NLM_NUMBER, NLM_QUERY_CHARACTERS, TEXT_CHARACTERS
from api.nlm.fields import FIELDS
from api.nlm.query_pattern import query_pattern
from api.nlm.request import DISPLAY, FIELD_LIST, NAMED_FIELD_LIST, SEARCH, read_request
from api.nlm.search import NlmSearch
from api.service import Service

# A number, or no value, which asks for something else than leaving the parameter out.
_NUMBER = {"oneOf": [{"type": "integer", "minimum": 0, "maximum": NLM_NUMBER}, {"const": ""}]}
_LIST = {"pattern": FIELD_LIST}

# For the OpenAPI document; `read_request` reads them itself, since an empty value differs from none.
PARAMETERS = {
    "terms": query_parameter("What was typed; every word must match.", schema={"maxLength": TEXT_CHARACTERS}),
    "maxList": query_parameter(f"Rows asked for; {NLM_MAX} when given empty.", Any, NLM_DEFAULT, _NUMBER),
    "count": query_parameter(f"Page size, {NLM_MAX} at most.", Any, NLM_DEFAULT, _NUMBER),
    "offset": query_parameter("Rows skipped at the start.", Any, 0, _NUMBER),
    "df": query_parameter("Fields of the display rows.", default=DISPLAY, schema=_LIST),
    "sf": query_parameter("Fields to search.", default=SEARCH, schema=_LIST),
    "cf": query_parameter("Field of the codes.", default="code", schema=_LIST),
    "ef": query_parameter(
        f"Extra fields, `field:alias`; of {', '.join(FIELDS)}.", schema={"pattern": NAMED_FIELD_LIST}
    ),
    "q": query_parameter(
        "Constraint in query string syntax, for example `is_noc:false AND code:E*`.",
        schema={"pattern": query_pattern(), "maxLength": NLM_QUERY_CHARACTERS},
    ),
}


def nlm_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handler of the search call."""
    search = NlmSearch(service)

    def example() -> Example:
        request = read_request({"terms": "folding walker with wheels", "maxList": "2"})
        return Example(answer=msgspec.json.decode(search.answer(request)))

    @get(
        "/search",
        tags=["NLM Clinical Tables"],
        summary="The Clinical Tables search call",
        response_description="An array: total, codes, extra fields by name or null, display rows",
        responses=problems(401, 422),
        opt={EXAMPLE: example},
    )
    async def nlm_search(request: Request[Any, Any, Any]) -> Response[list[Any]]:
        """As the National Library of Medicine's HCPCS table: a form switches by changing its address."""
        parsed = read_request(request.query_params)
        return json_response(search.answer(parsed))

    return [Router("/api/hcpcs/v3", route_handlers=[nlm_search], parameters=PARAMETERS)]
