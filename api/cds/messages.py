"""Request bodies of CDS Hooks 2.0."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta


class HookContext(msgspec.Struct, frozen=True):
    """What both hooks tell; `selections` comes with `order-select` only."""

    draftOrders: dict[str, Any]
    selections: tuple[str, ...] | None = None


class HookRequest(msgspec.Struct, frozen=True):
    """A call of the service; what else the specification allows in it is not used."""

    hook: Literal["order-select", "order-sign"]
    hookInstance: UUID
    context: HookContext


class AcceptedSuggestion(msgspec.Struct, frozen=True):
    """A suggestion that was taken, by the `uuid` it came with."""

    id: UUID


class Reason(msgspec.Struct, frozen=True):
    """An override reason by code."""

    code: str
    system: str | None = None


class OverrideReason(msgspec.Struct, frozen=True):
    """Why a card was not followed; the user's comment is neither kept nor logged."""

    reason: Reason | None = None
    userComment: str | None = None


class CardFeedback(msgspec.Struct, frozen=True):
    """What became of one card."""

    card: UUID
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: str | None = None
    acceptedSuggestions: tuple[AcceptedSuggestion, ...] = ()
    overrideReason: OverrideReason | None = None


class Feedback(msgspec.Struct, frozen=True):
    """What became of several cards."""

    feedback: Annotated[tuple[CardFeedback, ...], Meta(min_length=1, max_length=100)]
