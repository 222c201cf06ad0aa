"""Micro-batching: requests that arrive at the same time are answered in one call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from api.service import Query, Service
from suggest.answer import Answer

MAX_BATCH = 32  # queries answered in one call; the event loop answers nothing else meanwhile
BUSY_BATCH = 16  # the same while more than that wait: refusals and health then wait half as long


class _Waiting(NamedTuple):
    query: Query
    answer: asyncio.Future[Answer]


class MicroBatcher:
    """Answers a query that arrives alone at once, and collects those that arrive shortly after another.

    Shortly means within two iterations of the event loop: in the first, requests reach their sockets; in the
    second, their queries arrive here. With 32 clients a batch then holds 28 queries on average; with one
    iteration it holds 8. No timer delays a query: while nothing else happens, iterations follow each other at
    once. In a batch, an answer takes about two thirds of the time that it takes alone. For use in one event
    loop.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: list[_Waiting] = []
        self._collecting = False  # a query was answered in this iteration or the two before

    async def suggest(self, query: Query) -> Answer:
        """Ranked codes for one text.

        Raises:
            QueryError: If k or a filter is out of range.
        """
        if not self._collecting:
            self._collect()
            return self._service.suggest(query.text, query.ask)
        waiting = _Waiting(query, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        return await waiting.answer

    def _collect(self) -> None:
        loop = asyncio.get_running_loop()
        self._collecting = True
        loop.call_soon(loop.call_soon, self._answer_batch)  # in the iteration after the next

    def _answer_batch(self) -> None:
        if not self._waiting:
            self._collecting = False
            return
        self._collect()
        size = MAX_BATCH if len(self._waiting) <= MAX_BATCH else BUSY_BATCH
        batch, self._waiting = self._waiting[:size], self._waiting[size:]
        for waiting, outcome in zip(batch, self._outcomes([each.query for each in batch]), strict=True):
            _deliver(outcome, waiting.answer)

    def _outcomes(self, queries: list[Query]) -> Sequence[Answer | Exception]:
        """Answer or error of each query, in order; a text that fails costs no other its answer."""
        try:
            return self._service.suggest_each(queries)
        except Exception as error:  # the event loop would log it, with words of a text
            if len(queries) == 1:
                return [error]
        return [self._outcomes([query])[0] for query in queries]


def _deliver(outcome: Answer | Exception, answer: asyncio.Future[Answer]) -> None:
    """Give an outcome to its caller, unless the caller has gone."""
    if answer.done():
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
