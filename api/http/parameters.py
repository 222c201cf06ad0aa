"""Strict query strings: a parameter that a route does not know, or that is given twice, is refused.

The framework drops unknown parameters, takes the last of several, and reads `null` as a parameter left out.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from litestar import Request
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from api.http.problems import FieldError, Refused, invalid

NO_QUERY = "no_query"  # an `opt` of a route handler that takes a body: it takes no query parameters


def check_query(request: Request[Any, Any, Any]) -> None:
    """A `before_request` hook.

    Raises:
        Refused: 422 if a parameter is not known, given twice, or `null`.
    """
    if not request.scope["query_string"]:
        return
    known = known_parameters(request.route_handler)
    given = request.query_params
    for name in given:
        if name not in known:
            refuse_query(sorted(known))
        values = given.getall(name)
        if len(values) > 1:
            raise invalid(f"query.{name}", "is given more than once")
        if values[0].lower() == "null":
            raise invalid(f"query.{name}", "'null' is no value; leave the parameter out")


def refuse_query(known: list[str]) -> None:
    """Refuse an unknown parameter, without its name, which may be any text.

    Raises:
        Refused: 422.
    """
    takes = f"it takes {', '.join(known)}" if known else "it takes none"
    message = f"this address does not take such a parameter; {takes}"
    raise Refused(422, f"query: {message}", (FieldError("query", message),))


@cache
def known_parameters(handler: BaseRouteHandler) -> frozenset[str]:
    """Names of the query parameters of a route handler."""
    names = set()
    for name, parameter in handler.parsed_fn_signature.parameters.items():
        definition = parameter.kwarg_definition
        if isinstance(definition, QueryParameter):
            names.add(definition.name or name)
    return frozenset(names)
