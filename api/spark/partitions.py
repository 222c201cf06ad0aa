"""What runs in Spark's Python workers: record batches in, record batches with answers out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from api.batch.chunks import CHUNK_ROWS, Memo
from api.batch.encoders import QueryAnswerer, ValuesEncoder, encoded
from api.batch.parquet import answer_arrays, answer_fields
from api.batch.queries import QuerySource, row_query
from api.batch.readers import InputRow
from api.service import Query

if TYPE_CHECKING:
    import pyarrow

    from suggest.suggester import Suggester

    Batches = Iterator[pyarrow.RecordBatch]


class Answering(msgspec.Struct, frozen=True):
    """How the rows of a partition are answered; sent to the workers.

    Attributes:
        index: Path of the index folder, or the name of the shipped archive that holds it.
        shipped: Whether `index` is such a name.
        source: How rows become queries; its `on` is set, so that a task that runs again gives the same rows.
        names: Of the columns that are added.
    """

    index: str
    shipped: bool
    source: QuerySource
    names: tuple[str, ...]

    def __call__(self, batches: Batches) -> Batches:
        """Record batches with the answers' columns behind their own; row order and own columns are kept."""
        answerer = QueryAnswerer(_suggester(self._folder()), ValuesEncoder(self.source.k))
        memo = Memo()
        for batch in batches:
            for start in range(0, batch.num_rows, CHUNK_ROWS):
                yield self._with_answers(batch.slice(start, CHUNK_ROWS), answerer, memo)

    def _folder(self) -> str:
        if not self.shipped:
            return self.index
        from pyspark import SparkFiles

        return str(SparkFiles.get(self.index))

    def _with_answers(
        self, batch: pyarrow.RecordBatch, answerer: QueryAnswerer, memo: Memo
    ) -> pyarrow.RecordBatch:
        import pyarrow as pa

        used = [name for name in (self.source.text_column, self.source.date_column) if name]
        queries = [row_query(InputRow(row), self.source) for row in batch.select(used).to_pylist()]
        new = memo.reserve(query for query in queries if isinstance(query, Query))
        memo.fill(new, answerer.answer(new))
        answers = [
            memo.get(query) if isinstance(query, Query) else encoded(answerer.encoder, query)
            for query in queries
        ]
        memo.trim()
        fields = answer_fields(self.names, self.source.k)
        columns = answer_arrays([answer.data for answer in answers], fields)
        return pa.record_batch([*batch.columns, *columns], names=[*batch.schema.names, *self.names])


@lru_cache(maxsize=2)
def _suggester(folder: str) -> Suggester:
    """The suggester of a folder, loaded once in a worker process, which Spark uses for many tasks."""
    from api.loading import open_suggester
    from api.settings import load_settings

    return open_suggester(Path(folder), load_settings(os.environ))
