"""The shipped encoder as a module of sentence-transformers (extra `encoders`), for other vector stores.

`index/weights/encoder/modules.json` names the class here, so that the folder of the weights opens as a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

from index.encoder import WEIGHTS, StaticEncoder
from index.shipped import read_shipped
from index.text.words import normalise

FILES = ("encoder.json", "encoder.safetensors", "tokenizer.json", "modules.json")
FOLDER = WEIGHTS / "encoder"


class StaticModule(InputModule):
    """Texts as people write them to vectors of unit length; it cannot be trained.

    Args:
        encoder: The encoder.
        folder: Where its files are, which `save` copies.
    """

    def __init__(self, encoder: StaticEncoder, folder: Path = FOLDER) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._encoder = encoder
        self._folder = folder

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """The vectors of texts, under the name that `forward` hands on.

        Returns:
            `sentence_embedding`: float32 tensor (n, dim), rows of unit length; the row of a text without any
            known feature is zero.
        """
        texts = [normalise(f"{prompt or ''}{text}") for text in inputs]
        return {"sentence_embedding": torch.from_numpy(self._encoder.encode(texts))}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The features as they are: `preprocess` has computed the vectors."""
        return features

    def get_embedding_dimension(self) -> int:
        """Number of components of a vector."""
        return self._encoder.dim

    @property
    def max_seq_length(self) -> None:
        """None: every word of a text counts."""
        return None

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Copy the encoder's files into a folder."""
        for name in FILES[:-1]:
            (Path(output_path) / name).write_bytes(read_shipped(self._folder / name))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **_: Any) -> StaticModule:  # type: ignore[override]
        """Read the encoder of a folder.

        Raises:
            EncoderError: If a file is missing, unreadable, or not the one that ships.
            ArtifactError: The same, of `modules.json`.
        """
        folder = Path(model_name_or_path) / subfolder
        read_shipped(folder / "modules.json")
        return cls(StaticEncoder.load(folder), folder)


def sentence_transformer() -> SentenceTransformer:
    """The shipped encoder as a sentence-transformers model on the processor."""
    return SentenceTransformer(modules=[StaticModule.load(str(FOLDER))], device="cpu")
