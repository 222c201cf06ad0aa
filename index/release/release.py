"""Reading a release in any form that CMS publishes: zip, fixed-width text, workbook or table."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.errors import ReleaseFormatError
from index.records import Notes, Record, Release
from index.release.archive import ZIP_MAGIC, Archive, Budget
from index.release.assembly import Assembly
from index.release.fields import ReleaseRow
from index.release.fixed_width import is_fixed_width, read_rows
from index.release.notes import FILE_NAME, is_notes, parse_notes
from index.release.problems import FirstProblem, Problems, shown_name
from index.release.release_name import release_name
from index.release.source import decode, gunzip, read_bytes
from index.release.table import find_header, read_csv, read_json, to_rows
from index.release.workbook import Book

FORMS = (
    "a release is CMS's quarterly zip, the fixed-width .txt or the .xlsx inside it, "
    "or a CSV with a code and a long description column"
)

NOC_PHRASES = re.compile(
    r"(?<!reason )\bnot[ -](?:otherwise|elsewhere)[ -](?:classified|specified)\b"
    r"|(?<!-)\b(?:noc|nos|miscellaneous|unlisted|unclassified)\b",
    re.IGNORECASE,
)
"""Phrases in descriptors of "not otherwise classified" codes; used where CMS's list is missing.

It does not match quality measures ("reason not otherwise specified") and a tumour type ("nsclc-nos").
"""

_GZIP = b"\x1f\x8b"
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls) or one with a password; save it as a plain .xlsx",
    b"%PDF": "a PDF",
    b"7z\xbc\xaf": "a 7-Zip archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
}
_NOT_RELEASES = {
    "changes": "CMS's report of changes or corrections, not the release itself",
    "noc": "CMS's list of 'not otherwise classified' codes, not the release itself",
    "codes": "a list of codes without descriptors",
}
_CODE_LIST = re.compile(r"(?:\s*[A-Z]\d{4}\s*\n){20}", re.IGNORECASE)
_NOC_BYTES = 300_000
_MAX_MEMBERS_TRIED = 8
_MAX_DEPTH = 2


class _Content(NamedTuple):
    """What was read: `name` is that of the innermost file; `noc`, the codes on CMS's list, may be None."""

    assembly: Assembly
    name: str
    noc: frozenset[str] | None = None
    notes: Notes | None = None


def read_release(path: Path, *, strict: bool = False, name: str | None = None) -> Release:
    """Read a release; its form is recognised by content, not by file name.

    Codes of section D are counted and not read. Level I codes (see `read_cpt`) and rows that cannot be read
    are left out, each with a problem.

    Args:
        path: The quarterly zip (also zipped again, as some annual ones were), the fixed-width text
            (also gzipped), the workbook, a CSV with named columns, or a JSON list of objects.
        strict: Whether to raise at the first problem instead of collecting them.
        name: Name of the release; by default taken from the file's name, its folder, or the latest date on
            which a code was added.

    Raises:
        ReleaseFormatError: If the file holds no readable code, is damaged, or, when strict, at the
            first problem.
    """
    path = Path(path)
    problems = Problems(str(path), strict=strict)
    data = read_bytes(path, problems)
    content = _read(data, path.name, problems, Budget(), depth=0)
    records = _mark_noc(content.assembly.records.values(), content.noc)
    texts = (content.name.rpartition("/")[2], path.name, path.absolute().parent.name)
    chosen_name = name or release_name(texts, (record.effective_from for record in records), path.stem)
    return Release(
        name=chosen_name,
        source=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        records=tuple(sorted(records, key=lambda record: record.code)),
        modifiers=tuple(sorted(content.assembly.modifiers.values(), key=lambda modifier: modifier.modifier)),
        problems=tuple(problems.entries),
        dental_refused=content.assembly.dental_refused,
        notes=content.notes,
    )


def _mark_noc(records: Iterable[Record], noc: frozenset[str] | None) -> list[Record]:
    """Set `is_noc` from CMS's list, or from the descriptor where there is no list."""
    return [
        msgspec.structs.replace(record, is_noc=True)
        if (record.code in noc if noc is not None else NOC_PHRASES.search(record.long_description))
        else record
        for record in records
    ]


def _read(data: bytes, name: str, problems: Problems, budget: Budget, depth: int) -> _Content:
    if data.startswith(_GZIP):
        data, name = gunzip(data, problems), name.removesuffix(".gz")
    if data.startswith(ZIP_MAGIC):
        archive = Archive(data, problems, budget)
        return (
            _from_book(data, name, problems)
            if archive.is_workbook
            else _from_zip(archive, problems, budget, depth)
        )
    for magic, kind in _OTHER_KINDS.items():
        if data.startswith(magic):
            raise problems.fail(f"is {kind}; {FORMS}")
    return _from_text(decode(data, problems), name, problems)


def _from_text(text: str, name: str, problems: Problems) -> _Content:
    if is_fixed_width(text):
        return _Content(_assemble(read_rows(text, problems), problems), name)
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html")):
        raise problems.fail(f"is a web page, not a release; {FORMS}")
    table = read_json(text) if text.lstrip()[:1] == "[" else read_csv(text, problems)
    if table is None and _CODE_LIST.match(text):
        raise problems.fail(f"is {_NOT_RELEASES['codes']}; {FORMS}")
    if table is None:
        raise problems.fail(
            f"is text with neither fixed-width records nor a header of named columns; {FORMS}"
        )
    header, rows = table
    if header.kind != "release":
        raise problems.fail(f"is {_NOT_RELEASES[header.kind]}; {FORMS}")
    return _Content(_assemble(to_rows(header, rows, problems), problems), name)


def _from_book(data: bytes, name: str, problems: Problems) -> _Content:
    book = Book(data, problems)
    releases = [sheet for sheet in book.sheets if sheet.header.kind == "release"]
    if not releases:
        kinds = [_NOT_RELEASES[sheet.header.kind] for sheet in book.sheets]
        raise problems.fail(
            f"is {kinds[0] if kinds else 'a workbook without a header of named columns'}; {FORMS}"
        )
    for sheet in releases[1:]:
        problems.add(
            sheet.header.row, f"sheet {sheet.name!r} holds codes too; only the first such sheet is read"
        )
    return _Content(_assemble(book.rows(releases[0]), problems), name)


def _from_zip(archive: Archive, problems: Problems, budget: Budget, depth: int) -> _Content:
    """The release among a zip's members: the fixed-width text, else a workbook, a table or a zip."""
    ranked: dict[int, list[zipfile.ZipInfo]] = {}
    for member in archive.members:
        ranked.setdefault(_rank(archive, member), []).append(member)
    ranked.pop(_NEVER, None)
    if depth >= _MAX_DEPTH:
        ranked.pop(_NESTED, None)
    reasons: list[str] = []
    for rank, members in sorted(ranked.items()):
        newest_first = sorted(members, key=lambda info: (info.date_time, info.file_size), reverse=True)
        for place, member in enumerate(newest_first[:_MAX_MEMBERS_TRIED]):
            inner = problems.within(member.filename)
            try:
                content = _read(archive.read(member), member.filename, inner, budget, depth + 1)
            except FirstProblem:
                raise
            except ReleaseFormatError as error:
                reasons.append(str(error))
                continue
            problems.take(inner)
            if rank == _FIXED_WIDTH:
                for other in newest_first[place + 1 :]:
                    problems.add(
                        0,
                        f"also holds {shown_name(other.filename)}, an older file in the same form, not read",
                    )
            return content._replace(
                noc=content.noc or _noc_list(archive, problems),
                notes=content.notes or _notes(archive, problems),
            )
    held = ", ".join(shown_name(member.filename) for member in archive.members[:8]) or "nothing"
    detail = f" ({reasons[0]})" if reasons else ""
    raise problems.fail(f"holds no release; it holds {held}{detail}; {FORMS}")


_FIXED_WIDTH, _BOOK, _TABLE, _NESTED, _NEVER = range(5)


def _rank(archive: Archive, member: zipfile.ZipInfo) -> int:
    """The preference of a member, by its first bytes; a workbook differs from a zip in its member names."""
    top = archive.read_top(member)
    if top.startswith(ZIP_MAGIC):
        return _BOOK if b"[Content_Types].xml" in top[:100] or b"xl/" in top[:4000] else _NESTED
    if top.startswith(_GZIP):
        return _TABLE
    text = top.decode("cp1252", errors="replace")
    if is_fixed_width(text):
        return _FIXED_WIDTH
    if is_notes(text):
        return _NEVER
    lines = [re.split(r"[,\t;|]", line) for line in text.split("\n")[:60]]
    header = find_header([[cell.strip('" \r') for cell in line] for line in lines])
    return _TABLE if header else _NEVER


def _noc_list(archive: Archive, problems: Problems) -> frozenset[str] | None:
    """The codes on CMS's list of "not otherwise classified" codes, or None when the zip lacks it."""
    for member in archive.members:
        if _rank(archive, member) != _BOOK:
            continue
        if member.file_size > _NOC_BYTES and "noc" not in member.filename.lower():
            continue
        try:
            book = Book(archive.read(member), problems.within(member.filename))
            rows = [row for sheet in book.sheets if sheet.header.kind == "noc" for row in book.rows(sheet)]
        except ReleaseFormatError as error:
            problems.add(0, f"a workbook in it is not read: {error}")
            continue
        if rows:
            return frozenset(row.key.strip().upper() for row in rows)
    return None


def _notes(archive: Archive, problems: Problems) -> Notes | None:
    """CMS's processing notes, or None when the zip lacks them or they cannot be read, which is reported."""
    for member in archive.members:
        if not FILE_NAME.search(member.filename):
            continue
        inner = problems.within(member.filename)
        try:
            notes = parse_notes(archive.read(member), member.filename.rpartition("/")[2], inner)
        except FirstProblem:
            raise
        except ReleaseFormatError as error:
            problems.add(0, f"the processing notes in it are not read: {error}")
            continue
        problems.take(inner)
        return notes
    return None


def _assemble(rows: Iterable[ReleaseRow], problems: Problems) -> Assembly:
    assembly = Assembly(problems)
    assembly.read(rows)
    if not assembly.records:
        why = f" (line {problems.entries[0].line}: {problems.entries[0].message})" if problems.entries else ""
        if assembly.dental_refused:
            why = f" ({assembly.dental_refused} dental codes, the ADA's, were refused){why}"
        raise problems.fail(f"holds no readable Level II code{why}; {FORMS}")
    return assembly
