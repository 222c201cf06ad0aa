"""Results that a later build takes over: a file that maps a source text to what was computed from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from index.errors import ArtifactError

Compute = Callable[[list[int]], list[bytes]]


def cached_by_source(path: Path | None, sources: Sequence[str], compute: Compute) -> list[bytes]:
    """The value computed from each source, read from a file where an earlier build has stored it.

    The file is an SQLite database with one row a build: a MessagePack map from the sources that were new to
    that build to their values. The whole file is read each time, so one large value a build is faster than an
    index over many small ones. The name of the file must hold everything else that decides the values.

    Args:
        path: The file, created when absent; None caches nothing.
        sources: Texts that decide the values.
        compute: Takes positions in `sources` and returns their values.

    Returns:
        One value a source, in order.

    Raises:
        ArtifactError: If the file is damaged or cannot be written.
    """
    if path is None:
        return compute(list(range(len(sources))))
    known: dict[str, bytes] = {}
    with _store(path) as store:
        for (values,) in store.execute("SELECT made FROM builds"):
            known.update(msgspec.msgpack.decode(values, type=dict[str, bytes]))
    missing = list({source: i for i, source in enumerate(sources) if source not in known}.values())
    if missing:
        fresh = dict(zip([sources[i] for i in missing], compute(missing), strict=True))
        with _store(path) as store:
            store.execute("INSERT INTO builds VALUES (?)", (msgspec.msgpack.encode(fresh),))
        known.update(fresh)
    return [known[source] for source in sources]


@contextmanager
def _store(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as store, store:
            store.execute("CREATE TABLE IF NOT EXISTS builds (made BLOB)")
            yield store
    except (OSError, sqlite3.Error, msgspec.DecodeError) as error:
        raise ArtifactError(
            f"the cache {path} cannot be used ({error}); delete it and build again"
        ) from error
