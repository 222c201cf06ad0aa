"""What one run of `hcpcs batch` did, as numbers and as a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from api.batch.chunks import AnsweredChunk
from api.batch.writers import PREFIX


class Summary(msgspec.Struct):
    """Counts of one run; rows that an earlier run wrote are counted in `resumed` only.

    Attributes:
        rows: Rows answered.
        resumed: Rows that an interrupted run had written.
        errors: Rows that could not be answered.
        no_good_match: Answers in which no code is likely.
        neutralised: Cells that a spreadsheet would have run as formulas.
        skipped: Empty lines of the input.
        renamed: Output columns that got `PREFIX`.
    """

    rows: int = 0
    resumed: int = 0
    errors: int = 0
    no_good_match: int = 0
    neutralised: int = 0
    skipped: int = 0
    renamed: Sequence[str] = ()

    def add(self, chunk: AnsweredChunk) -> None:
        """Count a chunk."""
        self.rows += chunk.rows
        self.errors += chunk.errors
        self.no_good_match += chunk.no_good_match
        self.neutralised += chunk.neutralised

    def sentence(self) -> str:
        """The counts in words; those that are seldom more than 0 only if they are."""
        parts = [f"{self.rows + self.resumed} rows"]
        if self.resumed:
            parts.append(f"{self.resumed} of them from an interrupted run")
        parts.append(f"{self.errors} with errors")
        parts.append(f"{self.no_good_match} without a good match")
        if self.skipped:
            parts.append(f"{self.skipped} empty lines skipped")
        if self.neutralised:
            parts.append(f"{self.neutralised} cells that began like formulas now begin with an apostrophe")
        if self.renamed:
            names = ", ".join(self.renamed)
            parts.append(
                f"output columns renamed with {PREFIX} because the input has the same names: {names}"
            )
        return "; ".join(parts)
