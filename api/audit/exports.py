"""Findings as CSV and JSON."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from api.batch.encoders import FORMULA_START, NUMBER
from suggest.audit.rows import TITLES, Finding

COLUMNS = (
    "rank",
    "row",
    "kind",
    "code",
    "description",
    "text",
    "reason",
    "suggested_code",
    "suggested_description",
    "confidence",
    "units",
    "date",
    "amount_at_stake",
    "amount_from",
    "rows",
)

Describe = Callable[[str], str]


def values(rank: int, finding: Finding, describe: Describe) -> tuple[Any, ...]:
    """The values of `COLUMNS`."""
    return (
        rank,
        finding.row,
        TITLES[finding.kind],
        finding.code,
        describe(finding.code),
        finding.text,
        finding.reason,
        finding.suggested,
        describe(finding.suggested),
        finding.confidence,
        finding.units,
        finding.on.isoformat() if finding.kind != "same-text" else "",
        finding.amount,
        finding.basis,
        finding.rows,
    )


def neutralised(value: Any) -> Any:
    """A value; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, str) and FORMULA_START.match(value) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def write_csv(path: Path, findings: Iterable[Finding], describe: Describe) -> None:
    """One line a finding, what may cost most first."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for rank, finding in enumerate(findings, start=1):
            writer.writerow([neutralised(value) for value in values(rank, finding, describe)])


def write_json(path: Path, summary: object, findings: Iterable[Finding], describe: Describe) -> None:
    """An object with the summary and the list of findings, what may cost most first."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        file.write(b'{"summary": ' + encode(summary) + b', "findings": [')
        for rank, finding in enumerate(findings, start=1):
            one = dict(zip(COLUMNS, values(rank, finding, describe), strict=True))
            file.write((b",\n" if rank > 1 else b"\n") + encode(one))
        file.write(b"\n]}\n")
