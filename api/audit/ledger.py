"""The findings of a long file, on disk: sorted by what they may cost, and rows of one text compared."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import msgspec

from api.audit.answerer import AuditedChunk, TextKey
from suggest.audit.rows import TITLES, Finding, FindingKind

_TABLES = """
CREATE TABLE findings (kind TEXT, amount REAL, confidence REAL, position INTEGER, value BLOB);
CREATE TABLE texts (digest BLOB, code TEXT, position INTEGER, n INTEGER, amount REAL, text TEXT,
                    PRIMARY KEY (digest, code)) WITHOUT ROWID;
"""
_ADD_TEXT = """
INSERT INTO texts VALUES (?, ?, ?, 1, ?, ?)
ON CONFLICT (digest, code) DO UPDATE SET n = n + 1, amount = amount + excluded.amount
"""
_SAME_TEXT = """
SELECT digest, code, position, n, amount, text FROM texts
WHERE digest IN (SELECT digest FROM texts GROUP BY digest HAVING COUNT(*) > 1)
ORDER BY digest, n DESC, position
"""
_ORDER = "ORDER BY amount IS NULL, amount DESC, confidence DESC, position"
MAX_NAMED_CODES = 6  # of the other codes of one text that a reason names


class Total(NamedTuple):
    """The findings of one kind: how many, and their dollars where known."""

    findings: int
    amount: float


class _Group(NamedTuple):
    code: str
    row: int
    n: int
    amount: float
    text: str


class Ledger:
    """Findings in a temporary database, which `close` deletes.

    Attributes:
        rows: Rows so far.
        counts: Rows by what they are, see `AuditedChunk.counts`.
    """

    def __init__(self, path: Path) -> None:
        """Make the database.

        Args:
            path: A file that does not exist; it holds texts of the audited file until `close`.
        """
        self._path = path
        path.unlink(missing_ok=True)
        self._store = sqlite3.connect(path)
        self._store.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
        self.rows = 0
        self.counts: Counter[str] = Counter()

    def close(self) -> None:
        """Delete the database."""
        self._store.close()
        self._path.unlink(missing_ok=True)

    def add(self, chunk: AuditedChunk) -> None:
        """Take the findings of the next chunk."""
        for finding in chunk.findings:
            self._add(msgspec.structs.replace(finding, row=self.rows + finding.row + 1))
        self._store.executemany(_ADD_TEXT, [self._text(key) for key in chunk.keys])
        self.rows += chunk.rows
        self.counts.update(chunk.counts)

    def _text(self, key: TextKey) -> tuple[bytes, str, int, float, str]:
        return key.digest, key.code, self.rows + key.row + 1, key.amount, key.text

    def _add(self, finding: Finding) -> None:
        self._store.execute(
            "INSERT INTO findings VALUES (?, ?, ?, ?, ?)",
            (
                finding.kind,
                finding.amount,
                finding.confidence,
                finding.row,
                msgspec.msgpack.encode(finding),
            ),
        )

    def compare_texts(self) -> None:
        """Add a finding for every text with several codes: one for each code but the most frequent."""
        rows = self._store.execute(_SAME_TEXT)  # findings go into the other table while these are read
        for _, group in groupby(rows, key=itemgetter(0)):
            for finding in _same_text([_Group(*values) for _, *values in group]):
                self._add(finding)

    def totals(self) -> dict[FindingKind, Total]:
        """The findings of each kind that has some, in the order of `TITLES`."""
        found = {
            kind: Total(n, round(amount or 0.0, 2))
            for kind, n, amount in self._store.execute(
                "SELECT kind, COUNT(*), SUM(amount) FROM findings GROUP BY kind"
            )
        }
        return {kind: found[kind] for kind in TITLES if kind in found}

    def findings(self, kind: FindingKind | None = None, limit: int = -1) -> Iterator[Finding]:
        """The findings, or those of one kind: what may cost most first."""
        where = "" if kind is None else "WHERE kind = :kind"
        query = f"SELECT value FROM findings {where} {_ORDER} LIMIT :limit"
        for (value,) in self._store.execute(query, {"kind": kind, "limit": limit}):
            yield msgspec.msgpack.decode(value, type=Finding)


def _same_text(group: list[_Group]) -> Iterator[Finding]:
    """Findings for the codes of one text; the most frequent code is the suggested one unless several are."""
    first = group[0]
    tied = first.n == group[1].n
    for one in group if tied else group[1:]:
        others = [other for other in group if other.code != one.code]
        named = ", ".join(
            f"{other.code} in {other.n} row{'s' if other.n > 1 else ''}" for other in others[:MAX_NAMED_CODES]
        )
        here = f"{one.n} row{'s' if one.n > 1 else ''}"
        yield Finding(
            row=one.row,
            kind="same-text",
            code=one.code,
            text=one.text,
            reason=f"the same text has {named}, and {one.code} in {here}, first in this one",
            suggested="" if tied else first.code,
            amount=round(one.amount, 2) or None,
            basis="all rows with this text and code" if one.amount else "",
            rows=one.n,
        )
