"""The one composition: a release, an encoder, a lexicon and names make an index folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from index.digest import file_sha256, source_digest
from index.encoder import Encoder, Vectors
from index.errors import ArtifactError
from index.records import Record, Release
from index.store.artifact import Artifact
from index.store.build_cache import cached_by_source
from index.store.catalogue import Catalogue
from index.store.forward import ForwardIndex
from index.store.manifest import FORMAT, Manifest, verify
from index.store.profiles import Profiles
from index.store.terms import TermIndex
from index.store.text_vectors import TextVectors, means
from index.store.texts import TEMPLATE, Text, texts_of
from index.store.vectors import VectorIndex, int8_scale
from index.text.lexicon import Entry
from index.text.names import Name
from index.text.words import NORMAL_FORM

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
        cache: Folder that keeps vectors and profiles by what they were made from, so that what has not
            changed since the last build is not worked out again.
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
    texts, forms = texts_of(release.records, starter, lexicon)
    vectors = embed(encoder, forms, cache, progress)
    of_codes = means(vectors, texts, len(release.records))
    scale = int8_scale(vectors, of_codes)
    spoken = ForwardIndex.from_forms(forms)
    manifest = Manifest(
        format=FORMAT,
        release=release.name,
        source=release.source,
        source_sha256=release.sha256,
        encoder=encoder.name,
        encoder_sha256=encoder.sha256,
        dim=encoder.dim,
        scale=scale,
        template=TEMPLATE,
        normal_form=NORMAL_FORM,
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
        VectorIndex.from_vectors(of_codes, scale),
        TextVectors.from_vectors(vectors, scale),
        spoken,
        TermIndex.from_texts(texts, spoken, len(release.records)),
        Profiles.from_records(release.records, cache),
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
    """Vectors of normalised texts, those that earlier builds embedded read from the cache.

    Args:
        encoder: What embeds them.
        texts: The normalised texts.
        cache: Folder with the vectors of earlier builds; None embeds every text.
        progress: Called with texts embedded so far and in all.

    Returns:
        float32 (len(texts), dim).
    """

    def compute(positions: list[int]) -> list[bytes]:
        rows: list[bytes] = []
        for start in range(0, len(positions), BATCH):
            chunk = [texts[position] for position in positions[start : start + BATCH]]
            rows += [row.tobytes() for row in encoder.encode(chunk)]
            progress(len(rows), len(positions))
        return rows

    path = cache / _vectors_file(encoder) if cache else None
    joined = b"".join(cached_by_source(path, texts, compute))
    return np.frombuffer(joined, np.float32).reshape(len(texts), encoder.dim)


def _vectors_file(encoder: Encoder) -> str:
    """Name of the cache of an encoder's vectors: its weights, the code that sums them, the normal form."""
    code = source_digest("index.encoder", "index.text.words")
    return f"vectors-{encoder.sha256[-16:]}-{code[:16]}.db"
