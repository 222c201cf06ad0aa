"""Plain numbers that training leaves beside the models."""

from __future__ import annotations

from pathlib import Path

import msgspec

from index.errors import ArtifactError
from suggest.ranker import WEIGHTS


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`thresholds.json`.

    Attributes:
        refuse_below: Probability that any code fits under which the answer is "no good match".
        codable_bias: With `codable_weights`, a logistic regression on the text's vector: does it sound like
            something that has a code (log odds)?
        codable_weights: One a dimension of the encoder; empty for none.
        code_popularity: Code -> in how many of the training price lists it stands.
    """

    refuse_below: float
    codable_bias: float
    codable_weights: tuple[float, ...]
    code_popularity: dict[str, int]


UNTRAINED = Thresholds(refuse_below=0.3, codable_bias=0.0, codable_weights=(), code_popularity={})
"""For an index of another encoder."""


def load_thresholds(path: Path = WEIGHTS / "thresholds.json") -> Thresholds:
    """Read the shipped thresholds.

    Raises:
        ArtifactError: If they cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Thresholds)
    except (OSError, msgspec.DecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); reinstall the project") from error
