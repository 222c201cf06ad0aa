"""The arrays of an index, grouped by what their rows are: codes or texts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from index.errors import ArtifactError
from index.store.catalogue import Catalogue, read_jsonl, write_jsonl
from index.store.contents import Contents
from index.store.forward import ForwardIndex
from index.store.level_vectors import LevelVectors, load_vectors
from index.store.profiles import Profiles
from index.store.terms import TermIndex
from index.store.text_vectors import TextVectors
from index.store.texts import Text
from index.store.vectors import VectorIndex

TEXTS = "texts.jsonl"


class CodeParts(NamedTuple):
    """One row a code: row i of every part belongs to code i of the catalogue.

    Attributes:
        catalogue: The records.
        vectors: One vector a code, to search in.
        terms: The stems of each code's texts.
        profiles: Its attributes and quantities.
    """

    catalogue: Catalogue
    vectors: VectorIndex | LevelVectors
    terms: TermIndex
    profiles: Profiles

    @classmethod
    def load(cls, contents: Contents) -> CodeParts:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If a file cannot be read or the parts have different numbers of rows.
        """
        parts = cls(
            Catalogue.load(contents),
            load_vectors(contents, contents.manifest.scale),
            TermIndex.load(contents),
            Profiles.load(contents),
        )
        parts.check()
        return parts

    def save(self, folder: Path) -> None:
        """Write every part."""
        self.catalogue.save(folder)
        self.vectors.save(folder)
        self.terms.save(folder)
        self.profiles.save(folder)

    def check(self) -> None:
        """Refuse parts of different indexes.

        Raises:
            ArtifactError: Says how many codes each part has.
        """
        _check_counts(
            "codes",
            {
                "records": len(self.catalogue),
                "vectors": len(self.vectors),
                "terms": len(self.terms.indptr) - 1,
                "profiles": len(self.profiles.generic),
            },
        )


class TextParts(NamedTuple):
    """One row a text: row i of every part belongs to text i.

    Attributes:
        texts: What can match, and the code that each text belongs to.
        vectors: One vector a text.
        words: The words of each text.
    """

    texts: tuple[Text, ...]
    vectors: TextVectors
    words: ForwardIndex

    @classmethod
    def load(cls, contents: Contents) -> TextParts:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If a file cannot be read or the parts have different numbers of rows.
        """
        parts = cls(
            read_jsonl(contents, TEXTS, Text),
            TextVectors.load(contents, contents.manifest.scale),
            ForwardIndex.load(contents),
        )
        parts.check()
        return parts

    def save(self, folder: Path) -> None:
        """Write every part."""
        write_jsonl(folder / TEXTS, self.texts)
        self.vectors.save(folder)
        self.words.save(folder)

    def check(self) -> None:
        """Refuse parts of different indexes.

        Raises:
            ArtifactError: Says how many texts each part has.
        """
        _check_counts(
            "texts",
            {"texts": len(self.texts), "vectors": len(self.vectors), "words": len(self.words.indptr) - 1},
        )


def _check_counts(rows: str, counts: dict[str, int]) -> None:
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{part} of {count}" for part, count in counts.items())
        raise ArtifactError(
            f"the parts of the index have different numbers of {rows} ({told}); build the index again"
        )
