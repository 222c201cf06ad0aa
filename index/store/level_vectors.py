"""The vectors of an index with two levels of codes: each level is searched by itself.

Digits sort before letters, so the CPT codes of a licence holder stand before those of Level II. The index of
Level II is the same as without them, and a filter by level searches one index only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.arrays import Vectors
from index.errors import QueryError
from index.store.contents import Contents
from index.store.vectors import Ids, Mask, VectorIndex

LEVEL_1 = "level-1-"
"""Begins the names of the files with the vectors of the CPT codes."""


class LevelVectors:
    """Inner products with the vectors of all codes, like `VectorIndex`.

    Attributes:
        scale: Factor of the quantisation.
    """

    def __init__(self, first: VectorIndex, second: VectorIndex) -> None:
        """Take the vectors of the CPT codes and those of the Level II codes, which follow them."""
        self._parts = (first, second)
        self.scale = second.scale

    @classmethod
    def from_vectors(cls, vectors: Vectors, scale: float, n_first: int) -> LevelVectors:
        """Quantise float32 rows, of which the first `n_first` are CPT codes; see `VectorIndex`."""
        return cls(
            VectorIndex.from_vectors(vectors[:n_first], scale),
            VectorIndex.from_vectors(vectors[n_first:], scale),
        )

    def save(self, folder: Path) -> None:
        """Write the files of `VectorIndex`, those of the CPT codes under names that begin with `LEVEL_1`."""
        first, second = self._parts
        second.save(folder)
        aside = folder / LEVEL_1
        aside.mkdir()
        first.save(aside)
        for path in aside.iterdir():
            path.rename(folder / f"{LEVEL_1}{path.name}")
        aside.rmdir()

    @classmethod
    def load(cls, contents: Contents, scale: float) -> LevelVectors:
        """Read what `save` wrote.

        Raises:
            ArtifactError: As `VectorIndex.load`.
        """
        first = {name.removeprefix(LEVEL_1): data for name, data in _of_level_1(contents).items()}
        return cls(VectorIndex.load(contents._replace(files=first), scale), VectorIndex.load(contents, scale))

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Ids]:
        """Find the k rows closest to each query; see `VectorIndex.search`."""
        if not 1 <= k <= len(self):
            raise QueryError(f"k is {k}, but this index holds {len(self)} codes")
        found = []
        start = 0
        for part in self._parts:
            mask = None if allowed is None else allowed[start : start + len(part)]
            if len(part) and (mask is None or mask.any()):
                cosines, rows = part.search(queries, min(k, len(part)), mask)
                found.append((cosines, np.where(rows < 0, rows, rows + start)))
            start += len(part)
        if not found:
            return np.full((len(queries), k), -np.inf, np.float32), np.full((len(queries), k), -1)
        cosines = np.hstack([cosines for cosines, _ in found])
        rows = np.hstack([rows for _, rows in found])
        missing = k - cosines.shape[1]
        if missing > 0:
            cosines = np.pad(cosines, ((0, 0), (0, missing)), constant_values=-np.inf)
            rows = np.pad(rows, ((0, 0), (0, missing)), constant_values=-1)
        if len(found) > 1:
            best = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
            cosines, rows = np.take_along_axis(cosines, best, 1), np.take_along_axis(rows, best, 1)
        return cosines, rows


def load_vectors(contents: Contents, scale: float) -> VectorIndex | LevelVectors:
    """The vectors of an index folder, with one level of codes or two."""
    kind = LevelVectors if _of_level_1(contents) else VectorIndex
    return kind.load(contents, scale)


def _of_level_1(contents: Contents) -> dict[str, bytes]:
    return {name: data for name, data in contents.files.items() if name.startswith(LEVEL_1)}
