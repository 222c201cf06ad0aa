"""`POST /v1/complete`: whole words for a word that is being typed."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from litestar import post
from litestar.params import RequestBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from api.http.described import BODY_ERRORS, EXAMPLE, Example, problems
from api.http.limits import TEXT_CHARACTERS
from api.rest.messages import TAG
from api.service import Service

EXAMPLE_TEXT = "walk"
_WORD_ENDS = re.compile(r"[^\w]+")


class CompleteRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text whose last word is not finished."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=TEXT_CHARACTERS,
            description="A text whose last word is not finished; of the others the one before it counts.",
        ),
    ]


class Completions(msgspec.Struct, frozen=True):
    """Whole words.

    Attributes:
        words: Words of the descriptors and of the lexicon that begin as the last one, at most five: first
            those by which most codes are named and most people ask.
        phrases: At most three of two words. For one word they have the first of `words`, which alone may name
            too many things; for several they are the last two, the last one whole.
    """

    words: tuple[str, ...]
    phrases: tuple[str, ...] = ()


def complete_route(service: Service) -> ControllerRouterHandler:
    """The route handler of `/v1/complete`."""

    def completions(text: str) -> Completions:
        *others, last = _WORD_ENDS.split(text.strip().lower())
        words = service.completer.complete(last)
        if others:
            return Completions(words, service.completer.complete_after(others[-1], last))
        return Completions(words, service.completer.phrases(words[0]) if words else ())

    def example() -> Example:
        return Example({"text": EXAMPLE_TEXT}, msgspec.to_builtins(completions(EXAMPLE_TEXT)))

    @post(
        "/v1/complete",
        status_code=200,
        tags=[TAG],
        summary="Whole words for the beginning of one",
        response_description="Words",
        responses=problems(*BODY_ERRORS),
        opt={EXAMPLE: example},
        sync_to_thread=True,  # the first call may count all words
    )
    def complete_word(data: RequestBody[CompleteRequest]) -> Completions:
        """For type-ahead: words that begin so, the most used first; none for fewer than three letters."""
        return completions(data.text)

    return complete_word
