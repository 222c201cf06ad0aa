"""Makes API keys, and writes their entries into the callers file.

The file is a person's: comments, order and other entries stay as they are. So its text is changed in place,
and a change counts only if the changed text says what was meant, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from api.callers.file import CallersError, CallersFile, Key, parse_callers, read_content
from index.files import locked, write_file

PREFIX = "hcpcs_"  # by which scanners of leaked secrets know a key
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@:/-]{0,63}")
RESERVED = frozenset({"anonymous", "unknown", "HCPCS_API_KEY"})  # what the audit trail calls others

_HEADER = re.compile(r"\s*\[\[\s*key\s*\]\]\s*(#.*)?")
_TABLE = re.compile(r"\s*\[")
_EXPIRES = re.compile(r"\s*expires\s*=")


def add_key(path: Path, name: str, scopes: tuple[str, ...], expires: date | None, limit: int | None) -> str:
    """Add a key for a new name; returns the key, of which the file has the digest only.

    Args:
        path: The callers file, made if it is missing.
        name: Who holds the key.
        scopes: What it may do.
        expires: The first day on which it no longer counts; None for never.
        limit: Requests in a minute; None for the service's own limit.

    Raises:
        CallersError: If the name is not allowed or is there already, or the file cannot be changed.
        OSError: If it cannot be written.
    """
    if not NAME.fullmatch(name) or name in RESERVED:
        raise CallersError(
            f"a caller's name has 1 to 64 letters, digits, blanks or . _ @ : / -, and is none of "
            f"{', '.join(sorted(RESERVED))}"
        )
    with _changing(path) as (lines, callers):
        if any(key.name == name for key in callers.key):
            raise CallersError(f"{path} has a key for {name}; 'hcpcs callers rotate' gives it a new one")
        secret = _new_secret()
        key = Key(name, _digest(secret), scopes, expires, limit)
        _write(path, [*lines, *_entry(key, after=lines)], _with(callers, (*callers.key, key)))
    return secret


def rotate_key(path: Path, name: str, expires: date | None, overlap: timedelta) -> tuple[str, datetime]:
    """Add a further key for a name, with its scopes and limit; its keys so far end when the overlap does.

    Returns:
        The new key, and the moment from which the others no longer count.

    Raises:
        CallersError: If there is no key for the name, or the file cannot be changed.
        OSError: If it cannot be written.
    """
    with _changing(path) as (lines, callers):
        newest = _keys_of(callers, name, path)[-1]
        end = datetime.now(UTC).replace(microsecond=0) + overlap
        kept: list[Key] = []
        for key, (first, after) in reversed(
            list(zip(callers.key, _spans(lines, callers, path), strict=True))
        ):
            if key.name == name and key.holds(end.timestamp()):
                lines[first:after] = _ending(lines[first:after], end)
                key = msgspec.structs.replace(key, expires=end)
            kept.insert(0, key)
        secret = _new_secret()
        key = Key(name, _digest(secret), newest.scopes, expires, newest.per_minute)
        _write(path, [*lines, *_entry(key, after=lines)], _with(callers, (*kept, key)))
    return secret, end


def remove_keys(path: Path, name: str) -> int:
    """Remove all keys of a name; returns how many there were.

    Raises:
        CallersError: If there is none, or the file cannot be changed.
        OSError: If it cannot be written.
    """
    with _changing(path) as (lines, callers):
        removed = _keys_of(callers, name, path)
        for key, (first, after) in reversed(
            list(zip(callers.key, _spans(lines, callers, path), strict=True))
        ):
            if key.name == name:
                del lines[first:after]
        _write(path, lines, _with(callers, tuple(key for key in callers.key if key.name != name)))
    return len(removed)


@contextmanager
def _changing(path: Path) -> Iterator[tuple[list[str], CallersFile]]:
    """The lines of the file and what they say; no other change can come between reading and writing."""
    with locked(path.resolve().parent):
        content = read_content(path) if path.is_symlink() or path.exists() else b""
        callers = parse_callers(content, path)
        lines = content.decode().split("\n")
        yield (lines if lines[-1] else lines[:-1]), callers


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _with(callers: CallersFile, keys: tuple[Key, ...]) -> CallersFile:
    return msgspec.structs.replace(callers, key=keys)


def _keys_of(callers: CallersFile, name: str, path: Path) -> list[Key]:
    found = [key for key in callers.key if key.name == name]
    if not found:
        raise CallersError(f"{path} has no key of this name; 'hcpcs callers list' shows the names")
    return found


def _entry(key: Key, after: list[str]) -> list[str]:
    """The lines of a key, behind a blank line if others stand before them."""
    lines = ["[[key]]", f'name = "{key.name}"', f'sha256 = "{key.sha256}"']
    lines.append(f"scopes = {json.dumps(key.scopes)}")
    lines += [f"expires = {key.expires.isoformat()}"] if key.expires else []
    lines += [f"per_minute = {key.per_minute}"] if key.per_minute else []
    return ["", *lines] if after and after[-1].strip() else lines


def _spans(lines: list[str], callers: CallersFile, path: Path) -> list[tuple[int, int]]:
    """Where the entry of each key begins and ends; comments behind an entry belong to what follows."""
    spans = []
    for first, line in enumerate(lines):
        if _HEADER.fullmatch(line):
            after = next((n for n in range(first + 1, len(lines)) if _TABLE.match(lines[n])), len(lines))
            while not lines[after - 1].strip() or lines[after - 1].lstrip().startswith("#"):
                after -= 1
            spans.append((first, after))
    if len(spans) != len(callers.key):
        raise _by_hand(path)
    return spans


def _ending(entry: list[str], end: datetime) -> list[str]:
    """The lines of an entry that ends at a moment."""
    kept = [line for line in entry if not _EXPIRES.match(line)]
    return [*kept, f"expires = {end.isoformat().replace('+00:00', 'Z')}"]


def _by_hand(path: Path) -> CallersError:
    return CallersError(f"{path} is written in a way that this command cannot change; change it by hand")


def _write(path: Path, lines: list[str], meant: CallersFile) -> None:
    """Put the changed file into place in one step, with owner and permissions of the old one.

    Raises:
        CallersError: If the lines do not say what is meant.
        OSError: If it cannot be written; the old file stays.
    """
    content = "".join(f"{line}\n" for line in lines).encode()
    if parse_callers(content, path) != meant:
        raise _by_hand(path)
    write_file(path.resolve(), content, private=True)  # a link stays a link
