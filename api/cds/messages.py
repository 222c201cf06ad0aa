"""Request bodies of CDS Hooks 2.0, and what each hook needs.

Elements that the specification allows but this service does not use are ignored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from api.http.problems import invalid

ORDER_SELECT, ORDER_SIGN, DISPATCH = "order-select", "order-sign", "order-dispatch"
HOOKS = (ORDER_SELECT, ORDER_SIGN, DISPATCH)

_DAY = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-8])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
# With `format` alone, generators of tests send empty texts and days that no calendar has.
RFC_3339 = f"^[1-9][0-9]{{3}}-({_DAY})T{_CLOCK}:[0-5][0-9]([.][0-9]{{1,6}})?(Z|[+-]{_CLOCK})$"


class HookContext(msgspec.Struct, frozen=True):
    """Context of the three hooks.

    Attributes:
        draftOrders: A Bundle of drafts; needed by `order-select` and `order-sign`.
        selections: The drafts that were selected; `order-select` only.
        dispatchedOrders: References to the orders that are dispatched; needed by `order-dispatch`.
        order: The one order of the first version of `order-dispatch`.
    """

    draftOrders: dict[str, Any] | None = None
    selections: tuple[str, ...] | None = None
    dispatchedOrders: tuple[str, ...] | None = None
    order: str | None = None


def _context(needed: dict[str, Any]) -> dict[str, Any]:
    """A context in which one of some elements is there, and not null."""
    alternatives = [{"properties": {name: kind}, "required": [name]} for name, kind in needed.items()]
    return {"properties": {"context": {"anyOf": alternatives}}}


class HookRequest(msgspec.Struct, frozen=True):
    """A call of the service.

    Attributes:
        prefetch: Resources or Bundles by name; null for one that the client could not get.
        extension: Of the Da Vinci CRD guide, `davinci-crd.configuration` is read.
    """

    SCHEMA: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"hook": {"const": DISPATCH}}},
        "then": _context({"dispatchedOrders": {"type": "array"}, "order": {"type": "string"}}),
        "else": _context({"draftOrders": {"type": "object"}}),
    }

    hook: Literal["order-select", "order-sign", "order-dispatch"]
    hookInstance: UUID
    context: HookContext
    prefetch: dict[str, Any] | None = None
    extension: dict[str, Any] | None = None


def check_call(request: HookRequest, hooks: tuple[str, ...]) -> None:
    """Refuse a call of another hook than the service is for, or one without what its hook needs.

    Raises:
        Refused: 422 with the field's path.
    """
    if request.hook not in hooks:
        raise invalid("$.hook", f"this service is for {' and '.join(hooks)}")
    context = request.context
    if request.hook == DISPATCH:
        if context.dispatchedOrders is None and context.order is None:
            raise invalid("$.context", "needs dispatchedOrders, the references of the orders")
    elif context.draftOrders is None:
        raise invalid("$.context", "needs draftOrders, a Bundle")


class AcceptedSuggestion(msgspec.Struct, frozen=True):
    """A suggestion that the user accepted, by the `uuid` that it had in its card."""

    id: UUID


class Reason(msgspec.Struct, frozen=True):
    """An override reason by code."""

    code: str
    system: str | None = None


class OverrideReason(msgspec.Struct, frozen=True):
    """Why a card was not followed; the user's comment is neither stored nor logged."""

    reason: Reason | None = None
    userComment: str | None = None


class CardFeedback(msgspec.Struct, frozen=True):
    """What the user did with one card, and when."""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"outcome": {"const": "accepted"}}},
        "then": {"properties": {"acceptedSuggestions": {"minItems": 1}}, "required": ["acceptedSuggestions"]},
        "else": {"properties": {"acceptedSuggestions": {"maxItems": 0}}},
    }

    card: UUID
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: Annotated[datetime, Meta(extra_json_schema={"pattern": RFC_3339})]
    acceptedSuggestions: tuple[AcceptedSuggestion, ...] = ()
    overrideReason: OverrideReason | None = None


class Feedback(msgspec.Struct, frozen=True):
    """What the user did with each of several cards."""

    feedback: Annotated[tuple[CardFeedback, ...], Meta(min_length=1, max_length=100)]
