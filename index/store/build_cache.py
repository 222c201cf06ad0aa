"""Work that a later build need not do again, by the text that it was made from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from index.errors import ArtifactError

Make = Callable[[list[int]], list[bytes]]


def kept(path: Path | None, sources: Sequence[str], make: Make) -> list[bytes]:
    """What was made of each source, taken from a file as far as it is there.

    The file is an SQLite database with one row a build: a MessagePack map from sources to what that build
    made of them. All of it is read, so one large value is faster than an index over many small ones.

    Args:
        path: The file, made when it is absent; None keeps nothing.
        sources: Texts that decide what is made.
        make: Given places in `sources`, makes what is missing.

    Returns:
        One value a source, in order.

    Raises:
        ArtifactError: If the file is damaged or cannot be written.
    """
    if path is None:
        return make(list(range(len(sources))))
    known: dict[str, bytes] = {}
    with _store(path) as store:
        for (made,) in store.execute("SELECT made FROM builds"):
            known.update(msgspec.msgpack.decode(made, type=dict[str, bytes]))
    missing = list({source: i for i, source in enumerate(sources) if source not in known}.values())
    if missing:
        fresh = dict(zip([sources[i] for i in missing], make(missing), strict=True))
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
