"""Findings that a person looked at and kept, each with the reason."""

from __future__ import annotations

from pathlib import Path

from index.errors import ReleaseFormatError
from index.review.findings import Finding

NOTES = Path(__file__).parent / "reviewed"
"""One file for each of the lexicon, with the same name."""

COLUMNS = ["kind", "subject", "reason"]


Notes = dict[tuple[str, str, str], str]
"""(file, kind of finding, subject) -> why the entry stays as it is."""


def noted(finding: Finding, notes: Notes) -> set[tuple[str, str, str]]:
    """Keys of the notes about a finding."""
    file = finding.placed.file
    return {key for subject in finding.subjects if (key := (file, finding.kind, subject)) in notes}


def read_notes(folder: Path) -> Notes:
    """The notes of a folder; a subject is one of `Finding.subjects`.

    Raises:
        ReleaseFormatError: If a row has not three filled columns; says file and line.
    """
    notes: Notes = {}
    for path in sorted(folder.glob("*.tsv")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = text.split("\t")
            if len(row) != len(COLUMNS) or not all(row):
                raise ReleaseFormatError(f"{path.name}:{number}: expected {', '.join(COLUMNS)}")
            if number > 1:
                notes[path.name, row[0], row[1]] = row[2]
    return notes
