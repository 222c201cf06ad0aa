"""Plain numbers that training leaves beside the models."""

from __future__ import annotations

from pathlib import Path

import msgspec

from index.errors import ArtifactError
from suggest.ranker import WEIGHTS


class Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`figures.json`.

    Attributes:
        refuse_below: Confidence under which even the best candidate is called no good match.
        hospitals: Code -> in how many of the training price lists it stands.
    """

    refuse_below: float
    hospitals: dict[str, int]


def load_figures(path: Path = WEIGHTS / "figures.json") -> Figures:
    """Read the shipped figures.

    Raises:
        ArtifactError: If they cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Figures)
    except (OSError, msgspec.DecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); reinstall the project") from error
