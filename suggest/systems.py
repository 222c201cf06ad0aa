"""Which code system a text seems to belong to, from its own words alone.

A text about an operation, a diagnosis or a room says so in its words, whatever code is most similar to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy.typing as npt

from index.encoder import StaticEncoder
from index.errors import ArtifactError
from index.shipped import read_shipped
from index.text.memoize import memoized
from suggest._systems import Network
from suggest.ranker import WEIGHTS

SYSTEMS = ("hcpcs", "cpt", "cdt", "icd", "ndc", "revenue", "not-medical", "vague")
"""HCPCS Level II; CPT procedures; dental; diagnoses; drugs by NDC; revenue codes; no health care at all; and
texts that say too little to belong to any."""

NOWHERE = SYSTEMS.index("vague")
PAIRS = 1 << 16  # rows for hashed pairs of neighbouring words
PARTS = ("table", "scales", "hidden_bias", "output", "bias")
"""The tensors of the model, in the order in which `suggest._systems.Network` takes them."""

_ZEROS = bytes.maketrans(b"123456789", b"000000000")
MEMOIZED_PARTS = 32768  # blank-separated parts of texts
MIN_ODDS = 1e-6  # probability below which log odds are cut off


class SystemModel:
    """A network with one hidden layer on words, pieces of words and pairs of neighbouring words.

    The features are those of the static encoder and hashed pairs. A device alone is ours, the same device
    beside "insertion of" is a procedure: a linear model cannot learn that, and this one is hardly slower.
    """

    def __init__(self, encoder: StaticEncoder, weights: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take the model.

        Args:
            encoder: Gives the features of a text.
            weights: What `suggest._systems.Network` takes, by name; the rows of the table are the features of
                the encoder and after them `PAIRS` hashed pairs.

        Raises:
            ValueError: If the shapes do not fit together.
        """
        if len(weights["table"]) != encoder.n_features + PAIRS:
            raise ValueError(f"the table has {len(weights['table'])} rows, the encoder another number")
        self._encoder = encoder
        self._weights = dict(weights)
        self._network = Network(*(weights[name] for name in PARTS))
        self._part = memoized(self._sum, MEMOIZED_PARTS)

    @classmethod
    def load(cls, encoder: StaticEncoder, path: Path = WEIGHTS / "systems.safetensors") -> SystemModel:
        """Read the shipped model.

        Raises:
            ArtifactError: If it cannot be read.
        """
        from safetensors.numpy import load

        try:
            return cls(encoder, load(read_shipped(path)))
        except ArtifactError:
            raise
        except Exception as error:  # safetensors raises bare Exceptions
            raise ArtifactError(f"{path} cannot be read ({error}); reinstall the project") from error

    def save(self, path: Path) -> None:
        """Write the model in the form that `load` reads."""
        from safetensors.numpy import save_file

        save_file(self._weights, path)
        path.chmod(0o644)  # safetensors writes it for its owner alone

    def probabilities(self, texts: Sequence[str]) -> list[list[float]]:
        """Probability of each system.

        Args:
            texts: Normalised texts without noise words.

        Returns:
            For each text a number for each system; they add up to 1.
        """
        first, network = self._encoder.n_features, self._network
        found = []
        for text in texts:
            parts = parts_of(text)
            pairs = [first + pair for pair in pair_features(parts)]
            found.append(network.probabilities(list(map(self._part, parts)), pairs))
        return found

    def _sum(self, part: str) -> bytes:
        """What a part of a text adds."""
        return self._network.part(self._encoder.features(part))


def own_log_odds(probabilities: Sequence[float]) -> float:
    """Log odds of HCPCS Level II against all others, from the probabilities of one text."""
    own = min(max(probabilities[0], MIN_ODDS), 1 - MIN_ODDS)
    return log(own / (1 - own))


def parts_of(text: str) -> list[str]:
    """The blank-separated parts of a normalised text, all digits as 0.

    So the model knows the shape of a number and not its value.
    """
    return text.encode().translate(_ZEROS).decode().split()


def pair_features(parts: Sequence[str]) -> list[int]:
    """Hashes, below `PAIRS`, of each two neighbouring parts of a text."""
    return [crc32(f"{one} {next_one}".encode()) % PAIRS for one, next_one in pairwise(parts)]


UNKNOWN_SYSTEMS = [0.5, *[0.5 / (len(SYSTEMS) - 1)] * (len(SYSTEMS) - 1)]
"""Probabilities where nothing is known of a text: even odds for HCPCS Level II."""
