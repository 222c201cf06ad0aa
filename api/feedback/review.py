"""Picks of a review workbook as lists that were shown, with what was taken of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from api.batch.review import NONE
from api.batch.review import Pick as ReviewPick
from api.feedback.records import Pick, Shown, ShownCode


def reviewed(picks: Iterable[ReviewPick]) -> Iterator[tuple[Shown, Pick]]:
    """The list and the pick of each row; the row's number is the line's id."""
    for pick in picks:
        shown = [code for code in pick.shown if code != NONE]
        codes = tuple([ShownCode(position, code) for position, code in enumerate(shown, 1)])
        listed = Shown(
            request_id="",
            channel="batch",
            text=pick.text,
            codes=codes,
            line_id=str(pick.row),
            on=_day(pick.date),
        )
        if pick.code == NONE:
            yield listed, Pick("none-fits")
        elif pick.code in shown:
            yield listed, Pick("accepted", pick.code, shown.index(pick.code) + 1)
        else:
            yield listed, Pick("other-code", pick.code)


def _day(text: str) -> date | None:
    """A date of the workbook; None for none, or for what somebody wrote in its place."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
