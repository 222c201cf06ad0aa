"""Parquet in and out, with pyarrow (extra `parquet`), in bounded memory.

A Parquet file is readable only when its end is written, so a partial output is an Arrow stream: a schema and
then record batches, each complete in itself. It can be cut after any batch, and is converted at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from api.batch.encoders import RANK_COLUMNS, ROW_COLUMNS, AnswerEncoder, Encoded, ValuesEncoder
from api.batch.readers import BatchError, CountingLines, InputRow
from api.batch.writers import added_columns, cell_text

if TYPE_CHECKING:
    import pyarrow

READ_ROWS = 4096  # at once
GROUP_ROWS = 65_536  # of the output, in one row group
_VALUES = msgspec.json.Decoder(list[Any])


def require_pyarrow() -> None:
    """Check that pyarrow is installed.

    Raises:
        BatchError: If it is not; says how to install it.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise BatchError("Parquet needs the extra 'parquet': pip install 'hcpcs-suggest[parquet]'") from None


class ParquetReader:
    """Reads the rows of a Parquet file.

    Attributes:
        columns: Names of the columns.
        schema: Names and types of the columns, without dictionaries.
        skipped: Always 0: there are no empty lines.

    Raises:
        BatchError: If it is no Parquet file, or two columns have the same name.
    """

    def __init__(self, file: BinaryIO, counter: CountingLines) -> None:
        require_pyarrow()
        from pyarrow import ArrowException, parquet

        try:
            self._file = parquet.ParquetFile(file, coerce_int96_timestamp_unit="us")
        except (ArrowException, OSError) as error:
            raise BatchError(f"the Parquet file cannot be read ({type(error).__name__})") from None
        self._size, self._counter = self._file.metadata.num_rows, counter
        self.schema = plain_schema(self._file.schema_arrow)
        self.columns = tuple(self.schema.names)
        self.skipped = 0
        if len(set(self.columns)) < len(self.columns):
            raise BatchError("several columns of the Parquet file have the same name")
        counter.total = self._size

    def __iter__(self) -> Iterator[InputRow]:
        from pyarrow import ArrowException

        try:
            for batch in self._file.iter_batches(READ_ROWS):
                plain = batch.cast(self.schema)
                for row in plain.to_pylist():
                    self._counter.bytes_read += 1  # rows here, as `total` says
                    yield InputRow(row)
        except (ArrowException, ValueError, OSError) as error:
            raise BatchError(
                f"the Parquet file cannot be read after row {self._counter.bytes_read}"
                f" ({type(error).__name__})"
            ) from None


class ArrowWriter:
    """Writes an Arrow stream: the input's columns, then `RANK_COLUMNS` for each rank, then `ROW_COLUMNS`.

    Args:
        columns: Names of the input's columns; they become texts.
        k: Ranks for which there are columns.
        schema: Of the input if it is Parquet: its columns keep their types.
    """

    def __init__(self, columns: Sequence[str], k: int, schema: pyarrow.Schema | None = None) -> None:
        require_pyarrow()
        import pyarrow as pa

        own = list(schema) if schema is not None else [pa.field(name, pa.string()) for name in columns]
        names, self.renamed = added_columns(columns, k)
        self._own = own
        self._as_text = schema is None
        self._added = answer_fields(names, k)
        self.schema = pa.schema([*own, *self._added])
        self.encoder: AnswerEncoder = ValuesEncoder(k)
        self.neutralised = 0  # a column of texts has no formulas

    def header(self) -> bytes:
        """The schema."""
        return bytes(self.schema.serialize())

    def rows(self, rows: Sequence[InputRow], answers: Sequence[Encoded]) -> bytes:
        """A record batch."""
        import pyarrow as pa

        arrays = []
        for field in self._own:
            values = [row.columns.get(field.name) for row in rows]
            if self._as_text:
                values = [None if value is None else cell_text(value) for value in values]
            arrays.append(pa.array(values, field.type))
        arrays += answer_arrays([answer.data for answer in answers], self._added)
        return bytes(pa.record_batch(arrays, schema=self.schema).serialize())


def answer_fields(names: Sequence[str], k: int) -> list[pyarrow.Field]:
    """The typed columns that an answer adds, under the given names."""
    import pyarrow as pa

    types = {"confidence": pa.float64(), "no_good_match": pa.bool_(), "date_of_service": pa.date32()}
    kinds = [*RANK_COLUMNS * k, *ROW_COLUMNS]
    return [pa.field(name, types.get(kind, pa.string())) for name, kind in zip(names, kinds, strict=True)]


def answer_arrays(data: Sequence[bytes], fields: Sequence[pyarrow.Field]) -> list[pyarrow.Array]:
    """The columns of encoded answers (`ValuesEncoder`)."""
    import pyarrow as pa

    rows = [_VALUES.decode(each) for each in data]
    arrays = []
    for place, field in enumerate(fields):
        column = [row[place] for row in rows]
        if pa.types.is_date(field.type):
            arrays.append(pa.array(column, pa.string()).cast(field.type))
        else:
            arrays.append(pa.array(column, field.type))
    return arrays


def plain_schema(schema: pyarrow.Schema) -> pyarrow.Schema:
    """A schema whose dictionary columns are plain ones: a record batch alone does not hold a dictionary."""
    import pyarrow as pa

    return pa.schema(
        [
            field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
            for field in schema
        ]
    )


def to_parquet(partial: Path, finished: Path) -> None:
    """Convert an Arrow stream to a Parquet file, row group by row group."""
    import pyarrow as pa
    from pyarrow import parquet

    with (
        partial.open("rb") as file,
        pa.ipc.open_stream(file) as stream,
        parquet.ParquetWriter(finished, stream.schema, compression="zstd") as writer,
    ):
        kept: list[pyarrow.RecordBatch] = []
        for batch in stream:
            kept.append(batch)
            if sum(each.num_rows for each in kept) >= GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(kept))
                kept = []
        if kept:
            writer.write_table(pa.Table.from_batches(kept))
