"""Work that a later build need not do again, by the digest of what it was made from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

Make = Callable[[list[int]], list[bytes]]


def kept(path: Path | None, sources: Sequence[str], make: Make) -> list[bytes]:
    """What was made of each source, taken from a file as far as it is there.

    Args:
        path: An SQLite file, made when it is absent; None keeps nothing.
        sources: Texts that decide what is made.
        make: Given places in `sources`, makes what is missing.

    Returns:
        One value a source, in order.
    """
    if path is None:
        return make(list(range(len(sources))))
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = [sha256(source.encode()).digest() for source in sources]
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("CREATE TABLE IF NOT EXISTS kept (source BLOB PRIMARY KEY, made BLOB) WITHOUT ROWID")
        known: dict[bytes, bytes] = dict(store.execute("SELECT source, made FROM kept"))
        missing = list({key: i for i, key in enumerate(keys) if key not in known}.values())
        fresh = {keys[i]: made for i, made in zip(missing, make(missing), strict=True)}
        store.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", fresh.items())
    known.update(fresh)
    return [known[key] for key in keys]
