"""Facts and amounts of every code as arrays, read once from its texts when the index is built."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from index.doses import Dose, Range, doses, size_range
from index.facts import facts
from index.records import Record
from index.words import normalise, words

PROFILES = "profiles.safetensors"
MOST_DOSES = 4
HEAD = (
    400  # characters of a descriptor in which amounts are looked for; later ones are conditions of measures
)
_MAKER = re.compile(r"\(([a-z][\w .&-]+)\),? ?not therapeutically equivalent|not therapeutically equivalent")
_NOC = re.compile(
    r"not otherwise (?:classified|specified)|\bnoc\b|\bnos\b|unclassified|unlisted|miscellaneous"
)


class Profiles(NamedTuple):
    """One row a code.

    Attributes:
        facts: uint64 (codes,): bits of `index.facts`.
        dimensions: int8 (codes, 4): dimension of each amount, -1 where there is none.
        amounts: float32 (codes, 4).
        range_dimension: int8 (codes,): dimension of the range, -1 where there is none.
        above: float32 (codes,).
        to: float32 (codes,).
        generic: bool (codes,): not otherwise classified, miscellaneous and the like.
        maker: bool (codes,): for one maker's product only, "not therapeutically equivalent" to the others.
    """

    facts: npt.NDArray[np.uint64]
    dimensions: npt.NDArray[np.int8]
    amounts: npt.NDArray[np.float32]
    range_dimension: npt.NDArray[np.int8]
    above: npt.NDArray[np.float32]
    to: npt.NDArray[np.float32]
    generic: npt.NDArray[np.bool_]
    maker: npt.NDArray[np.bool_]

    @classmethod
    def from_records(cls, records: Sequence[Record]) -> Profiles:
        """Read the texts of every record."""
        rows = [_profile(record) for record in records]
        found = [_padded(amounts) for _, amounts, *_ in rows]
        spans = [span or Range(-1, 0.0, 0.0) for _, _, span, *_ in rows]
        return cls(
            np.array([bits for bits, *_ in rows], np.uint64),
            np.array([[dose.dimension for dose in some] for some in found], np.int8).reshape(-1, MOST_DOSES),
            np.array([[dose.amount for dose in some] for some in found], np.float32).reshape(-1, MOST_DOSES),
            np.array([span.dimension for span in spans], np.int8),
            np.array([span.above for span in spans], np.float32),
            np.array([span.to for span in spans], np.float32),
            np.array([generic for *_, generic, _ in rows], bool),
            np.array([maker for *_, maker in rows], bool),
        )

    def save(self, folder: Path) -> None:
        """Write `profiles.safetensors`."""
        save_file(self._asdict(), folder / PROFILES)

    @classmethod
    def load(cls, folder: Path) -> Profiles:
        """Read what `save` wrote."""
        return cls(**load_file(folder / PROFILES))


def _profile(record: Record) -> tuple[int, list[Dose], Range | None, bool, bool]:
    long, short = normalise(record.long_description[:HEAD]), normalise(record.short_description)
    amounts = list(dict.fromkeys(doses(long) + doses(short)))
    generic = record.is_noc or _NOC.search(long) is not None
    bits = facts(words(long)) | facts(words(short))
    return (
        bits,
        amounts,
        size_range(long) or size_range(short),
        generic,
        _MAKER.search(record.long_description.lower()) is not None,
    )


def _padded(amounts: Sequence[Dose]) -> list[Dose]:
    return [*amounts[:MOST_DOSES], *[Dose(-1, 0.0)] * (MOST_DOSES - len(amounts))]
