"""Texts that are asked in different ways, answered with one call of the suggester for each way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

from index.errors import HcpcsError
from suggest.answer import Answer, Filters


class Asked(NamedTuple):
    """One text, and how it is asked."""

    text: str
    k: int
    on: date | None
    filters: Filters | None


class SuggestMany(Protocol):
    """Answers several texts that are asked alike, in order."""

    def __call__(
        self, texts: Sequence[str], k: int, on: date | None, filters: Filters | None, /
    ) -> list[Answer]:
        """One answer for each text.

        Raises:
            HcpcsError: If texts cannot be asked in this way.
        """


def suggest_each(suggest: SuggestMany, asked: Sequence[Asked]) -> list[Answer | HcpcsError]:
    """For each text, in order, its answer or the reason why it is refused.

    Args:
        suggest: Called once for each combination of k, date and filters.
        asked: The texts.
    """
    positions_alike: dict[tuple[int, date | None, Filters | None], list[int]] = {}
    for position, item in enumerate(asked):
        positions_alike.setdefault((item.k, item.on, item.filters), []).append(position)
    outcomes: dict[int, Answer | HcpcsError] = {}
    for (k, on, filters), positions in positions_alike.items():
        texts = [asked[position].text for position in positions]
        try:
            outcomes.update(zip(positions, suggest(texts, k, on, filters), strict=True))
        except HcpcsError as error:
            outcomes.update(dict.fromkeys(positions, error))
    return [outcomes[position] for position in range(len(asked))]
