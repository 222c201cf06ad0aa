"""Ranges of amounts in texts."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from index.release.release import read_release
from index.store.profiles import Profiles
from index.text.quantities import digits, quantities, with_inches
from index.text.ranges import EDGE, Range, ranges, spans
from index.text.units import DIMENSIONS
from index.text.words import normalise

RELEASE = "hcpcs/2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz"
WORDINGS = {
    "area": ("{n:g} sq in", "{n:g} sq. in.", "{cm:g} sq cm", "{n:g}x1", '{n:g}" x 1"', "{n:g} x 1 in"),
    "length": ("{inch:g} in", '{inch:g}"', "{inch:g} inches", "{inch:g}-inch", "{cm:g} cm"),
    "volume": ("{n:g} ml", "{n:g}cc", "{n:g} mL", "{l:g} L", "{l:g} litre"),
    "mass": ("{n:g} mg", "{n:g}MG", "{g:g} g", "{mcg:.0f} mcg"),
    "weight": ("{n:g} lb", "{n:g} lbs", "{n:g} pounds", "{n:g}lb"),
    "pressure": ("{n:g} mmHg", "{n:g} mm Hg"),
    "time": ("{n:g} min", "{n:g} minutes", "{h:g} hr"),
    "classes": ("{n:g} classes", "{n:g} drug classes"),
    "percent": ("{n:g}%",),
    "activity": ("{n:g} mCi", "{uci:g} uCi"),
}
"""For each dimension, how people write an amount of its base unit."""
ABOVE, BELOW = 1 + EDGE, 1 - EDGE


@pytest.mark.parametrize(
    ("text", "dimension", "low", "high"),
    [
        ("pad 16 sq. in. or less", "area", 0, 16),
        ("more than 16 sq. in. but less than or equal to 48 sq. in.", "area", 16 * ABOVE, 48),
        ("more than 48 sq. in.", "area", 48 * ABOVE, inf),
        (">16<=48 sq in", "area", 16 * ABOVE, 48),
        (">= 16 < 48 sq in", "area", 16, 48 * BELOW),
        ("4 x 4 inches or smaller", "area", 0, 16),
        ("larger than 4 x 4 inches", "area", 16 * ABOVE, inf),
        ("more than 1 g but less than or equal to 3 g", "mass", 1000 * ABOVE, 3000),
        ("up to 50 cc", "volume", 0, 50),
        ("up to and including 300 lbs", "weight", 0, 300),
        ("301 to 450 pounds", "weight", 301, 450),
        ("601 pounds or more", "weight", 601, inf),
        ("at least 2 g", "mass", 2000, inf),
        ("less than 8 hours", "time", 0, 480 * BELOW),
        ("equal to or greater than 1.5 kcal/ml", "energy", 1.5, inf),
        ("greater than or equal to three inches and less than five inches", "length", 76.2, 127 * BELOW),
        ("20 to less than 22 inches", "length", 508, 558.8 * BELOW),
        ("between 3 and 5 in", "length", 76.2, 127),
        ("5.5% through 7%", "percent", 5.5, 7),
        ("30-40 mm Hg", "pressure", 30, 40),
        ("40+ mmhg", "pressure", 40, inf),
        ("20 or more electrodes", "electrodes", 20, inf),
        ("minimum of 7 channels", "channels", 7, inf),
        ("8-14 drug class(es)", "classes", 8, 14),
        ("not to exceed 5 ml", "volume", 0, 5),
        ("under 21 years", "age", 0, 21 * BELOW),
        ("12 years and older", "age", 12, inf),
        ("plus or minus 4.25 to plus or minus 7.00d sphere", "sphere", 4.25, 7),
    ],
)
def test_ranges_are_read(text: str, dimension: str, low: float, high: float) -> None:
    """An end that the words exclude lies a little inwards."""
    span = Range(DIMENSIONS.index(dimension), pytest.approx(low, rel=1e-9), pytest.approx(high, rel=1e-9))
    assert ranges(digits(normalise(text))) == [span]


@pytest.mark.parametrize(
    "text",
    [
        *("250 mg", "", "more than a walker", "16 wheels or less", "5-325 mg", "8-2 in", "4 mg and 8 mg"),
        *("more than 16 wheels", "2 lb to 3 in", "1 or more lesions", "less than 4 x 4 lb"),
    ],
)
def test_what_is_no_range_is_not_read_as_one(text: str) -> None:
    """Without a unit, with ends the wrong way round or of two dimensions; a hyphen parts two substances."""
    assert ranges(normalise(text)) == []


def test_one_range_of_each_dimension_is_kept() -> None:
    """The first, in the order of the text; each is found where it stands."""
    text = "over 2 hours with pads up to 4 sq in or 9 sq in or less"

    assert [DIMENSIONS[span.dimension] for span in ranges(normalise(text))] == ["time", "area"]
    assert [span.high for span in ranges(normalise(text))] == [inf, 4]
    assert [normalise(text)[span.start : span.stop] for span in spans(normalise(text))] == [
        "over 2 hours",
        "up to 4 sq in",
        "9 sq in or less",
    ]


def _written(dimension: str, amount: float) -> list[str]:
    """An amount of a dimension's base unit in several notations."""
    units = {
        "cm": amount * (2.54**2 if dimension == "area" else 0.1),
        "inch": amount / 25.4,
        "l": amount / 1000,
    }
    units |= {"g": amount / 1000, "mcg": amount * 1000, "h": amount / 60, "uci": amount * 1000}
    return [wording.format(n=amount, **units) for wording in WORDINGS[dimension]]


def test_amounts_in_and_beside_the_ranges_of_a_release_are_read(shared: Path) -> None:
    """Each end, the middle and what lies beyond, in several notations, is inside where it should be only."""
    profiles = Profiles.from_records(read_release(shared / RELEASE).records)
    kinds, lows, highs = profiles.range_dimensions[:, 0], profiles.range_low[:, 0], profiles.range_high[:, 0]
    held = sorted(
        {pair for pair in zip(kinds.tolist(), lows.tolist(), highs.tolist(), strict=True) if pair[0] >= 0}
    )
    wrong, asked = [], 0
    for dimension, low, high in held:
        name = DIMENSIONS[dimension]
        if name not in WORDINGS:
            continue
        top = high if high < inf else low * 3
        for amount in {float(f"{value:.4g}") for value in (low, (low + top) / 2, top, low * 0.8, top * 1.2)}:
            fits = low * (1 - 1e-5) <= amount <= high * (1 + 1e-5)
            for text in _written(name, amount) if amount else ():
                if "e+" in text or "e-" in text:
                    continue
                asked += 1
                read = [
                    said.amount
                    for said in quantities(normalise(with_inches(text)))
                    if said.dimension == dimension
                ]
                inside = [low * (1 - 2e-6) <= value <= high * (1 + 2e-6) for value in read]
                edge = min(abs(amount / low - 1) if low else 1, abs(amount / top - 1)) < 2e-5
                if not inside or (not edge and all(inside) != fits):
                    wrong.append((text, low, high, read))
    assert wrong == []
    assert asked >= 1000
    assert sum(kind >= 0 for kind in kinds.tolist()) >= 760
