"""Units of measure of claims, exact: names, dimensions and factors, and the things that are counted.

Names and factors are those of `index.text.units`, as fractions, with what only claims need beside them:
distances, body surface, energy, activity in becquerel. No library converts here: `docs/decisions.md`.
"""

from __future__ import annotations

from fractions import Fraction

from index.text.units import DIMENSIONS
from index.text.units import UNITS as TEXT_UNITS

_SAME = ("mass", "units", "volume", "activity", "length", "time", "equivalents", "weight")
"""Dimensions whose names and factors are taken from the texts' own units; weight becomes kilograms."""

_POUND = Fraction("0.45359237")
_OWN: dict[tuple[str, Fraction], str] = {
    ("mass", Fraction(1, 10**6)): "ng nanogram nanograms",
    ("mass", Fraction(1, 1000)): "µg μg microgm",
    ("units", Fraction(1, 1000)): "milliunit milliunits",
    ("units", Fraction(10**6)): "mmu",
    ("volume", Fraction("29.5735295625")): "floz",
    ("volume", Fraction("473.176473")): "pint pints pt",
    ("volume", Fraction("946.352946")): "quart quarts qt",
    ("volume", Fraction("3785.411784")): "gallon gallons gal",
    ("activity", Fraction(1, 1000)): "µci μci",
    ("activity", Fraction(1000)): "ci curie curies",
    ("activity", Fraction(1, 37)): "mbq megabecquerel megabecquerels",
    ("activity", Fraction(1000, 37)): "gbq gigabecquerel gigabecquerels",
    ("length", Fraction("914.4")): "yd yds yard yards",
    ("length", Fraction("304.8")): "ft foot feet",
    ("area", Fraction(1)): "cm2 cm² sqcm scm",
    ("area", Fraction("6.4516")): "in2 in² sqin",
    ("body", Fraction(1)): "m2 m² sqm",
    ("time", Fraction(60)): "h",
    ("time", Fraction(1440)): "d",
    ("time", Fraction(1440 * 30)): "month months mo",
    ("energy", Fraction(1)): "kcal kcals cal cals calorie calories kilocalorie kilocalories",
    ("moles", Fraction(1)): "mmol mmols millimole millimoles",
    ("distance", Fraction(1)): "mi mile miles mileage",
    ("distance", Fraction(10**6, 1609344)): "km kilometer kilometers",
    ("weight", Fraction(1)): "kilo kilos",
}


def _factor(dimension: str, factor: float) -> Fraction:
    """Exact factor to the base unit: kilograms for weights, as typed for all others."""
    if dimension == "weight":
        return Fraction(1) if factor > 1 else _POUND
    return Fraction(repr(factor)) if factor != 29.5735 else Fraction("29.5735295625")


UNITS: dict[str, tuple[str, Fraction]] = {
    name: (DIMENSIONS[dimension], _factor(DIMENSIONS[dimension], factor))
    for name, (dimension, factor) in TEXT_UNITS.items()
    if DIMENSIONS[dimension] in _SAME and " " not in name
} | {name: key for key, names in _OWN.items() for name in names.split()}
"""Each name of a unit: its dimension, and how many of the base unit it is.

Base units: mg, unit, ml, mCi, mm, cm2, minute, mEq, kg, m2, mile, kcal, mmol."""

BASE_NAMES = {
    "mass": "mg",
    "units": "units",
    "volume": "mL",
    "activity": "mCi",
    "length": "mm",
    "area": "sq cm",
    "time": "minutes",
    "equivalents": "mEq",
    "weight": "kg",
    "body": "m2",
    "distance": "miles",
    "energy": "kcal",
    "moles": "mmol",
    "piece": "",
}
"""The base unit of a dimension, as arithmetic writes it."""

_SINGLE = (
    "vial vials vl vls sdv sdvs suv syringe syringes syr pfs ampule ampules ampoule ampoules amp amps ampul"
    " cartridge cartridges carpuject autoinjector autoinjectors auto-injector injector injectors"
    " patch patches"
)
_OTHERS = (
    "pen pens bag bags"
    " bottle bottles btl kit kits tablet tablets tab tabs capsule capsules cap caps caplet caplets"
    " film films implant implants insert inserts pellet pellets can cans carton cartons box boxes bx"
    " pack packs"
    " package packages pkg pkgs pk pks packet packets case cases roll rolls tube tubes sheet sheets"
    " piece pieces"
    " pcs pc graft grafts disc discs disk disks bar bars jar jars neb nebs container containers mdv mdvs"
    " sachet sachets pouch pouches respule respules ampul"
)
_NOUNS = {
    "vl": "vial", "vls": "vial", "sdv": "vial", "sdvs": "vial", "suv": "vial", "mdv": "vial", "mdvs": "vial",
    "syr": "syringe", "pfs": "syringe", "carpuject": "syringe", "ampoule": "ampule", "ampoules": "ampule",
    "amp": "ampule", "amps": "ampule", "ampul": "ampule", "auto-injector": "autoinjector",
    "injectors": "injector",
    "btl": "bottle", "tab": "tablet", "tabs": "tablet", "cap": "capsule", "caps": "capsule", "bx": "box",
    "boxes": "box", "pkg": "package", "pkgs": "package", "pk": "pack", "pks": "pack", "pcs": "piece",
    "pc": "piece",
    "disk": "disc", "disks": "disc", "patches": "patch", "pouches": "pouch", "syringes": "syringe",
    "cartridges": "cartridge", "respules": "respule",
}  # fmt: skip


def _singular(noun: str) -> str:
    return _NOUNS.get(noun) or (noun[:-1] if noun.endswith("s") else noun)


CONTAINERS: dict[str, str] = {noun: _singular(noun) for noun in f"{_SINGLE} {_OTHERS}".split()}
"""Each name of a thing that holds or is an amount: its singular."""

SINGLE_DOSE = frozenset(_singular(noun) for noun in _SINGLE.split())
"""Containers that are for one patient unless the text says otherwise."""

PACKS = frozenset(
    [
        "can",
        "carton",
        "box",
        "pack",
        "package",
        "case",
        "roll",
        "tube",
        "jar",
        "bottle",
        "container",
        "kit",
        "bag",
    ]
)
"""What holds several pieces, or an amount that the word alone does not say."""


def base(value: str, unit: str) -> Fraction:
    """An amount in the base unit of its unit's dimension."""
    return Fraction(value) * UNITS[unit][1]


def number(value: Fraction) -> str:
    """A number for a person: whole, or with up to six decimals, thousands separated."""
    if value.denominator == 1:
        return f"{value.numerator:,}"
    text = f"{float(value):,.6f}".rstrip("0").rstrip(".")
    return text if text not in ("0", "") else f"{float(value):.3g}"
