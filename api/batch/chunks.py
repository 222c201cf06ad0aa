"""Chunks of rows: the unit in which a batch is answered and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

import msgspec

from api.batch.queries import QuerySource, answer_rows
from api.batch.readers import InputRow
from api.batch.writers import RowWriter
from api.service import SuggesterLike

CHUNK_ROWS = 256


class AnsweredChunk(msgspec.Struct, frozen=True):
    """Rows that have been answered, in the form in which they are written.

    Attributes:
        data: Their lines of the output.
        rows: Number of rows.
        errors: Number of rows that could not be answered.
        no_good_match: Number of answers in which no code is likely.
        neutralised: Number of cells that a spreadsheet would have run as formulas.
    """

    data: bytes
    rows: int
    errors: int
    no_good_match: int
    neutralised: int


class ChunkAnswerer(NamedTuple):
    """Answers chunks of rows and encodes the results for the output file."""

    suggester: SuggesterLike
    source: QuerySource
    writer: RowWriter

    def maker(self) -> Callable[[SuggesterLike], ChunkAnswerer]:
        """Makes the same answerer with another suggester, in another process."""
        return partial(ChunkAnswerer, source=self.source, writer=self.writer)

    def answer(self, rows: Sequence[InputRow]) -> AnsweredChunk:
        """Answer the rows of one chunk."""
        neutralised_before = self.writer.neutralised
        results = answer_rows(self.suggester, rows, self.source)
        data = self.writer.rows(results)
        answers = [result.answer for result in results if result.answer and not result.error]
        return AnsweredChunk(
            data=data,
            rows=len(results),
            errors=sum(result.error is not None for result in results),
            no_good_match=sum(answer.no_good_match for answer in answers),
            neutralised=self.writer.neutralised - neutralised_before,
        )


def chunked(rows: Iterator[InputRow]) -> Iterator[list[InputRow]]:
    """Consecutive chunks of `CHUNK_ROWS` rows; the last one may be shorter."""
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk
