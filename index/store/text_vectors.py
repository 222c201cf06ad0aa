"""The vector of every text as int8, to compare a query with the texts of a candidate code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from index.encoder import Vectors
from index.store._vectors import sums_by_row
from index.store.texts import Text, own

TEXT_VECTORS = "vectors.safetensors"
AT_ONCE = 256  # rows, few enough to stay in the processor's cache


class TextVectors:
    """A component is held as `round(component * scale) + 128` in a byte.

    Attributes:
        codes: uint8 (n, dim): what is held of each vector.
        scale: See above.
    """

    def __init__(self, codes: npt.NDArray[np.uint8], scale: float) -> None:
        self.codes = codes
        self.scale = scale

    @classmethod
    def from_vectors(cls, vectors: Vectors, scale: float) -> TextVectors:
        """Quantise float32 rows, shape (n, dim), whose largest component times `scale` is at most 127."""
        codes = np.empty(vectors.shape, np.uint8)
        for start in range(0, len(vectors), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            codes[some] = np.rint(vectors[some] * scale) + 128
        return cls(codes, scale)

    def save(self, folder: Path) -> None:
        """Write `vectors.safetensors`; the scale is not kept."""
        save_file({"codes": self.codes}, folder / TEXT_VECTORS)

    @classmethod
    def load(cls, folder: Path, scale: float) -> TextVectors:
        """Read what `save` wrote."""
        return cls(load_file(folder / TEXT_VECTORS)["codes"], scale)

    def __len__(self) -> int:
        return len(self.codes)


def means(vectors: Vectors, texts: Sequence[Text], codes: int) -> Vectors:
    """One vector a code: the mean of its texts' vectors, made unit length.

    The lexicon's terms are left out: among the descriptors they draw a code to queries that only share a term
    with it (measured in docs/model.md).

    Args:
        vectors: float32 (n, dim), one a text.
        texts: The texts.
        codes: How many codes there are.

    Returns:
        float32 (codes, dim); zero for a code without a text.
    """
    rows = np.where(own(texts), [text.row for text in texts], -1).astype(np.int64)
    summed = sums_by_row(vectors, rows, codes)
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    made: Vectors = summed / np.maximum(lengths, 1e-6).astype(np.float32)
    return made
