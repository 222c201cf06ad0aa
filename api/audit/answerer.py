"""A chunk of a file's rows, read and audited; runs in this process or in a worker process."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import msgspec

from api.audit.columns import Columns, cell_text
from api.batch.readers import InputRow
from api.dates import parse_date
from suggest.audit.auditor import Auditor, Payer, RankingSuggester
from suggest.audit.rows import AuditRow, Finding, read_code

_MONEY = re.compile(r"(-?)\$?\s*([\d,]*\.?\d+)")


class RowReader(msgspec.Struct, frozen=True):
    """How a row of the file becomes a row of the audit.

    Attributes:
        columns: Which column holds what.
        on: Date of service of rows without one.
    """

    columns: Columns
    on: date

    def read(self, row: InputRow) -> AuditRow:
        """The row; one that cannot be read says why in its `error`, without repeating a value."""
        cells, columns = row.columns, self.columns
        code, modifiers, other = read_code(cell_text(cells.get(columns.code)))
        text = cell_text(cells.get(columns.text)) if columns.text else ""
        if row.error:
            return AuditRow(text, code, other, error=row.error)
        try:
            on = parse_date(cells.get(columns.date), columns.order) if columns.date else None
        except ValueError:
            return AuditRow(text, code, other, error=f"{columns.date!r} is not a date such as 2026-01-31")
        units = _number(cells.get(columns.units)) if columns.units else None
        listed = [cell_text(cells.get(name)).upper() for name in columns.modifiers]
        return AuditRow(
            text,
            code,
            other,
            (*modifiers, *re.findall(r"[A-Z0-9]{2}", " ".join(listed))),
            1.0 if units is None else units,
            on or self.on,
            _number(cells.get(columns.price)) if columns.price else None,
            has_units=units is not None,
            ndc=cell_text(cells.get(columns.ndc)) if columns.ndc else "",
        )


class TextKey(msgspec.Struct, frozen=True, array_like=True):
    """A row's text and code, to find rows of the same text with other codes.

    Attributes:
        digest: Of the text, letter case and blanks aside.
        code: The row's code.
        row: Position in the chunk.
        text: The text.
        amount: Dollars at stake, or 0.
    """

    digest: bytes
    code: str
    row: int
    text: str
    amount: float


class AuditedChunk(msgspec.Struct, frozen=True):
    """What a chunk gave.

    Attributes:
        rows: Number of rows.
        findings: Their `row` is the position in the chunk.
        keys: One for each row with a text and a code in effect.
        counts: Number of rows by what they are: "checked", "cpt", "dental", "unreadable", "no code", "error",
            "no text".
    """

    rows: int
    findings: tuple[Finding, ...]
    keys: tuple[TextKey, ...]
    counts: dict[str, int]


class AuditAnswerer:
    """Audits chunks of rows."""

    def __init__(self, suggester: RankingSuggester, reader: RowReader, payer: Payer) -> None:
        self._reader = reader
        self._payer = payer
        self._auditor = Auditor(suggester, payer)

    def maker(self) -> Callable[[RankingSuggester], AuditAnswerer]:
        """Makes the same answerer with another suggester, in another process."""
        return partial(AuditAnswerer, reader=self._reader, payer=self._payer)

    def answer(self, rows: Sequence[InputRow]) -> AuditedChunk:
        """The findings of the rows of one chunk."""
        read = [self._reader.read(row) for row in rows]
        found = self._auditor.findings(read)
        keys = [
            TextKey(
                _digest(row.text), row.code, i, row.text, self._auditor.at_stake(row, row.units)[0] or 0.0
            )
            for i, (row, own) in enumerate(zip(read, found, strict=True))
            if row.code and row.text and not row.error and not _is_replaced(own)
        ]
        return AuditedChunk(
            len(read),
            tuple([finding for own in found for finding in own]),
            tuple(keys),
            dict(Counter(map(_state, read))),
        )


def _is_replaced(findings: Sequence[Finding]) -> bool:
    """Whether a row's code is found wrong by itself; it is then not compared with other rows."""
    return any(finding.kind in {"ended", "unknown"} for finding in findings)


def _state(row: AuditRow) -> str:
    if row.error:
        return "error"
    if row.code:
        return "checked" if row.text else "no text"
    return row.other or "no code"


def _digest(text: str) -> bytes:
    return hashlib.blake2b(" ".join(text.casefold().split()).encode(), digest_size=12).digest()


def _number(value: object) -> float | None:
    """A number as spreadsheets write it; None for none or for words."""
    match = _MONEY.fullmatch(cell_text(value))
    return float(f"{match[1]}{match[2].replace(',', '')}") if match else None
