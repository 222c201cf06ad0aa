"""Answers in the form in which they are written beside their rows; made in worker processes."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, ClassVar, NamedTuple, Protocol

import msgspec

from api.service import Query, SuggesterLike, suggest_each
from index.errors import HcpcsError
from suggest.answer import Answer

# What makes a spreadsheet run a cell as a formula: OWASP's list for CSV injection, in ASCII and full width,
# with the bar of DDE calls. Programs that trim cells see the sign behind blanks and invisible characters too.
FORMULA_START = re.compile(
    "[\t\r\n]|[\\s\\x00-\\x1f\\x7f\xad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*"
    "[=+\\-@|\uff1d\uff0b\uff0d\uff20\uff5c\ufe62\ufe63\ufe66\ufe6b\u207a\u207b]"
)
NUMBER = re.compile(r" *[+-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?%? *")
ENCODE = msgspec.json.Encoder(decimal_format="number").encode
RANK_COLUMNS = ("code", "confidence", "description", "status")  # for each rank; `status` is that on the date
ROW_COLUMNS = ("no_good_match", "looks_like", "date_of_service", "release", "warnings", "reason", "error")
MAX_CACHED = 20_000  # lines of cells, of some hundred bytes each
NO_LIKELY_CODE = "no code is likely for this text"


class Encoded(msgspec.Struct, frozen=True, gc=False):
    """An answer as it is written.

    Attributes:
        data: The part of the row that comes from the answer.
        failed: Whether the row could not be answered.
        no_good_match: Whether no code is likely.
        neutralised: Number of cells that a spreadsheet would have run as formulas.
        code: The first suggested code; empty for none.
        confidence: Its confidence.
    """

    data: bytes
    failed: bool
    no_good_match: bool = False
    neutralised: int = 0
    code: str = ""
    confidence: float = 0.0


class AnswerEncoder(Protocol):
    """Turns answers into the form of one kind of file.

    Attributes:
        explained: Whether it writes the reasons of an answer, so that they must be worked out.
    """

    explained: ClassVar[bool]

    def data(self, answer: Answer | None, error: str | None) -> tuple[bytes, int]:
        """The bytes of an answer or of an error, and how many cells were neutralised."""


class CsvEncoder(msgspec.Struct, frozen=True):
    """CSV: the cells of `RANK_COLUMNS` for each rank and of `ROW_COLUMNS`, with a delimiter before them."""

    explained: ClassVar[bool] = False
    k: int
    delimiter: str = ","

    def data(self, answer: Answer | None, error: str | None) -> tuple[bytes, int]:
        """The end of a CSV line, without the line feed."""
        suggestions = answer.suggestions[: self.k] if answer else ()
        delimiter = self.delimiter
        parts: list[str] = []
        neutralised = 0
        for one in suggestions:
            part, changed = _cells((one.code, one.description, one.status), delimiter)
            code, _, rest = part.partition(delimiter)
            parts += (code, f"{one.confidence:.4f}", rest)
            neutralised += changed
        parts += [""] * (len(RANK_COLUMNS) * (self.k - len(suggestions)))
        part, changed = _cells(tuple([_cell(value) for value in _row_values(answer, error)]), delimiter)
        line = delimiter.join(("", *parts, part))
        return line.encode(errors="replace"), neutralised + changed


class JsonEncoder(msgspec.Struct, frozen=True):
    """JSON: the fields of the Answer, or no suggestions and the error."""

    explained: ClassVar[bool] = True

    def data(self, answer: Answer | None, error: str | None) -> tuple[bytes, int]:
        """A JSON object."""
        if answer is not None:
            return ENCODE(answer), 0
        return ENCODE({"suggestions": (), "error": error}), 0


class ValuesEncoder(msgspec.Struct, frozen=True):
    """Typed columns: the values of `RANK_COLUMNS` for each rank and of `ROW_COLUMNS` as a JSON array."""

    explained: ClassVar[bool] = False
    k: int

    def data(self, answer: Answer | None, error: str | None) -> tuple[bytes, int]:
        """A JSON array."""
        return ENCODE(answer_values(answer, error, self.k)), 0


class QueryAnswerer(NamedTuple):
    """Answers queries and encodes the answers; made in this process or in a worker process."""

    suggester: SuggesterLike
    encoder: AnswerEncoder

    def maker(self) -> Callable[[SuggesterLike], QueryAnswerer]:
        """Makes the same answerer with another suggester, in another process."""
        return partial(QueryAnswerer, encoder=self.encoder)

    def answer(self, queries: Sequence[Query]) -> list[Encoded]:
        """The encoded answers, in order.

        Raises:
            HcpcsError: If the suggester refuses to answer.
        """
        outcomes = suggest_each(self.suggester, queries, explained=self.encoder.explained)
        return [encoded(self.encoder, outcome) for outcome in outcomes]


def encoded(encoder: AnswerEncoder, outcome: Answer | HcpcsError | str) -> Encoded:
    """An answer, or the sentence that says why a row has none.

    Raises:
        HcpcsError: If it is one.
    """
    if isinstance(outcome, HcpcsError):
        raise outcome
    if isinstance(outcome, str):
        return Encoded(encoder.data(None, outcome)[0], True)
    data, neutralised = encoder.data(outcome, outcome.error)
    if outcome.error is not None:
        return Encoded(data, True, neutralised=neutralised)
    first = outcome.suggestions[0] if outcome.suggestions else None
    code, confidence = (first.code, first.confidence) if first else ("", 0.0)
    return Encoded(data, False, outcome.no_good_match, neutralised, code, confidence)


def answer_values(answer: Answer | None, error: str | None, k: int) -> list[Any]:
    """The values of `RANK_COLUMNS` for each of `k` ranks and of `ROW_COLUMNS`; None where there is none."""
    suggestions = answer.suggestions[:k] if answer else ()
    values: list[Any] = []
    for suggestion in suggestions:
        values += [suggestion.code, suggestion.confidence, suggestion.description, suggestion.status]
    values += [None] * (len(RANK_COLUMNS) * (k - len(suggestions)))
    return [*values, *_row_values(answer, error)]


def _row_values(answer: Answer | None, error: str | None) -> list[Any]:
    """The values of `ROW_COLUMNS`."""
    if answer is None:
        return [*[None] * (len(ROW_COLUMNS) - 2), error, error]
    return [
        answer.no_good_match,
        answer.looks_like.system if answer.looks_like else None,
        answer.date_of_service,
        answer.release,
        "; ".join(answer.warnings),
        error or _reason(answer),
        error,
    ]


def _reason(answer: Answer) -> str | None:
    """Why a row has no good match; None if it has one."""
    if not answer.no_good_match:
        return None
    if answer.looks_like is not None:
        return f"the text looks like {answer.looks_like.system}"
    return NO_LIKELY_CODE


def csv_line(cells: Sequence[str], delimiter: str) -> tuple[str, int]:
    """A CSV line without its end, and how many cells got an apostrophe because they would be formulas."""
    safe = [neutralised(cell) for cell in cells]
    line = _Line()
    # With "\n" alone, csv would leave a cell with "\r" unquoted, which readers take for a new line.
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(safe)
    changed = sum(map(len, safe)) - sum(map(len, cells))
    return line.written.removesuffix("\r\n"), changed


@lru_cache(MAX_CACHED)
def _cells(cells: tuple[str, ...], delimiter: str) -> tuple[str, int]:
    """As `csv_line`: what is said of a code or of a day repeats in almost every answer."""
    return csv_line(cells, delimiter)


def neutralised(cell: str) -> str:
    """The cell, with an apostrophe before what would be a formula; signed numbers stay as they are."""
    return f"'{cell}" if FORMULA_START.match(cell) and not NUMBER.fullmatch(cell) else cell


class _Line:
    """What csv writes to."""

    written = ""

    def write(self, line: str) -> None:
        self.written = line


def _cell(value: Any) -> str:
    """A value of an answer as text: confidences with four digits, truth in small letters."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    return str(value).lower() if isinstance(value, bool) else str(value)
