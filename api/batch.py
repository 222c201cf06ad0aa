"""Ranked codes for every row of a file: streaming, in order, and able to go on after an interruption.

While it runs, the output is `OUT.partial` beside a journal `OUT.partial.json` that says how many rows and
bytes of it are whole; both give way to `OUT` at the end.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from api.batch_output import CsvOutput, JsonOutput, Result
from api.batch_rows import BatchError, Row
from api.service import SuggesterLike
from suggest.answer import Answer

CHUNK = 256  # rows answered and written together
TEXT_COLUMNS = (
    "text",
    "description",
    "query",
    "item",
    "item_description",
    "charge_description",
    "charge_text",
)
DATE_FORMS = {r"\d{4}-\d\d-\d\d": "%Y-%m-%d", r"\d{8}": "%Y%m%d", r"\d{1,2}/\d{1,2}/\d{4}": "%m/%d/%Y"}

Output = CsvOutput | JsonOutput
Progress = Callable[[], None]


class Summary(msgspec.Struct):
    """Counts of one run; rows that an earlier run had written are in `resumed` only."""

    rows: int = 0
    resumed: int = 0
    errors: int = 0
    no_good_match: int = 0


class Questions(msgspec.Struct, frozen=True):
    """Where a row's question stands and how many codes it wants."""

    text_column: str
    date_column: str | None
    k: int


class Journal(msgspec.Struct, frozen=True):
    """How much of a partial output is whole.

    Attributes:
        run: Digest of the input, the options and the index: another run does not go on with it.
        rows: Input rows answered.
        size: Bytes of the partial output that they take.
    """

    run: str
    rows: int
    size: int


def text_column(asked: str | None, columns: Sequence[str]) -> str:
    """The column that holds the texts: the one asked for, a usual name, or the only one.

    Raises:
        BatchError: If it is not there or cannot be guessed; names the columns.
    """
    if asked is not None:
        return present(asked, columns)
    if len(columns) == 1:
        return columns[0]
    by_name = {name.lower().replace(" ", "_"): name for name in columns}
    for name in TEXT_COLUMNS:
        if name in by_name:
            return by_name[name]
    raise BatchError(f"say with --text-column which column holds the texts; there are: {', '.join(columns)}")


def present(name: str, columns: Sequence[str]) -> str:
    """A column that must be there.

    Raises:
        BatchError: If it is not; names the columns.
    """
    if name not in columns:
        raise BatchError(f"there is no column {name!r}; there are: {', '.join(columns)}")
    return name


def day(value: Any) -> date | None:
    """A date of service as spreadsheets write it: 2026-01-31, 20260131 or 1/31/2026; None when empty.

    Raises:
        ValueError: If it is none of these.
    """
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    for pattern, form in DATE_FORMS.items():
        if re.fullmatch(pattern, text):
            return datetime.strptime(text, form).date()
    raise ValueError("no form of date")


def answered(suggester: SuggesterLike, rows: Sequence[Row], questions: Questions) -> list[Result]:
    """Answer some rows, those of one date together."""
    asked: dict[date | None, list[tuple[int, str]]] = {}
    results: list[Result | None] = [None] * len(rows)
    for place, row in enumerate(rows):
        question = _question(row, questions)
        if isinstance(question, str):
            results[place] = Result(row, None, question)
        else:
            asked.setdefault(question[1], []).append((place, question[0]))
    for on, some in asked.items():
        answers = suggester.suggest([text for _, text in some], questions.k, on)
        for (place, _), answer in zip(some, answers, strict=True):
            results[place] = Result(rows[place], answer, answer.error)
    return [result for result in results if result is not None]


def _question(row: Row, questions: Questions) -> tuple[str, date | None] | str:
    """The text and date of a row, or why it has none; never repeats what stands in it."""
    if row.error:
        return row.error
    text = row.columns.get(questions.text_column)
    if text is None:
        return f"there is no text in {questions.text_column!r}"
    if isinstance(text, bool) or not isinstance(text, str | int):
        return f"{questions.text_column!r} is not a text"
    try:
        on = day(row.columns.get(questions.date_column)) if questions.date_column else None
    except ValueError:
        return f"{questions.date_column!r} is not a date such as 2026-01-31"
    return str(text), on


def stream(
    suggester: SuggesterLike, rows: Iterable[Row], questions: Questions, output: Output, summary: Summary
) -> Iterator[tuple[int, bytes]]:
    """The output in pieces: rows answered so far in this run, and the bytes of the last few."""
    iterator = iter(rows)
    while some := list(islice(iterator, CHUNK)):
        results = answered(suggester, some, questions)
        summary.rows += len(results)
        summary.errors += sum(result.error is not None for result in results)
        summary.no_good_match += sum(_unmatched(result.answer, result.error) for result in results)
        yield summary.rows, output.rows(results)


def _unmatched(answer: Answer | None, error: str | None) -> bool:
    return answer is not None and error is None and answer.no_good_match


def run_id(path: Path, *parts: object) -> str:
    """Digest of an input file and all that decides the answers."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    digest.update(repr(parts).encode())
    return digest.hexdigest()


class PartialOutput:
    """The output file while it grows.

    Args:
        path: Where the whole output will stand.
        run: From `run_id`; a partial output of another run is begun anew, as it is when this is empty.
    """

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial")
        self._journal = path.with_name(f"{path.name}.partial.json")
        self._run = run
        found = self._found()
        self.rows = found.rows if found else 0
        self._file: BinaryIO = self._partial.open("r+b" if found else "w+b")
        self._file.truncate(found.size if found else 0)  # a torn last piece is written again
        self._file.seek(0, os.SEEK_END)

    def _found(self) -> Journal | None:
        try:
            journal = msgspec.json.decode(self._journal.read_bytes(), type=Journal)
            whole = self._partial.stat().st_size >= journal.size
        except (OSError, msgspec.MsgspecError):
            return None
        return journal if self._run and journal.run == self._run and whole else None

    def write(self, piece: bytes, rows: int) -> None:
        """Add a piece; `rows` input rows are answered when it is there."""
        self._file.write(piece)
        self._file.flush()
        journal = Journal(self._run, rows, self._file.tell())
        aside = self._journal.with_suffix(".json.new")
        aside.write_bytes(msgspec.json.encode(journal))
        aside.replace(self._journal)

    def finish(self) -> None:
        """Put the whole output in its place."""
        self._file.close()
        self._partial.replace(self._path)
        self._journal.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; what is written stays for the next run."""
        self._file.close()
