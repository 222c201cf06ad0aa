"""`POST /v1/claim-line`: code, units, waste, modifiers, limits, fees and warnings for one text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import post
from litestar.params import RequestBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from api.http.described import BODY_ERRORS, EXAMPLE, Example, problems
from api.http.limits import TEXT_CHARACTERS
from api.http.parameters import NO_QUERY
from api.http.problems import FieldError, Refused, invalid
from api.rest.messages import NOT_BLANK, TAG, Ndc, with_ndc
from api.service import Service
from index.code_systems import LEVEL_II
from index.errors import QueryError
from index.tables.code_table import Setting
from suggest.claim.line import ClaimAsk, ClaimLine, claim_line

EXAMPLE_TEXT = "folding walker with wheels"


class ClaimLineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text to make a claim line for, or a code with a text of its amounts."""

    SCHEMA: ClassVar[Mapping[str, Any]] = {
        "anyOf": [
            {"required": ["text"], "properties": {"text": {"pattern": NOT_BLANK}}},
            {"required": ["code"], "properties": {"code": {"type": "string"}}},
        ]
    }

    text: Annotated[
        str,
        Meta(
            max_length=TEXT_CHARACTERS,
            description="The order or charge, with its amounts: dose, what was opened, what was wasted.",
        ),
    ] = ""
    code: Annotated[
        Annotated[str, Meta(pattern=f"^{LEVEL_II.pattern}$")] | None,
        Meta(description="The code, when it is known; the text then gives the amounts only."),
    ] = None
    date_of_service: Annotated[
        date | None, Meta(description="The day for status, limits and fees; today when left out.")
    ] = None
    setting: Annotated[
        Setting | None, Meta(description="Whose limits and fees are given; all when left out.")
    ] = None
    state: Annotated[
        Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None,
        Meta(description="Postal abbreviation, for fees that differ by state."),
    ] = None

    ndc: Ndc | None = None

    def ask(self, today: date) -> ClaimAsk:
        """How the line is asked."""
        return ClaimAsk(
            on=self.date_of_service or today, setting=self.setting, state=self.state, code=self.code
        )


def claim_line_route(service: Service) -> ControllerRouterHandler:
    """The route handler of `/v1/claim-line`."""

    def example() -> Example:
        line = claim_line(service.suggester, EXAMPLE_TEXT, ClaimAsk())
        return Example({"text": EXAMPLE_TEXT}, msgspec.to_builtins(line))

    @post(
        "/v1/claim-line",
        status_code=200,
        tags=[TAG],
        summary="A claim line for a text",
        response_description="The line",
        responses=problems(*BODY_ERRORS, 404),
        opt={EXAMPLE: example, NO_QUERY: True},
        sync_to_thread=False,
    )
    def read_claim_line(data: RequestBody[ClaimLineRequest]) -> ClaimLine:
        """Code, units to bill with their arithmetic, waste, modifiers, limits, fees and warnings.

        Everything is a suggestion with its evidence; nothing is said about coverage or payment.
        """
        text = with_ndc(data.text, data.ndc)
        if not text.strip() and data.code is None:
            raise invalid("$.text", "the text is empty; give a text, or a code with a text of its amounts")
        try:
            line = claim_line(service.suggester, text, data.ask(date.today()))
        except QueryError as error:
            raise Refused(404, f"$.code: {error}", (FieldError("$.code", str(error)),)) from None
        if line.error:
            raise invalid("$.text", line.error)
        return line

    return read_claim_line
