"""Inner loops over flat arrays, compiled from `loops.pyx`. Arrays are C-contiguous; rows are not checked."""

from collections.abc import Container, Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

class WeightedRows:
    """The rows of an int8 table (n, dim), each with its weight, float32 (n,)."""

    def __init__(self, table: npt.NDArray[np.int8], weights: Floats) -> None: ...
    def sum(self, rows: list[int]) -> bytes:
        """Some rows, each times its weight, added up: float32 (dim,)."""

def sums_by_row(vectors: Floats, rows: Ids, n: int) -> Floats:
    """Vectors, float32 (m, dim), added up by the row that each belongs to, -1 for none: float32 (n, dim)."""

def unit_sums(parts: list[list[bytes]], dim: int) -> Floats:
    """The sum of each row's parts, float32 (dim,) each, made unit length: float32 (len(parts), dim).

    A row without parts, or whose parts cancel out, is zero.

    Raises:
        ValueError: If a part has another dimension.
    """

def inner_products(rows: Floats, taken: list[int], other: Floats) -> list[float]:
    """The inner products of some rows, float32 (n, dim), with a vector, float32 (dim,)."""

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

class Columns:
    """A sparse matrix in CSC form."""

    def __init__(self, data: Floats, indices: npt.NDArray[np.int32], indptr: Ids, rows: int) -> None:
        """Take float32 `data`, int32 `indices` and int64 `indptr`, as scipy names them."""

    def sums(self, columns: list[int]) -> Floats:
        """Some columns added up, in the order given: float32 (rows,)."""

class TextsOfCodes:
    """The texts of each code: their vectors, and the stems of all together."""

    def __init__(self, stored: Stored, columns: Columns, rows: npt.NDArray[np.int32], kinds: Bytes) -> None:
        """Sort the texts by code.

        Args:
            stored: The vectors, one a text.
            columns: One column a stem, one row a code: what the stem adds to how well the code's words match.
            rows: int32 (texts,): the code of each text.
            kinds: uint8 (texts,): 0 long description, 1 short description, 2 other.
        """

    def evidence(
        self,
        near: Ids,
        stems: list[list[int]],
        by_words: int,
        pointed: list[list[int]],
        allowed: Bytes,
        vectors: Floats,
        typed: list[int],
    ) -> tuple[list[int], Ids, Floats, Ids, Floats]:
        """Candidate codes of some queries, each compared with every text of its candidates.

        Args:
            near: int64 (queries, n): codes that are taken; -1 where there is none.
            stems: Of each query.
            by_words: How many codes are taken of those whose words match best, if any do.
            pointed: Of each query, codes that are taken too.
            allowed: uint8 (codes,).
            vectors: float32 (m, dim), unit length: first the texts with their known terms written out.
            typed: Of each query, the row of the text as typed; its own one where the two do not differ.

        Returns:
            `indptr`: the candidates of query i are from `indptr[i]` to `indptr[i + 1]`.
            int64 (m,): codes, each once a query, ascending.
            float32 (m, 4), cosines: of the text written out with the closest text of each kind (the long
            description stands in for an absent short one, -1 for others), of the text as typed with the
            closer description.
            int64 (m,): the text of the code closest to the text written out.
            float32 (m,): how well the words match.
        """

class SharedWords:
    """Texts as numbers of their words."""

    def __init__(self, vocabulary: list[str], indptr: Ids, numbers: npt.NDArray[np.int32]) -> None:
        """Number the words; arrays as `ForwardIndex` holds them."""

    def of(self, texts: Iterable[int], known: Iterable[str]) -> list[tuple[str, ...]]:
        """See `ForwardIndex.shared`."""

def longest_phrases(
    found: list[str], lengths: dict[str, tuple[int, ...]], phrases: Container[str]
) -> list[tuple[int, int, str]]:
    """The longest known phrases in a text, left to right, without overlap.

    Args:
        found: The text's words in order.
        lengths: For each word that begins a phrase, how many words such phrases have, the most first.
        phrases: Words joined by blanks.

    Returns:
        For each the place of its first word, the place behind its last one, and the phrase.
    """
