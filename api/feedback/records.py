"""What is kept: a list that was shown, and what was taken of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

Channel = Literal["rest", "cds", "batch"]
Outcome = Literal["accepted", "other-code", "overridden", "none-fits"]


class ShownCode(msgspec.Struct, frozen=True):
    """A code at a position from 1, with the confidence that stood beside it."""

    position: int
    code: str
    confidence: float | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A list of suggestions.

    Attributes:
        request_id: Of the answer, as in `X-Request-ID`; empty when not known.
        channel: Where it was shown.
        text: What was typed; the site's choice decides how much of it is kept.
        codes: In order of position.
        line_id: The site's own id of the line; empty for none.
        on: Date of service.
        release: Of the index.
        model: Of the answer.
        silent: Whether nobody saw it: kept for a comparison with what was billed.
        refused: Whether the answer was "no good match".
    """

    request_id: str
    channel: Channel
    text: str
    codes: tuple[ShownCode, ...]
    line_id: str = ""
    on: date | None = None
    release: str = ""
    model: str = ""
    silent: bool = False
    refused: bool = False


class Pick(msgspec.Struct, frozen=True):
    """What a user took of a list: a code and its position, or nothing.

    Attributes:
        outcome: "accepted" for a code of the list, "other-code", "overridden", or "none-fits".
        code: Empty when none was taken.
        position: From 1; None for a code that was not in the list.
    """

    outcome: Outcome
    code: str = ""
    position: int | None = None


class KeptPick(msgspec.Struct, frozen=True):
    """A pick with its list, as the database holds them; `text` is None where it was not kept."""

    made_at: datetime
    channel: str
    text: str | None
    text_hash: str | None
    on: date | None
    release: str
    outcome: str
    code: str
    position: int | None
    shown: tuple[str, ...]


class KeptAnswer(msgspec.Struct, frozen=True):
    """A silent answer, as the database holds it."""

    line_id: str
    text: str | None
    text_hash: str | None
    on: date | None
    refused: bool
    codes: tuple[ShownCode, ...]
