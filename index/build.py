"""The one composition: a release, an encoder, a lexicon and names make an index folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from index.code_systems import LEVEL_II
from index.digest import file_sha256, source_digest
from index.encoder import Encoder, Vectors
from index.errors import ArtifactError
from index.exemplars import ExampleLine, build_exemplars, keyed
from index.files import locked, put_in_place, sync_all, tidy
from index.history.spans import History
from index.records import Record, Release, Wording
from index.store.artifact import Artifact
from index.store.build_cache import cached_by_source
from index.store.catalogue import Catalogue
from index.store.contents import verify
from index.store.exemplars import Exemplars
from index.store.forward import ForwardIndex
from index.store.level_vectors import LevelVectors
from index.store.manifest import FORMAT, Manifest
from index.store.parts import CodeParts, TextParts
from index.store.past import Today, assemble_past
from index.store.profiles import Profiles
from index.store.tables import Tables
from index.store.terms import TermIndex
from index.store.text_vectors import TextVectors, means
from index.store.texts import TEMPLATE, Text, texts_of
from index.store.vectors import VectorIndex, int8_scale
from index.successors import Proposal, propose
from index.tables.code_table import CodeTable
from index.text.lexicon import Entry
from index.text.names import Name
from index.text.words import NORMAL_FORM

BATCH = 256  # texts that are embedded together
Progress = Callable[[int, int], None]


class Sources(msgspec.Struct, frozen=True):
    """What an index is made from.

    Attributes:
        release: The codes.
        lexicon: How people write.
        starter: Records in the project's own words, as further texts of the same codes.
        names: Product names that a user downloaded.
        brands: The files that `names` came from, for the manifest.
        history: Of several releases, `release` the newest of them; None for one alone.
        wordings: Further texts of the codes, from their publisher.
        cpt: Name -> sha256 of each file that CPT codes came from, for the manifest.
        tables: Limits and fees that CMS publishes about the codes.
        examples: Lines that a site has coded.
    """

    release: Release
    lexicon: Sequence[Entry] = ()
    starter: Sequence[Record] = ()
    names: Sequence[Name] = ()
    brands: Sequence[Path] = ()
    history: History | None = None
    wordings: Sequence[Wording] = ()
    cpt: Mapping[str, str] = {}
    tables: Sequence[CodeTable] = ()
    examples: Sequence[ExampleLine] = ()


def assemble(
    sources: Sources,
    encoder: Encoder,
    *,
    cache: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> Artifact:
    """Make an index in memory; its manifest lists no files.

    Args:
        sources: What to index.
        encoder: What embeds the texts; its name and digest go into the manifest.
        cache: Folder with the vectors and profiles of earlier builds, so that only what is new is computed;
            None computes all.
        progress: Called with texts embedded so far and in all.
    """
    release = sources.release
    texts, forms = texts_of(release.records, sources.starter, sources.lexicon, sources.wordings)
    text_vectors = embed(encoder, forms, cache, progress)
    code_vectors = means(text_vectors, texts, len(release.records))
    counted = _level_2(release.records)
    scale = _scale(text_vectors, code_vectors, texts, counted)
    text_vectors, code_vectors = _within(scale, text_vectors), _within(scale, code_vectors)
    words = ForwardIndex.from_forms(forms)
    codes = CodeParts(
        Catalogue(
            release.records,
            release.modifiers,
            proposals=_proposals(sources),
            history=sources.history,
            notes=release.notes,
        ),
        _vector_index(code_vectors, scale, counted),
        TermIndex.from_texts(texts, words, len(release.records), counted),
        Profiles.from_records(release.records, cache),
    )
    past = None
    if sources.history is not None:
        past = assemble_past(
            sources.history,
            Today(codes.catalogue, texts, forms, text_vectors, scale),
            starter=sources.starter,
            lexicon=sources.lexicon,
            embed=lambda new: embed(encoder, new, cache, progress),
            cache=cache,
        )
    exemplars, counts = _exemplars(sources, encoder, progress)
    return Artifact(
        _manifest(sources, encoder, scale, _counts(sources, len(texts)) | counts),
        codes=codes,
        texts=TextParts(tuple(texts), TextVectors.from_vectors(text_vectors, scale), words),
        lexicon=sources.lexicon,
        names=sources.names,
        past=past,
        tables=Tables.of(sources.tables),
        exemplars=exemplars,
    )


def _exemplars(
    sources: Sources, encoder: Encoder, progress: Progress
) -> tuple[Exemplars | None, dict[str, int]]:
    """The site's own lines, and what the manifest counts of them."""
    if not sources.examples:
        return None, {}
    lines = map(keyed, sources.examples)
    exemplars, report = build_exemplars(lines, sources.release.records, encoder, progress)
    return exemplars, report.counts()


def _proposals(sources: Sources) -> dict[str, Proposal]:
    """Proposed successors of the release's codes, and of those that left it."""
    past = [each.record for each in sources.history.codes] if sources.history else []
    return propose(past) | propose(sources.release.records)


def _level_2(records: Sequence[Record]) -> npt.NDArray[np.bool_]:
    """Which codes are of Level II; all where none is, since their statistics are those of the index."""
    level_2 = np.array([record.level == LEVEL_II.level for record in records], bool)
    return level_2 if level_2.any() else ~level_2


def _scale(
    text_vectors: Vectors, code_vectors: Vectors, texts: Sequence[Text], counted: npt.NDArray[np.bool_]
) -> float:
    """Factor that makes the largest component of the counted codes' vectors 127."""
    of_counted = counted[[text.row for text in texts]] if texts else np.zeros(0, bool)
    if of_counted.all():
        return int8_scale(text_vectors, code_vectors)
    return int8_scale(text_vectors[of_counted], code_vectors[counted])


def _within(scale: float, vectors: Vectors) -> Vectors:
    """Vectors with components of at most 127 / scale; those of codes that are not counted may be larger."""
    limit = np.float32(127.0 / scale)
    return np.clip(vectors, -limit, limit)


def _vector_index(
    vectors: Vectors, scale: float, counted: npt.NDArray[np.bool_]
) -> VectorIndex | LevelVectors:
    if counted.all():
        return VectorIndex.from_vectors(vectors, scale)
    return LevelVectors.from_vectors(vectors, scale, int(np.count_nonzero(~counted)))


def _manifest(sources: Sources, encoder: Encoder, scale: float, counts: dict[str, int]) -> Manifest:
    release = sources.release
    return Manifest(
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
        counts=counts,
        built_at=datetime.now(UTC).replace(microsecond=0),
        notice=release.notice,
        brands={path.name: file_sha256(path) for path in sources.brands},
        files={},
        releases=sources.history.releases if sources.history else (),
        cpt=dict(sources.cpt),
    )


def _counts(sources: Sources, texts: int) -> dict[str, int]:
    today, release = date.today(), sources.release
    return {
        "codes": len(release.records),
        **({"cpt": sum(record.level == 1 for record in release.records)} if sources.cpt else {}),
        "terminated": sum(record.status(today) == "terminated" for record in release.records),
        "modifiers": len(release.modifiers),
        "texts": texts,
        "lexicon": len(sources.lexicon),
        "names": len(sources.names),
        "left_out": len(release.problems),
        "dental_refused": release.dental_refused,
        **({"notes": len(release.notes.texts)} if release.notes else {}),
        **(_history_counts(sources.history) if sources.history else {}),
    }


def _history_counts(history: History) -> dict[str, int]:
    return {
        "releases": len(history.releases),
        "past_codes": len(history.codes),
        "wordings": sum(len(each.wordings) for each in history.codes),
        "conflicts": len(history.conflicts),
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


def write_index(artifact: Artifact, out: Path) -> Manifest:
    """Write an index folder aside, bring it to the disk, check it, and put it into place in one step.

    What a killed build left there is removed.

    Args:
        artifact: As `assemble` made it.
        out: The folder; one that is there is replaced.

    Returns:
        The manifest, now with the checksum of every file.

    Raises:
        ArtifactError: If the folder cannot be written, or another process writes there.
    """
    prefix = f".{out.name}.building-"
    aside = out.parent / f"{prefix}{os.getpid()}"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with locked(out.parent):
            try:
                tidy(out, prefix)
                aside.mkdir()
                artifact.save(aside)
                sync_all(aside)
                manifest = verify(aside)
                put_in_place(aside, out)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise ArtifactError(f"the index folder {out} cannot be written: {error}") from error
    return manifest
