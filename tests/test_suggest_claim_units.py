"""Units to bill from texts: amounts, rates, strengths, containers, waste, counts; and what texts lack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.units.cases import Score, score_cases
from index.records import Record
from suggest.claim.units import units_to_bill

ORDERS = Path(__file__).parents[1] / "eval" / "units" / "orders.jsonl"
OWN_CASES = Path(__file__).parents[1] / "eval" / "units" / "cases.jsonl"

# Descriptions are our own words around the unit of a real code.
DRUG = "Injection, a drug, {}"


@pytest.mark.parametrize(
    ("text", "unit", "units", "arithmetic"),
    [
        ("1 g IV", "per 250 mg", 4, "1 g = 1,000 mg / 250 mg = 4"),
        ("155 units", "1 unit", 155, "155 units / 1 unit = 155"),
        ("1,850 mg", "200 mg", 10, "1,850 mg / 200 mg = 9.25, rounded up to 10"),
        ("5 mg/kg, wt 82 kg = 410 mg", "10 mg", 41, "5 mg/kg x 82 kg = 410 mg / 10 mg = 41"),
        ("75 mg/m2 x BSA 1.9", "1 mg", 143, "75 mg/m2 x 1.9 m2 = 142.5 mg / 1 mg = 142.5, rounded up to 143"),
        ("6 mg push then 12 mg", "1 mg", 18, "6 mg + 12 mg = 18 mg / 1 mg = 18"),
        ("1% 10 mL", "1 mg", 100, "1% = 10 mg/mL x 10 mL = 100 mg / 1 mg = 100"),
        ("1:1000 0.3 mL", "0.1 mg", 3, "1:1000 = 1 mg/mL x 0.3 mL = 0.3 mg / 0.1 mg = 3"),
        ("12.5 mg IM", "up to 50 mg", 1, "12.5 mg / 50 mg = 0.25, rounded up to 1"),
        (
            "2.4 million units",
            "100,000 units",
            24,
            "2.4 million units = 2,400,000 units / 100,000 units = 24",
        ),
        ("90 mg/30 mL, 56 mg given", "1 mg", 56, "56 mg / 1 mg = 56"),
        ("8 mg/2 mL x 2", "1 mg", 16, "2 x 8 mg = 16 mg / 1 mg = 16"),
        ("Dose=183mg vials used=2x100mg waste=17mg", "1 mg", 183, "183 mg / 1 mg = 183"),
        ("150 mcg", "0.1 mg", 2, "150 mcg = 0.15 mg / 0.1 mg = 1.5, rounded up to 2"),
    ],
)
def test_amounts_give_units_with_their_arithmetic(text: str, unit: str, units: int, arithmetic: str) -> None:
    """Rounded up, with the conversion in words."""
    found = units_to_bill(text, "J0000", DRUG.format(unit))

    assert (found.units, found.arithmetic) == (units, arithmetic)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("given today", "an amount in mg, mcg or g"),
        ("1 mL", "the strength in mg per mL"),
        ("1 vial", "what one vial holds in mg"),
        ("8 mg/kg", "the patient's weight"),
        ("175 mg/m2", "the body surface area"),
        ("40 mg, 60 mg", "which of 40 mg and 60 mg was given"),
        ("250 mg/5 mL oral suspension", "the volume"),
        ("50 mcg/actuation", "how many actuations"),
        ("3 mg/kg, 80 kg, 20 mg", "which is right: 3 mg/kg x 80 kg = 240 mg, or 20 mg"),
    ],
)
def test_what_a_text_lacks_is_said_and_no_number_given(text: str, missing: str) -> None:
    """None, and what is missing."""
    found = units_to_bill(text, "J0000", DRUG.format("10 mg"))

    assert found.units is None
    assert found.missing == f"the unit is 10 mg; the text does not say {missing}"


@pytest.mark.parametrize(
    ("text", "waste", "modifier"),
    [
        ("410 mg, opened 5 x 100 mg vials, remainder discarded", 9, "JW"),
        ("410 mg from 1 x 400 mg + 1 x 100 mg SDV", 9, "JW"),
        ("500 mg, two 250 mg vials", 0, "JZ"),
        ("495 mg, opened 500 mg vial", 0, "JZ"),  # 5 mg are less than a unit
        ("410 mg, 90 mg wasted", 9, "JW"),
        ("410 mg from a multi-dose vial", None, ""),
        ("410 mg", None, ""),
        ("410 mg, rest wasted", None, ""),
    ],
)
def test_waste_is_rounded_down_and_has_its_modifier(text: str, waste: int | None, modifier: str) -> None:
    """JW for a whole unit or more, JZ for less, nothing where the text does not say what was opened."""
    found = units_to_bill(text, "J0000", DRUG.format("10 mg"))

    assert (found.waste.units, found.waste.modifier) == (waste, modifier)


@pytest.mark.parametrize(
    ("text", "description", "units"),
    [
        ("two packs of 24", "Brief, each", 48),
        ("3 boxes, 50/box", "Pad, each dressing", 150),
        ("pads 8x10 x 30", "Pad, each dressing", 30),
        ("1 pair of shoes, 3 pair inserts", "Multi density insert, each", 6),
        ("both sides", "Ankle orthosis, plastic", 2),
        ("2 boxes", "Brief, each", None),
        ("rest 10 mCi / stress 30 mCi", "A tracer, per study dose", 2),
        ("5 cans/day x 30 days, 350 kcal/can", "Formula, 100 calories = 1 unit", 525),
        ("2 in x 5 yd, 2 rolls", "Tape, per 18 square inches", 40),
        ("50 minutes", "A service, each 15 minutes", 4),
        ("8 hrs 20 min", "Observation service, per hour", 8),
        ("90 minutes", "A service, each additional 30 minutes", None),
    ],
)
def test_pieces_sizes_and_times_give_units(text: str, description: str, units: int | None) -> None:
    """Packs, pairs, sides, days and hours; None where the text does not say how many."""
    assert units_to_bill(text, "A0001", description).units == units


def test_another_way_to_count_minutes_is_said() -> None:
    """50 minutes are four units rounded up, and three by the 8-minute rule."""
    warning = units_to_bill("50 minutes", "G0001", "A service, each 15 minutes").warning

    assert warning.startswith("payers that count by the 8-minute rule count 3 units")


@pytest.mark.parametrize(
    ("text", "code", "units"),
    [
        ("onemycin 4 g/0.5 g", "J0001", 4),
        ("4.5 g", "J0001", 4),
        ("onemycin 4 g", "J0001", 4),
        ("twobactam 250 mg", "J0001", 2),
    ],
)
def test_an_amount_of_a_combination_is_of_all_or_of_the_named_substance(
    text: str, code: str, units: int
) -> None:
    """The package's amount is the sum."""
    description = "Injection, onemycin/twobactam, 1 gram/0.125 grams (1.125 grams)"

    assert units_to_bill(text, code, description).units == units


def test_the_strength_beside_the_drugs_name_is_its_own() -> None:
    """Two drugs in one syringe."""
    text = "80 mg twolone (1 mL of 80 mg/mL) + 4 mL 1% onecaine"

    assert units_to_bill(text, "J0001", "Injection, onecaine, 1 mg").units == 40
    assert units_to_bill(text, "J0001", "Injection, twolone, 1 mg").units == 80


@pytest.mark.parametrize("text", ["", "///", "0 mg", "1/0 mg", "x x x 3 x", "((((", "1e9 mg", "#", "%"])
def test_no_text_is_an_error(text: str) -> None:
    """Odd texts give no units."""
    assert units_to_bill(text, "J0000", DRUG.format("10 mg")).units is None


def records(shared: Path) -> dict[str, Record]:
    """Records of the January 2026 release."""
    from index.release.release import read_release

    release = read_release(shared / "hcpcs/2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz")
    return {record.code: record for record in release.records}


def test_the_worked_examples_hold(shared: Path) -> None:
    """Those of the project, against the official descriptions."""
    score, _ = score_cases(
        map(json.loads, OWN_CASES.read_text(encoding="utf-8").splitlines()), records(shared)
    )

    assert score == Score(
        cases=322, units=score.units, wrong=score.wrong, waste=score.waste, modifiers=score.modifiers
    )
    assert score.units >= 0.97 * score.cases
    assert score.wrong <= 0.01 * score.cases
    assert score.waste >= 0.97 * score.cases


def test_orders_of_all_sections_are_counted_right(shared: Path) -> None:
    """At least .97 right and at most .01 wrong numbers; waste is labelled in some of them."""
    cases = [json.loads(line) for line in ORDERS.read_text(encoding="utf-8").splitlines()]
    known = records(shared)
    assert {case["code"] for case in cases} <= known.keys()

    score, _ = score_cases(cases, known)

    assert score.cases == len(cases) == 1410
    assert score.units >= 0.97 * score.cases
    assert score.wrong <= 0.01 * score.cases
    assert score.waste == score.modifiers == score.cases


@pytest.mark.parametrize(
    ("text", "code", "description", "units"),
    [
        ("2 mg OU", "J0000", DRUG.format("1 mg"), 4),
        ("80 mg bilateral knees", "J0000", DRUG.format("10 mg"), None),
        ("40 mg R knee, 40 mg L knee", "J0000", DRUG.format("10 mg"), 8),
        ("48 mg each, both knees", "J0000", DRUG.format("1 mg"), 96),
        ("30 units TID", "J0000", DRUG.format("5 units"), None),
        ("30 units TID x 2 days", "J0000", DRUG.format("5 units"), 36),
        ("600 mg q8h x 3 doses", "J0000", DRUG.format("300 mg"), 6),
        ("20% 4 mL neb TID x 1 day", "J0000", DRUG.format("per gram"), 3),
        ("5 mcg 9 times daily x 1 day", "J0000", "A drug, unit dose form, up to 20 micrograms", 9),
        ("10 mg #6", "S0000", "A drug, 5 mg", 12),
        ("5 mg daily, 90 tablets", "S0000", "A drug, 5 mg", None),
        ("15 mcg/2 mL, 60 vials", "J0000", DRUG.format("15 micrograms"), 60),
        ("500 mg (5 vials x 100 mg)", "J0000", DRUG.format("10 mg"), 50),
        ("100 units, 5 units per site, 20 sites", "J0000", DRUG.format("1 unit"), 100),
        ("Kenalog-40 2 cc", "J3301", "Injection, triamcinolone acetonide, 10 mg", 8),
        ("600 mg/900 mg kit", "J0000", "Injection, a and b, 2mg/3mg", 300),
        ("penam/bactam 4.5 g", "J0000", "Injection, penam sodium/bactam sodium, 1 gram/0.125 grams", 4),
        ("44 mg aaaa and 100 mg bbbb", "J0000", "Injection, liposomal, 1 mg aaaa and 2.27 mg bbbb", 44),
        ("steroid 80 mg/mL 1 mL + marcaine 0.25% 4 mL", "J0665", "Injection, bupivacaine, 0.5 mg", 20),
        ("2.5 x 10^8 cells", "Q0000", "A cell, up to 600 million cells, per therapeutic dose", 1),
        ("rest and stress doses", "A9500", "A tracer, diagnostic, per study dose", 2),
        ("infusion #2", "Q0000", "A cell, per infusion", 1),
        ("8 hr/day x 5 days", "S0000", "Nursing, per hour", 40),
        ("2.5 hrs x 2 days", "T0000", "Care, per 15 minutes", 20),
        ("1h 15m", "H0000", "Care, per 15 minutes", 5),
        ("from 10:00 to 10:45", "T0000", "Care, each 15 minutes", 3),
        ("11:30 am - 1:00 pm", "T0000", "Care, each 15 minutes", 6),
        ("1 day 6 hrs", "G0000", "Observation, per hour", 30),
        ("private duty 2 days", "S0000", "Nursing, per hour", None),
        ("per diem x 22", "H0000", "A program, per diem", 22),
        ("supplies 3 months", "A0000", "Supply allowance, 1 month supply = 1 unit of service", 3),
        ("concentrator 3 months", "E1390", "Oxygen concentrator", None),
        ("managed care 30 days", "S0000", "Management (per 30 days)", 1),
        ("set of 4", "E0000", "Leg extensions for walker, per set of four (4)", 1),
        ("2 crutches", "E0114", "Crutches underarm, pair", 1),
        ("2 pair crutches", "E0114", "Crutches underarm, pair", 2),
        ("lens +4.50 x 90 right", "V2105", "Spherocylinder, per lens", 1),
        ("gauze 2x2 box of 100", "A0000", "Gauze, each dressing", 100),
        ("briefs 3 bags x 20", "T0000", "Brief, each", 60),
        ("filters 6", "A0000", "Filter, used with a device", 6),
        ("group 3 power wheelchair", "K0857", "Power wheelchair, capacity up to and including 300 pounds", 1),
        ("22 miles", "P9603", "Travel allowance; prorated miles actually travelled", 22),
        ("2 ml/hr pump", "A0000", "Delivery system, flow rate of less than 50 ml per hour", 1),
        ("Mirena", "J7298", "Hormone-releasing intrauterine contraceptive system, 52 mg", 1),
        ("400 mg q12h, 2 doses", "J0000", DRUG.format("200 mg"), 4),
        ("1 g divided in 2 doses", "J0000", DRUG.format("500 mg"), 2),
        ("0.25 mg, 30 vials", "J0000", "A drug, unit dose form, up to 0.5 mg", 30),
        ("2.5 mg, 30 vials", "J0000", "A drug, unit dose form, 1 mg", 75),
        ("hours 17.5", "G0000", "Observation service, per hour", 18),
    ],
)
def test_amounts_with_two_readings_give_no_number(
    text: str, code: str, description: str, units: int | None
) -> None:
    """Sides, schedules, packs and series: a number where one reading is left, else None."""
    assert units_to_bill(text, code, description).units == units
