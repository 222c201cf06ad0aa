"""Answers that nobody saw are joined with billed codes: agreement, help and harm."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api.settings import Settings, SettingsError
from api.shadow import compare_with_billed
from eval.shadow.compare import Billed, SilentAnswer, compare_billed, comparison_rows

ON = date(2026, 1, 2)


def answer(
    line_id: str, text: str, *codes: str, confidence: float = 0.9, refused: bool = False
) -> SilentAnswer:
    """An answer of one day."""
    return SilentAnswer(line_id, text, ON, refused, codes, confidence)


def test_lines_are_joined_by_id_and_else_by_text_and_date() -> None:
    """A billed line without an answer is counted."""
    answers = [answer("1", "a", "E0143"), answer("", "b", "A6222")]
    billed = [
        Billed("1", "other", ON, ("E0143",)),
        Billed("", "b", ON, ("A6222",)),
        Billed("", "b", None, ("A6222",)),
        Billed("", "b", date(2026, 1, 3), ("A6222",)),
        Billed("9", "c", ON, ("A6222",)),
    ]

    found = compare_billed(answers, billed)

    assert (found.answers, found.billed, found.unjoined) == (2, 5, 2)
    assert (found.total.lines, found.total.first.hits) == (3, 3)


def test_help_and_harm_are_counted_by_kind_and_by_confidence() -> None:
    """Harm is a sure first code where the billed one is not among five; a refusal neither helps nor harms."""
    answers = [
        answer("1", "", "E0143", "E0135"),
        answer("2", "", "E0143", "E0135"),
        answer("3", "", "E0143", "E0135"),
        answer("4", "", "E0143", confidence=0.2),
        answer("5", "", "E0143", refused=True),
    ]
    billed = [
        Billed("1", "", ON, ("E0143",)),
        Billed("2", "", ON, ("E0135",)),
        Billed("3", "", ON, ("A6222",)),
        Billed("4", "", ON, ("A6222",)),
        Billed("5", "", ON, ("A6222",)),
    ]

    found = compare_billed(answers, billed)

    total = found.total
    assert (total.first.hits, total.among, total.helped, total.harmed, total.refused) == (1, 2, 1, 1, 1)
    assert [(group.name, group.lines, group.harmed) for group in found.by_kind] == [("A", 3, 1), ("E", 2, 0)]
    assert [(group.name, group.lines) for group in found.by_confidence] == [
        ("0.00 to 0.25", 1),
        ("0.90 to 1.00", 4),
    ]
    assert comparison_rows(found)[1][:2] == ["all", "5"]


def test_answers_of_a_batch_are_read(tmp_path: Path) -> None:
    """JSON Lines with the columns of the input beside the answer's fields."""
    batch, billed = tmp_path / "out.jsonl", tmp_path / "claims.csv"
    row = {
        "id": "7",
        "text": "Folding  walker",
        "suggestions": [{"code": "E0143", "confidence": 0.8}],
        "no_good_match": False,
    }
    batch.write_text(json.dumps(row) + "\n")
    billed.write_text("line,charge,code\n7,walker,E0143\n,folding walker,E0143\n")
    columns = {"id": "line", "query": "charge", "codes": "code"}

    found = compare_with_billed(billed, columns, batch, "id", Settings(tmp_path))

    assert (found.total.lines, found.total.first.hits) == (2, 2)


def test_without_answers_the_error_says_where_they_come_from(tmp_path: Path) -> None:
    """The setting, or a file."""
    billed = tmp_path / "claims.csv"
    billed.write_text("query,codes\nwalker,E0143\n")

    with pytest.raises(SettingsError, match="HCPCS_FEEDBACK, or name a file with --answers"):
        compare_with_billed(billed, {}, None, "id", Settings(tmp_path))
