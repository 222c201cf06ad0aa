"""Chunks of rows: the unit in which a batch is answered and written. Equal rows are answered once."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from api.batch.encoders import Encoded, encoded
from api.batch.queries import QuerySource, row_query
from api.batch.readers import InputRow
from api.batch.writers import RowWriter
from api.service import Query

CHUNK_ROWS = 256
MAX_KEPT_BYTES = 128 * 2**20  # of encoded answers that equal rows get again
BYTES_PER_ENTRY = 700  # of an entry beside its answer, about

RunQueries = Callable[[Iterable[Sequence[Query]]], Iterator[Sequence[Encoded]]]
T = TypeVar("T")


class AnsweredChunk(NamedTuple):
    """Rows that have been answered.

    Attributes:
        data: Their part of the output.
        answers: Of each row, in order.
        neutralised: Number of cells that a spreadsheet would have run as formulas.
        repeated: Rows whose text and date equal those of an earlier row, and that were not answered again.
    """

    data: bytes
    answers: Sequence[Encoded]
    neutralised: int
    repeated: int


class Memo:
    """Encoded answers by their queries, the ones used last; bounded by their bytes."""

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._answers: OrderedDict[Query, Encoded | None] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def reserve(self, queries: Iterable[Query]) -> list[Query]:
        """Those of the queries that nobody has asked yet; they count as asked from now on."""
        new = []
        for query in queries:
            if query in self._answers:
                self._answers.move_to_end(query)
            else:
                self._answers[query] = None
                new.append(query)
        return new

    def fill(self, queries: Sequence[Query], answers: Sequence[Encoded]) -> None:
        """Keep the answers of queries that `reserve` gave."""
        for query, answer in zip(queries, answers, strict=True):
            self._answers[query] = answer
            self._bytes += len(answer.data) + BYTES_PER_ENTRY

    def get(self, query: Query) -> Encoded:
        """The answer of a query that was filled in.

        Raises:
            KeyError: If it was not.
        """
        answer = self._answers[query]
        if answer is None:
            raise KeyError
        return answer

    def trim(self) -> None:
        """Forget the answers used longest ago, down to the bound; queries in work are never the oldest."""
        while self._bytes > self._max_bytes:
            query, answer = next(iter(self._answers.items()))
            if answer is None:
                return
            del self._answers[query]
            self._bytes -= len(answer.data) + BYTES_PER_ENTRY


def answer_rows(
    rows: Iterable[InputRow],
    source: QuerySource,
    writer: RowWriter,
    run: RunQueries,
    memo: Memo | None = None,
) -> Iterator[AnsweredChunk]:
    """Answer rows chunk by chunk, in order.

    Args:
        rows: Read only as far as needed.
        source: How they become queries.
        writer: Encodes them.
        run: Answers lists of queries, in order; may take several ahead.
        memo: Answers of queries asked before.
    """
    kept = memo or Memo()
    planned: deque[tuple[list[InputRow], list[Query | str], list[Query]]] = deque()

    def unanswered() -> Iterator[list[Query]]:
        for chunk in chunked(iter(rows)):
            queries = [row_query(row, source) for row in chunk]
            new = kept.reserve(query for query in queries if isinstance(query, Query))
            planned.append((chunk, queries, new))
            yield new

    for answers in run(unanswered()):
        chunk, queries, new = planned.popleft()
        kept.fill(new, answers)
        yield _written(chunk, queries, len(new), writer, kept)
        kept.trim()


def _written(
    chunk: Sequence[InputRow], queries: Sequence[Query | str], new: int, writer: RowWriter, memo: Memo
) -> AnsweredChunk:
    answers = [
        memo.get(query) if isinstance(query, Query) else encoded(writer.encoder, query) for query in queries
    ]
    before = writer.neutralised
    data = writer.rows(chunk, answers)
    changed = writer.neutralised - before + sum(answer.neutralised for answer in answers)
    asked = sum(isinstance(query, Query) for query in queries)
    return AnsweredChunk(data, answers, changed, asked - new)


def chunked(rows: Iterator[T]) -> Iterator[list[T]]:
    """Consecutive chunks of `CHUNK_ROWS` rows; the last one may be shorter."""
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk
