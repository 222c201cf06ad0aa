"""Inner loops over flat arrays, compiled from `loops.pyx`. Arrays are C-contiguous; rows are not checked."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

def unit_sums(parts: Sequence[Sequence[Floats]], dim: int) -> Floats:
    """The sum of each row's parts, float32 (dim,) each, made unit length: float32 (len(parts), dim).

    A row without parts, or whose parts cancel out, is zero.
    """

def dot(one: Floats, other: Floats) -> float:
    """The inner product of two float32 vectors of one length."""

def exclusive_or(one: bytes, other: bytes) -> bytes:
    """The bytes of two strings of one length, joined bit by bit."""

class Stored:
    """Vectors as `VectorIndex.codes` holds them: uint8 (n, dim), and their scale."""

    def __init__(self, vectors: Bytes, scale: float) -> None: ...
    def best(self, candidates: Ids, allowed: Bytes, queries: Floats, k: int) -> tuple[Floats, Ids, int]:
        """The candidates closest to each query.

        Args:
            candidates: int64 (n, m): rows; -1 where there is none.
            allowed: uint8: of each row that may be a candidate, whether it may be given.
            queries: float32 (n, dim), unit length.
            k: How many are wanted.

        Returns:
            Cosines, float32 (n, k), largest first, and their rows, int64 (n, k); minus infinity and -1 at the
            end where there are fewer; and how many were found at least.
        """

class TextsOfCodes:
    """The vectors of each code's texts."""

    def __init__(self, stored: Stored, rows: npt.NDArray[np.int32], kinds: Bytes, codes: int) -> None:
        """Sort the texts by code.

        Args:
            stored: The vectors, one a text.
            rows: int32 (texts,): the code of each text, from 0 to `codes` - 1.
            kinds: uint8 (texts,): 0 long description, 1 short description, 2 other.
            codes: How many codes there are.
        """

    def closest(self, codes: Ids, meant: Floats, typed: Floats) -> tuple[Floats, Ids]:
        """Compare a query with every text of some codes.

        Args:
            codes: int64 (m,).
            meant: float32 (dim,), unit length: the query with its known terms written out.
            typed: float32 (dim,), unit length: the query as typed; the same array where the two do not
                differ.

        Returns:
            float32 (m, 4), cosines: of `meant` with the closest text of each kind (the long description
            stands in for an absent short one, -1 for others), of `typed` with the closer description; and
            int64 (m,), the text of each code closest to `meant`.
        """

    def gathered(
        self,
        near: Ids,
        by_meaning: int,
        scores: Floats,
        by_words: int,
        pointed: Sequence[int],
        allowed: Bytes,
    ) -> Ids:
        """Candidate codes, each once, ascending: int64 (m,).

        Args:
            near: int64 (n,): texts, the closest first, of codes that are allowed; -1 where there is none.
            by_meaning: How many codes of theirs are taken.
            scores: float32 (codes,): how well the words match.
            by_words: How many codes are taken of those with the largest scores above 0.
            pointed: Codes that are taken too.
            allowed: uint8 (codes,).
        """

class Columns:
    """A sparse matrix in CSC form."""

    def __init__(self, data: Floats, indices: npt.NDArray[np.int32], indptr: Ids, rows: int) -> None:
        """Take float32 `data`, int32 `indices` and int64 `indptr`, as scipy names them."""

    def sums(self, columns: Iterable[int]) -> Floats:
        """Some columns added up, in the order given: float32 (rows,)."""
