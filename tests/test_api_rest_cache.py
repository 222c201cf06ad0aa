"""The cache of answers: right, bounded, and keyed by digests only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from litestar.testing import TestClient

from api.app import create_app
from api.rest.cache import AnswerCache, CachedAnswer
from api.settings import Settings
from tests.fakes import FakeSuggester

TODAY = date(2026, 1, 15)


def test_an_answer_comes_back_for_its_question_and_day_only() -> None:
    """Another query or another day is not in the cache."""
    cache = AnswerCache(10)
    cache.put(cache.digest(b"question", TODAY), CachedAnswer(b"\x00answer\xff", 3))

    assert cache.get(cache.digest(b"question", TODAY)) == CachedAnswer(b"\x00answer\xff", 3)
    assert cache.get(cache.digest(b"questiom", TODAY)) is None
    assert cache.get(cache.digest(b"question", date(2026, 1, 16))) is None
    assert AnswerCache(10).digest(b"question", TODAY) != cache.digest(b"question", TODAY)


def test_the_oldest_gives_way() -> None:
    """The size is bounded; a lookup protects an answer from removal."""
    cache = AnswerCache(2)
    a, b, c = (cache.digest(question, TODAY) for question in (b"a", b"b", b"c"))
    for digest, answer in ((a, b"a"), (b, b"b")):
        cache.put(digest, CachedAnswer(answer, 1))
    cache.get(a)
    cache.put(c, CachedAnswer(b"c", 1))

    assert len(cache) == 2
    assert [cache.get(digest) for digest in (a, b, c)] == [CachedAnswer(b"a", 1), None, CachedAnswer(b"c", 1)]


def test_a_question_is_held_as_a_keyed_digest_only() -> None:
    """Each cache has its own secret for the digests."""
    cache = AnswerCache(10)
    cache.put(cache.digest(b'{"text": "zebrafish"}', TODAY), CachedAnswer(b"answer", 1))

    assert "zebrafish" not in repr(vars(cache))
    assert cache.digest(b"", TODAY) != AnswerCache(10).digest(b"", TODAY)


def test_the_service_answers_a_repeated_text_from_it() -> None:
    """The suggester is asked once, the answers are the same, refusals are not kept."""
    suggester = FakeSuggester()
    with TestClient(create_app(suggester, Settings(home=Path("unused")))) as client:
        answers = [client.post("/v1/suggest", json={"text": "folding cane"}).json() for _ in range(3)]
        refused = [client.post("/v1/suggest", json={"text": " "}).status_code for _ in range(2)]
        metrics = client.get("/metrics").text

    assert answers[0] == answers[1] == answers[2]
    assert suggester.texts.count("folding cane") == 1
    assert refused == [422, 422]
    assert "hcpcs_repeated_texts_total 2.0" in metrics
