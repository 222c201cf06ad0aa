"""Agreement of two labellings: kappa, overlap and what a system could reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmark.agreement import agreement, kappa, main, read_labels
from eval.errors import SubmissionError

FIRST = {"a": ("E0143",), "b": ("E0100", "E0105"), "c": (), "d": ("K0001",)}
SECOND = {"a": ("E0143",), "b": ("E0105",), "c": ("A9270",), "d": ("K0001", "K0003")}


def test_kappa_is_cohens_worked_example() -> None:
    """20 yes twice, 15 no twice, 5 and 10 of both differences: 0.4 by hand."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("", ""), ("", "")]) == 1.0


def test_agreement_of_four_cases() -> None:
    """The first codes of a and d are the same; b is right one way only; c has a code in one labelling."""
    found = agreement(FIRST, SECOND)
    assert (found.n, found.same_first.hits) == (4, 2)
    assert found.kappa.value == pytest.approx((2 / 4 - 2 / 16) / (1 - 2 / 16))
    assert found.overlap == pytest.approx((1 + 1 / 2 + 0 + 1 / 2) / 4)
    assert (found.second_by_first.hits, found.first_by_second.hits) == (3, 2)
    assert found.kappa.low <= found.kappa.value <= found.kappa.high


def test_two_empty_labels_agree() -> None:
    """No code twice is agreement in every measure."""
    found = agreement({"c": ()}, {"c": ()})
    assert (found.same_first.hits, found.overlap, found.second_by_first.hits) == (1, 1.0, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "a", "codes": []}\n{"id": "a", "codes": []}', "labels.jsonl line 2: a is labelled twice"),
        ('{"id": "a"}', "labels.jsonl line 1: Object missing required field `codes`"),
    ],
)
def test_bad_label_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    """The first bad line is told."""
    path = tmp_path / "labels.jsonl"
    path.write_text(text)
    with pytest.raises(SubmissionError, match=message):
        read_labels(path)


def test_unknown_and_missing_cases_are_refused() -> None:
    """A label of another case set would count as disagreement."""
    with pytest.raises(SubmissionError, match="z is no case of the benchmark"):
        agreement(FIRST, {"z": ()})
    with pytest.raises(SubmissionError, match="the second labelling is empty"):
        agreement(FIRST, {})


def test_command_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over the benchmark's own cases; a missing file is one sentence and exit 2."""
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id": "bench-0001", "codes": ["A0100"]}\n')
    assert main([str(path)]) == 0
    assert "| same first code, or none twice | 100.0% [20.7%, 100.0%] |" in capsys.readouterr().out
    assert main([str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err
