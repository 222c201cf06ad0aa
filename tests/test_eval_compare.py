import msgspec
import pytest

from eval.case_results import SystemAnswer
from eval.compare import compare_folders, compare_results
from eval.errors import RunFolderError
from eval.measures.paired import find_changes
from eval.report.comparison import comparison_text
from eval.run import ask, finish, new_manifest
from tests.eval_fakes import DAY, FixedSystem, case, result

IDS = [str(i) for i in range(12)]


def rows_with(right_at):
    ranked = {1: ["E0143", "E0130"], 2: ["E0130", "E0143"], 0: ["E0130"]}
    return [result(i, ["E0143"], ranked[right_at[int(i)]]) for i in IDS]


A = rows_with([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0])
B = rows_with([2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0])


def test_a_comparison_agrees_with_numbers_worked_by_hand():
    """Six and nine of twelve right: four won, one lost; MRR 8/12 against 10/12."""
    comparison = compare_results(("a", "b"), (A, B), {}).pooled
    assert (comparison.n, comparison.a["top-1"], comparison.b["top-1"]) == (12, 0.5, 0.75)
    assert (comparison.top1_won, comparison.top1_lost) == (4, 1)
    assert (comparison.wins, comparison.losses, comparison.ties) == (5, 1, 6)
    assert comparison.mcnemar_p == pytest.approx(2 * (1 + 5) / 32)
    assert comparison.difference["MRR"].value == pytest.approx(10 / 12 - 8 / 12)
    assert comparison.difference["top-1"].low <= 0.25 <= comparison.difference["top-1"].high


def test_every_changed_case_is_listed_both_ways():
    """Losses first, then wins, then changes further down, each with both rankings."""
    changes = find_changes(list(zip(A, B, strict=True)))
    assert [(change.id, change.top1) for change in changes] == [
        ("0", "lost"),
        ("6", "won"),
        ("7", "won"),
        ("8", "won"),
        ("9", "won"),
        ("10", "same"),
    ]
    assert (changes[0].ranked_a, changes[0].ranked_b) == (("E0143", "E0130"), ("E0130", "E0143"))


def write_run(folder, cases, answers, complete=True, name="fixed", **changes):
    system = FixedSystem(answers, name)
    manifest = msgspec.structs.replace(new_manifest(system, cases, "2026-01", DAY, 5, 0, 10), **changes)
    ask(system, cases, manifest, folder)
    if complete:
        finish(manifest, folder)
    return folder


CASES = [case("1", ["E0143"], "folding frame"), case("2", ["E0130"], "stiff frame")]


def test_folders_are_compared_and_what_differs_is_said(tmp_path):
    """Release and index of the two runs are shown side by side."""
    a = write_run(tmp_path / "a", CASES, {"1": SystemAnswer(("E0143",))})
    b = write_run(tmp_path / "b", CASES, {"2": SystemAnswer(("E0130",))}, release="2026-04")
    comparison = compare_folders(a, b)
    assert (comparison.a, comparison.b) == ("fixed (a)", "fixed (b)")
    assert comparison.settings == {"release": ("2026-01", "2026-04")}
    text = comparison_text(comparison)
    assert "release: 2026-01 | 2026-04" in text
    assert "right first in A, not in B: 1" in text and "folding frame" in text
    assert "B is 0.0 points better than A at the first code, which may be chance" in text


def test_what_is_held_back_is_counted(tmp_path):
    """A short print says how many more there are."""
    text = comparison_text(compare_results(("a", "b"), (A, B), {}), max_changes=1)
    assert "and 3 more; --all prints them" in text


def test_other_cases_are_refused_and_told(tmp_path):
    """Different sets, and the same numbers of different cases."""
    a = write_run(tmp_path / "a", CASES, {})
    b = write_run(tmp_path / "b", CASES[:1], {})
    with pytest.raises(RunFolderError, match=r"measured different cases: made \(2\) against made \(1\)"):
        compare_folders(a, b)
    c = write_run(tmp_path / "c", [CASES[0], case("2", ["E0130"], "x")], {}, release="2026-04")
    with pytest.raises(RunFolderError, match="of the same number .release 2026-01 against 2026-04"):
        compare_folders(a, c)


def test_an_unfinished_run_is_refused(tmp_path):
    """It says how to go on."""
    a = write_run(tmp_path / "a", CASES, {})
    b = write_run(tmp_path / "b", CASES, {}, complete=False)
    with pytest.raises(RunFolderError, match="is an unfinished run; continue it"):
        compare_folders(a, b)


def test_a_better_mean_never_hides_that_more_cases_became_wrong():
    """One small set carries the mean while the large one loses: the verdict says both."""
    right, wrong = ["E0143"], ["E0130"]
    small = [result(f"s{i}", ["E0143"], wrong, set="small") for i in range(2)]
    large = [result(f"l{i}", ["E0143"], right, set="large") for i in range(20)]
    after = [result(f"s{i}", ["E0143"], right, set="small") for i in range(2)]
    after += [result(f"l{i}", ["E0143"], right if i >= 5 else wrong, set="large") for i in range(20)]
    text = comparison_text(compare_results(("a", "b"), (small + large, after), {}))
    assert "Mixed: B is 37.5 points better than A at the first code in the mean over the sets" in text
    assert "and yet 2 cases became right and 5 wrong." in text


def test_whole_sources_are_paired_and_the_sets_corrected():
    """Five sources that all win cannot show a p below 2 / 32; the p of two sets is doubled at its least."""
    a = [result(f"{s}{i}", ["E0143"], ["E0130"], source=s, set="one") for s in "abcde" for i in range(8)]
    b = [result(f"{s}{i}", ["E0143"], ["E0143"], source=s, set="one") for s in "abcde" for i in range(8)]
    a += [result(f"x{i}", ["E0143"], ["E0130"], set="two") for i in range(12)]
    b += [result(f"x{i}", ["E0143"], ["E0143" if i < 8 else "E0130"], set="two") for i in range(12)]
    comparison = compare_results(("a", "b"), (a, b), {})
    one, two = comparison.sets["one"], comparison.sets["two"]
    assert (one.sources, two.sources) == (5, 0)
    assert one.top1_p == pytest.approx(2 / 32, abs=0.01) and one.mcnemar_p < 1e-9
    assert two.top1_p == two.mcnemar_p == pytest.approx(2 / 2**8)
    assert two.holm_p == pytest.approx(2 * two.top1_p) and one.holm_p == pytest.approx(one.top1_p)
    assert comparison.mean["top-1"].low > 0 and comparison.detectable > 0
    alone = compare_results(("a", "b"), (a, b), {}, cluster="none").sets["one"]
    assert alone.sources == 0 and alone.top1_p == alone.mcnemar_p
