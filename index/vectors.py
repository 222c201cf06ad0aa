"""Unit vectors in a FAISS index: found by coarse codes, compared as int8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.errors import QueryError

Ids = npt.NDArray[np.int64]

FEW = 4096  # vectors; fewer are compared one by one as fast as coarse codes would be
COMPONENTS = 4  # that one coarse code of four bits stands for; fewer where the dimension is no multiple of it
TRAINED_ON = 2048  # vectors that the coarse codes are made from
ROUNDS = 10  # of k-means
CHECKED = 1.5  # vectors compared as int8 for each that is asked for


class VectorIndex:
    """Inner products with every vector.

    A component is stored as int8, `round(component * scale)`; the scale makes the largest one 127. In a large
    index FAISS scans product-quantised codes of four bits first (`IndexPQFastScan`) and compares the best of
    them, `CHECKED` times as many as are asked for, as int8 (`IndexRefine`).
    """

    def __init__(self, index: Any, scale: float) -> None:
        self.scale = scale
        self._index = index
        self._exact: Any = index
        if isinstance(index, faiss.IndexRefine):
            self._exact = faiss.downcast_index(index.refine_index)
        codes, n, dim = self._exact.codes, index.ntotal, index.d
        # FAISS's signed direct codes are offset by 128 in unsigned bytes.
        self.stored: npt.NDArray[np.uint8] = (
            faiss.rev_swig_ptr(codes.data(), n * dim).reshape(n, dim) if n else np.zeros((0, dim), np.uint8)
        )
        """uint8 (n, dim): what is held of each vector, plus 128."""

    @classmethod
    def from_vectors(cls, vectors: Vectors) -> VectorIndex:
        """Quantise float32 rows of unit length, shape (n, dim)."""
        n, dim = vectors.shape
        scale = 127.0 / max(float(np.abs(vectors).max(initial=0.0)), 1e-6)
        rounded = np.round(vectors * scale).astype(np.float32)
        kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
        index: Any = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
        if n >= FEW:
            parts = next(dim // width for width in range(COMPONENTS, 0, -1) if dim % width == 0)
            coarse = faiss.IndexPQFastScan(dim, parts, 4, faiss.METRIC_INNER_PRODUCT)
            coarse.pq.cp.niter = ROUNDS
            coarse.train(rounded[np.linspace(0, n - 1, TRAINED_ON).astype(np.int64)])
            index = faiss.IndexRefine(coarse, index)
            index.k_factor = CHECKED
        index.add(rounded)
        return cls(index, scale)

    def save(self, path: Path) -> None:
        """Write the FAISS index; the scale goes into the manifest."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path, scale: float) -> VectorIndex:
        """Read what `save` wrote."""
        return cls(faiss.read_index(str(path)), scale)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, queries: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> tuple[Vectors, Ids]:
        """Find the k rows closest to each query.

        Args:
            queries: float32 (n, dim), rows of unit length; rounded like the vectors for this.
            k: Rows per query, 1 to the number held.
            allowed: bool (rows,): which may be found; all when None.

        Returns:
            Cosines, float32 (n, k), best first, and rows, int64 (n, k); -1 in place of a row that was found
            but may not be, and where fewer than k may be.

        Raises:
            QueryError: If k is out of range.
        """
        if not 1 <= k <= len(self):
            raise QueryError(f"k is {k}, but this index holds {len(self)} texts")
        scales = 127.0 / np.maximum(np.abs(queries).max(axis=1, keepdims=True), 1e-6)
        rounded = np.rint(queries * scales)
        if self._exact is self._index:
            products, rows = self._among(rounded, k, allowed)
        else:
            products, rows = self._index.search(rounded, k)
            if allowed is not None:
                may = allowed[rows]
                rows[~may] = -1
                few = np.flatnonzero(may.sum(axis=1) * 2 < k)
                if len(few):  # a narrow filter: every allowed row is compared
                    products[few], rows[few] = self._among(rounded[few], k, allowed)
        cosines: Vectors = products / (scales * np.float32(self.scale))
        cosines[rows < 0] = -np.inf
        return cosines, rows

    def _among(self, rounded: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None) -> tuple[Vectors, Ids]:
        """Compare all rows that are allowed."""
        if allowed is None:
            products, rows = self._exact.search(rounded, k)
            return products, rows
        bits = np.packbits(allowed, bitorder="little")
        # The selector keeps a pointer into `bits`, which must outlive the call: both are locals here.
        # faiss's stubs describe the C++ constructors, not the ones that its Python side puts over them.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
        only = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        products, rows = self._exact.search(rounded, k, params=only)
        return products, rows
