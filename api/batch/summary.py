"""What a run of `hcpcs batch` did, as numbers and as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from api.batch.encoders import Encoded
from api.batch.writers import PREFIX

SHOWN_CODES = 5


class Counts(msgspec.Struct):
    """Counts over all rows of the output, also those that an interrupted run wrote.

    Attributes:
        rows: Rows answered.
        errors: Rows that could not be answered.
        no_good_match: Answers in which no code is likely.
        neutralised: Cells that a spreadsheet would have run as formulas.
        repeated: Rows that got the answer of an equal row.
        codes: Code -> rows whose first code it is, with a confidence of at least the threshold.
    """

    rows: int = 0
    errors: int = 0
    no_good_match: int = 0
    neutralised: int = 0
    repeated: int = 0
    codes: dict[str, int] = {}

    def add(self, answers: Sequence[Encoded], neutralised: int, repeated: int, threshold: float) -> None:
        """Count a chunk."""
        self.rows += len(answers)
        self.errors += sum(answer.failed for answer in answers)
        self.no_good_match += sum(answer.no_good_match for answer in answers)
        self.neutralised += neutralised
        self.repeated += repeated
        for answer in answers:
            if answer.code and answer.confidence >= threshold and not answer.no_good_match:
                self.codes[answer.code] = self.codes.get(answer.code, 0) + 1

    @property
    def sure(self) -> int:
        """Rows whose first code has at least the threshold's confidence."""
        return sum(self.codes.values())


class Summary(msgspec.Struct):
    """What is told at the end.

    Attributes:
        threshold: Confidence from which on a first code is counted as sure.
        counts: Of all rows.
        resumed: Rows that an interrupted run had written.
        skipped: Empty lines of the input.
        renamed: Output columns that got `PREFIX`.
    """

    threshold: float
    counts: Counts
    resumed: int = 0
    skipped: int = 0
    renamed: Sequence[str] = ()

    def sentence(self) -> str:
        """The counts in words; those that are seldom more than 0 only if they are."""
        counts = self.counts
        parts = [f"{counts.rows} rows"]
        if self.resumed:
            parts.append(f"{self.resumed} of them from an interrupted run")
        parts.append(f"{counts.errors} with errors")
        parts.append(f"{counts.no_good_match} without a good match")
        if counts.repeated:
            parts.append(f"{counts.repeated} with the answer of an equal row")
        if self.skipped:
            parts.append(f"{self.skipped} empty lines skipped")
        if counts.neutralised:
            parts.append(f"{counts.neutralised} cells that began like formulas now begin with an apostrophe")
        if self.renamed:
            names = ", ".join(self.renamed)
            parts.append(
                f"output columns renamed with {PREFIX} because the input has the same names: {names}"
            )
        return "; ".join(parts)

    def work_left(self) -> str:
        """How many rows have a sure first code, which codes these are, and how many are left for people."""
        sure = self.counts.sure
        frequent = Counter(self.counts.codes).most_common(SHOWN_CODES)
        shown = ", ".join(f"{code} {count}" for code, count in frequent)
        more = len(self.counts.codes) - len(frequent)
        codes = f" ({shown}{f' and {more} more codes' if more else ''})" if shown else ""
        return (
            f"{sure} rows have a first code with a confidence of at least {self.threshold:g}{codes};"
            f" {self.counts.rows - sure} are left for people"
        )
