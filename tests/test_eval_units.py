"""The check of units against CMS's packages, and against labelled texts; the worked examples of the docs."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from api.building import build_index
from eval.units.__main__ import main
from eval.units.cms import cause, compare, stated_strengths
from eval.units.packages import package_rows
from eval.units.prices import compare_prices
from index.home import Home
from index.records import Record
from suggest.claim.units import units_to_bill
from tests.conftest import SHARED

CROSSWALK = """A note of CMS,,,,,,,,,
_2026_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG
J0001,A fluid,ONE,00000-0001-01,Fluid,0.1 ML,10,10,100,1000
J0002,A drug,ONE,00000-0001-02,Drug-80 80 mg/mL,10 MG,5,1,40,40
J0002,A drug,ONE,00000-0001-03,Drug,10 MG,2,1,8,8
J0002,A drug,ONE,00000-0001-04,Drug 40 mg/mL,10 MG,5,1,40,40
J0002,A drug,ONE,00000-0001-05,Other,10 MG,5,1,40,40
Q4001,A graft,ONE,00000-0001-06,Graft,1 SQ CM,16,1,16,16
"""
RECORDS = {
    code: Record(code, words)
    for code, words in (
        ("J0001", "Injection, a fluid, 0.1 ml"),
        ("J0002", "Injection, a drug, 10 mg"),
        ("Q4001", "A graft, per square centimeter"),
    )
}


def test_a_strength_is_taken_only_where_all_lines_state_one_concentration() -> None:
    """A line may state the package and the concentration; both count as one strength."""
    one = [("J0002", "DRUG 80 MG/2 ML (40 MG/ML) VIAL")]
    other = [("J0002", "DRUG 90 MG/2 ML (45 MG/ML) VIAL")]

    assert stated_strengths(one, RECORDS)["J0002", "drug", Fraction(2)] == 80
    assert stated_strengths(one + other, RECORDS) == {}


def test_packages_are_compared_by_kind_of_conversion(tmp_path: Path) -> None:
    """Sizes and strengths give units; what is not stated is left out, a disagreement has its cause."""
    path = tmp_path / "asp_2026-01.csv.gz"
    path.write_bytes(gzip.compress(CROSSWALK.encode()))
    strengths = stated_strengths([("J0002", "DRUG 80 MG/2 ML VIAL")], RECORDS)

    found, left_out = compare(package_rows(path), RECORDS, strengths)

    assert [(one.kind, one.ours, one.right) for one in found] == [
        ("volume", 100, True),
        ("strength in the name", 40, True),
        ("strength in price lines", 8, True),
        ("strength in the name", 20, False),
        ("area", 16, True),
    ]
    assert [one.as_size for one in found] == [False, False, False, False, True]
    assert left_out == {"the files at hand do not state what the package holds": 1}
    assert cause(found[3]) == "CMS's size and units of the row contradict each other"


def test_cms_own_packages_agree(shared: Path) -> None:
    """At least 99 % of the January 2026 packages whose units are not just the package size."""
    from tests.test_suggest_claim_units import records

    rows = package_rows(shared / "asp" / "asp_ndc_hcpcs_crosswalk_2026-01.section508.csv.gz")
    found, _ = compare(rows, records(shared))
    telling = [one for one in found if not one.as_size]

    assert len(telling) > 300
    assert sum(one.right for one in telling) >= Fraction(99, 100) * len(telling)


def examples() -> list[tuple[str, ...]]:
    """Rows of the table of worked examples in `docs/claims.md`."""
    text = (Path(__file__).parents[1] / "docs" / "claims.md").read_text(encoding="utf-8")
    table = text.split("## Worked examples")[1].split("\n## ")[0]
    rows = [re.split(r" ?\| ?", line)[1:-1] for line in table.splitlines() if line.startswith("| ")]
    return [tuple(row) for row in rows if not row[0].startswith(("text", "---"))]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the official files")
def test_the_worked_examples_of_the_docs_are_what_comes_out(shared: Path) -> None:
    """At least 40, with arithmetic, units, waste and modifier."""
    from tests.test_suggest_claim_units import records

    known = records(shared)
    rows = examples()
    assert len(rows) >= 40
    for text, code, rule, arithmetic, units, wasted, modifier in rows:
        found = units_to_bill(text, code, known[code].long_description)
        assert found.rules[0] == rule, text
        assert arithmetic in (found.arithmetic, f"missing: {found.missing.partition('does not say ')[2]}"), (
            text
        )
        assert units == ("none" if found.units is None else f"{found.units}"), text
        assert wasted == ("" if found.waste.units is None else f"{found.waste.units}"), text
        assert modifier.partition(":")[0] == found.waste.modifier, text


def test_price_lines_are_compared_with_the_hospitals_quantity() -> None:
    """Where the text states an amount in its kind of measure; other lines are left out."""
    lines = [
        {"query": "ONDRUG 4 MG/2 ML INJECTION", "drug_unit": "2", "drug_type": "ML"},
        {"query": "ONDRUG 4 MG/2 ML INJECTION", "drug_unit": "5", "drug_type": "ML"},
        {"query": "ONDRUG 250 MG/5 ML ORAL SUSPENSION", "drug_unit": "100", "drug_type": "ML"},
        {"query": "ONDRUG 50 MG VIAL", "drug_unit": "50", "drug_type": "ME"},
        {"query": "ONDRUG 50 MG VIAL", "drug_unit": "1", "drug_type": "EA"},
    ]

    assert [(one.measure, one.ours, one.right) for one in compare_prices(lines)] == [
        ("ML", 2, True),
        ("ML", 2, False),
        ("ME", 50, True),
    ]


def test_the_command_reads_an_index_folder_and_says_what_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cases under their labelled code; another folder ends in one sentence."""
    folder, _, _ = build_index(Home(tmp_path / "home"), on=date(2026, 1, 15))
    cases = tmp_path / "cases.jsonl"
    case = {"query": "gauze 4x4, 2 boxes of 50", "code": "A6402", "units": 100, "waste_units": None}
    cases.write_text(json.dumps({**case, "modifiers": []}))

    assert main(["--index", str(folder), "cases", str(cases)]) == 0
    assert "units right: 1 of 1 (100.0%)" in capsys.readouterr().out
    assert main(["--index", str(tmp_path), "cases", str(cases)]) == 2
    assert capsys.readouterr().err.startswith(f"eval.units: {tmp_path} is not an index folder")
