"""The index folder: what is in it, how it is checked, how it is searched.

Layout: `manifest.json`; `records.jsonl`, `modifiers.jsonl` (the catalogue); `texts.jsonl` (what can match,
row i is vector i); `vectors.faiss`; `lexical/` (bm25s arrays); `lexicon.jsonl`, `names.jsonl` (as they were
at the build). No pickle anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from index.catalogue import Catalogue, read_jsonl
from index.encoder import Vectors, file_sha256
from index.errors import ArtifactError, QueryError
from index.lexicon import Entry
from index.names import Name
from index.texts import TEMPLATE, Text

FORMAT = 1
MANIFEST = "manifest.json"
VECTORS = "vectors.faiss"
TEXTS = "texts.jsonl"
LEXICAL = "lexical"
LEXICON = "lexicon.jsonl"
NAMES = "names.jsonl"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an index folder was made from, and the digest of every file in it.

    Attributes:
        format: Version of the folder's layout.
        release: Name of the release, for example "2026-01".
        source: File name of the release.
        source_sha256: Digest of that file as given.
        encoder: Name for `load_encoder`.
        encoder_sha256: Digest of its weights.
        dim: Length of a vector.
        template: Version of how texts are cut and chosen.
        counts: Codes, terminated, modifiers, texts, names, lexicon entries, rows left out.
        built_at: UTC.
        notice: Said on every surface; empty for an official release.
        brands: File name -> sha256 of each list of names.
        files: Path inside the folder -> sha256.
    """

    format: int
    release: str
    source: str
    source_sha256: str
    encoder: str
    encoder_sha256: str
    dim: int
    template: str
    counts: dict[str, int]
    built_at: datetime
    notice: str
    brands: dict[str, str]
    files: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index folder.

    Raises:
        ArtifactError: If it is missing, unreadable, or of another format version.
    """
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise ArtifactError(f"{folder} is not an index folder: it holds no {MANIFEST}") from error
    except (OSError, msgspec.DecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error
    if manifest.format != FORMAT:
        raise ArtifactError(f"{folder} has format {manifest.format}, this version reads {FORMAT}; build it again")
    return manifest


def verify(folder: Path, only: Sequence[str] = ()) -> Manifest:
    """Check the digests of a folder's files, all or those named.

    Raises:
        ArtifactError: Names the first file that is missing, changed or not in the manifest.
    """
    manifest = read_manifest(folder)
    unknown = sorted(set(_files(folder)) - set(manifest.files))
    if unknown and not only:
        raise ArtifactError(f"{folder / unknown[0]} is not in the manifest; build the index again")
    for name in only or sorted(manifest.files):
        path = folder / name
        if not path.is_file():
            raise ArtifactError(f"{path} is missing; build the index again")
        if file_sha256(path) != manifest.files[name]:
            raise ArtifactError(f"{path} is damaged: its checksum differs from the manifest; build the index again")
    return manifest


def digests(folder: Path) -> dict[str, str]:
    """Digest of every file of a folder but its manifest."""
    return {name: file_sha256(folder / name) for name in _files(folder)}


def _files(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(name for path in paths if (name := path.relative_to(folder).as_posix()) != MANIFEST)


class Artifact:
    """A loaded index folder."""

    def __init__(
        self,
        manifest: Manifest,
        catalogue: Catalogue,
        texts: Sequence[Text],
        vectors: Any,
        lexical: Any,
        lexicon: Sequence[Entry],
        names: Sequence[Name],
    ) -> None:
        if vectors.ntotal != len(texts):
            raise ArtifactError(f"the index holds {vectors.ntotal} vectors but {len(texts)} texts; build it again")
        self.manifest = manifest
        self.catalogue = catalogue
        self.texts = tuple(texts)
        self.rows: npt.NDArray[np.int32] = np.array([text.row for text in texts], np.int32)
        self.lexical = lexical
        self.lexicon = tuple(lexicon)
        self.names = tuple(names)
        self._vectors = vectors

    @classmethod
    def load(cls, folder: Path) -> Artifact:
        """Read an index folder after checking every file of it.

        Raises:
            ArtifactError: If a file is missing or damaged, or was made under another text template.
        """
        import faiss

        from index.lexical import Lexical

        manifest = verify(folder)
        if manifest.template != TEMPLATE:
            raise ArtifactError(
                f"{folder} was built with text template {manifest.template}, this version needs {TEMPLATE}; "
                "build the index again"
            )
        return cls(
            manifest,
            Catalogue.load(folder),
            read_jsonl(folder / TEXTS, Text),
            faiss.read_index(str(folder / VECTORS)),
            Lexical.load(folder / LEXICAL),
            read_jsonl(folder / LEXICON, Entry),
            read_jsonl(folder / NAMES, Name),
        )

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, npt.NDArray[np.int64]]:
        """Find the k texts closest to each query.

        Args:
            queries: float32 of shape (n, dim), rows of unit length.
            k: Texts per query, from 1 to the number held.

        Returns:
            Cosines, float32 (n, k), best first, and rows, int64 (n, k): positions in `texts`, never -1.

        Raises:
            QueryError: If k is out of range.
        """
        if not 1 <= k <= len(self.texts):
            raise QueryError(f"k is {k}, but this index holds {len(self.texts)} texts")
        cosines, rows = self._vectors.search(queries, k)
        return cosines, rows
