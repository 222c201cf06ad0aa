"""What an audit says about a whole file."""

from __future__ import annotations

from datetime import date

import msgspec

from api.audit.ledger import Ledger
from index.tables.code_table import TableInfo
from suggest.audit.rows import EXPLANATIONS, TITLES

STATES = {
    "checked": "rows checked",
    "no text": "rows checked without a text: by dates and units only",
    "cpt": "rows with a CPT code, not checked",
    "dental": "rows with a dental code, not checked",
    "unreadable": "rows whose code is none, not checked",
    "no code": "rows without a code, not checked",
    "error": "rows that cannot be read, not checked",
}

LIMITS_OF_THE_AUDIT = (
    "Findings are doubts with a reason, for a coder to read; nothing here says that a code is covered.",
    "How often findings are right was measured: docs/audit.md of the project has the figures.",
    "The amount at stake is units times the fee of the row's code where a loaded table states one, else the"
    " row's own price.",
)


class KindTotal(msgspec.Struct, frozen=True):
    """The findings of one kind."""

    kind: str
    title: str
    explanation: str
    findings: int
    amount_at_stake: float


class AuditSummary(msgspec.Struct, frozen=True):
    """What an audit says about a whole file.

    Attributes:
        file: Name of the file.
        rows: Number of rows.
        states: Number of rows by what they are, in words.
        columns: Which column holds what.
        on: Date of service of rows without one.
        release: Name of the code set.
        setting: Whose limits and fees count; empty for any.
        state: The state of the fees; empty for none.
        tables: Limits and fees that the index holds, with their quarters.
        kinds: The findings by kind.
        findings: Number of findings.
        amount_at_stake: Dollars, added up; a row with several findings counts several times.
        notes: What the numbers mean.
    """

    file: str
    rows: int
    states: dict[str, int]
    columns: str
    on: date
    release: str
    setting: str
    state: str
    tables: tuple[str, ...]
    kinds: tuple[KindTotal, ...]
    findings: int
    amount_at_stake: float
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """One line for a terminal."""
        kinds = ", ".join(f"{total.findings} {total.title.lower()}" for total in self.kinds) or "none"
        return f"{self.rows} rows, {self.findings} findings ({kinds}), ${self.amount_at_stake:,.2f} at stake"


def summarise(
    ledger: Ledger,
    *,
    file: str,
    columns: str,
    on: date,
    release: str,
    setting: str,
    state: str,
    tables: tuple[TableInfo, ...],
) -> AuditSummary:
    """The summary of a finished audit."""
    kinds = tuple(
        KindTotal(kind, TITLES[kind], EXPLANATIONS[kind], total.findings, total.amount)
        for kind, total in ledger.totals().items()
    )
    notes = list(LIMITS_OF_THE_AUDIT)
    if not setting:
        notes.append("Units were not compared with unit limits: no --setting was given.")
    elif not any(info.kind == "unit-limits" and setting in info.settings for info in tables):
        notes.append(f"Units were not compared with unit limits: the index has no such table for {setting}.")
    return AuditSummary(
        file=file,
        rows=ledger.rows,
        states={words: ledger.counts[name] for name, words in STATES.items() if ledger.counts[name]},
        columns=columns,
        on=on,
        release=release,
        setting=setting,
        state=state,
        tables=tuple(info.title for info in tables),
        kinds=kinds,
        findings=sum(total.findings for total in kinds),
        amount_at_stake=round(sum(total.amount_at_stake for total in kinds), 2),
        notes=tuple(notes),
    )
