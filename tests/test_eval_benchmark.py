"""Submissions to the open benchmark: their rules, scores and the leaderboard, on a case set of ten."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from api.__main__ import main
from eval.benchmark.card import read_card
from eval.benchmark.leaderboard import leaderboard_page, read_cards
from eval.benchmark.score import score_submission
from eval.benchmark.submission import read_submission
from eval.errors import SubmissionError
from tests.eval_fakes import result

CARD = {
    "system": "made",
    "version": "1",
    "submitted_by": "a test",
    "date": "2026-11-26",
    "description": "Answers by hand.",
    "trained_on": [],
    "saw_cases": False,
    "release": "2026-01",
}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Eight cases with a code and two without."""
    rows = [
        {"id": f"c{i}", "query": f"walker {i}", "codes": ["E0143"], "kind": "order", "source": "us"}
        for i in range(8)
    ]
    rows += [{"id": f"n{i}", "query": f"cold {i}", "codes": [], "kind": "no code"} for i in range(2)]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def submission(
    folder: Path, first: str, name: str = "made", n: int = 8, **changes: object
) -> tuple[Path, Path]:
    """A run file in which `n` cases have `first` and then K0001, and its card."""
    run, card = folder / f"{name}.trec", folder / f"{name}-card.json"
    lines = [f"c{i} Q0 {code} {r} {9 - r} t" for i in range(n) for r, code in ((1, first), (2, "K0001"))]
    run.write_text("\n".join(lines) + "\n")
    card.write_text(json.dumps(CARD | {"system": name} | changes))
    return run, card


def test_a_submission_is_scored_over_all_cases(cases: Path, tmp_path: Path) -> None:
    """Six of eight right and two unanswered; both cases without a code are right, since no code is given."""
    scored = score_submission(*submission(tmp_path, "E0143", n=6), cases)
    assert (scored.n, scored.coded, scored.right.value) == (10, 8, 0.8)
    assert scored.measures["top-1"].value == 0.75 and scored.outcome == "1111110011"
    assert (scored.none_refused.hits, scored.coded_refused.hits) == (2, 2)
    assert scored.kinds["no code"].value == 1.0 and scored.kinds["order"].n == 8


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("c0 Q0 E0143 1 9", "line 1: it is not `id Q0 code rank score tag`"),
        ("c0 Q0 E0143 1 9 t\nx Q0 E0143 1 9 t", "line 2: the id 'x' is no case of the benchmark"),
        ("c0 Q0 walker 1 9 t", "line 1: the third word is not a code in upper case"),
        ("c0 Q0 E0143 2 9 t", "line 1: the rank must be 1, and at most 100"),
        ("c0 Q0 E0143 1 9 t\nc0 Q0 E0143 2 8 t", "line 2: E0143 stands twice for one case"),
        ("c0 Q0 E0143 1 9 t\nc0 Q0 K0001 2 9 t", "line 2: the score must be a number below that"),
        ("c0 Q0 E0143 1 nan t", "line 1: the score must be a number below that"),
        ("c0 Q0 E0143 1 9 t\nc1 Q0 E0143 1 9 u", "line 2: the tag differs"),
        ("", "holds no line"),
    ],
)
def test_the_first_line_that_breaks_a_rule_is_named(tmp_path: Path, lines: str, message: str) -> None:
    """One sentence with the file and the line."""
    (tmp_path / "run.trec").write_text(lines)
    with pytest.raises(SubmissionError) as error:
        read_submission(tmp_path / "run.trec", ["c0", "c1"])
    assert message in str(error.value)


@pytest.mark.parametrize("change", [{"system": " "}, {"more": 1}, {"saw_cases": "no"}, {"link": "ftp://x"}])
def test_a_card_is_complete(tmp_path: Path, change: dict[str, object]) -> None:
    """Empty, unknown and wrong fields are refused."""
    (tmp_path / "card.json").write_text(json.dumps(CARD | change))
    with pytest.raises(SubmissionError, match=r"card\.json"):
        read_card(tmp_path / "card.json")


def test_the_command_scores_and_the_leaderboard_ranks(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Best first, each against the next; texts of a card cannot break the page."""
    (tmp_path / "cards").mkdir()
    for name, first, n in (("poor|one", "E0130", 8), ("good", "E0143", 8), ("half", "E0143", 4)):
        run, card = submission(tmp_path, first, name, n)
        out = tmp_path / "cards" / f"{name}.json"
        assert main(["eval", "submit", str(run), str(card), "--cases", str(cases), "--out", str(out)]) == 0
    assert "right" in capsys.readouterr().out
    page = leaderboard_page(read_cards(tmp_path / "cards"))
    ranks = [line.split(" | ")[1] for line in page.splitlines() if line.startswith(("| 1 ", "| 2 ", "| 3 "))]
    assert ranks == ["good 1", "half 1", r"poor\|one 1"]
    assert "| 1 | good 1 | 1.000 [0.69, 1.00] | 0.250 |" in page  # 4 to 0 is .125, and two tests
    assert main(["eval", "leaderboard", str(tmp_path / "cards"), "--out", str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text() == page


def test_a_wrong_submission_exits_2_in_one_sentence(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, no scored card; cards of other cases are not put in one table."""
    run, card = submission(tmp_path, "E0143")
    run.write_text("c0 Q0 E0143 7 9 t\n")
    words = ["eval", "submit", str(run), str(card), "--cases", str(cases), "--out", str(tmp_path / "x.json")]
    assert main(words) == 2 and not (tmp_path / "x.json").exists()
    assert "made.trec, line 1: the rank must be 1" in capsys.readouterr().err
    with pytest.raises(SubmissionError, match="holds no scored card"):
        read_cards(tmp_path / "nothing")


def test_a_run_folder_is_a_submission_and_a_refusal_gives_no_code(cases: Path, tmp_path: Path) -> None:
    """`no_good_match` counts as no code, whatever codes stand below it; a run over other cases is refused."""
    _, card = submission(tmp_path, "E0143")
    rows = [result(f"c{i}", ["E0143"], ["E0143"], 0.9, i == 7) for i in range(8)]
    rows += [result(f"n{i}", [], ["E0143"], 0.1, True) for i in range(2)]
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "cases.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(rows))
    scored = score_submission(folder, card, cases)
    assert (scored.right.value, scored.coded_refused.hits, scored.none_refused.hits) == (0.9, 1, 2)
    (folder / "cases.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(rows[:3]))
    with pytest.raises(SubmissionError, match="is not a run over the cases of the benchmark"):
        score_submission(folder, card, cases)
