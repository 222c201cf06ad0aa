"""Texts that come at the same time are answered together, each as it would be alone."""

from __future__ import annotations

import asyncio

import pytest

from api.grouping import Asked
from api.rest.micro_batcher import MOST, TURNS, MicroBatcher
from api.service import Service
from index.errors import QueryError
from suggest.answer import Answer
from tests.fakes import FakeSuggester


@pytest.fixture
def suggester() -> FakeSuggester:
    return FakeSuggester()


def ask(suggester: FakeSuggester, *asked: tuple[str, int]) -> list[Answer | BaseException]:
    """Ask for all in one turn of the event loop."""
    gathering = MicroBatcher(Service(suggester))
    suggester.together.clear()

    async def all_at_once() -> list[Answer | BaseException]:
        calls = [gathering.suggest(Asked(text, k, None, None)) for text, k in asked]
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(all_at_once())


def test_who_asks_alone_is_answered_at_once(suggester: FakeSuggester) -> None:
    """One after the other, nobody is held back."""
    gathering = MicroBatcher(Service(suggester))
    suggester.together.clear()

    async def one_by_one() -> None:
        for text in ("walker", "wheelchair"):
            answer = gathering.suggest(Asked(text, 2, None, None))
            with pytest.raises(StopIteration):  # done without giving way to anybody
                answer.send(None)
            await asyncio.sleep(0)

    asyncio.run(one_by_one())

    assert suggester.together == [1, 1]


def test_who_asks_in_the_same_turn_is_answered_together(suggester: FakeSuggester) -> None:
    """Behind the first, who could not know; each gets what it would get alone."""
    texts = ["walker", "plain wheelchair", "folding walker", "wheels"]
    answers = ask(suggester, *[(text, 3) for text in texts])

    assert suggester.together == [1, 3]
    assert answers == [FakeSuggester().suggest([text], 3)[0] for text in texts]


def test_a_large_crowd_is_answered_in_several_goes(suggester: FakeSuggester) -> None:
    """So that others have their turn in between."""
    answers = ask(suggester, *[("walker", 1)] * (1 + 2 * MOST + 3))

    assert suggester.together == [1, MOST, MOST, 3]
    assert len(answers) == 1 + 2 * MOST + 3


def test_a_refusal_reaches_those_whom_it_concerns(suggester: FakeSuggester) -> None:
    """Who asks otherwise gets an answer."""
    first, refused, answered, also = ask(
        suggester, ("walker", 1), ("walker", 101), ("walker", 2), ("wheelchair", 101)
    )

    assert isinstance(refused, QueryError)
    assert isinstance(also, QueryError)
    assert isinstance(first, Answer)
    assert isinstance(answered, Answer)


def test_a_caller_who_has_gone_disturbs_nobody(suggester: FakeSuggester) -> None:
    """The others are answered."""
    gathering = MicroBatcher(Service(suggester))

    async def one_goes() -> list[object]:
        calls = [asyncio.ensure_future(gathering.suggest(Asked("walker", 1, None, None))) for _ in range(4)]
        await asyncio.sleep(0)
        calls[1].cancel()
        return await asyncio.gather(*calls, return_exceptions=True)

    found = asyncio.run(one_goes())

    assert isinstance(found[1], asyncio.CancelledError)
    assert [isinstance(found[i], Answer) for i in (0, 2, 3)] == [True] * 3


def test_who_has_arrived_meanwhile_joins_the_crowd(suggester: FakeSuggester) -> None:
    """A request takes some turns of the event loop from its socket to here."""
    gathering = MicroBatcher(Service(suggester))
    suggester.together.clear()

    async def later(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await gathering.suggest(Asked("walker", 2, None, None))

    async def one_after_the_other() -> None:
        await asyncio.gather(*map(later, [0, 0, 0, 1, TURNS]))

    asyncio.run(one_after_the_other())

    assert suggester.together == [1, 4]
