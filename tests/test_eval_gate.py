import pytest

from eval.errors import GateFileError
from eval.gate import check_gate, read_gate
from eval.measures.run_metrics import Plan, measure
from tests.eval_fakes import BOOK, DAY, result

PLAN = Plan(DAY, samples=20)


def metrics_with(right):
    rows = [
        result(
            f"{part}{i}", ["E0143"], ["E0143"] if i < right else ["E0130"], 0.5, False, set=part, kind="lay"
        )
        for part in ("one", "two")
        for i in range(4)
    ]
    return measure("ours", rows, BOOK, PLAN)


def gate_of(tmp_path, text):
    (tmp_path / "gate.toml").write_text(text)
    return read_gate(tmp_path / "gate.toml")


def test_thresholds_that_are_kept_miss_nothing(tmp_path):
    """Lower limits for accuracy, upper limits for errors and times."""
    gate = gate_of(
        tmp_path,
        '[mean]\n"top-1" = 0.75\n[all]\nMRR = 0.7\nece = 0.3\nms = 5\nrefused = 0.0\n'
        '[sets.one]\n"top-1" = 0.7\n'
        '[slices."kind: lay"]\n"top-1" = 0.7\n',
    )
    assert check_gate(gate, metrics_with(3)) == []


def test_each_miss_is_named(tmp_path):
    """System, place, measure, value and bound."""
    gate = gate_of(
        tmp_path, '[mean]\n"top-1" = 0.8\n[sets.two]\nece = 0.1\n[slices."section: E"]\n"top-1" = 0.9\n'
    )
    assert [str(miss) for miss in check_gate(gate, metrics_with(3))] == [
        "ours: mean over the sets: top-1 is 0.75, and must be at least 0.8",
        "ours: two: ece is 0.25, and must be at most 0.1",
        "ours: section: E: top-1 is 0.75, and must be at least 0.9",
    ]


def test_the_largest_fall_against_a_stored_run(tmp_path):
    """With a decrease of a quarter where a tenth is allowed, the mean and both sets fail."""
    gate = gate_of(tmp_path, '[regression]\nagainst = "stored"\n"top-1" = 0.1\n')
    misses = check_gate(gate, metrics_with(2), metrics_with(3))
    assert [miss.where for miss in misses] == [
        "mean over the sets (stored run: 0.75)",
        "one (stored run: 0.75)",
        "two (stored run: 0.75)",
    ]
    assert check_gate(gate, metrics_with(3), metrics_with(3)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mean\n", "is not TOML"),
        ("[means]\nx = 1\n", "has a table 'means'; the tables are: all, mean"),
        ('[mean]\n"top-7" = 0.5\n', "'top-7' of mean over the sets, which the run does not have"),
        ("[sets.three]\nMRR = 0.5\n", "the set 'three'; the run has: one, two"),
        ('[slices."kind: x"]\nMRR = 0.5\n', "the slice 'kind: x'"),
        ('[mean]\nMRR = "high"\n', "is not a number"),
        ('[regression]\nagainst = "x"\nspeed = 0.1\n', "'speed', which the two runs do not both have"),
    ],
)
def test_a_gate_that_asks_for_what_is_not_there_is_refused(tmp_path, text, message):
    """A misspelt gate must never pass."""
    with pytest.raises(GateFileError, match=message):
        check_gate(gate_of(tmp_path, text), metrics_with(3), metrics_with(3))


def test_a_missing_gate_file_is_told(tmp_path):
    """One sentence."""
    with pytest.raises(GateFileError, match="there is no gate file"):
        read_gate(tmp_path / "none.toml")
