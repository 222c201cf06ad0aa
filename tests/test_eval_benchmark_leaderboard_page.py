"""The leaderboard page of the docs: made from its cards, over the cases as they are."""

from __future__ import annotations

from pathlib import Path

from eval.benchmark.leaderboard import leaderboard_page, read_cards
from eval.benchmark.score import CASES
from eval.cases.cases import case_set_sha256, read_cases

DOCS = Path(__file__).parents[1] / "docs"


def test_page_is_made_from_its_cards() -> None:
    """Nothing on it is written by hand, and every card was scored on the cases of today."""
    cards = read_cards(DOCS / "leaderboard")
    assert (DOCS / "leaderboard.md").read_text("utf-8") == leaderboard_page(cards)
    assert cards[0].cases_sha256 == case_set_sha256(read_cases(CASES).cases)
    assert {"hcpcs-suggest", "bm25", "all-words"} <= {card.card.system for card in cards}
