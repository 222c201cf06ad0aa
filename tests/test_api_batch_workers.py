"""Several processes answer long files with the same result as one process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from api.__main__ import main
from api.batch.chunks import CHUNK_ROWS
from api.batch.encoders import JsonEncoder, QueryAnswerer
from api.batch.readers import BatchError
from api.batch.workers import CHUNKS_BEFORE_WORKERS, MAX_AHEAD, answer_chunks
from api.building import build_index
from api.service import Query
from index.home import Home
from suggest.answer import Ask
from tests.fakes import FakeSuggester


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter catalogue's index folder."""
    return build_index(Home(tmp_path_factory.mktemp("home")), on=date(2026, 1, 15))[0]


WALKER = Query("walker", Ask(2))


def answerer() -> QueryAnswerer:
    """Answers in this process with the fake suggester."""
    return QueryAnswerer(FakeSuggester(), JsonEncoder())


def test_several_processes_write_what_one_writes(
    starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every row, in order, with the same counts."""
    size = (CHUNKS_BEFORE_WORKERS + 3) * CHUNK_ROWS + 7
    texts = ["walker", "", "wheelchair leg rest", "=1+1", "o2 concentrator"]
    input_path = tmp_path / "in.csv"
    input_path.write_text("text\n" + "".join(f'"{texts[i % 5]} {i}"\n' for i in range(size)))
    messages = []
    for processes in ("1", "2"):
        out = str(tmp_path / f"{processes}.csv")
        options = ["--processes", processes, "--index", str(starter), "-k", "2"]
        assert main(["batch", str(input_path), out, *options]) == 0
        messages.append(capsys.readouterr().err.rpartition(" -> ")[0])

    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert messages[0] == messages[1]
    assert f"{size} rows" in messages[0]
    assert "began like formulas" in messages[0]


def test_rows_are_read_only_as_far_as_needed(starter: Path) -> None:
    """A file is never read into memory as a whole."""
    read = 0

    def rows() -> Iterator[Query]:
        nonlocal read
        for _ in count():
            read += 1
            yield WALKER

    chunks = answer_chunks(answerer(), rows(), lambda: starter, 2)
    for _ in range(CHUNKS_BEFORE_WORKERS + 2):
        next(chunks)
    chunks.close()

    assert read < (CHUNKS_BEFORE_WORKERS + MAX_AHEAD + 8) * CHUNK_ROWS


def test_a_process_that_ends_early_is_reported(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to do; the command does not hang."""
    monkeypatch.setattr("api.batch.workers._answer_in_worker", _killed)
    rows = [WALKER] * (CHUNKS_BEFORE_WORKERS + 2) * CHUNK_ROWS

    with pytest.raises(BatchError, match="ended early.*--processes 1"):
        list(answer_chunks(answerer(), rows, lambda: starter, 2))


def _killed(rows: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_fewer_than_one_process_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is read."""
    assert main(["batch", "a.csv", "b.csv", "--processes", "0"]) == 2
    assert "--processes must be at least 1" in capsys.readouterr().err
