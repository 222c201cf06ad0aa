"""Long files are answered by several processes, as one process would answer them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from api.__main__ import main
from api.batch.queries import Questions
from api.batch.readers import BatchError, Row
from api.batch.workers import CHUNK, HERE, Answering, pieces
from api.batch.writers import JsonOutput
from api.building import build_index
from index.home import Home
from tests.fakes import FakeSuggester


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter catalogue's index folder."""
    return build_index(Home(tmp_path_factory.mktemp("home")), on=date(2026, 1, 15))[0]


def test_processes_write_what_one_would(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every row, in order, with the same counts."""
    given = tmp_path / "in.csv"
    texts = ["walker", "", "wheelchair leg rest", "=1+1", "o2 concentrator"]
    given.write_text("text\n" + "".join(f'"{texts[i % 5]} {i}"\n' for i in range((HERE + 3) * CHUNK + 7)))
    told = []
    for processes in ("1", "2"):
        out = tmp_path / f"{processes}.csv"
        words = ["batch", str(given), str(out), "--processes", processes, "--index", str(starter), "-k", "2"]
        assert main(words) == 0
        told.append(capsys.readouterr().err.rpartition(" -> ")[0])

    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert told[0] == told[1]
    assert f"{(HERE + 3) * CHUNK + 7} rows" in told[0]
    assert "began like formulas" in told[0]


def test_rows_are_read_as_they_are_needed(starter: Path) -> None:
    """A file of any length is never held whole."""
    read = 0

    def rows() -> Iterator[Row]:
        nonlocal read
        for _ in count():
            read += 1
            yield Row({"text": "walker"})

    answers = pieces(answering(), rows(), lambda: starter, 2)
    for _ in range(HERE + 2):
        next(answers)
    answers.close()

    assert read < (HERE + 12) * CHUNK


def test_a_process_that_dies_is_told_of(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do; nothing hangs."""
    monkeypatch.setattr("api.batch.workers._piece", _killed)
    rows = [Row({"text": "walker"})] * (HERE + 2) * CHUNK

    with pytest.raises(BatchError, match="ended early.*--processes 1"):
        list(pieces(answering(), rows, lambda: starter, 2))


def answering() -> Answering:
    """Answers in this process from a fake."""
    return Answering(FakeSuggester(), Questions("text", None, 2), JsonOutput())


def _killed(rows: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_no_process_is_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    """The command says so before it reads anything."""
    assert main(["batch", "a.csv", "b.csv", "--processes", "0"]) == 2
    assert "--processes must be at least 1" in capsys.readouterr().err
