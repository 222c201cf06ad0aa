"""Quantities in a text: strengths, volumes, sizes and times, each in the base unit of its dimension."""

from __future__ import annotations

import re
from math import inf
from typing import NamedTuple

from index.text.ranges import AREA, EDGE, INCH, LENGTH, NUMBER, UNIT, Range, Span, ranges, spans
from index.text.units import DIMENSIONS, NUMBER_WORDS, UNITS

__all__ = ["DIMENSIONS", "Quantity", "Range", "amounts", "quantities", "size_ranges", "with_inches"]

_AMOUNT = re.compile(rf"(?<![\w.])({NUMBER})(?:-| ?(million|mil|billion) ?| ?)({UNIT})")
_FRACTION = re.compile(
    r"(?<![\w./])(?:(\d+)[ -])?(\d{1,2})/(2|4|8|16)(?=[ -]?(?:in|inch|inches)(?![a-z0-9]))"
)
_SIDE = rf"({NUMBER})[ -]?(inches|inch|in|cm|mm)?"
_AREA = re.compile(rf"(?<![\w.]){_SIDE} ?x ?{_SIDE}(?! ?x|[\d.])(?: ?(yd|yds|yard|yards|ft|feet)\b|(?!\w))")
_SIDES = {"": INCH, "in": INCH, "inch": INCH, "inches": INCH, "cm": 10.0, "mm": 1.0}
_PAIR = re.compile(rf"(?<![\w.])({NUMBER})[-/]{NUMBER} ?(?=mg(?![a-z0-9/]))")  # 12-3 mg: of two substances
_BARE_PAIR = re.compile(
    rf"(?<![\w./-])({NUMBER})-{NUMBER}(?= (?:sl |sublingual )?films?\b)"
    rf"|\b(films?) ({NUMBER})-{NUMBER}(?![\w./-]| ?(?:x|in|inch|inches|cm|mm)\b)"
)  # of tablets "1-2" is a count
_BARE_UNIT = re.compile(
    r"\bper (milligram|mg|microgram|mcg|gram|ml|milliliter|i\.?u\.?|unit|millicurie|sq\.? cm"
    r"|square centimeter)\b"
)
_WIDTH = re.compile(rf"(?<![\w.x/-])({NUMBER}) (?:wide|width)\b")  # as people say it, in inches
_BARE_WEIGHT = re.compile(
    r"\b((?:over|above|up to|under|weigh(?:s|ing)?|wt|weight|cap(?:acity)?|rated(?: for)?|holds|supports)"
    rf" ?[2-9]\d\d|(?<![\w.])[2-9]\d\d(?= cap(?:acity)?\b))(?![\w.]| ?(?:x|{UNIT}))"
)  # a patient's, as people say it, in pounds
_CARRIERS = ("bed", "bari", "commode", "walker", "chair", "rollator", "scooter")  # of patients
_LENS_WORD = re.compile(r"\b(?:sph(?:ere)?|cyl(?:inder)?)\b")
_LENS_NUMBER = rf"[ :]*[-+]?({NUMBER})(?![\w.])"
_LENS_NUMBER_BEHIND = re.compile(_LENS_NUMBER)
_LENS = re.compile(rf"({_LENS_WORD.pattern}){_LENS_NUMBER}")
_LENSES = ("lens", "focal", "vision")
_SPHERE_BEFORE = re.compile(rf"({NUMBER}) (?={NUMBER} cyl)")
_SPHERE_ALONE = re.compile(r"^(sphere\b.*\d) ?d?(?= per lens)")  # descriptors that leave the word out
_SPHERE_OVER = re.compile(r"\bsphere (over [\d.]+) ?d\b")  # or have it before the number
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b")
_INCH_MARKS = ('"', "\u201d", "\u2033", "''")
_INCH_MARK = re.compile(rf"(?<=\d) ?(?:{'|'.join(_INCH_MARKS)})")
_DIGIT = re.compile(r"\d")
_SCALE = {"million": 1e6, "mil": 1e6, "billion": 1e9}
MASS, VOLUME, CONCENTRATION, WEIGHT = map(DIMENSIONS.index, ("mass", "volume", "concentration", "weight"))
_DOSES = {*map(DIMENSIONS.index, ("mass", "units", "volume", "activity", "time"))}  # are billed by multiples

_HEAVY_DUTY = (
    (re.compile(r"heavy duty wheelchair$"), 250 * (1 + EDGE), 300.0),
    (re.compile(r"extra heavy duty wheelchair$"), 300 * (1 + EDGE), inf),
    (re.compile(r"walker heavy duty\b"), 300 * (1 + EDGE), inf),
    (re.compile(r"commode chair extra wide and/or heavy duty\b"), 300.0, inf),
)
"""Patients' weights in pounds for which an item is covered: local coverage determinations L33788 (manual
wheelchair bases), L33791 (walkers) and L33736 (commodes)."""


class Quantity(NamedTuple):
    """An amount in the base unit of its dimension, an index into `DIMENSIONS`."""

    dimension: int
    amount: float


def quantities(normalised: str) -> list[Quantity]:
    """The quantities that a normalised text states, in order of kind, without duplicates.

    `4x4` is read as an area in square inches unless cm or mm is written, and its first side as a width; with
    a second side in yards or feet only the width counts; `24 wide` is a width in inches, and `bed over 600`
    a weight in pounds. A range gives an amount inside it: beside its end, or in the middle of two. A
    concentration is also a mass, and with one volume the mass in that volume. `per mg` is 1 mg. Of the masses
    of two substances the first counts.
    """
    if not (_DIGIT.search(normalised) or "per " in normalised or _NUMBER_WORD.search(normalised)):
        return []
    text = _weighed(_of_first_substance(_lens(digits(normalised))))
    found = spans(text)
    read = [_inside(span.range) for span in found] + _plain(_without(text, found), widths=True)
    read += _total(read)
    return list(dict.fromkeys(quantity for quantity in read if quantity.amount > 0))


def amounts(normalised: str) -> list[Quantity]:
    """The amounts of a normalised descriptor, in order of kind, without duplicates.

    Of a range only the upper end of a dose counts, where there is no lower one ("up to 50 mg").
    """
    text = _of_first_substance(digits(normalised))
    found = spans(text)
    ends = [
        Quantity(span.range.dimension, span.range.high)
        for span in found
        if span.range.low == 0.0 and span.range.dimension in _DOSES
    ]
    read = ends + _plain(_without(text, found), widths=False)
    return list(dict.fromkeys(quantity for quantity in read if quantity.amount > 0))


def size_ranges(normalised: str) -> list[Range]:
    """The ranges of a normalised descriptor ("more than 16 but less than 48 sq in"), one a dimension.

    A heavy duty item that states no weight has that of Medicare's rules for it.
    """
    read = ranges(digits(normalised))
    if "heavy duty" in normalised and not any([one.dimension == WEIGHT for one in read]):
        read += [Range(WEIGHT, low, high) for item, low, high in _HEAVY_DUTY if item.match(normalised)]
    return read


def with_inches(text: str) -> str:
    """A text as typed, with each inch mark behind a digit written as "in"."""
    if not any([mark in text for mark in _INCH_MARKS]):  # most texts
        return text
    return _INCH_MARK.sub(" in ", text)


def digits(normalised: str) -> str:
    """A normalised text with numbers from one to twelve, and fractions of an inch, written in digits."""
    text = _NUMBER_WORD.sub(lambda match: NUMBER_WORDS[match[0]], normalised)
    if "plus" in text:
        text = text.replace("plus or minus ", "").replace("plano", "0")
        text = _SPHERE_OVER.sub(r"\1 sphere", _SPHERE_ALONE.sub(r"\1 sphere", text))
    if "/" not in text:
        return text
    return _FRACTION.sub(lambda match: f"{int(match[1] or 0) + int(match[2]) / int(match[3]):g}", text)


def _lens(text: str) -> str:
    """A text with the numbers of a lens before their words: "-6.00 cyl 3" has a sphere of 6."""
    if not _of_lens(text):
        return text
    *_, last = _LENS_WORD.finditer(text)
    if not _LENS_NUMBER_BEHIND.match(text, last.end()):
        return text  # the numbers are before the words
    return _SPHERE_BEFORE.sub(r"\1 sphere ", _LENS.sub(r"\2 \1", text))


def _of_first_substance(text: str) -> str:
    """A text with the mass of the first substance for those of two, as in "12-3 mg" and "film 8-2"."""
    if "film" in text:
        text = _BARE_PAIR.sub(_with_mass, text)
    return _PAIR.sub(r"\1 ", text) if "mg" in text else text


def _with_mass(pair: re.Match[str]) -> str:
    """The first mass of two, and the form where it stands before them."""
    before, form, behind = pair.groups()
    return f"{before} mg" if before else f"{form} {behind} mg"


def _weighed(text: str) -> str:
    """A text with the unit of the weight that something for patients is to carry: "bed over 600"."""
    if any([carrier in text for carrier in _CARRIERS]):
        return _BARE_WEIGHT.sub(r"\1 lb", text)
    return text


def _of_lens(text: str) -> bool:
    """Whether a text states a lens; a cylinder by itself may be one of oxygen."""
    if "sph" not in text and not ("cyl" in text and any([word in text for word in _LENSES])):
        return False
    return _LENS_WORD.search(text) is not None


def _plain(text: str, widths: bool) -> list[Quantity]:
    """The sizes of two sides, the amounts with a unit, and the units behind "per"."""
    read: list[Quantity] = []
    for width, first, height, second, long in _AREA.findall(text) if "x" in text else ():
        if not long:
            side = _SIDES[second or first] / INCH
            read.append(Quantity(AREA, float(width) * float(height) * side * side))
        if widths:
            read.append(Quantity(LENGTH, float(width) * _SIDES[first or ("" if long else second)]))
    if read:
        text = _AREA.sub(";", text)
    if widths and "wid" in text:
        read += [Quantity(LENGTH, float(width) * INCH) for width in _WIDTH.findall(text)]
    for number, scale, unit in _AMOUNT.findall(text):
        dimension, factor = UNITS[unit]
        amount = float(number) * factor * _SCALE.get(scale, 1.0)
        read.append(Quantity(dimension, amount))
        if dimension == CONCENTRATION:
            read.append(Quantity(MASS, amount))
    for unit in _BARE_UNIT.findall(text) if "per " in text else ():
        read.append(Quantity(*UNITS["iu" if unit.startswith("i") else unit.replace(".", "")]))
    return read


def _without(text: str, found: list[Span]) -> str:
    """A text without the ranges in it."""
    for span in sorted(found, key=lambda span: -span.start):
        text = f"{text[: span.start]} ; {text[span.stop :]}"
    return text


def _inside(span: Range) -> Quantity:
    """An amount inside a range: twice `EDGE` beside its only end, or in the middle of two."""
    if span.low > 0 and span.high < inf:
        return Quantity(span.dimension, (span.low + span.high) / 2)
    return Quantity(span.dimension, span.low * (1 + 2 * EDGE) if span.low else span.high * (1 - 2 * EDGE))


def _total(read: list[Quantity]) -> list[Quantity]:
    """The mass in the only volume of a text that states one concentration."""
    strengths = [amount for dimension, amount in read if dimension == CONCENTRATION]
    volumes = [amount for dimension, amount in read if dimension == VOLUME]
    if len(strengths) != 1 or len(volumes) != 1:
        return []
    return [Quantity(MASS, strengths[0] * volumes[0])]
