import msgspec
import pytest

from eval.case_results import SystemAnswer, first_rank
from eval.errors import MeasuredSystemError, RunFolderError
from eval.run import CODE, ask, finish, new_manifest, read_case_results, read_manifest
from index.digest import ROOT, source_digest, sources
from tests.eval_fakes import DAY, FixedSystem, case

CASES = [case("1", ["E0143"]), case("2", ["E0130"]), case("3", ["E0100"])]
ANSWERS = {
    "1": SystemAnswer(("E0143", "E0130"), 0.9, False),
    "2": SystemAnswer(("E0143", "E0130"), 0.4, False),
    "3": SystemAnswer(error="no"),
}


def start(system, folder, cases=CASES, k=5, **changes):
    manifest = new_manifest(system, cases, "2026-01", DAY, k, 0, 10)
    return manifest, ask(system, cases, msgspec.structs.replace(manifest, **changes), folder)


def test_each_case_becomes_a_row(tmp_path):
    """Ranked codes, rank of the first acceptable one, confidence, time and error are kept and read back."""
    _, results = start(FixedSystem(ANSWERS), tmp_path)
    assert [(result.ranked, result.rank, result.confidence, result.error) for result in results] == [
        (("E0143", "E0130"), 1, 0.9, None),
        (("E0143", "E0130"), 2, 0.4, None),
        ((), None, None, "no"),
    ]
    assert all(result.ms >= 0 for result in results)
    assert read_case_results(tmp_path) == results


def test_an_interrupted_run_keeps_what_it_has_and_continues(tmp_path):
    """After Ctrl-C the same command asks only the remaining questions."""
    with pytest.raises(KeyboardInterrupt):
        start(FixedSystem(ANSWERS, stop_after=3), tmp_path)  # one question warms up, two are answered
    assert [result.id for result in read_case_results(tmp_path)] == ["1", "2"]
    assert not read_manifest(tmp_path).complete
    again = FixedSystem(ANSWERS)
    _, results = start(again, tmp_path)
    assert [result.id for result in results] == ["1", "2", "3"]
    assert again.asked == ["1", "3"]  # the first question of any run warms up and is not stored


def test_a_line_cut_short_by_a_crash_is_asked_again(tmp_path):
    """An incomplete line at the end is not an answer."""
    with pytest.raises(KeyboardInterrupt):
        start(FixedSystem(ANSWERS, stop_after=3), tmp_path)
    path = tmp_path / "cases.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert [result.id for result in start(FixedSystem(ANSWERS), tmp_path)[1]] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"k": 6}, "the number of codes asked for changed"),
        ({"cases": CASES[:2]}, "the cases changed"),
        ({"code_sha256": "other"}, "the program changed"),
    ],
)
def test_answers_of_other_work_are_not_taken_over(tmp_path, capsys, change, why):
    """Another k, other cases or changed code start afresh, say why, and keep the earlier answers aside."""
    with pytest.raises(KeyboardInterrupt):
        start(FixedSystem(ANSWERS, stop_after=2), tmp_path)
    again = FixedSystem(ANSWERS)
    before = (tmp_path / "cases.jsonl").read_bytes()
    start(again, tmp_path, **change)
    assert again.asked[:2] == ["1", "1"]
    assert f"fixed: starting again, because {why}; the earlier answers are kept in" in capsys.readouterr().err
    assert (tmp_path / "cases-1.jsonl").read_bytes() == before
    assert (tmp_path / "manifest-1.json").is_file()


class ChangingSystem(FixedSystem):
    """A service whose index is exchanged while it is asked."""

    def read_identity(self):
        return {"made": "by another hand"}


def test_a_service_exchanged_during_a_run_is_told(tmp_path):
    """Answers of two systems are never a finished run, and the next run does not take them over."""
    with pytest.raises(MeasuredSystemError, match="fixed was changed during the run"):
        start(ChangingSystem(ANSWERS), tmp_path)
    assert not read_manifest(tmp_path).complete


def test_compiled_code_is_part_of_the_code_that_is_compared():
    """A changed feature must not mix with the answers of an interrupted run."""
    covered = {path.relative_to(ROOT).as_posix() for path in sources(*CODE)}

    assert {"suggest/_features.pyx", "index/text/_normal.pyx", "eval/systems/baselines.py"} <= covered
    assert new_manifest(FixedSystem(ANSWERS), CASES, "2026-01", DAY, 5, 0, 10).code_sha256 == source_digest(
        *CODE
    )


def test_a_finished_run_is_measured_afresh(tmp_path):
    """A complete run is not reused: the system may have changed in ways that no hash shows."""
    manifest, _ = start(FixedSystem(ANSWERS), tmp_path)
    assert finish(manifest, tmp_path).complete
    again = FixedSystem(ANSWERS)
    start(again, tmp_path)
    assert len(again.asked) == 4


def test_the_manifest_says_with_what_it_was_measured(tmp_path):
    """Case-set hash, system, identity, seed and versions."""
    manifest, _ = start(FixedSystem(ANSWERS), tmp_path)
    assert read_manifest(tmp_path) == manifest
    assert manifest.sets == {"made": 3} and len(manifest.case_set_sha256) == 64
    assert manifest.identity == {"made": "by hand"} and "numpy" in manifest.versions


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    """Missing and damaged folders are named."""
    with pytest.raises(RunFolderError, match=r"has no manifest\.json"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(RunFolderError, match="is not the manifest of a run"):
        read_manifest(tmp_path)
    (tmp_path / "cases.jsonl").write_text("{}\n{}\n")
    with pytest.raises(RunFolderError, match="line 1, is damaged"):
        read_case_results(tmp_path)


def test_the_first_acceptable_code_counts():
    """Rank 2 for the second of three codes; None when none is there."""
    assert first_rank(["A", "B", "C"], ["C", "B"]) == 2
    assert first_rank(["A"], ["B"]) is None
