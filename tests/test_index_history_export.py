"""A history as a table: one row for each wording."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import get_type_hints

import pytest

from index.history.build import build_history
from index.history.export import (
    MEANINGS,
    HistoryRow,
    data_dictionary,
    history_csv,
    history_rows,
    write_history_parquet,
)
from tests.history_releases import MIDDLE, NEW, OLD


def test_each_wording_has_a_row_with_its_days() -> None:
    """Days that are not known are pairs; modifiers follow the codes."""
    rows = list(csv.DictReader(io.StringIO(history_csv(build_history([OLD, MIDDLE, NEW])))))
    whistle = [row for row in rows if row["code"] == "A0004"]

    assert [row["code"] for row in rows] == [
        "A0001", "A0001", "A0002", "A0002", "A0003", "A0003", "A0004", "A0004", "A0005", "A0006", "Z1", "Z1",
    ]  # fmt: skip
    assert (whistle[1]["since_earliest"], whistle[1]["since_latest"]) == ("2018-01-02", "2019-07-01")
    assert (whistle[1]["first_release"], whistle[1]["last_release"]) == ("2020-01", "2021-01")
    assert whistle[0]["since_latest"] == ""
    assert rows[9] | {"ended_earliest": "2018-01-01", "ended_latest": "2019-12-31"} == rows[9]


def test_parquet_has_the_same_rows_and_says_what_columns_mean(tmp_path: Path) -> None:
    """Days are days, and each column carries its meaning."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    history = build_history([OLD, MIDDLE, NEW])
    write_history_parquet(history, tmp_path / "history.parquet")
    table = parquet.read_table(tmp_path / "history.parquet")

    assert [HistoryRow(**row) for row in table.to_pylist()] == list(history_rows(history))
    assert table.schema.field("code").metadata == {b"description": MEANINGS["code"].encode()}


def test_the_data_dictionary_has_every_column() -> None:
    """In the order of the file, with type and meaning; the docs name each of them."""
    rows = list(csv.DictReader(io.StringIO(data_dictionary())))

    assert [row["column"] for row in rows] == list(get_type_hints(HistoryRow))
    assert {row["type"] for row in rows} == {"text", "integer", "date"}
    docs = (Path(__file__).parents[1] / "docs" / "data.md").read_text()
    assert all(f"`{row['column']}`" in docs for row in rows)
