"""Request bodies of CDS Hooks 2.0, and what each hook needs.

Elements that the specification allows but this service does not use are ignored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from api.http.problems import invalid

ORDER_SELECT, ORDER_SIGN, DISPATCH = "order-select", "order-sign", "order-dispatch"
HOOKS = (ORDER_SELECT, ORDER_SIGN, DISPATCH)


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


class HookRequest(msgspec.Struct, frozen=True):
    """A call of the service.

    Attributes:
        prefetch: Resources or Bundles by name; null for one that the client could not get.
        extension: Of the Da Vinci CRD guide, `davinci-crd.configuration` is read.
    """

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

    card: UUID
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: datetime
    acceptedSuggestions: tuple[AcceptedSuggestion, ...] = ()
    overrideReason: OverrideReason | None = None


class Feedback(msgspec.Struct, frozen=True):
    """What the user did with each of several cards."""

    feedback: Annotated[tuple[CardFeedback, ...], Meta(min_length=1, max_length=100)]
