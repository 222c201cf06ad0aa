"""Checks a trail: every line is as it was written, and none is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from api.trail.errors import TrailError, unreadable
from api.trail.files import MAX_LINE_BYTES, files_and_sizes
from api.trail.key import TrailKey
from api.trail.records import (
    DECODER,
    FILE_NAME,
    FIRST_PREVIOUS,
    LINE_END,
    Lost,
    Opened,
    Position,
    Record,
    Refused,
    Request,
)


class Finding(msgspec.Struct, frozen=True):
    """Something wrong: the file, the line in it from 1, and what was found there."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.problem}"


class Checked(msgspec.Struct):
    """What a check found.

    Attributes:
        files: Number of files.
        records: Number of lines that are records.
        requests: Number of them that are requests.
        refused: Number of requests that were refused before the app, which are recorded together.
        first: Number of the first record; above 1 if earlier files were moved away.
        last: Number and code of the last record, as `SEQ:MAC`. Kept elsewhere, it shows later whether the end
            was cut off.
        unrecorded: Requests that could not be written when they were answered, as the trail itself says.
        findings: What is wrong, in the order of the files.
    """

    files: int = 0
    records: int = 0
    requests: int = 0
    refused: int = 0
    first: int = 0
    last: str = ""
    unrecorded: int = 0
    findings: list[Finding] = []


def verify(folder: Path, key: TrailKey, expected: str = "") -> Checked:
    """Check all files of a trail.

    Args:
        folder: The trail.
        key: The key with which it was written.
        expected: `last` of an earlier check, which must be in the trail.

    Raises:
        TrailError: If the folder cannot be read or holds no trail.
    """
    try:
        files = files_and_sizes(folder)
        if not files:
            raise TrailError(f"{folder} holds no trail; the service writes one when HCPCS_TRAIL is 1")
        return _Check(key, expected).run(files)
    except OSError as error:
        raise unreadable(error, folder) from None


class _Check:
    """One pass over the files."""

    def __init__(self, key: TrailKey, expected: str) -> None:
        self._key = key
        self._expected = expected
        self._found_expected = not expected
        self._after: Position | None = None  # position of the line before; None before the first
        self._checked = Checked(findings=[])

    def run(self, files: Sequence[tuple[Path, int]]) -> Checked:
        """Check files with their sizes, oldest first."""
        checked = self._checked
        checked.files = len(files)
        for path, size in files:
            for number, line in lines_of(path, size):
                problem = self._problem(path, number, line)
                if problem:
                    checked.findings.append(Finding(path.name, number, problem))
        if self._after is not None:
            checked.last = f"{self._after.seq}:{self._after.mac}"
        if not self._found_expected:
            checked.findings.append(
                Finding(files[-1][0].name, 0, "the record of --expect is missing: the end was cut off")
            )
        return checked

    def _problem(self, path: Path, number: int, line: bytes) -> str:
        """What is wrong with a line; empty if nothing is."""
        end = LINE_END.search(line)
        if end is None:
            return "is cut or is no record"
        position = Position(int(end["seq"]), end["mac"].decode())
        try:
            record = DECODER.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            record = None
        before = self._before(path, number, record, position)
        body = line[: end.start("mac") - len(',"mac":"')]
        right_code = self._key.code(before.mac, body) == position.mac
        self._count(record, position)
        problem = _out_of_order(before, position)
        self._after = position
        if problem or right_code:
            return problem
        return "was changed, or was not written with this key, or the line before it was changed"

    def _before(self, path: Path, number: int, record: Record | None, position: Position) -> Position:
        """The position that a line must follow."""
        if self._after is not None:
            return self._after
        # The first line of all: earlier files may have been moved away, so it says itself what it follows.
        if number == 1 and isinstance(record, Opened) and f"{position.seq:012d}" in path.name:
            return Position(position.seq - 1, record.previous)
        return Position(int(FILE_NAME.fullmatch(path.name)[1]) - 1, FIRST_PREVIOUS)  # type: ignore[index]

    def _count(self, record: Record | None, position: Position) -> None:
        checked = self._checked
        checked.records += 1
        checked.first = checked.first or position.seq
        self._found_expected = self._found_expected or f"{position.seq}:{position.mac}" == self._expected
        if isinstance(record, Request):
            checked.requests += 1
        elif isinstance(record, Refused):
            checked.refused += record.requests
        elif isinstance(record, Lost):
            checked.unrecorded += record.requests


def _out_of_order(before: Position, position: Position) -> str:
    """What is wrong with the number of a record; empty if it follows the record before."""
    if position.seq == before.seq + 1:
        return ""
    if position.seq > before.seq:
        missing = position.seq - before.seq - 1
        return f"{missing} record{'s are' if missing > 1 else ' is'} missing before record {position.seq}"
    return f"record {position.seq} is repeated or out of order, after record {before.seq}"


def lines_of(path: Path, size: int) -> Iterator[tuple[int, bytes]]:
    """Numbered lines of the first `size` bytes of a file.

    A line of more than `MAX_LINE_BYTES` is given in parts, none of which is a record.
    """
    number = 0
    with path.open("rb") as file:
        while size > 0 and (line := file.readline(min(size, MAX_LINE_BYTES))):
            size -= len(line)
            number += 1
            yield number, line
