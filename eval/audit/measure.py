"""Precision and recall of an audit on lines with known errors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from eval.audit.mistakes import MISTAKES, Coded, Mistake
from eval.measures.shares import Share, share
from suggest.audit.auditor import Auditor
from suggest.audit.rows import AuditRow, Finding, FindingKind

CHUNK = 512  # lines that are audited together
FOUND_AS: dict[Mistake, tuple[FindingKind, ...]] = {
    "ended": ("ended",),
    "neighbour": ("text", "catch-all"),
    "drug": ("text", "catch-all"),
    "units": ("units",),
}
"""The kinds of finding that find a mistake."""


class Counted(NamedTuple):
    """Findings of one audit.

    Attributes:
        recall: For each mistake the share of its lines with a finding of a kind that finds it.
        corrected: For each mistake the share of those findings that suggest an accepted code.
        precision: For each kind of finding the share of its lines that have a mistake which it finds.
        untouched: For each kind the share of lines without a mistake that have one.
        flags: Findings on lines without a mistake, with their lines.
    """

    recall: dict[Mistake, Share]
    corrected: dict[Mistake, Share]
    precision: dict[FindingKind, Share]
    untouched: dict[FindingKind, Share]
    flags: list[tuple[Coded, Finding]]


def audit(auditor: Auditor, lines: Sequence[Coded], on: date) -> list[list[Finding]]:
    """The findings of each line."""
    rows = [AuditRow(one.line.text, one.code, units=one.units, on=on, has_units=True) for one in lines]
    return [
        own for start in range(0, len(rows), CHUNK) for own in auditor.findings(rows[start : start + CHUNK])
    ]


def count(lines: Sequence[Coded], findings: Sequence[Sequence[Finding]]) -> Counted:
    """Count findings on lines with and without mistakes."""
    pairs = list(zip(lines, findings, strict=True))
    recall: dict[Mistake, Share] = {}
    corrected: dict[Mistake, Share] = {}
    for mistake in MISTAKES:
        own = [(line, found) for line, found in pairs if line.mistake == mistake]
        hits = [
            (line, finding)
            for line, found in own
            for finding in [one for one in found if one.kind in FOUND_AS[mistake]][:1]
        ]
        if own:
            recall[mistake] = share(len(hits), len(own))
        if hits and mistake != "units":
            right = sum(finding.suggested in line.line.codes for line, finding in hits)
            corrected[mistake] = share(right, len(hits))
    flags = [(line, one) for line, found in pairs for one in found]
    clean = sum(line.mistake == "none" for line in lines)
    precision: dict[FindingKind, Share] = {}
    untouched: dict[FindingKind, Share] = {}
    for kind in sorted({one.kind for _, one in flags}):
        own_flags = [line.mistake for line, one in flags if one.kind == kind]
        right = sum(kind in FOUND_AS.get(mistake, ()) for mistake in own_flags)
        precision[kind] = share(right, len(own_flags))
        untouched[kind] = share(own_flags.count("none"), clean)
    of_clean = [(line, one) for line, one in flags if line.mistake == "none"]
    return Counted(recall, corrected, precision, untouched, of_clean)
