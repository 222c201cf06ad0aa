"""Level I codes (CPT) from the files of a licence holder; none ship with this project."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.records import Problem, Record, Wording, WordingKind
from index.release.archive import ZIP_MAGIC, Archive, Budget
from index.release.assembly import Assembly
from index.release.cpt_file import Kind, Line, header_of, read_headed, read_records, read_table
from index.release.problems import Problems
from index.release.source import decode, gunzip, read_bytes
from index.release.table import read_csv, to_rows
from index.release.workbook import Book

FORMS = (
    "give a file, folder or zip as the AMA delivers it (LONGULT.txt, MEDU.txt, SHORTU.txt, ConsumerDescriptor"
    " and ClinicianDescriptor), or a CSV with a header naming a code and a description column"
)
_DELIVERED = ("LONGU", "MEDU", "SHORTU", "CONSUMERDESC", "CLINICIANDESC", "CONSOLIDATED_CODE")
_SUFFIXES = frozenset({".txt", ".csv", ".tsv", ".xlsx", ".gz", ""})
_FURTHER: tuple[WordingKind, ...] = ("medium", "consumer", "clinician")  # beside the descriptions


class CptCodes(msgspec.Struct, frozen=True):
    """The codes of a licence holder.

    Attributes:
        records: Level I records, ascending by code.
        wordings: Further texts of them: medium descriptors, those for consumers and for clinicians.
        problems: Files that were not read, and texts of which two files say different things.
        files: Name -> sha256 of each file that was read.
    """

    records: tuple[Record, ...]
    wordings: tuple[Wording, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: dict[str, str] = {}


class _File(NamedTuple):
    """What one file holds: a user's own list gives records, a delivered file texts of one or more kinds."""

    name: str
    path: str
    sha256: str
    records: dict[str, Record]
    lines: list[Line]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it was read."""
        return not self.records and not self.lines


def read_cpt(path: Path) -> CptCodes:
    """Read a licence holder's CPT codes.

    Args:
        path: A file as the AMA delivers it (`index.release.cpt_file` has the layouts), a folder or a zip with
            several, whose texts are merged by code; or a list of one's own: CSV or tab-separated text whose
            header names a code column ("CPT Code", "Code") and a long or short description column. Lines
            above, such as a copyright notice, are skipped. Text can be gzipped.

    Raises:
        ReleaseFormatError: If nothing can be read, or at the first row that is no Level I code, comes twice
            in a file, or has no description.
    """
    path = Path(path)
    problems = Problems(str(path), strict=True)
    files = list(_files(path, problems))
    notes = [
        Problem(file.path, 0, "holds no CPT texts in a layout that is read; left out")
        for file in files
        if file.is_empty
    ]
    texts, differing = _merged(files)
    own = {code: record for file in files for code, record in file.records.items()}
    if not texts and not own:
        raise problems.fail(f"holds no CPT texts in a layout that is read; {FORMS}")
    records = tuple(own.get(code) or _record(code, texts[code], problems) for code in sorted({*own, *texts}))
    digests = {file.name: file.sha256 for file in files if not file.is_empty}
    return CptCodes(records, tuple(_wordings(records, texts)), (*notes, *differing), digests)


def _files(path: Path, problems: Problems) -> Iterator[_File]:
    """Every file of what a user named, those inside a folder or a zip too."""
    if path.is_dir():
        for member in sorted(path.rglob("*")):
            if member.is_file() and member.suffix.lower() in _SUFFIXES and not member.name.startswith("."):
                inside = problems.within(str(member.relative_to(path)))
                yield _read(read_bytes(member, inside), member.name, inside, alone=False)
        return
    data = read_bytes(path, problems)
    archive = Archive(data, problems, Budget()) if data.startswith(ZIP_MAGIC) else None
    if archive is None or archive.is_workbook:
        yield _read(data, path.name, problems, alone=True)
        return
    for info in archive.members:
        name = Path(info.filename)
        if name.suffix.lower() in _SUFFIXES:
            yield _read(archive.read(info), name.name, problems.within(info.filename), alone=False)


def _read(data: bytes, name: str, problems: Problems, *, alone: bool) -> _File:
    """One file; one of several that has no known layout is left out, unless its name says that it has one."""
    sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith(b"\x1f\x8b"):
        data = gunzip(data, problems)
    if data.startswith(ZIP_MAGIC):
        return _File(name, problems.path, sha256, {}, _of_workbook(data, problems))
    text = decode(data, problems)
    lines = read_headed(text, problems)
    table = None if lines is not None else read_csv(text, problems)
    if table is not None and (alone or not _is_delivered(name)):
        assembly = Assembly(problems, level=1)
        assembly.read(to_rows(*table, problems))
        return _File(name, problems.path, sha256, assembly.records, [])
    lines = lines if lines is not None else read_records(text, name, problems)
    if not lines and _is_delivered(name):
        raise problems.fail(f"holds no code with a text; {FORMS}")
    return _File(name, problems.path, sha256, {}, lines or [])


def _is_delivered(name: str) -> bool:
    return name.upper().startswith(_DELIVERED)


def _of_workbook(data: bytes, problems: Problems) -> list[Line]:
    book = Book(data, problems)
    found: list[Line] = []
    for name in book.names:
        if any(map(header_of, book.cells(name, 60))):
            found += read_table(book.cells(name), problems)
    return found


def _merged(files: Sequence[_File]) -> tuple[dict[str, dict[Kind, list[str]]], list[Problem]]:
    """The texts of each code by kind, each once, and for each two files the number that differ.

    Of two files of one kind that differ in letter case only, the one with small letters is taken.
    """
    merged: defaultdict[str, dict[Kind, list[str]]] = defaultdict(dict)
    differing: defaultdict[tuple[str, Kind], int] = defaultdict(int)
    for file in sorted(files, key=lambda file: all(line.text.isupper() for line in file.lines)):
        before = {(code, kind) for code, kinds in merged.items() for kind in kinds}
        for line in file.lines:
            texts = merged[line.code].setdefault(line.kind, [])
            if line.text.casefold() in map(str.casefold, texts):
                continue
            if (line.code, line.kind) in before:
                differing[file.path, line.kind] += 1
            else:
                texts.append(line.text)
    return dict(merged), [
        Problem(path, 0, f"{count} {kind} texts differ from those of another file, which were taken")
        for (path, kind), count in differing.items()
    ]


def _record(code: str, texts: dict[Kind, list[str]], problems: Problems) -> Record:
    """The record of a code: its longest kind of text as the long description."""
    official = [texts[kind][0] for kind in ("long", "medium", "short") if kind in texts]
    if not official:
        raise problems.fail(
            f"has no long, medium or short text of {code}, only one for readers; add LONGULT.txt, MEDU.txt or"
            " SHORTU.txt"
        )
    short = texts.get("short") or texts.get("medium") or [""]
    return Record(code, official[0], short[0] if short[0] != official[0] else "")


def _wordings(records: Sequence[Record], texts: dict[str, dict[Kind, list[str]]]) -> Iterator[Wording]:
    for record in records:
        kinds = texts.get(record.code, {})
        for kind in _FURTHER:
            for text in kinds.get(kind, ()):
                if text not in (record.long_description, record.short_description):
                    yield Wording(record.code, kind, text)
