"""The vector of every text as int8, to compare a query with each text of a candidate code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from index.arrays import Vectors
from index.store._vectors import sums_by_row
from index.store.contents import Contents
from index.store.named_arrays import read_arrays
from index.store.texts import Text, own

TEXT_VECTORS = "vectors.safetensors"
CHUNK_ROWS = 256  # rows quantised together; they fit the processor's cache


class TextVectors:
    """Quantised vectors; a component is stored in one byte as `round(component * scale) + 128`.

    Attributes:
        codes: uint8 (n, dim): the quantised vectors.
        scale: Factor of the quantisation; at most 127 over the largest component.
    """

    def __init__(self, codes: npt.NDArray[np.uint8], scale: float) -> None:
        self.codes = codes
        self.scale = scale

    @classmethod
    def from_vectors(cls, vectors: Vectors, scale: float) -> TextVectors:
        """Quantise float32 rows, shape (n, dim), whose largest component times `scale` is at most 127."""
        codes = np.empty(vectors.shape, np.uint8)
        for start in range(0, len(vectors), CHUNK_ROWS):
            chunk = slice(start, start + CHUNK_ROWS)
            codes[chunk] = np.rint(vectors[chunk] * scale) + 128
        return cls(codes, scale)

    def save(self, folder: Path) -> None:
        """Write `vectors.safetensors`; the manifest holds the scale."""
        save_file({"codes": self.codes}, folder / TEXT_VECTORS)

    @classmethod
    def load(cls, contents: Contents, scale: float) -> TextVectors:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If the file is missing or cannot be read.
        """
        return cls(read_arrays(contents, TEXT_VECTORS, ("codes",))["codes"], scale)

    def __len__(self) -> int:
        return len(self.codes)


def means(vectors: Vectors, texts: Sequence[Text], codes: int) -> Vectors:
    """One vector a code: the mean of the vectors of its texts, scaled to unit length.

    Lexicon terms are left out: with them a code comes closer to queries that share one term with it and
    nothing else (measured in docs/model.md).

    Args:
        vectors: float32 (n, dim), one a text.
        texts: The texts.
        codes: Number of codes.

    Returns:
        float32 (codes, dim); zero for a code without a text.
    """
    rows = np.where(own(texts), [text.row for text in texts], -1).astype(np.int64)
    summed = sums_by_row(vectors, rows, codes)
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    unit: Vectors = summed / np.maximum(lengths, 1e-6).astype(np.float32)
    return unit
