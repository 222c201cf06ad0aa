"""Request bodies of CDS Hooks 2.0.

Elements that the specification allows but this service does not use are ignored.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta


class HookContext(msgspec.Struct, frozen=True):
    """Context of both hooks; `selections` comes with `order-select` only."""

    draftOrders: dict[str, Any]
    selections: tuple[str, ...] | None = None


class HookRequest(msgspec.Struct, frozen=True):
    """A call of the service."""

    hook: Literal["order-select", "order-sign"]
    hookInstance: UUID
    context: HookContext


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
    """What the user did with one card."""

    card: UUID
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: str | None = None
    acceptedSuggestions: tuple[AcceptedSuggestion, ...] = ()
    overrideReason: OverrideReason | None = None


class Feedback(msgspec.Struct, frozen=True):
    """What the user did with each of several cards."""

    feedback: Annotated[tuple[CardFeedback, ...], Meta(min_length=1, max_length=100)]
