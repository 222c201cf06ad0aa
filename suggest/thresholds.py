"""Numbers that training writes in addition to the models."""

from __future__ import annotations

from pathlib import Path

import msgspec

from index.errors import ArtifactError
from index.shipped import read_shipped
from suggest.ranker import WEIGHTS


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `thresholds.json`.

    Attributes:
        refuse_below: An answer is "no good match" when the probability that any code fits is lower.
        code_popularity: Code -> number of training price lists that contain it.
    """

    refuse_below: float
    code_popularity: dict[str, int]


UNTRAINED = Thresholds(refuse_below=0.3, code_popularity={})
"""For an index of an encoder that was not trained here."""


def load_thresholds(path: Path = WEIGHTS / "thresholds.json") -> Thresholds:
    """Read the shipped thresholds.

    Raises:
        ArtifactError: If they cannot be read.
    """
    try:
        return msgspec.json.decode(read_shipped(path), type=Thresholds)
    except (OSError, msgspec.DecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); reinstall the project") from error
