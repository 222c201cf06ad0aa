"""What the ranker knows of each code beside its texts, computed once when an index is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.store.artifact import Artifact
from index.store.profiles import Profiles
from index.store.texts import STARTER

Floats = npt.NDArray[np.float32]

_DRUG = ("J", "Q2", "Q5", "Q9", "S0", "A9", "C9")
_SERVICE = ("G", "H", "S", "T")


class CodeColumns(NamedTuple):
    """One row a code.

    Attributes:
        profiles: Facts and amounts.
        code_popularity: float32 (codes,): ln(1 + training price lists that hold the code).
        starter: bool (codes,): the starter catalogue holds it, that is, it matters in practice.
        sections: float32 (codes, 4): drug, device, brace, service.
        length: float32 (codes,): ln(1 + stems in the code's texts).
        family: int32 (codes,): codes with the same first four characters share a number.
    """

    profiles: Profiles
    code_popularity: Floats
    starter: npt.NDArray[np.bool_]
    sections: Floats
    length: Floats
    family: npt.NDArray[np.int32]

    @classmethod
    def from_artifact(cls, artifact: Artifact, code_popularity: Mapping[str, int]) -> CodeColumns:
        """Gather the facts of every code of an index."""
        codes = artifact.catalogue.codes
        starter = np.zeros(len(codes), bool)
        starter[[text.row for text in artifact.texts if text.source == STARTER]] = True
        sections = [
            (code.startswith(_DRUG), code.startswith("C"), code.startswith("L"), code.startswith(_SERVICE))
            for code in codes
        ]
        return cls(
            artifact.profiles,
            np.log1p(np.array([code_popularity.get(code, 0) for code in codes], np.float32)),
            starter,
            np.array(sections, np.float32).reshape(-1, 4),
            np.log1p(np.diff(artifact.table.indptr)).astype(np.float32),
            np.unique([code[:4] for code in codes], return_inverse=True)[1].astype(np.int32),
        )
