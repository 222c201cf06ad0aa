"""`POST /v1/feedback`: which suggestion was taken for a text that was answered before."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

import msgspec
from litestar import post
from litestar.params import RequestBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from api.feedback.database import FeedbackError
from api.feedback.records import Outcome, Pick, Shown, ShownCode
from api.feedback.store import FeedbackStore
from api.http.described import BODY_ERRORS, EXAMPLE, Example, problems
from api.http.limits import MAX_K, TEXT_CHARACTERS
from api.http.problems import Refused, invalid
from api.rest.messages import TAG
from api.service import Service

Code = Annotated[str, Meta(pattern=r"^[A-Z0-9]\d{3}[A-Z0-9]$")]


class FeedbackRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a user took of the suggestions for one text."""

    request_id: Annotated[
        str, Meta(max_length=64, description="`X-Request-ID` of the answer; empty when not known.")
    ] = ""
    taken: Annotated[Code | None, Meta(description="The code that was taken; null for none.")] = None
    outcome: Annotated[
        Outcome | None,
        Meta(description="Why none was taken, or that another code was; told from `taken` when left out."),
    ] = None
    shown: Annotated[
        tuple[Code, ...],
        Meta(max_length=MAX_K, description="The codes that the user saw, in order, taken or not."),
    ] = ()
    confidences: Annotated[
        tuple[float, ...], Meta(max_length=MAX_K, description="Of each code in `shown`, or none.")
    ] = ()
    text: Annotated[str, Meta(max_length=TEXT_CHARACTERS, description="The text that was asked.")] = ""
    date_of_service: date | None = None
    line_id: Annotated[str, Meta(max_length=200, description="The site's own id of the line.")] = ""

    def pick(self) -> Pick:
        """What was taken.

        Raises:
            Refused: 422 if the fields contradict each other.
        """
        position = self.shown.index(self.taken) + 1 if self.taken in self.shown else None
        outcome = self.outcome
        if outcome is None:
            other = self.shown and position is None
            outcome = "overridden" if self.taken is None else "other-code" if other else "accepted"
        if (self.taken is None) != (outcome in ("overridden", "none-fits")):
            raise invalid("$.outcome", "does not fit `taken`")
        return Pick(outcome, self.taken or "", position)

    def list(self, service: Service) -> Shown:
        """The list that was shown.

        Raises:
            Refused: 422 if there are confidences of other codes.
        """
        if self.confidences and len(self.confidences) != len(self.shown):
            raise invalid("$.confidences", "needs one number for each code in `shown`")
        values = self.confidences or (None,) * len(self.shown)
        codes = [ShownCode(n, *pair) for n, pair in enumerate(zip(self.shown, values, strict=True), 1)]
        return Shown(
            request_id=self.request_id,
            channel="rest",
            text=self.text,
            codes=tuple(codes),
            line_id=self.line_id,
            on=self.date_of_service,
            release=service.release,
            model=service.model,
        )


class Kept(msgspec.Struct, frozen=True):
    """The feedback is on the disk."""

    kept: bool


def feedback_route(service: Service, store: FeedbackStore) -> ControllerRouterHandler:
    """Route handler of `POST /v1/feedback`; there is none where no feedback is kept."""
    example = {"request_id": "4f1c", "shown": ["E0143", "E0135"], "taken": "E0135"}

    @post(
        "/v1/feedback",
        status_code=200,
        tags=[TAG],
        summary="What was taken of the suggestions",
        response_description="It is on the disk",
        responses=problems(*BODY_ERRORS),
        opt={EXAMPLE: lambda: Example(example, {"kept": True})},
    )
    async def feedback(data: RequestBody[FeedbackRequest]) -> Kept:
        """Keeps what was shown with its positions, and what was taken.

        The site decides whether the text, a keyed hash of it, or nothing is kept.
        """
        pick, shown = data.pick(), data.list(service)
        try:
            await asyncio.to_thread(store.add_pick, shown, pick)
        except FeedbackError as error:
            raise Refused(503, str(error)) from None
        return Kept(True)

    return feedback
