"""Ranked codes for the rows of a Spark DataFrame."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from api.batch.dates import SAMPLE_ROWS, described
from api.batch.queries import QuerySource, choose_text_column, require_column
from api.batch.readers import BatchError, InputRow
from api.batch.writers import added_columns
from api.dates import Order
from api.http.limits import MAX_K
from api.spark.partitions import Answering

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType


class Index(msgspec.Struct, frozen=True):
    """An index that every worker can open.

    Attributes:
        name: Path of the folder, or the name of the shipped archive.
        shipped: Whether it was shipped by `ship_index`.
    """

    name: str
    shipped: bool = False


def ship_index(spark: SparkSession, folder: str | Path) -> Index:
    """Send an index folder to the nodes; each executor fetches and unpacks it once, before its first task.

    Not needed where every node reads the folder by one path, such as a volume: `Index(path)` names it.

    Raises:
        BatchError: If the folder holds no index.
    """
    path = Path(folder)
    if not (path / "manifest.json").is_file():
        raise BatchError(f"{path} is no index folder: it has no manifest.json")
    archive = shutil.make_archive(str(Path(tempfile.mkdtemp()) / path.name), "zip", path)
    name = f"hcpcs-{path.name}"
    spark.sparkContext.addArchive(f"{archive}#{name}")
    return Index(name, shipped=True)


def suggest_codes(
    frame: DataFrame,
    index: Index,
    *,
    text_column: str | None = None,
    date_column: str | None = None,
    k: int = 5,
    on: date | None = None,
    level: int | None = None,
) -> DataFrame:
    """The DataFrame with the columns that `hcpcs batch` adds to a Parquet file, equal to those row by row.

    Nothing is computed before the result is used. Each worker process loads the index once.

    Args:
        frame: Any DataFrame with a column of texts.
        index: From `ship_index`, or a path that every node reads.
        text_column: Column of the texts; found by its name when None.
        date_column: Column of the dates of service; texts are sampled for their order of day and month.
        k: Codes for each row, 1 to 100.
        on: Date of service of rows without one; today when None.
        level: 1 for CPT only, 2 for Level II only.

    Raises:
        BatchError: If a column is missing or `k` out of range.
    """
    from pyspark.sql.types import StructField, StructType

    if not 1 <= k <= MAX_K:
        raise BatchError(f"k must be from 1 to {MAX_K}")
    text = choose_text_column(text_column, frame.columns)
    order = _order(frame, require_column(date_column, frame.columns)) if date_column else "month first"
    names, _ = added_columns(frame.columns, k)
    source = QuerySource(text, date_column, k, on or date.today(), order, level)
    added = [StructField(name, kind) for name, kind in zip(names, _types(k), strict=True)]
    schema = StructType([*frame.schema.fields, *added])
    return frame.mapInArrow(Answering(index.name, index.shipped, source, tuple(names)), schema)


def _order(frame: DataFrame, column: str) -> Order:
    from pyspark.sql.types import StringType

    if not isinstance(frame.schema[column].dataType, StringType):
        return "month first"
    cells = [InputRow(row.asDict()) for row in frame.select(column).limit(SAMPLE_ROWS).collect()]
    return described(column, cells).order


def _types(k: int) -> Sequence[DataType]:
    """Spark's types of the columns that are added: those of `api.batch.parquet.answer_fields`."""
    from pyspark.sql.pandas.types import from_arrow_type

    from api.batch.parquet import answer_fields

    names, _ = added_columns((), k)
    return [from_arrow_type(field.type) for field in answer_fields(names, k)]
