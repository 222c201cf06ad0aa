"""Texts of several callers answered together, when they wait at the same time."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from api.grouping import Asked
from api.service import Service
from index.errors import HcpcsError
from suggest.answer import Answer

MOST = 32  # texts answered in one go; more would keep whoever asks for something else waiting
TURNS = 2  # of the event loop, in which a request that has arrived comes from its socket to here


class _Waiting(NamedTuple):
    asked: Asked
    answer: asyncio.Future[Answer]


class MicroBatcher:
    """Answers one text at once when nobody else asks, and what has come together in one go otherwise.

    Nobody waits for others to come: what is gathered has arrived while the event loop was at work. Together
    each takes about two thirds of the time. For use in one event loop.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: list[_Waiting] = []
        self._asked = False  # somebody asked since the event loop last turned round
        self._crowd = False  # somebody else asked in the same turn lately

    async def suggest(self, asked: Asked) -> Answer:
        """Ranked codes for one text.

        Raises:
            QueryError: If k or a filter is out of range.
        """
        loop = asyncio.get_running_loop()
        if not self._crowd and not self._asked:
            self._asked = True
            loop.call_soon(self._turned)
            return self._service.suggest(*asked)
        self._crowd = True
        waiting = _Waiting(asked, loop.create_future())
        self._waiting.append(waiting)
        if len(self._waiting) == 1:
            loop.call_soon(self._gathered, TURNS)
        return await waiting.answer

    def _turned(self) -> None:
        self._asked = False

    def _gathered(self, turns: int) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(self._gathered, turns - 1)
        else:
            self._answer()

    def _answer(self) -> None:
        some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._answer)
        self._crowd = len(some) > 1
        outcomes = self._service.suggest_each([one.asked for one in some])
        for one, outcome in zip(some, outcomes, strict=True):
            _tell(one, outcome)


def _tell(waiting: _Waiting, outcome: Answer | HcpcsError) -> None:
    """Hand over an outcome, unless the caller has gone."""
    if waiting.answer.done():
        return
    if isinstance(outcome, HcpcsError):
        waiting.answer.set_exception(outcome)
    else:
        waiting.answer.set_result(outcome)
