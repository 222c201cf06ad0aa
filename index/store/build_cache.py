"""Results that a later build takes over: a file that maps a source text to what was computed from it."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from index.errors import ArtifactError

Compute = Callable[[list[int]], list[bytes]]

DIGEST_BYTES = 16
NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Result codes that tell of the disk or of another process; all others tell of a damaged file."""

FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""The second comes where a message of SQLite repeats bytes of a damaged file that are no UTF-8."""

logger = logging.getLogger(__name__)


def cached_by_source(path: Path | None, sources: Sequence[str], compute: Compute) -> list[bytes]:
    """The value computed from each source, read from a file where an earlier build has stored it.

    The file is an SQLite database with one row a build: a MessagePack map from the sources that were new to
    that build to their values, each behind a digest of source and value. A value that does not fit its digest
    is computed again, and a file that is no such database is made anew; both are logged as warnings. The
    whole file is read each time, so one large value a build is faster than an index over many small ones. The
    name of the file must hold everything else that decides the values.

    Args:
        path: The file, created when absent; None caches nothing.
        sources: Texts that decide the values.
        compute: Takes positions in `sources` and returns their values.

    Returns:
        One value a source, in order.

    Raises:
        ArtifactError: If the file cannot be read or written.
    """
    if path is None:
        return compute(list(range(len(sources))))
    known = _stored(path)
    missing = list({source: i for i, source in enumerate(sources) if source not in known}.values())
    if missing:
        fresh = dict(zip([sources[i] for i in missing], compute(missing), strict=True))
        _add(path, fresh)
        known.update(fresh)
    return [known[source] for source in sources]


def _stored(path: Path) -> dict[str, bytes]:
    """Every value of the file that fits its digest; a file that is damaged as a whole is removed."""
    known: dict[str, bytes] = {}
    damaged = 0
    with _store(path) as store:
        try:
            for (row,) in store.execute("SELECT made FROM checked"):
                whole, bad = _fitting(row)
                known.update(whole)
                damaged += bad
        except FAILURES as error:
            if not _is_damage(error):
                raise
            damaged += 1
    if damaged:
        logger.warning("the cache %s is damaged: what it does not hold whole is computed again", path)
        _remove(path)
        _add(path, known)
    return known


def _fitting(row: Any) -> tuple[Mapping[str, bytes], int]:
    """The values of one build that fit their digests, and how many do not."""
    try:
        made = msgspec.msgpack.decode(row, type=dict[str, bytes])
    except (msgspec.DecodeError, TypeError, ValueError):  # other bytes, no UTF-8, a cell of another type
        return {}, 1
    whole = {
        source: value[DIGEST_BYTES:]
        for source, value in made.items()
        if value[:DIGEST_BYTES] == _digest(source, value[DIGEST_BYTES:])
    }
    return whole, len(made) - len(whole)


def _digest(source: str, value: bytes) -> bytes:
    """Digest of both, so that a value whose source was damaged is not another source's value."""
    key = source.encode(errors="surrogatepass")
    return hashlib.blake2b(len(key).to_bytes(8) + key + value, digest_size=DIGEST_BYTES).digest()


def _add(path: Path, fresh: Mapping[str, bytes]) -> None:
    if not fresh:
        return
    made = msgspec.msgpack.encode({source: _digest(source, value) + value for source, value in fresh.items()})
    try:
        with _store(path) as store:
            store.execute("INSERT INTO checked VALUES (?)", (made,))
    except ArtifactError as error:
        if not _is_damage(error.__cause__):
            raise
        logger.warning("the cache %s is damaged: the next build computes all of it again", path)
        _remove(path)


@contextmanager
def _store(path: Path) -> Iterator[sqlite3.Connection]:
    """The open database, made anew if it is damaged as a whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connected(path)) as store, store:
            yield store
    except (OSError, *FAILURES) as error:
        raise ArtifactError(
            f"the cache {path} cannot be used ({error}); delete it and build again"
        ) from error


def _connected(path: Path) -> sqlite3.Connection:
    store = sqlite3.connect(path)
    try:
        store.execute("CREATE TABLE IF NOT EXISTS checked (made BLOB)")
    except FAILURES as error:
        store.close()
        if not _is_damage(error):
            raise
        logger.warning("the cache %s is damaged: all of it is computed again", path)
        _remove(path)
        store = sqlite3.connect(path)
        store.execute("CREATE TABLE IF NOT EXISTS checked (made BLOB)")
    return store


def _remove(path: Path) -> None:
    for name in _names(path):
        name.unlink(missing_ok=True)


def _names(path: Path) -> Iterable[Path]:
    """The database and the journal that SQLite keeps beside it."""
    return path, path.with_name(f"{path.name}-journal")


def _is_damage(error: BaseException | None) -> bool:
    """Whether an error of SQLite says that the file is damaged, by its primary result code."""
    return isinstance(error, FAILURES) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in NOT_DAMAGE
