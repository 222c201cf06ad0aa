"""Columns of ranker input that depend on the code alone, computed once when an index is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.store.artifact import Artifact
from index.store.profiles import Profiles
from index.store.texts import STARTER
from suggest.measures import measures

Floats = npt.NDArray[np.float32]

_DRUG_PREFIXES = ("J", "Q2", "Q5", "Q9", "S0", "A9", "C9")
_DEVICE_PREFIX = "C"
_BRACE_PREFIX = "L"
_SERVICE_PREFIXES = ("G", "H", "S", "T")
_PREFIXES = (_DRUG_PREFIXES, _DEVICE_PREFIX, _BRACE_PREFIX, _SERVICE_PREFIXES)


class CodeColumns(NamedTuple):
    """Arrays with one row for each code of the catalogue, in its order.

    Attributes:
        profiles: Attributes and quantities of the descriptors.
        code_popularity: float32 (codes,): ln(1 + number of training price lists that contain the code).
        starter: bool (codes,): whether the starter catalogue of common codes contains it.
        sections: float32 (codes, 4): 1 for a drug, a device, a brace, a service; else 0.
        length: float32 (codes,): ln(1 + number of stems in the code's texts).
        family: int32 (codes,): codes with the same first four characters have the same number.
        measure: bool (codes,): whether the code reports a quality measure (`suggest.measures`).
    """

    profiles: Profiles
    code_popularity: Floats
    starter: npt.NDArray[np.bool_]
    sections: Floats
    length: Floats
    family: npt.NDArray[np.int32]
    measure: npt.NDArray[np.bool_]

    @classmethod
    def from_artifact(cls, artifact: Artifact, code_popularity: Mapping[str, int]) -> CodeColumns:
        """Compute the columns for every code of an index.

        Args:
            artifact: The index.
            code_popularity: Code -> number of training price lists that contain it.
        """
        codes = artifact.catalogue.codes
        starter = np.zeros(len(codes), bool)
        starter[[text.row for text in artifact.texts if text.source == STARTER]] = True
        sections = [[code.startswith(prefixes) for prefixes in _PREFIXES] for code in codes]
        price_lists = np.array([code_popularity.get(code, 0) for code in codes], np.float32)
        _, family = np.unique([code[:4] for code in codes], return_inverse=True)
        return cls(
            profiles=artifact.profiles,
            code_popularity=np.log1p(price_lists),
            starter=starter,
            sections=np.array(sections, np.float32).reshape(-1, len(_PREFIXES)),
            length=np.log1p(np.diff(artifact.table.indptr)).astype(np.float32),
            family=family.astype(np.int32),
            measure=measures(artifact.catalogue.records),
        )
