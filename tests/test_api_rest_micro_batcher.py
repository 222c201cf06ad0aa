"""A lone query is answered at once; queries that follow within two iterations are answered together."""

from __future__ import annotations

import asyncio

import pytest

from api.rest.micro_batcher import BUSY_BATCH, MAX_BATCH, MicroBatcher
from api.service import Query, Service
from index.errors import QueryError
from suggest.answer import Answer, Ask
from tests.fakes import RAISE, FakeSuggester, FaultySuggester


@pytest.fixture
def suggester() -> FakeSuggester:
    return FakeSuggester()


def batcher_of(suggester: FakeSuggester) -> MicroBatcher:
    """A batcher whose suggester has recorded no call yet."""
    batcher = MicroBatcher(Service(suggester))
    suggester.together.clear()
    return batcher


def suggest_all(suggester: FakeSuggester, *queries: tuple[str, int]) -> list[Answer | BaseException]:
    """Outcomes of (text, k) queries that arrive in one iteration of the event loop."""
    batcher = batcher_of(suggester)

    async def all_at_once() -> list[Answer | BaseException]:
        calls = [batcher.suggest(Query(text, Ask(k))) for text, k in queries]
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(all_at_once())


def test_a_query_that_arrives_alone_waits_for_no_other(suggester: FakeSuggester) -> None:
    """It is answered in the iteration in which it arrives; so is the next one, when no other came between."""
    batcher = batcher_of(suggester)

    async def one_by_one() -> list[bool]:
        answered = []
        for text in ("walker", "wheelchair"):
            call = asyncio.ensure_future(batcher.suggest(Query(text, Ask(2))))
            await asyncio.sleep(0)
            answered.append(call.done())
            await asyncio.sleep(0)  # the batcher checks for others and finds none
            await asyncio.sleep(0)
        return answered

    assert asyncio.run(one_by_one()) == [True, True]
    assert suggester.together == [1, 1]


def test_queries_of_one_iteration_are_answered_together(suggester: FakeSuggester) -> None:
    """Except the first, which arrived alone. Each gets the answer that it gets alone."""
    texts = ["walker", "plain wheelchair", "folding walker", "wheels"]
    answers = suggest_all(suggester, *[(text, 3) for text in texts])

    assert suggester.together == [1, 3]
    assert answers == [FakeSuggester().suggest([text], 3)[0] for text in texts]


def test_queries_of_the_next_iteration_join_the_batch(suggester: FakeSuggester) -> None:
    """A request takes one iteration from its socket to the batcher; a later one is in the next batch."""
    batcher = batcher_of(suggester)

    async def suggest_after(iterations: int) -> None:
        for _ in range(iterations):
            await asyncio.sleep(0)
        await batcher.suggest(Query("walker", Ask(2)))

    async def all_of_them() -> None:
        await asyncio.gather(*map(suggest_after, [0, 0, 1, 3]))

    asyncio.run(all_of_them())

    assert suggester.together == [1, 2, 1]


def test_a_large_batch_is_answered_in_several_calls(suggester: FakeSuggester) -> None:
    """So that the event loop does other work in between; more often when many wait."""
    answers = suggest_all(suggester, *[("walker", 1)] * (2 * MAX_BATCH + 3))

    assert suggester.together == [1, BUSY_BATCH, BUSY_BATCH, BUSY_BATCH, 2 * MAX_BATCH + 2 - 3 * BUSY_BATCH]
    assert suggester.together[-1] <= MAX_BATCH
    assert len(answers) == 2 * MAX_BATCH + 3


def test_a_refusal_reaches_only_the_queries_that_it_concerns(suggester: FakeSuggester) -> None:
    """Queries with other options get an answer."""
    first, refused, answered, also_refused = suggest_all(
        suggester, ("walker", 1), ("walker", 101), ("walker", 2), ("wheelchair", 101)
    )

    assert isinstance(refused, QueryError)
    assert isinstance(also_refused, QueryError)
    assert isinstance(first, Answer)
    assert isinstance(answered, Answer)


def test_a_cancelled_query_does_not_affect_the_others(suggester: FakeSuggester) -> None:
    """The others are answered."""
    batcher = batcher_of(suggester)

    async def cancel_one() -> list[object]:
        calls = [asyncio.ensure_future(batcher.suggest(Query("walker", Ask(1)))) for _ in range(4)]
        await asyncio.sleep(0)
        calls[1].cancel()
        return await asyncio.gather(*calls, return_exceptions=True)

    outcomes = asyncio.run(cancel_one())

    assert isinstance(outcomes[1], asyncio.CancelledError)
    assert [isinstance(outcomes[i], Answer) for i in (0, 2, 3)] == [True] * 3


def test_a_text_that_the_suggester_fails_at_costs_no_other_its_answer() -> None:
    """Its error goes to its caller: the event loop would log it, with words of the text."""
    suggester = FaultySuggester()
    outcomes = suggest_all(suggester, ("walker", 1), (f"{RAISE} here", 1), ("walker", 2), ("cane", 1))

    assert [type(outcome) for outcome in outcomes] == [Answer, RuntimeError, Answer, Answer]
