"""The index folder: what is in it, how it is checked, how it is read and written.

| file | holds |
| --- | --- |
| `manifest.json` | what the index was made from, the checksum of every other file, and its own |
| `records.jsonl`, `modifiers.jsonl`, `successors.jsonl` | the catalogue |
| `notes.json` | CMS's processing notes, where the release has them |
| `codes.faiss`, in a large index also `coarse.faiss` | one vector a code |
| `lexical.safetensors`, `vocabulary.txt` | the stems of every code |
| `profiles.safetensors` | attributes and quantities of every code, and the names of both |
| `texts.jsonl` | every text that can match |
| `vectors.safetensors` | one vector a text |
| `words.safetensors`, `words.txt` | the words of every text |
| `lexicon.jsonl`, `names.jsonl` | both as they were when the index was built |
| `tables.json`, `table-*.tsv` | limits and fees, where they were given |
| `exemplars*` | a site's own labelled lines, where they were given: `index.store.exemplars` |

An index of several releases also has the files that `index.store.past` names.

No pickle anywhere. `docs/upgrading.md` says what is compared when a folder is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from index.errors import ArtifactError
from index.sealed import seal
from index.store.catalogue import read_jsonl, write_jsonl
from index.store.contents import Contents, digests, read_contents
from index.store.exemplars import Exemplars
from index.store.lexical import Lexical
from index.store.manifest import MANIFEST, Manifest, read_manifest
from index.store.parts import CodeParts, TextParts
from index.store.past import Past
from index.store.tables import NO_TABLES, Tables
from index.store.texts import TEMPLATE
from index.text.lexicon import Entry
from index.text.names import Name
from index.text.words import NORMAL_FORM

LEXICON = "lexicon.jsonl"
NAMES = "names.jsonl"


class Artifact:
    """A loaded index.

    Attributes:
        manifest: What it was made from.
        catalogue: The codes.
        vectors: One vector a code, to search in.
        table: The stems of each code's texts.
        profiles: Attributes and quantities of each code.
        texts: Every text that can match.
        rows: int32 (texts,): the code of each text.
        text_vectors: One vector a text.
        words: The words of each text.
        lexicon: How people write, as it was when the index was built.
        names: Product names, likewise.
        past: The same for every wording that a code has had; None for an index of one release.
        tables: Limits and fees.
        exemplars: A site's own labelled lines; None without any.
    """

    def __init__(
        self,
        manifest: Manifest,
        *,
        codes: CodeParts,
        texts: TextParts,
        lexicon: Sequence[Entry],
        names: Sequence[Name],
        past: Past | None = None,
        tables: Tables = NO_TABLES,
        exemplars: Exemplars | None = None,
    ) -> None:
        self.manifest = manifest
        self._codes = codes
        self._texts = texts
        self.catalogue, self.vectors, self.table, self.profiles = codes
        self.texts, self.text_vectors, self.words = texts
        self.rows: npt.NDArray[np.int32] = np.array([text.row for text in self.texts], np.int32)
        self.lexicon = tuple(lexicon)
        self.names = tuple(names)
        self.tables = tables
        self.exemplars = exemplars
        self._past = past
        self.past: Artifact | None = None
        if past is not None:
            self.past = Artifact(
                manifest, codes=past.codes, texts=past.texts, lexicon=lexicon, names=names, tables=tables
            )

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
        return cls.from_contents(read_contents(folder))

    @classmethod
    def from_contents(cls, contents: Contents) -> Artifact:
        """The index of files that were read and checked.

        Raises:
            ArtifactError: If one of them is missing or of another version.
        """
        manifest = contents.manifest
        check_versions(manifest, contents.folder)
        codes, texts = CodeParts.load(contents), TextParts.load(contents)
        return cls(
            manifest,
            codes=codes,
            texts=texts,
            lexicon=read_jsonl(contents, LEXICON, Entry),
            names=read_jsonl(contents, NAMES, Name),
            past=Past.load(contents, codes.catalogue, texts),
            tables=Tables.load(contents),
            exemplars=Exemplars.load(contents),
        )

    def save(self, folder: Path) -> Manifest:
        """Write everything into an empty folder, the manifest with the checksum of every file last."""
        self._codes.save(folder)
        self._texts.save(folder)
        write_jsonl(folder / LEXICON, self.lexicon)
        write_jsonl(folder / NAMES, self.names)
        if self._past is not None:
            self._past.save(folder)
        self.tables.save(folder)
        if self.exemplars is not None:
            self.exemplars.save(folder)
        manifest = msgspec.structs.replace(self.manifest, files=digests(folder))
        (folder / MANIFEST).write_bytes(seal(manifest))
        return read_manifest(folder)


def check_versions(manifest: Manifest, folder: Path) -> None:
    """Refuse a folder whose texts this version would choose, normalise or cut differently.

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
