"""Quantities in a text: strengths, volumes, sizes and times, each in the base unit of its dimension."""

from __future__ import annotations

import re
from typing import NamedTuple

DIMENSIONS = (
    "mass",
    "units",
    "volume",
    "activity",
    "length",
    "area",
    "time",
    "gauge",
    "percent",
    "equivalents",
)
"""Base units: mg, unit, ml, mCi, mm, square inch, minute, French, per cent, mEq. Folders hold the names."""

_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("mg", "milligram", "milligrams", "mgs"), ("mass", 1.0)),
    **dict.fromkeys(("mcg", "ug", "microgram", "micrograms"), ("mass", 0.001)),
    **dict.fromkeys(("g", "gm", "gms", "gram", "grams"), ("mass", 1000.0)),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), ("mass", 1e6)),
    **dict.fromkeys(("u", "unit", "units", "iu", "i.u.", "un", "unt"), ("units", 1.0)),
    **dict.fromkeys(("mu", "miu"), ("units", 1e6)),
    **dict.fromkeys(("ml", "cc", "milliliter", "milliliters"), ("volume", 1.0)),
    **dict.fromkeys(("l", "liter", "liters", "litre"), ("volume", 1000.0)),
    **dict.fromkeys(("mci", "millicurie", "millicuries"), ("activity", 1.0)),
    **dict.fromkeys(("uci", "microcurie", "microcuries"), ("activity", 0.001)),
    **dict.fromkeys(("mm", "millimeter", "millimeters"), ("length", 1.0)),
    **dict.fromkeys(("cm", "centimeter", "centimeters"), ("length", 10.0)),
    **dict.fromkeys(("in", "inch", "inches"), ("length", 25.4)),
    **dict.fromkeys(("sq in", "sq. in", "square inch", "square inches", "in2"), ("area", 1.0)),
    **dict.fromkeys(
        ("sq cm", "sq. cm", "square centimeter", "square centimeters", "cm2", "sqcm"), ("area", 0.155)
    ),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("time", 1.0)),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), ("time", 60.0)),
    **dict.fromkeys(("fr", "french"), ("gauge", 1.0)),
    "%": ("percent", 1.0),
    **dict.fromkeys(("meq", "milliequivalent", "milliequivalents"), ("equivalents", 1.0)),
}
_AMOUNT = re.compile(
    r"(?<![\w.])(\d*\.?\d+)\s*(million|mil|billion)?\s*("
    + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    + r")(?![a-z0-9])"
)
_AREA = re.compile(r"(?<![\w.])(\d+\.?\d*)\s*(in|cm|mm)?\s*x\s*(\d+\.?\d*)\s*(in|cm|mm)?(?![\w.]|\s*x)")
_SIDE = {"in": 1.0, None: 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}
_BARE_UNIT = re.compile(
    r"\bper (milligram|mg|microgram|mcg|gram|ml|milliliter|i\.?u\.?|unit|millicurie|sq\.? cm"
    r"|square centimeter)\b"
)
_RANGE = re.compile(
    r"(more than|greater than|over|>)?\s*=?\s*(\d+\.?\d*)\s*([a-z]+\.?(?: in| cm| inches)?)\.?"
    r"(?:\s*(?:but|and)?\s*(?:less than or equal to|less than|<=|<)\s*(\d+\.?\d*))?"
    r"\s*(or less|or smaller|and under)?"
)
_HAS_AMOUNT = re.compile(r"\d|\bper ")  # without either there is no amount
_SCALE = {"million": 1e6, "mil": 1e6, "billion": 1e9}


class Quantity(NamedTuple):
    """An amount in the base unit of its dimension, an index into `DIMENSIONS`."""

    dimension: int
    amount: float


class Range(NamedTuple):
    """Amounts that a descriptor covers: above `above`, up to and including `to`."""

    dimension: int
    above: float
    to: float


def quantities(normalised: str) -> list[Quantity]:
    """The quantities of a normalised text, in order, without duplicates.

    `4x4` is read as an area in square inches unless cm or mm is written; `per mg` as 1 mg.
    """
    read: list[Quantity] = []
    if not _HAS_AMOUNT.search(normalised):
        return read
    for number, scale, unit in _AMOUNT.findall(normalised):
        dimension, factor = _UNITS[unit]
        read.append(Quantity(DIMENSIONS.index(dimension), float(number) * factor * _SCALE.get(scale, 1.0)))
    for width, first, height, second in _AREA.findall(normalised) if "x" in normalised else ():
        side = _SIDE[second or first or None]
        read.append(Quantity(DIMENSIONS.index("area"), float(width) * float(height) * side * side))
    for unit in _BARE_UNIT.findall(normalised) if "per " in normalised else ():
        dimension, factor = _UNITS["iu" if unit.startswith("i") else unit.replace(".", "")]
        read.append(Quantity(DIMENSIONS.index(dimension), factor))
    return list(dict.fromkeys(quantity for quantity in read if quantity.amount > 0))


def size_range(normalised: str) -> Range | None:
    """The first range of amounts in a descriptor ("more than 16 but less than or equal to 48 sq in")."""
    for above, number, unit, to, or_less in _RANGE.findall(normalised):
        known = _UNITS.get(unit.rstrip(".").replace("sq. ", "sq "))
        if known is None or not (above or to or or_less):
            continue
        dimension, factor = DIMENSIONS.index(known[0]), known[1]
        if above:
            return Range(dimension, float(number) * factor, float(to) * factor if to else float("inf"))
        return Range(dimension, 0.0, float(number) * factor)
    upto = re.search(r"up to (\d+\.?\d*) ([a-z]+)", normalised)
    if upto and upto[2] in _UNITS:
        dimension_name, factor = _UNITS[upto[2]]
        return Range(DIMENSIONS.index(dimension_name), 0.0, float(upto[1]) * factor)
    return None
