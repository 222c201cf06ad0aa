"""One name for everything beside the index that decides an answer: all weights, and the program."""

from __future__ import annotations

import hashlib

from index.digest import source_digest
from index.encoder import Encoder
from index.shipped import weights

SHOWN_DIGITS = 16


def model_identity(encoder: Encoder) -> str:
    """The encoder's name and a digest of its weights, of all weights that ship, and of the source code.

    Raises:
        ArtifactError: If the file of digests is missing or damaged.
    """
    digest = hashlib.sha256(f"{encoder.sha256}\n{source_digest('suggest.suggester')}\n".encode())
    for name, sha256 in sorted(weights().items()):
        digest.update(f"{sha256}  {name}\n".encode())
    return f"{encoder.name}@{digest.hexdigest()[:SHOWN_DIGITS]}"
