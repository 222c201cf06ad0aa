"""Units of measure: which dimension each belongs to, and how many of the dimension's base unit it is."""

from __future__ import annotations

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
    "weight",
    "pressure",
    "age",
    "flow",
    "concentration",
    "energy",
    "classes",
    "leads",
    "channels",
    "electrodes",
    "specimens",
    "implants",
    "sphere",
    "cylinder",
    "angle",
)
"""Base units: mg, unit, ml, mCi, mm, square inch, minute, French, per cent, mEq, pound, mmHg, year, litre a
minute, mg/ml, kcal/ml, then counts of the things named, dioptre (twice), degree. Folders hold the names."""

_NAMES: dict[tuple[str, float], str] = {
    ("mass", 1.0): "mg mgs mgm milligram milligrams",
    ("mass", 0.001): "mcg mcgs ug microgram micrograms",
    ("mass", 1000.0): "g gm gms gram grams",
    ("units", 1.0): "u unit units iu i.u. un unt",
    ("units", 1e6): "mu miu",
    ("volume", 1.0): "ml mls cc ccs milliliter milliliters millilitre millilitres",
    ("volume", 1000.0): "l lt ltr liter liters litre litres",
    ("volume", 29.5735): "oz ounce ounces",
    ("activity", 1.0): "mci millicurie millicuries",
    ("activity", 0.001): "uci microcurie microcuries",
    ("length", 1.0): "mm millimeter millimeters",
    ("length", 10.0): "cm cms centimeter centimeters",
    ("length", 25.4): "in inch inches",
    ("time", 1.0): "min mins minute minutes",
    ("time", 60.0): "hr hrs hour hours",
    ("time", 1440.0): "day days",
    ("time", 10080.0): "week weeks wk wks",
    ("gauge", 1.0): "fr french",
    ("percent", 1.0): "% percent",
    ("equivalents", 1.0): "meq milliequivalent milliequivalents",
    ("weight", 1.0): "lb lbs pound pounds",
    ("weight", 2.20462): "kg kgs kilogram kilograms",
    ("pressure", 1.0): "mmhg",
    ("age", 1.0): "year years yr yrs yo y/o",
    ("flow", 1.0): "lpm l/min",
    ("concentration", 1.0): "mg/ml mg/cc",
    ("energy", 1.0): "kcal/ml cal/ml kcal/cc",
    ("classes", 1.0): "class classes",
    ("leads", 1.0): "lead leads",
    ("channels", 1.0): "channel channels chan",
    ("electrodes", 1.0): "electrode electrodes",
    ("specimens", 1.0): "specimen specimens",
    ("implants", 1.0): "implant implants",
    ("sphere", 1.0): "sphere sph",
    ("cylinder", 1.0): "cylinder cyl",
    ("angle", 1.0): "degree degrees",
}
_PHRASES: dict[tuple[str, float], tuple[str, ...]] = {
    ("area", 1.0): (
        *("sq in", "sq. in", "sqin", "sq inch", "sq inches", "square in", "square inch", "square inches"),
        *("in2", "in sq", "sq i", "sqi"),
    ),
    ("area", 1 / 2.54**2): (
        *("sq cm", "sq. cm", "sqcm", "square cm", "square centimeter", "square centimeters", "cm2", "cm sq"),
        "sq cms",
    ),
    ("area", 144.0): ("sq ft", "square foot", "square feet"),
    ("pressure", 1.0): ("mm hg", "mm/hg"),
    ("flow", 1.0): ("liters per minute", "l per minute", "liter per minute"),
    ("classes", 1.0): ("drug class", "drug classes"),
    ("sphere", 1.0): ("d sphere",),
    ("cylinder", 1.0): ("d cylinder", "d cyl"),
}

UNITS: dict[str, tuple[int, float]] = {
    name: (DIMENSIONS.index(dimension), factor)
    for table in ({key: names.split() for key, names in _NAMES.items()}, _PHRASES)
    for (dimension, factor), names in table.items()
    for name in names
}
"""Each name of a unit in normal form: its dimension, an index into `DIMENSIONS`, and its base units."""

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER_WORDS = {"twenty-four": "24"} | {word: str(number) for number, word in enumerate(_WORDS, start=1)}
