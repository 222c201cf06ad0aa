"""A history as a table: one row for each wording."""

from __future__ import annotations

import csv
import io

from index.history.build import build_history
from index.history.export import history_csv
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
