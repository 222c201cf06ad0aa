import re
from pathlib import Path

import numpy as np
import pytest

from eval.gate import read_gate
from eval.measures.confidence import expected_calibration_error, reliability
from eval.measures.ranking import MEASURES, per_case
from eval.measures.risk_coverage import aurc, coverage_at, risk_coverage
from eval.measures.summary import summarise
from eval.systems.systems import NAMES
from tests.eval_fakes import result

TEXT = (Path(__file__).parents[1] / "docs" / "evaluation.md").read_text()
LINES = [
    result("a", ["E0143"], ["E0143", "E0130"], kind="order"),
    result("b", ["E0100"], ["E0143", "E0130", "E0100"], kind="order"),
    result("c", ["E0130", "K0001"], ["E0143", "E0130", "E0100", "K0001"], kind="lay"),
    result("d", ["E0143"], ["E0130"], kind="lay"),
    result("e", ["E0143"], [], kind="lay"),
]


def test_the_worked_example_is_what_the_program_finds():
    """Every number of the page's example."""
    summary = summarise(LINES, per_case(LINES), samples=1000, seed=0)
    values = {name: value.value for name, value in summary.measures.items()}
    assert values["top-1"] == pytest.approx(0.20) and values["top-3"] == pytest.approx(0.60)
    assert values["recall@3"] == pytest.approx(0.50) and values["recall@5"] == pytest.approx(1.00)
    assert values["MRR"] == pytest.approx(0.37, abs=0.005) and "= .37." in TEXT
    assert values["nDCG@10"] == pytest.approx(0.43, abs=0.005) and "/ 5 = .43." in TEXT
    assert summary.macro_kinds["top-1"].value == pytest.approx(0.25) and "macro .25" in TEXT
    assert (summary.measures["top-1"].low, summary.measures["top-1"].high) == pytest.approx(
        (0.005, 0.716), abs=0.001
    )
    assert "top-1 = .20 has [.01, .72]" in TEXT


def test_the_confidence_example_is_what_the_program_finds():
    """ECE, coverage and AURC of the page's five lines."""
    confidence, right = np.array([0.95, 0.91, 0.55, 0.52, 0.12]), np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    assert expected_calibration_error(reliability(confidence, right)) == pytest.approx(0.38, abs=0.005)
    assert aurc(confidence, right) == pytest.approx(0.30, abs=0.005)
    told = str(coverage_at(*risk_coverage(confidence, right), 0.75)).replace("%", " %")
    assert told in " ".join(TEXT.split())


def test_the_gate_of_the_page_is_a_gate(tmp_path):
    """The TOML block is read as it stands."""
    (tmp_path / "gate.toml").write_text(TEXT.split("```toml\n")[1].split("```")[0])
    assert read_gate(tmp_path / "gate.toml")["regression"]["against"] == "runs/stored"


def test_every_measure_is_described():
    """Each measure has its paragraph, those of several depths one together."""
    families = {re.sub(r"(?<=top-|all@)\d+$", "k", measure.label) for measure in MEASURES}
    assert families == {"top-k", "recall@k", "MRR", "nDCG@10"}
    assert all(f"- **{family}**" in TEXT for family in families)


def test_every_system_is_described():
    """Each name of `--system` has its row."""
    assert all(f"| `{name}` |" in TEXT for name in NAMES)
