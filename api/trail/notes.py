"""What a route tells the trail of its request: the texts asked, and the number of codes answered."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar


class Notes:
    """Notes on one request.

    Attributes:
        texts: Texts that were asked, as sent. They are written as keyed digests only.
        codes: Number of codes in the answer.
    """

    __slots__ = ("codes", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.codes = 0


# Set for each request while the trail is on. Threads that a route starts with asyncio.to_thread have it too.
notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


def note_texts(texts: Iterable[str]) -> None:
    """Add texts to the notes on the current request, if the trail is on."""
    current = notes.get()
    if current is not None:
        current.texts.extend(texts)


def note_codes(number: int) -> None:
    """Add a number of answered codes to the notes on the current request, if the trail is on."""
    current = notes.get()
    if current is not None:
        current.codes += number
