"""The index folder: what is in it, how it is checked, how it is searched.

Layout: `manifest.json`; `records.jsonl`, `modifiers.jsonl` (the catalogue); `codes.faiss` and, in a large
index, `coarse.faiss` (one vector a code); `texts.jsonl` (what can match), `vectors.safetensors`,
`words.safetensors` and `words.txt` (the vector and the words of each); `lexical.safetensors`,
`vocabulary.txt` and `profiles.safetensors` (stems, amounts and facts of every code); `lexicon.jsonl`,
`names.jsonl` (as they were at the build). No pickle anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from index.errors import ArtifactError
from index.store.catalogue import Catalogue, read_jsonl, write_jsonl
from index.store.forward import ForwardIndex
from index.store.lexical import Lexical
from index.store.manifest import MANIFEST, Manifest, digests, verify
from index.store.profiles import Profiles
from index.store.terms import TermIndex
from index.store.text_vectors import TextVectors
from index.store.texts import TEMPLATE, Text
from index.store.vectors import VectorIndex
from index.text.lexicon import Entry
from index.text.names import Name
from index.text.words import NORMAL_FORM

TEXTS = "texts.jsonl"
LEXICON = "lexicon.jsonl"
NAMES = "names.jsonl"


class Artifact:
    """A loaded index folder."""

    def __init__(
        self,
        manifest: Manifest,
        catalogue: Catalogue,
        texts: Sequence[Text],
        vectors: VectorIndex,
        text_vectors: TextVectors,
        words: ForwardIndex,
        table: TermIndex,
        profiles: Profiles,
        lexicon: Sequence[Entry],
        names: Sequence[Name],
    ) -> None:
        if (len(vectors), len(text_vectors)) != (len(catalogue), len(texts)):
            raise ArtifactError(
                f"the index holds vectors of {len(vectors)} codes and {len(text_vectors)} texts, but "
                f"{len(catalogue)} codes and {len(texts)} texts; build the index again"
            )
        if len(profiles.generic) != len(catalogue):
            raise ArtifactError(
                f"the index holds profiles of {len(profiles.generic)} codes, but {len(catalogue)} codes; "
                "build the index again"
            )
        self.manifest = manifest
        self.catalogue = catalogue
        self.texts = tuple(texts)
        self.rows: npt.NDArray[np.int32] = np.array([text.row for text in texts], np.int32)
        self.vectors = vectors
        self.text_vectors = text_vectors
        self.words = words
        self.table = table
        self.profiles = profiles
        self.lexicon = tuple(lexicon)
        self.names = tuple(names)

    @cached_property
    def lexical(self) -> Lexical:
        """BM25 over the words of every code."""
        return Lexical(self.table)

    @classmethod
    def load(cls, folder: Path) -> Artifact:
        """Read an index folder after checking every file of it.

        Raises:
            ArtifactError: If a file is missing or damaged, or the folder is of another version.
        """
        manifest = verify(folder)
        check_versions(manifest, folder)
        return cls(
            manifest,
            Catalogue.load(folder),
            read_jsonl(folder / TEXTS, Text),
            VectorIndex.load(folder, manifest.scale),
            TextVectors.load(folder, manifest.scale),
            ForwardIndex.load(folder),
            TermIndex.load(folder),
            Profiles.load(folder),
            read_jsonl(folder / LEXICON, Entry),
            read_jsonl(folder / NAMES, Name),
        )

    def save(self, folder: Path) -> Manifest:
        """Write everything into an empty folder; the manifest, with the digest of every file, comes last."""
        self.catalogue.save(folder)
        write_jsonl(folder / TEXTS, self.texts)
        self.vectors.save(folder)
        self.text_vectors.save(folder)
        self.words.save(folder)
        self.table.save(folder)
        self.profiles.save(folder)
        write_jsonl(folder / LEXICON, self.lexicon)
        write_jsonl(folder / NAMES, self.names)
        manifest = msgspec.structs.replace(self.manifest, files=digests(folder))
        (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        return manifest


def check_versions(manifest: Manifest, folder: Path) -> None:
    """Refuse a folder whose texts this version would choose, normalise or cut otherwise.

    Raises:
        ArtifactError: Names both versions.
    """
    versions = {
        "template of texts": (manifest.template, TEMPLATE),
        "normal form of texts": (manifest.normal_form, NORMAL_FORM),
    }
    for what, (theirs, ours) in versions.items():
        if theirs != ours:
            raise ArtifactError(
                f"{folder} was built with another {what}: {theirs}, this version of hcpcs needs {ours}; "
                "build the index again"
            )
