"""One vector a code in FAISS indexes: a coarse scan finds candidates, int8 vectors rank them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.arrays import Vectors
from index.errors import ArtifactError, QueryError
from index.store._vectors import top_k
from index.store.contents import Contents

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

VECTORS = "codes.faiss"
COARSE = "coarse.faiss"
MIN_COARSE_VECTORS = 4096
"""Below this number of vectors, comparing all of them takes no longer than a coarse scan."""

COMPONENTS_PER_CODE = 4
"""Components that one coarse code of four bits stands for; fewer where the dimension is no multiple of it."""

TRAINING_VECTORS = 2048  # that the coarse codes are trained on
KMEANS_ITERATIONS = 10
RERANK_FACTOR = 3  # candidates of the coarse scan for each row asked for; a filter may leave few of them


class VectorIndex:
    """Inner products with the vectors of all codes.

    A component is stored as int8, `round(component * scale)`. A large index is searched in two steps: FAISS
    scans product-quantised codes of four bits (`IndexPQFastScan`), and the best `RERANK_FACTOR * k` of them
    are compared as int8.

    Attributes:
        scale: Factor of the quantisation.
    """

    def __init__(self, exact: Any, coarse: Any | None, scale: float) -> None:
        self.scale = scale
        self._exact = exact
        self._coarse = coarse
        n, dim = exact.ntotal, exact.d
        self._size = int(n)  # reading `ntotal` through SWIG costs as much as comparing twenty vectors
        # FAISS's signed direct codes are offset by 128 in unsigned bytes.
        codes = faiss.rev_swig_ptr(exact.codes.data(), n * dim) if n else np.zeros(0, np.uint8)
        self._codes = codes.reshape(n, dim)

    @classmethod
    def from_vectors(
        cls, vectors: Vectors, scale: float, *, coarse_from: int = MIN_COARSE_VECTORS
    ) -> VectorIndex:
        """Quantise float32 rows of unit length, shape (n, dim), with no component above 127 / `scale`.

        From `coarse_from` rows on they are also scanned coarsely.
        """
        n, dim = vectors.shape
        rounded = np.round(vectors * scale).astype(np.float32)
        kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
        exact: Any = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
        exact.add(rounded)
        coarse: Any = None
        if n >= coarse_from:
            parts = next(dim // width for width in range(COMPONENTS_PER_CODE, 0, -1) if dim % width == 0)
            coarse = faiss.IndexPQFastScan(dim, parts, 4, faiss.METRIC_INNER_PRODUCT)
            coarse.pq.cp.niter = KMEANS_ITERATIONS
            coarse.train(rounded[np.linspace(0, n - 1, TRAINING_VECTORS).astype(np.int64)])
            coarse.add(rounded)
        return cls(exact, coarse, scale)

    def save(self, folder: Path) -> None:
        """Write `codes.faiss` and, in a large index, `coarse.faiss`; the manifest holds the scale."""
        faiss.write_index(self._exact, str(folder / VECTORS))
        if self._coarse is not None:
            faiss.write_index(self._coarse, str(folder / COARSE))

    @classmethod
    def load(cls, contents: Contents, scale: float) -> VectorIndex:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If a file is missing or is no index of FAISS.
        """
        coarse = _faiss_index(contents, COARSE) if COARSE in contents.files else None
        return cls(_faiss_index(contents, VECTORS), coarse, scale)

    def __len__(self) -> int:
        return self._size

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Ids]:
        """Find the k rows closest to each query.

        Args:
            queries: float32 (n, dim), rows of unit length; they are rounded to int8.
            k: Rows per query, from 1 to the number of rows.
            allowed: bool (rows,): rows that may be returned; all when None.

        Returns:
            Cosines, float32 (n, k), best first, and rows, int64 (n, k); padded with minus infinity and -1
            where fewer than k rows are allowed.

        Raises:
            QueryError: If k is out of range.
        """
        if not 1 <= k <= len(self):
            raise QueryError(f"k is {k}, but this index holds {len(self)} codes")
        allowed_mask = np.ones(len(self), bool) if allowed is None else allowed
        if self._coarse is None:
            return self._search_all(queries, k, allowed_mask)
        _, candidates = self._coarse.search(queries, min(RERANK_FACTOR * k, len(self)))
        mask = allowed_mask.view(np.uint8)
        cosines, rows, fewest = top_k(self._codes, self.scale, candidates, mask, queries, k)
        if fewest <= k // 2:  # a narrow filter left too few candidates: compare every allowed row
            short = np.flatnonzero(rows[:, k // 2] < 0)
            cosines[short], rows[short] = self._search_all(queries[short], k, allowed_mask)
        return cosines, rows

    def _search_all(self, queries: Vectors, k: int, allowed: Mask) -> tuple[Vectors, Ids]:
        """Compare every allowed row; result as in `search`."""
        scales = 127.0 / np.maximum(np.abs(queries).max(axis=1, keepdims=True), 1e-6)
        bits = np.packbits(allowed, bitorder="little")
        # The selector keeps a pointer into `bits`, which must outlive the call: both are locals here.
        # faiss's stubs describe the C++ constructors, not the ones that its Python side puts over them.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
        only = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        products, rows = self._exact.search(np.rint(queries * scales), k, params=only)
        cosines: Vectors = products / (scales * np.float32(self.scale))
        cosines[rows < 0] = -np.inf
        return cosines, rows


def _faiss_index(contents: Contents, name: str) -> Any:
    data = np.frombuffer(contents.read(name), np.uint8)
    try:
        return faiss.deserialize_index(data)
    except RuntimeError as error:
        raise ArtifactError(f"{contents.path(name)} is no FAISS index; build the index again") from error


def int8_scale(*arrays: Vectors) -> float:
    """Factor that makes the largest absolute component of the given vectors 127."""
    largest = [max(float(array.max(initial=0.0)), -float(array.min(initial=0.0))) for array in arrays]
    return 127.0 / max(1e-6, *largest)
