"""One vector a code in FAISS indexes: found by coarse codes, compared as int8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.errors import QueryError
from index.store._vectors import top_k

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

VECTORS = "codes.faiss"
COARSE = "coarse.faiss"
FEW = 4096  # vectors; fewer are compared one by one as fast as coarse codes would be
COMPONENTS = 4  # that one coarse code of four bits stands for; fewer where the dimension is no multiple of it
TRAINED_ON = 2048  # vectors that the coarse codes are made from
ROUNDS = 10  # of k-means
CHECKED = 2  # vectors compared as int8 for each that is asked for


class VectorIndex:
    """Inner products with the vectors of all codes.

    A component is stored as int8, `round(component * scale)`. Where there are many vectors, FAISS scans
    product-quantised codes of four bits first (`IndexPQFastScan`), and the best of them, `CHECKED` times as
    many as are asked for, are compared as int8.

    Attributes:
        scale: See above.
    """

    def __init__(self, exact: Any, coarse: Any | None, scale: float) -> None:
        self.scale = scale
        self._exact = exact
        self._coarse = coarse
        n, dim = exact.ntotal, exact.d
        self._size = int(n)  # FAISS takes longer to say it than to compare twenty vectors
        # FAISS's signed direct codes are offset by 128 in unsigned bytes.
        codes = faiss.rev_swig_ptr(exact.codes.data(), n * dim) if n else np.zeros(0, np.uint8)
        self._codes = codes.reshape(n, dim)

    @classmethod
    def from_vectors(cls, vectors: Vectors, scale: float) -> VectorIndex:
        """Quantise float32 rows of unit length, shape (n, dim), with no component above 127 / `scale`."""
        n, dim = vectors.shape
        rounded = np.round(vectors * scale).astype(np.float32)
        kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
        exact: Any = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
        exact.add(rounded)
        coarse: Any = None
        if n >= FEW:
            parts = next(dim // width for width in range(COMPONENTS, 0, -1) if dim % width == 0)
            coarse = faiss.IndexPQFastScan(dim, parts, 4, faiss.METRIC_INNER_PRODUCT)
            coarse.pq.cp.niter = ROUNDS
            coarse.train(rounded[np.linspace(0, n - 1, TRAINED_ON).astype(np.int64)])
            coarse.add(rounded)
        return cls(exact, coarse, scale)

    def save(self, folder: Path) -> None:
        """Write `codes.faiss`, and `coarse.faiss` where there are coarse codes; the rest is not kept."""
        faiss.write_index(self._exact, str(folder / VECTORS))
        if self._coarse is not None:
            faiss.write_index(self._coarse, str(folder / COARSE))

    @classmethod
    def load(cls, folder: Path, scale: float) -> VectorIndex:
        """Read what `save` wrote."""
        coarse = folder / COARSE
        return cls(
            faiss.read_index(str(folder / VECTORS)),
            faiss.read_index(str(coarse)) if coarse.is_file() else None,
            scale,
        )

    def __len__(self) -> int:
        return self._size

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Ids]:
        """Find the k rows closest to each query.

        Args:
            queries: float32 (n, dim), rows of unit length; rounded for this.
            k: Rows per query, 1 to as many as there are.
            allowed: bool (rows,): which may be found; all when None.

        Returns:
            Cosines, float32 (n, k), best first, and rows, int64 (n, k); minus infinity and -1 at the end
            where fewer were found.

        Raises:
            QueryError: If k is out of range.
        """
        if not 1 <= k <= len(self):
            raise QueryError(f"k is {k}, but this index holds {len(self)} codes")
        may = np.ones(len(self), bool) if allowed is None else allowed
        if self._coarse is None:
            return self._among(queries, k, may)
        _, candidates = self._coarse.search(queries, min(CHECKED * k, len(self)))
        cosines, rows, fewest = top_k(self._codes, self.scale, candidates, may.view(np.uint8), queries, k)
        if fewest <= k // 2:  # a narrow filter: every allowed row is compared
            few = np.flatnonzero(rows[:, k // 2] < 0)
            cosines[few], rows[few] = self._among(queries[few], k, may)
        return cosines, rows

    def _among(self, queries: Vectors, k: int, allowed: Mask) -> tuple[Vectors, Ids]:
        """Compare all rows that are allowed."""
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


def int8_scale(*arrays: Vectors) -> float:
    """What makes the largest component of some vectors 127."""
    largest = [max(float(array.max(initial=0.0)), -float(array.min(initial=0.0))) for array in arrays]
    return 127.0 / max(1e-6, *largest)
