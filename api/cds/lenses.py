"""Vision prescriptions: the code of each lens follows from its power, by the ranges in the descriptors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from api.cds.concepts import is_coded, with_code
from api.cds.lens_words import is_contact, lens_words, power
from api.cds.offers import Offer
from api.cds.resources import Json, string
from api.http.limits import CDS_LENSES
from index.records import Record

_DESIGNS = ("trifocal", "bifocal")
_RANGE = re.compile(r"over (?P<over>\d*\.?\d+)|(?P<low>\d*\.?\d+)d?\s*(?:to|-)\s*(?P<high>\d*\.?\d+)")
_EYES = {"right": "right eye", "left": "left eye"}


class Range(msgspec.Struct, frozen=True):
    """Powers in dioptres, without sign; `low` itself counts only if the range includes it."""

    low: float
    high: float
    includes_low: bool = True

    def holds(self, power: float) -> bool:
        """Whether a power is in the range."""
        return self.low <= power <= self.high if self.includes_low else self.low < power <= self.high


class LensCode(msgspec.Struct, frozen=True):
    """A code for a spectacle lens, as its descriptor says it.

    Attributes:
        design: "single vision", "bifocal" or "trifocal".
        sphere: Powers of the sphere.
        cylinder: Powers of the cylinder; for a sphere only none.
    """

    record: Record
    design: str
    sphere: Range
    cylinder: Range


class LensOrder(msgspec.Struct, frozen=True):
    """The codes of a prescription: (position of the lens, offer) of each lens that has no code yet."""

    lenses: tuple[tuple[int, Offer], ...]

    def changed(self, prescription: Json, codings: Iterable[Json]) -> Json:
        """A copy of the prescription that names one coding for each of the lenses."""
        for (at, _), coding in zip(self.lenses, codings, strict=True):
            prescription = with_code(prescription, ("lensSpecification", at, "product"), "", coding)
        return prescription


def lens_codes(records: Iterable[Record]) -> tuple[LensCode, ...]:
    """The codes of spectacle lenses whose descriptors state ranges of powers."""
    return tuple(filter(None, map(_lens_code, records)))


def _lens_code(record: Record) -> LensCode | None:
    words = record.long_description.lower()
    if not words.startswith(("sphere,", "spherocylinder,")):
        return None
    design = next((design for design in _DESIGNS if design in words), "single vision")
    plain = words.replace("plus or minus ", "").replace("plano", "0")
    ranges = [_range(match) for match in _RANGE.finditer(plain)]
    if not ranges:
        return None
    if words.startswith("sphere,"):
        return LensCode(record, design, ranges[0], Range(0, 0))
    any_cylinder = Range(0, float("inf"), includes_low=False)
    return LensCode(record, design, ranges[0], ranges[1] if len(ranges) > 1 else any_cylinder)


def _range(match: re.Match[str]) -> Range:
    if match["over"]:
        return Range(float(match["over"]), float("inf"), includes_low=False)
    return Range(float(match["low"]), float(match["high"]))


def lens_order(prescription: Json, codes: Iterable[LensCode], on: date) -> LensOrder:
    """The code of each spectacle lens of a VisionPrescription; contact lenses have none here."""
    codes = tuple(codes)
    found = []
    for at, lens in enumerate(_list(prescription.get("lensSpecification"))[:CDS_LENSES]):
        product = lens.get("product") if isinstance(lens, dict) else None
        if not isinstance(lens, dict) or (isinstance(product, dict) and is_coded(product)):
            continue
        offer = _offer(lens, codes, on)
        if offer is not None:
            found.append((at, offer))
    return LensOrder(tuple(found))


def _offer(lens: Json, codes: tuple[LensCode, ...], on: date) -> Offer | None:
    sphere, cylinder = power(lens.get("sphere")), power(lens.get("cylinder"))
    words = lens_words(lens)
    if sphere is None or is_contact(lens, words):
        return None
    design = next(
        (each for each in _DESIGNS if each in words), "bifocal" if lens.get("add") else "single vision"
    )
    for code in codes:
        if code.design != design or not code.sphere.holds(sphere) or code.record.status(on) != "active":
            continue
        if code.cylinder.holds(cylinder or 0.0):
            eye = _EYES.get(string(lens.get("eye")), "lens")
            reason = f"{eye}: {design}, sphere {lens['sphere']}, cylinder {lens.get('cylinder', 0)}"
            return Offer(code.record.code, code.record.long_description, "active", reason=reason)
    return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
