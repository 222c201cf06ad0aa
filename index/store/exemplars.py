"""A site's own labelled lines in an index folder: what equals a text, and what is nearest to it in meaning.

Lines with the same words in any order are one entry. Entries that differ in nothing but digits are one shape,
and each shape has one vector, so that a thousand sizes of one screw are one neighbour.

| file | holds |
| --- | --- |
| `exemplars.safetensors` | keys of entries and shapes, and the codes of each with their weights |
| `exemplars-codes.txt`, `exemplars-lines.txt` | the codes, and one line of each shape as it was written |
| `exemplars.faiss` | one vector a shape |
| `exemplars.json` | the model that weighs them, where it was tuned for the site |
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faiss
import msgspec
import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from index.arrays import Vectors
from index.errors import ArtifactError
from index.store.contents import Contents
from index.store.named_arrays import read_arrays
from index.text.words import words

ARRAYS = "exemplars.safetensors"
CODES = "exemplars-codes.txt"
LINES = "exemplars-lines.txt"
VECTORS = "exemplars.faiss"
BLEND = "exemplars.json"

MIN_LISTED = 8192
"""From this number of shapes on a search looks into a part of them; below it compares all."""

SHAPES_PER_LIST = 50  # on average, in an index of up to `MAX_LISTS` lists
MAX_LISTS = 4096
COMPARED = 1000  # shapes that a search compares, about
PROBED = (4, 12)  # lists that it looks into, at least and at most
TRAINING_VECTORS_PER_LIST = 40
COARSE_FROM = 1024
"""From so many lists on their centroids are scanned as four-bit codes, and the best compared exactly."""

COARSE = "PQ{}x4fs,RFlat"
"""These codes as FAISS writes them, with their number of parts: 131 kB of 4,096 centroids instead of 4 MB."""

COARSE_FACTOR = 4  # centroids compared exactly for each list that is looked into
ADDED_TOGETHER = 1 << 15
SEED = 1234

Positions = npt.NDArray[np.int64]

_DIGITS = re.compile(r"\d+")
_TABLES = ("entry", "shape")


class Blend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two logistic regressions that say how much own lines count: shipped, or tuned for a site.

    Attributes:
        accepted: Weights of a constant, of the log odds of the confidence, and of
            `suggest.exemplars.FEATURES`, for the probability that a candidate is right.
        answerable: Weights of `suggest.exemplars.answerable_columns`, for the probability that any code fits.
    """

    accepted: tuple[float, ...]
    answerable: tuple[float, ...]


class Labels:
    """The codes of entries or shapes.

    Attributes:
        keys: uint64 (n,), ascending: what the words of a text hash to.
        indptr: int64 (n + 1,): key i has the labels from `indptr[i]` up to but not including `indptr[i + 1]`.
        codes: int32 (m,): positions in `Exemplars.codes`.
        weights: float32 (m,): how many lines say so; a doubtful line counts less than one.
    """

    FIELDS = ("keys", "indptr", "codes", "weights")

    def __init__(
        self,
        keys: npt.NDArray[np.uint64],
        indptr: npt.NDArray[np.int64],
        codes: npt.NDArray[np.int32],
        weights: npt.NDArray[np.float32],
    ) -> None:
        """Take the arrays."""
        self.keys, self.indptr, self.codes, self.weights = keys, indptr, codes, weights
        # A number of a memory view costs a tenth of one of a numpy array.
        arrays: tuple[Any, ...] = (keys, indptr, codes, weights)
        self._views = [memoryview(array) for array in arrays]

    def fits(self, n_codes: int) -> bool:
        """Whether the arrays have their types and fit together, as compiled code takes for granted.

        Args:
            n_codes: Number of codes.
        """
        arrays = (self.keys, self.indptr, self.codes, self.weights)
        if [array.dtype for array in arrays] != [np.uint64, np.int64, np.int32, np.float32]:
            return False
        n, lengths = len(self.codes), [array.shape for array in arrays]
        if lengths != [(len(self.keys),), (len(self.keys) + 1,), (n,), (n,)]:
            return False
        ends = self.indptr[0] == 0 and self.indptr[-1] == n and bool((np.diff(self.indptr) > 0).all())
        known = not n or (self.codes.min() >= 0 and self.codes.max() < n_codes and self.weights.min() > 0)
        return bool(ends and known)

    def find(self, key: int) -> int:
        """The position of a key; -1 when it is not there."""
        keys = self._views[0]
        position = bisect_left(keys, key)
        return position if position < len(keys) and keys[position] == key else -1

    def at(self, position: int) -> list[tuple[int, float]]:
        """The codes at a position and their weights."""
        _, indptr, codes, weights = self._views
        return [(codes[i], weights[i]) for i in range(indptr[position], indptr[position + 1])]


class Exemplars:
    """Labelled lines, to look up and to search. Safe to use from several threads.

    Attributes:
        codes: Every code of the lines, ascending.
        entries: The codes of each entry.
        shapes: The codes of each shape.
        lines: One line of each shape, as it was written.
        blend: The model that weighs them; None for the shipped one.
    """

    def __init__(
        self,
        codes: Sequence[str],
        entries: Labels,
        shapes: Labels,
        lines: Sequence[str],
        vectors: Any,
        blend: Blend | None = None,
    ) -> None:
        """Take the parts; `vectors` is a FAISS index with one vector a shape."""
        self.blend = blend
        self.codes = tuple(codes)
        self.entries = entries
        self.shapes = shapes
        self.lines = lines
        self._vectors = vectors

    def __len__(self) -> int:
        """The number of shapes."""
        return len(self.shapes.keys)

    def nearest(self, queries: Vectors, k: int) -> tuple[list[list[float]], list[list[int]]]:
        """Cosines with the nearest shapes, best first, and their positions; -1 where there are fewer."""
        cosines, shapes = self._vectors.search(queries, min(k, len(self)))
        return cosines.tolist(), shapes.tolist()

    def save(self, folder: Path) -> None:
        """Write every file."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        for table, labels in zip(_TABLES, (self.entries, self.shapes), strict=True):
            arrays |= {f"{table}_{part}": getattr(labels, part) for part in Labels.FIELDS}
        save_file(arrays, folder / ARRAYS)
        (folder / CODES).write_text("".join(f"{code}\n" for code in self.codes), encoding="utf-8")
        (folder / LINES).write_text("".join(f"{line}\n" for line in self.lines), encoding="utf-8")
        faiss.write_index(self._vectors, str(folder / VECTORS))
        if self.blend is not None:
            (folder / BLEND).write_bytes(msgspec.json.encode(self.blend))

    @classmethod
    def load(cls, contents: Contents) -> Exemplars | None:
        """Read what `save` wrote; None for an index without lines of a site.

        Raises:
            ArtifactError: If a file is missing or damaged.
        """
        if ARRAYS not in contents.files:
            return None
        names = [f"{table}_{part}" for table in _TABLES for part in Labels.FIELDS]
        arrays = read_arrays(contents, ARRAYS, names)
        entries, shapes = (
            Labels(*(arrays[f"{table}_{part}"] for part in Labels.FIELDS)) for table in _TABLES
        )
        codes = contents.text(CODES).split()
        if not (entries.fits(len(codes)) and shapes.fits(len(codes))):
            raise ArtifactError(f"{contents.path(ARRAYS)} does not fit together; build the index again")
        lines = contents.text(LINES).split("\n")[:-1]
        try:
            vectors = faiss.deserialize_index(np.frombuffer(contents.read(VECTORS), np.uint8))
        except RuntimeError as error:
            raise ArtifactError(
                f"{contents.path(VECTORS)} is no FAISS index; build the index again"
            ) from error
        if not len(shapes.keys) == len(lines) == vectors.ntotal:
            raise ArtifactError(
                f"{contents.path(ARRAYS)} does not belong to {VECTORS}; build the index again"
            )
        return cls(codes, entries, shapes, lines, vectors, _blend(contents))


def _blend(contents: Contents) -> Blend | None:
    if BLEND not in contents.files:
        return None
    try:
        return msgspec.json.decode(contents.read(BLEND), type=Blend)
    except msgspec.DecodeError as error:
        raise ArtifactError(
            f"{contents.path(BLEND)} cannot be read ({error}); build the index again"
        ) from error


def entry_key(normalised: str) -> int:
    """The key that a text shares with all texts of the same words in any order, and with no other text.

    Args:
        normalised: A text in normal form.
    """
    return _key(words(normalised))


def shape_key(normalised: str) -> int:
    """The key that a text shares with all texts that are equal but for digits and the order of words.

    Args:
        normalised: A text in normal form.
    """
    return _key(words(_DIGITS.sub("0", normalised)))


def _key(found: Sequence[str]) -> int:
    return int.from_bytes(hashlib.blake2b(" ".join(sorted(found)).encode(), digest_size=8).digest(), "little")


def vector_index(rows: Callable[[Positions], Vectors], n: int, dim: int) -> Any:
    """A FAISS index of rows of unit length: all are compared, or in a large one a part of them.

    Rows are asked for in parts, so that those of a million lines never stand in memory together.

    Args:
        rows: Gives the rows at some positions, float32 (m, dim).
        n: Number of rows.
        dim: Components of a row.
    """
    training = rows(training_positions(n))
    if n < MIN_LISTED:
        index: Any = faiss.IndexScalarQuantizer(
            dim, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
    else:
        lists = _lists(n)
        # One range of bytes for all components is read a seventh faster than one for each, and finds as many.
        kind = faiss.ScalarQuantizer.QT_8bit_uniform
        exact = faiss.IndexFlatIP(dim)
        index = faiss.IndexIVFScalarQuantizer(exact, dim, lists, kind, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed, index.cp.niter = SEED, 8
        index.cp.max_points_per_centroid = TRAINING_VECTORS_PER_LIST
        index.nprobe = min(max(COMPARED * lists // n, PROBED[0]), PROBED[1])
    index.train(training)
    del training
    for start in range(0, n, ADDED_TOGETHER):
        index.add(rows(np.arange(start, min(n, start + ADDED_TOGETHER))))
    if n >= MIN_LISTED and index.nlist >= COARSE_FROM:
        _scan_centroids(index)
    return index


def _scan_centroids(index: Any) -> None:
    """Let an index whose lists are filled find the lists of a query by a coarse scan of their centroids."""
    centroids = index.quantizer.reconstruct_n(0, index.nlist)
    coarse: Any = faiss.index_factory(index.d, COARSE.format(index.d // 4), faiss.METRIC_INNER_PRODUCT)
    coarse.k_factor = COARSE_FACTOR
    coarse.train(centroids)
    coarse.add(centroids)
    index.quantizer = coarse
    coarse.this.disown()  # the index deletes it; the one before belongs to Python
    index.own_fields = True


def training_positions(n: int) -> Positions:
    """The rows that an index of n rows is trained on: all, or in a large one a part of them."""
    if n < MIN_LISTED:
        return np.arange(n)
    return np.linspace(0, n - 1, min(n, _lists(n) * TRAINING_VECTORS_PER_LIST)).astype(np.int64)


def _lists(n: int) -> int:
    return min(MAX_LISTS, n // SHAPES_PER_LIST)
