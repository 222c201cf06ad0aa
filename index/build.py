"""The one composition: a release, an encoder, a lexicon and names make an index folder."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.artifact import Artifact
from index.catalogue import Catalogue
from index.digest import file_sha256
from index.encoder import Encoder, Vectors
from index.errors import ArtifactError
from index.lexical import Lexical
from index.lexicon import Entry
from index.manifest import FORMAT, Manifest, verify
from index.names import Name
from index.profiles import Profiles
from index.records import Record, Release
from index.texts import LONGEST, TEMPLATE, Text, texts_of
from index.vectors import VectorIndex
from index.words import normalise
from index.wordtable import WordTable

BATCH = 256
Progress = Callable[[int, int], None]


def build(
    release: Release,
    encoder: Encoder,
    out: Path,
    *,
    lexicon: Sequence[Entry] = (),
    starter: Sequence[Record] = (),
    names: Sequence[Name] = (),
    brands: Sequence[Path] = (),
    cache: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> Manifest:
    """Make an index folder: written aside, checked, then renamed into place.

    Args:
        release: What to index.
        encoder: What embeds its texts; its name and digest go into the manifest.
        out: The folder to make; one that is there is replaced.
        lexicon: Facts on how people write.
        starter: Records in the project's own words, as further texts of the same codes.
        names: Product names that a user downloaded.
        brands: The files that `names` came from, for the manifest.
        cache: Folder that keeps vectors by encoder and text, so that unchanged texts are not embedded again.
        progress: Called with texts embedded so far and in all.

    Raises:
        ArtifactError: If the folder cannot be written.
    """
    made = assemble(
        release,
        encoder,
        lexicon=lexicon,
        starter=starter,
        names=names,
        brands=brands,
        cache=cache,
        progress=progress,
    )
    aside = out.parent / f".{out.name}.building-{os.getpid()}"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        made.save(aside)
        manifest = verify(aside)
        _replace(aside, out)
    except OSError as error:
        raise ArtifactError(f"the index folder {out} cannot be written: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def _replace(aside: Path, out: Path) -> None:
    old = out.parent / f".{out.name}.old-{os.getpid()}"
    if out.exists():
        out.rename(old)
    aside.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def assemble(
    release: Release,
    encoder: Encoder,
    *,
    lexicon: Sequence[Entry] = (),
    starter: Sequence[Record] = (),
    names: Sequence[Name] = (),
    brands: Sequence[Path] = (),
    cache: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> Artifact:
    """The same index in memory, with a manifest that lists no files; arguments as for `build`."""
    texts = texts_of(release.records, starter, lexicon)
    vectors = embed(encoder, [normalise(text.text[:LONGEST]) for text in texts], cache, progress)
    stored = VectorIndex.from_vectors(vectors)
    manifest = Manifest(
        format=FORMAT,
        release=release.name,
        source=release.source,
        source_sha256=release.sha256,
        encoder=encoder.name,
        encoder_sha256=encoder.sha256,
        dim=encoder.dim,
        scale=stored.scale,
        template=TEMPLATE,
        counts=_counts(release, texts, lexicon, names),
        built_at=datetime.now(UTC).replace(microsecond=0),
        notice=release.notice,
        brands={path.name: file_sha256(path) for path in brands},
        files={},
    )
    return Artifact(
        manifest,
        Catalogue(release.records, release.modifiers),
        texts,
        stored,
        Lexical.from_texts(texts, len(release.records)),
        WordTable.from_texts(texts, len(release.records)),
        Profiles.from_records(release.records),
        lexicon,
        names,
    )


def _counts(
    release: Release, texts: Sequence[Text], lexicon: Sequence[Entry], names: Sequence[Name]
) -> dict[str, int]:
    today = date.today()
    return {
        "codes": len(release.records),
        "terminated": sum(record.status(today) == "terminated" for record in release.records),
        "modifiers": len(release.modifiers),
        "texts": len(texts),
        "lexicon": len(lexicon),
        "names": len(names),
        "left_out": len(release.problems),
        "dental_refused": release.dental_refused,
    }


def embed(encoder: Encoder, texts: Sequence[str], cache: Path | None, progress: Progress) -> Vectors:
    """Vectors of normalised texts, float32 (n, dim), those known to the cache taken from it."""
    if cache is None:
        return _encode(encoder, texts, progress)
    cache.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(cache / f"{encoder.sha256[-16:]}.sqlite")) as store, store:
        store.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        known = dict(store.execute("SELECT text, vector FROM vectors"))
        keys = [sha256(text.encode()).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        rows = _encode(encoder, list(new.values()), progress)
        fresh = {key: row.tobytes() for key, row in zip(new, rows, strict=True)}
        store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", fresh.items())
    known.update(fresh)
    joined = b"".join(known[key] for key in keys)
    return np.frombuffer(joined, np.float32).reshape(len(texts), encoder.dim)


def _encode(encoder: Encoder, texts: Sequence[str], progress: Progress) -> Vectors:
    rows = np.zeros((len(texts), encoder.dim), np.float32)
    for start in range(0, len(texts), BATCH):
        rows[start : start + BATCH] = encoder.encode(texts[start : start + BATCH])
        progress(min(start + BATCH, len(texts)), len(texts))
    return rows
