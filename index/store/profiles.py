"""Attributes and quantities of every code as arrays, read from its texts when the index is built."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from index.digest import source_digest
from index.records import Record
from index.store.build_cache import cached_by_source
from index.store.contents import Contents
from index.store.named_arrays import load_named, save_named
from index.text.attributes import GROUPS, ROUTE, VALUES, attributes, bit
from index.text.quantities import DIMENSIONS, Quantity, Range, amounts, size_ranges
from index.text.words import normalise, words

PROFILES = "profiles.safetensors"
MAX_QUANTITIES = 4
MAX_RANGES = 2
QUANTITY_CHARACTERS = 400
"""Characters of a descriptor that are searched for amounts; later ones are conditions of quality measures."""

PROFILE = np.dtype(
    [
        ("attributes", np.uint8, len(GROUPS)),
        ("dimensions", np.int8, MAX_QUANTITIES),
        ("amounts", np.float32, MAX_QUANTITIES),
        ("range_dimensions", np.int8, MAX_RANGES),
        ("range_low", np.float32, MAX_RANGES),
        ("range_high", np.float32, MAX_RANGES),
        ("kin", np.int32),
        ("generic", np.bool_),
        ("maker", np.bool_),
    ]
)
"""One code's row of `Profiles`, field for field."""

_NAMES = {"attributes": VALUES, "dimensions": DIMENSIONS}

_FORMS = frozenset({"injection", "infusion"})  # say nothing about what is injected
_MAKER = re.compile(r"\(([a-z][\w .&-]+)\),? ?not therapeutically equivalent|not therapeutically equivalent")
_INJECTED = re.compile(r"J[01239]|Q51")
_NOC = re.compile(
    r"not otherwise (?:classified|specified)|\bnoc\b|\bnos\b|unclassified|unlisted|miscellaneous"
)


class Profiles(NamedTuple):
    """Attributes and quantities, one row a code.

    Attributes:
        attributes: uint8 (codes, groups): bits of `index.text.attributes`, a byte for each group.
        dimensions: int8 (codes, 4): dimension of each amount, -1 where there is none.
        amounts: float32 (codes, 4): in the base unit of the dimension, 0 where there is none.
        range_dimensions: int8 (codes, 2): dimension of each range, -1 where there is none.
        range_low: float32 (codes, 2): lower end of each range, included.
        range_high: float32 (codes, 2): upper end of each range, included.
        kin: int32 (codes,): number of the first word of the long description that names the thing.
        generic: bool (codes,): "not otherwise classified", "miscellaneous" and similar.
        maker: bool (codes,): for the product of one maker, "not therapeutically equivalent" to others.
    """

    attributes: npt.NDArray[np.uint8]
    dimensions: npt.NDArray[np.int8]
    amounts: npt.NDArray[np.float32]
    range_dimensions: npt.NDArray[np.int8]
    range_low: npt.NDArray[np.float32]
    range_high: npt.NDArray[np.float32]
    kin: npt.NDArray[np.int32]
    generic: npt.NDArray[np.bool_]
    maker: npt.NDArray[np.bool_]

    @classmethod
    def from_records(cls, records: Sequence[Record], cache: Path | None = None) -> Profiles:
        """Read the texts of every record.

        Args:
            records: The codes.
            cache: Folder with the profiles of earlier builds; None reads every record anew.
        """
        path = cache / f"profiles-{source_digest(__name__)[:16]}.db" if cache else None
        sources = [
            f"{record.code}\n{record.long_description}\n{record.short_description}\n{record.is_noc}"
            for record in records
        ]
        values = cached_by_source(
            path, sources, lambda rows: [_profile(records[row]).tobytes() for row in rows]
        )
        rows = np.frombuffer(b"".join(values), PROFILE)
        return cls(*(np.ascontiguousarray(rows[name]) for name in cls._fields))

    def stated(self, row: int) -> int:
        """Attributes of one code as `index.text.attributes` has them: one integer."""
        return int.from_bytes(self.attributes[row].tobytes(), "little")

    def save(self, folder: Path) -> None:
        """Write `profiles.safetensors`, with the names of the attributes and dimensions."""
        save_named(self._asdict(), _NAMES, folder / PROFILES)

    @classmethod
    def load(cls, contents: Contents) -> Profiles:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If the file is damaged, its attributes or dimensions are not those of this
                version, or an array has another shape or dtype.
        """
        return cls(**load_named(contents, PROFILES, PROFILE, _NAMES))


def _profile(record: Record) -> npt.NDArray[np.void]:
    long = normalise(record.long_description[:QUANTITY_CHARACTERS])
    short = normalise(record.short_description)
    held = list(dict.fromkeys(amounts(long) + amounts(short)))[:MAX_QUANTITIES]
    held += [Quantity(-1, 0.0)] * (MAX_QUANTITIES - len(held))
    ranges = (size_ranges(long) or size_ranges(short))[:MAX_RANGES]
    ranges += [Range(-1, 0.0, 0.0)] * (MAX_RANGES - len(ranges))
    row = np.zeros((), PROFILE)
    generic = record.is_noc or _NOC.search(long) is not None
    stated = attributes(words(long)) | attributes(words(short))
    if not stated & GROUPS[ROUTE] and not generic:
        stated |= _route_of_section(record.code)
    row["attributes"] = list(stated.to_bytes(len(GROUPS), "little"))
    row["dimensions"] = [quantity.dimension for quantity in held]
    row["amounts"] = [quantity.amount for quantity in held]
    row["range_dimensions"], row["range_low"], row["range_high"] = zip(*ranges, strict=True)
    named = (word for word in words(long) if word[0].isalpha() and word not in _FORMS)
    row["kin"] = crc32(next(named, "").encode()) >> 1
    row["generic"] = generic
    row["maker"] = _MAKER.search(record.long_description.lower()) is not None
    return row


def _route_of_section(code: str) -> int:
    """The route of a drug code that states none, by its section: J0 to J3, J9, Q51 injected, J8 oral."""
    if _INJECTED.match(code):
        return bit("route: injected")
    return bit("route: oral") if code.startswith("J8") else 0
