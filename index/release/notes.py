"""CMS's processing notes: the texts behind the numbers in a release's column PROCNOTE.

The zip holds them as `proc_notes_*.txt`, Appendix A of the HCPCS manual: `0088--` and the text, continued on
indented lines, with a star behind the last line of a note. Some of them have a star behind every line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import msgspec

from index.errors import ReleaseFormatError
from index.records import Notes, Problem, Record
from index.release.problems import Problems
from index.release.source import decode, read_bytes

FILE_NAME = re.compile(r"proc[^/]*notes?[^/]*\.txt$", re.IGNORECASE)
NO_NOTE = "0000"  # stands in the column of some releases, and in no file of notes

_TITLE = re.compile(r"PROCESSING NOTES|_{10,}")
_HEAD = re.compile(r"(\d{4})\s*--(.*)")
_STAR = re.compile(r"\s*\*$")


def is_notes(text: str) -> bool:
    """Whether a text is a file of notes: its first filled lines are the title or the head of a note."""
    lines = [line.strip() for line in text[:2000].split("\n") if line.strip()]
    return bool(lines) and bool(_TITLE.match(lines[0]) or _HEAD.match(lines[0]))


def read_notes(path: Path, *, strict: bool = False) -> tuple[Notes, tuple[Problem, ...]]:
    """Read a file of notes, and what is wrong in it.

    Raises:
        ReleaseFormatError: If it cannot be read, holds no note or is no text; when strict, at the first
            problem.
    """
    problems = Problems(str(path), strict=strict)
    data = read_bytes(path, problems)
    return parse_notes(data, path.name, problems), tuple(problems.entries)


def notes_beside(release: Path) -> tuple[Notes | None, tuple[Problem, ...]]:
    """The notes in the folder of a release file, as the unpacked zip has them, and what is wrong with them.

    None of several is read, since a release has its own.
    """
    folder = release.absolute().parent
    found = sorted(path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name))
    if len(found) > 1:
        message = f"{len(found)} files of processing notes lie beside it; none is read, give one with --notes"
        return None, (Problem(str(release), 0, message),)
    try:
        return read_notes(found[0]) if found else (None, ())
    except ReleaseFormatError as error:
        return None, (Problem(str(release), 0, f"the processing notes beside it are not read: {error}"),)


def parse_notes(data: bytes, name: str, problems: Problems) -> Notes:
    """The notes of a file.

    Raises:
        ReleaseFormatError: If it holds no note or is no text; when strict, at the first problem.
    """
    lines = [_STAR.sub(" *", line.strip()) for line in decode(data, problems).split("\n")]
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        head = _HEAD.match(line)
        if head and head[1] in found:
            problems.add(number, f"note {head[1]} comes twice; the second one is left out")
            current = []
        elif head:
            current = found[head[1]] = [head[2]]
        elif current is not None and not _TITLE.match(line):
            current.append(line)
        elif line.strip(" *") and not _TITLE.match(line):
            problems.add(number, "stands before the first note; left out")
    if not found:
        raise problems.fail(
            "holds no processing note, such as `0088--` and its text; give CMS's proc_notes file"
        )
    _check_end(found, problems)
    texts = {number: _joined(parts) for number, parts in found.items()}
    return Notes(name, hashlib.sha256(data).hexdigest(), texts)


def _joined(parts: Iterable[str]) -> str:
    return " ".join(" ".join(_STAR.sub("", part) for part in parts).split())


def _check_end(found: Mapping[str, list[str]], problems: Problems) -> None:
    """Report a gap in the numbers, and a last note without the star that ends each of them."""
    ended = [any(part.endswith("*") for part in parts) for parts in found.values()]
    if not ended[-1] and any(ended):
        problems.add(0, f"note {list(found)[-1]} has no end; the file may be cut short, fetch it again")
    for before, after in pairwise(found):
        if int(after) > int(before) + 1:
            problems.add(0, f"no note between {before} and {after}")


def joined(older: Notes | None, newer: Notes | None) -> Notes | None:
    """The notes of two releases; a note of both has the newer text."""
    if older is None or newer is None:
        return newer or older
    return msgspec.structs.replace(newer, texts={**older.texts, **newer.texts})


def uncited(notes: Notes, records: Iterable[Record]) -> tuple[Problem, ...]:
    """That codes cite notes which the file lacks, as one that was cut short does."""
    cited = {record.processing_note for record in records} - {"", NO_NOTE}
    missing = sorted(cited - set(notes.texts))
    if not missing:
        return ()
    shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
    return (
        Problem(notes.source, 0, f"codes cite notes that it lacks: {shown}; their numbers stay without text"),
    )
