"""The codes a run is judged against: look-up, order and families."""

from __future__ import annotations

from collections.abc import Sequence

from index.records import Record


class CodeBook:
    """The records of one release, ascending by code.

    Args:
        records: Every record, terminated ones too.
        release: The release's name, such as `2026-01`.
    """

    def __init__(self, records: Sequence[Record], release: str) -> None:
        self.records = tuple(sorted(records, key=lambda record: record.code))
        self.release = release
        self.codes = tuple(record.code for record in self.records)
        self._rows = {code: row for row, code in enumerate(self.codes)}

    def get(self, code: str) -> Record | None:
        """The record of a code."""
        row = self._rows.get(code)
        return None if row is None else self.records[row]

    def position(self, code: str) -> int | None:
        """The place of a code in CMS's order, which is ascending by code."""
        return self._rows.get(code)
