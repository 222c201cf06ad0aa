"""Which code system a text seems to belong to, from its own words alone.

A text about an operation, a diagnosis or a room says so in its words, whatever code is most similar to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import StaticEncoder
from index.errors import ArtifactError
from index.shipped import read_shipped
from index.text.memoize import memoized
from suggest._ranking import softmax_of_sums
from suggest.ranker import WEIGHTS

Floats = npt.NDArray[np.float32]

SYSTEMS = ("hcpcs", "cpt", "cdt", "icd", "ndc", "revenue", "not-medical", "vague")
"""HCPCS Level II; CPT procedures; dental; diagnoses; drugs by NDC; revenue codes; no health care at all; and
texts that say too little to belong to any."""

NOWHERE = SYSTEMS.index("vague")
_DIGIT = re.compile(r"\d")
MEMOIZED_PARTS = 8192  # blank-separated parts of texts
MIN_ODDS = 1e-6  # probability below which log odds are cut off


class SystemModel:
    """A multinomial logistic regression on words and pieces of words.

    The features are those of the static encoder. The sum of their weights is divided by the root of their
    number, so that a long text is not surer than a short one for its length alone.
    """

    def __init__(self, encoder: StaticEncoder, weights: Floats, bias: Floats) -> None:
        """Take the model.

        Args:
            encoder: Gives the features of a text.
            weights: float16 or float32 (features of the encoder, systems).
            bias: float32 (systems,).
        """
        self._encoder = encoder
        self._weights, self._bias = weights, bias.astype(float).tolist()
        self._stored_bias = bias
        self._part = memoized(self._sum, MEMOIZED_PARTS)

    @classmethod
    def load(cls, encoder: StaticEncoder, path: Path = WEIGHTS / "systems.safetensors") -> SystemModel:
        """Read the shipped model.

        Raises:
            ArtifactError: If it cannot be read.
        """
        from safetensors.numpy import load

        try:
            tensors = load(read_shipped(path))
            return cls(encoder, tensors["weights"], tensors["bias"])
        except ArtifactError:
            raise
        except Exception as error:  # safetensors raises bare Exceptions
            raise ArtifactError(f"{path} cannot be read ({error}); reinstall the project") from error

    def save(self, path: Path) -> None:
        """Write the model in the form that `load` reads."""
        from safetensors.numpy import save_file

        save_file({"weights": self._weights, "bias": self._stored_bias}, path)
        path.chmod(0o644)  # safetensors writes it for its owner alone

    def probabilities(self, texts: Sequence[str]) -> list[list[float]]:
        """Probability of each system.

        Args:
            texts: Normalised texts without noise words.

        Returns:
            For each text a number for each system; they add up to 1.
        """
        return [softmax_of_sums(list(map(self._part, text.split())), self._bias) for text in texts]

    def _sum(self, part: str) -> tuple[float, ...]:
        """Summed weights of the features of a part of a text, and their number, at least 1."""
        features = part_features(self._encoder, part)
        sums = self._weights[features].sum(axis=0, dtype=np.float64).tolist()
        return (*sums, float(len(features) or 1))


def own_log_odds(probabilities: Sequence[float]) -> float:
    """Log odds of HCPCS Level II against all others, from the probabilities of one text."""
    own = min(max(probabilities[0], MIN_ODDS), 1 - MIN_ODDS)
    return log(own / (1 - own))


def part_features(encoder: StaticEncoder, part: str) -> list[int]:
    """Rows of the encoder's table that a blank-separated part of a normalised text has.

    A number counts by its number of digits, so that the shape of a number is known and not its value.
    """
    return encoder.features(_DIGIT.sub("0", part))


UNKNOWN_SYSTEMS = [0.5, *[0.5 / (len(SYSTEMS) - 1)] * (len(SYSTEMS) - 1)]
"""Probabilities where nothing is known of a text: even odds for HCPCS Level II."""
