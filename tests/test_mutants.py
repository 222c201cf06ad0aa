"""The list of faults fits the code, and every compiled function and every feature has a fault."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from suggest.features import NAMES
from tests.mutants.faults import WHOLE_FILE, AnchorError, Fault, apply, functions, read_faults
from tests.mutants.run import ERROR, KILLED, SURVIVED, Result, main, table
from tests.mutants.workspace import ROOT, _last_test, stages_for

FAULTS = read_faults()
COMPILED = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("index", "suggest")
    for pattern in ("*.pyx", "*.pxd")
    for path in (ROOT / package).rglob(pattern)
)
FEATURE_GROUPS = ("vectors", "words", "terms", "quantities", "attributes", "code", "query")
SOURCE = """
cdef int LIMIT = len("abc")


cdef inline int _twice(
    int value,
) noexcept nogil:
    return value + value


cdef class Sums:
    def __init__(self, values):
        self.values = values

    cdef void _add(self, int value):
        cdef list values = sorted([_twice(value)])

        self.values += values


def total(Sums sums):
    return sum(sums.values)
"""


def fault(**changes: object) -> Fault:
    fields = {
        "id": "twice-once",
        "module": "sums.pyx",
        "function": "_twice",
        "group": "sums",
        "what": "A value counts once.",
        "before": "value + value",
        "after": "value",
    }
    return Fault(**(fields | changes))  # type: ignore[arg-type]


def test_every_fault_changes_one_place_of_the_code() -> None:
    """The text that a fault replaces occurs in its function exactly once."""
    unfit = []
    for written in FAULTS.fault:
        source = (ROOT / written.module).read_text(encoding="utf-8")
        try:
            if apply(written, source) == source:
                unfit.append(f"{written.id} changes nothing")
        except AnchorError as error:
            unfit.append(str(error))
    assert unfit == []


def test_ids_are_unique() -> None:
    """Each id is unique."""
    assert [
        name for name, count in Counter(written.id for written in FAULTS.fault).items() if count > 1
    ] == []


@pytest.mark.parametrize("module", COMPILED)
def test_every_function_of_a_compiled_module_has_a_fault(module: str) -> None:
    """A function without a fault is exempt, and the list says why."""
    held = {written.function for written in FAULTS.fault if written.module == module}
    exempt = {exemption.function for exemption in FAULTS.exempt if exemption.module == module}
    names = set(functions((ROOT / module).read_text(encoding="utf-8")))
    assert held & exempt == set()
    assert (held | exempt) - {WHOLE_FILE} == names


def test_every_feature_has_a_fault() -> None:
    """Each column that the ranker reads is named by a fault that changes it."""
    assert {column for written in FAULTS.fault for column in written.columns} == set(NAMES)


def test_every_feature_group_has_at_least_two_faults() -> None:
    counts = Counter(written.group for written in FAULTS.fault)
    assert {group: counts[group] for group in FEATURE_GROUPS if counts[group] < 2} == {}


def test_functions_are_found_by_qualified_name() -> None:
    """Methods bear their class's name; a variable that is given a call's result is no function."""
    spans = functions(SOURCE)
    assert list(spans) == ["_twice", "Sums.__init__", "Sums._add", "total"]
    start, stop = spans["Sums._add"]
    assert SOURCE[start:stop].strip().endswith("self.values += values")


def test_a_fault_replaces_its_text_in_its_function_only() -> None:
    changed = apply(fault(function="total", before="values", after="numbers"), SOURCE)
    assert changed == SOURCE.replace("sum(sums.values)", "sum(sums.numbers)")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"before": "value - value"}, "twice-once: `before` stands 0 times in _twice of sums.pyx"),
        ({"before": "value"}, "twice-once: `before` stands 3 times in _twice of sums.pyx"),
        ({"function": "thrice"}, "twice-once: sums.pyx has no function thrice"),
    ],
)
def test_a_fault_that_does_not_fit_is_an_error(changes: dict[str, object], message: str) -> None:
    with pytest.raises(AnchorError) as raised:
        apply(fault(**changes), SOURCE)
    assert str(raised.value) == message


def test_tests_that_bear_the_name_of_the_module_come_first(tmp_path: Path) -> None:
    """The named ones are the first stage, all others of the packages the second; slow ones are left out."""
    (tmp_path / "tests").mkdir()
    names = ("index_store_vectors", "suggest_ranking", "suggest_training_ranking", "suggest_trees", "api_app")
    for name in names:
        (tmp_path / "tests" / f"test_{name}.py").touch()
    assert stages_for("suggest/_ranking.pyx", folder=tmp_path) == [
        ["tests/test_suggest_ranking.py"],
        ["tests/test_index_store_vectors.py", "tests/test_suggest_trees.py"],
    ]
    assert stages_for("suggest/_forest.pyx", ["tests/test_suggest_trees.py"], tmp_path) == [
        ["tests/test_suggest_trees.py"],
        ["tests/test_index_store_vectors.py", "tests/test_suggest_ranking.py"],
    ]


@pytest.mark.parametrize(
    ("output", "test"),
    [
        (
            "tests/test_a.py::test_one PASSED [ 50%]\ntests/test_a.py::test_two[a b] FAILED [100%]\n",
            "test_two[a b]",
        ),
        ("tests/test_a.py::test_one PASSED [ 50%]\ntests/test_a.py::test_two ", "test_two"),
        ("tests/test_a.py::test_two Fatal Python error: Segmentation fault\n", "test_two"),
    ],
)
def test_the_test_that_ended_a_run_is_named(output: str, test: str) -> None:
    """The one that failed, or the one that was begun when the run crashed or timed out."""
    assert _last_test(output) == f"tests/test_a.py::{test}"


def test_a_test_file_that_cannot_be_imported_is_named() -> None:
    assert (
        _last_test("collected 0 items / 1 error\nERROR tests/test_a.py - ImportError\n") == "tests/test_a.py"
    )


def test_the_table_has_counts_and_a_line_for_each_fault() -> None:
    results = [
        Result(fault(), KILLED, "tests/test_sums.py::test_twice"),
        Result(fault(id="twice-or", before="a | b"), SURVIVED, ""),
        Result(fault(id="twice-lost", what="Neither | counts."), ERROR, "does not compile"),
    ]
    assert table(results) == (
        "3 faults: 1 killed, 1 survived, 1 could not be tried.\n"
        "\n"
        "| id | module | function | group | what is wrong | killed by |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| twice-once | sums.pyx | _twice | sums | A value counts once. | tests/test_sums.py::test_twice |\n"
        "| twice-or | sums.pyx | _twice | sums | A value counts once. | **survived** |\n"
        "| twice-lost | sums.pyx | _twice | sums | Neither \\| counts. | **error** does not compile |\n"
    )


def test_a_pattern_that_names_no_fault_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "no-such-fault"]) == 2
    assert capsys.readouterr().err == "no fault has such an id or module\n"
