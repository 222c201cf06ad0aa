"""The small benchmarks run without errors; the tests say nothing about speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import least_update, plots, synthetic
from benchmarks.__main__ import NAMES, main
from benchmarks.long_run import plot, thirds
from benchmarks.spread import Spread, exponent, percentiles, ratios, spread
from benchmarks.table import MAKERS, PAGES, filled, read_results, tables
from benchmarks.targets import TARGETS, Target, row
from benchmarks.texts import OWN, distinct, keystrokes

WITH_TORCH = ("answer", "build")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of every small benchmark that needs no PyTorch."""
    folder = tmp_path_factory.mktemp("benchmarks")
    return _run(folder, [name for name in NAMES if name not in WITH_TORCH])


def _run(folder: Path, names: list[str]) -> Path:
    only = [word for name in names for word in ("--only", name)]
    out = folder / "results"
    assert main(["--small", "--work", str(folder), "--out", str(out), *only]) == 0
    return out


def test_each_benchmark_writes_its_question_machine_and_method(results: Path) -> None:
    """A result is complete: the inputs, the index, the machine and the method."""
    found = read_results(results)

    assert sorted(found) == sorted(name for name in NAMES if name not in WITH_TORCH)
    for name, result in found.items():
        assert result["benchmark"] == name and result["small"] and result["release"] == "starter"
        assert result["question"].endswith("?")
        assert result["machine"]["cores"] and result["machine"]["packages"]["numpy"]
        assert "skipped" in result or result["method"]


def test_a_new_text_is_never_answered_from_the_cache(results: Path) -> None:
    """A text that is timed as new is computed, not read from the cache."""
    found = read_results(results)

    assert found["http"]["new_texts_answered_from_the_cache"] == 0
    assert found["load"].get("new_texts_answered_from_the_cache", 0) == 0


def test_suggesting_imports_no_torch(results: Path) -> None:
    """`hcpcs suggest` imports none of the libraries that only building with other encoders needs."""
    assert read_results(results)["cold"]["imported_to_suggest"] == []


def test_figures_and_tables_are_made_of_any_results(results: Path, tmp_path: Path) -> None:
    """A benchmark that was not run is shown as not measured; it is not an error."""
    assert plots.main([str(results), str(tmp_path)]) == 0
    pages = tables(read_results(results))

    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert pages["answers"] == "not measured"
    assert "| `hcpcs code` from a cold process | at most 0.3 s |" in pages["targets"]


@pytest.mark.model
def test_the_obvious_design_is_measured_beside_ours(tmp_path: Path) -> None:
    """The comparisons with sentence-transformers run, and give a ratio each."""
    pytest.importorskip("sentence_transformers")
    found = read_results(_run(tmp_path, list(WITH_TORCH)))

    assert found["answer"]["ratios"]["ours_to_minilm_faiss"]["n"] == 20
    assert found["build"]["ratios"]["ours_to_minilm_faiss"]["n"] == 1


def test_every_table_has_its_place_in_the_docs() -> None:
    """Each table is shown on one page, between its two marks."""
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    for name in MAKERS:
        assert pages.count(f"<!-- {name} -->") == 1, name
        assert pages.count(f"<!-- /{name} -->") == 1, name


def test_the_least_update_is_told_beside_a_full_build(capsys: pytest.CaptureFixture[str]) -> None:
    """Each step and their sum, on the starter catalogue."""
    assert least_update.main([]) == 0

    told = capsys.readouterr().out.splitlines()
    assert [line[:36].strip() for line in told][-2:] == ["digests", "sum"]
    assert all(" of the full build's " in line for line in told)


def test_the_docs_show_every_table_filled() -> None:
    """From the results that are committed."""
    for page in PAGES:
        assert "not measured" not in page.read_text(encoding="utf-8"), page.name


def test_every_figure_has_its_place_in_the_docs() -> None:
    """Each figure is shown in `docs/performance.md`."""
    page = PAGES[0].read_text(encoding="utf-8")

    for name in plots.FIGURES:
        assert f"(performance/{name}.svg)" in page


def test_a_table_replaces_what_stood_between_its_marks() -> None:
    """Filling twice gives the same page; what has no mark stays."""
    page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"

    once = filled(page, {"x": "| new |", "y": "nowhere"})

    assert once == "a\n<!-- x -->\n| new |\n<!-- /x -->\nb\n"
    assert filled(once, {"x": "| new |"}) == once


def test_a_spread_is_the_median_between_two_percentiles() -> None:
    """Of 0 to 10: the middle, and the second value from each end."""
    assert spread(range(11)) == Spread(median=5.0, p10=1.0, p90=9.0, n=11)
    assert percentiles(range(101))["p99"] == 99.0
    with pytest.raises(ValueError, match="no measurement"):
        spread([])


def test_ratios_are_made_pair_by_pair() -> None:
    """A slow moment of the machine that affects both values of a pair does not change their ratio."""
    assert ratios([1.0, 10.0, 2.0], [2.0, 20.0, 4.0]) == Spread(0.5, 0.5, 0.5, 3)


def test_the_exponent_of_a_square_is_two() -> None:
    """The slope of the logarithms."""
    assert exponent([10, 100, 1000], [3 * n**2 for n in (10, 100, 1000)]) == 2.0


def test_distinct_texts_are_distinct_and_seeded() -> None:
    """For any number; the same seed gives the same texts, first the lines and then other word orders."""
    found = distinct(1_000, seed=3, base=OWN)

    assert len(set(found)) == 1_000
    assert set(found[: len(OWN)]) == set(OWN)
    assert found == distinct(1_000, seed=3, base=OWN) != distinct(1_000, seed=4, base=OWN)
    assert len(set(distinct(5, base=["walker"]))) == 5


def test_keystrokes_are_what_stands_in_the_field() -> None:
    """From the second key to the last."""
    assert keystrokes("cane") == ["ca", "can", "cane"]


def test_a_synthetic_release_is_seeded_and_in_order() -> None:
    """Ascending codes of the pattern; the same seed gives the same release."""
    release = synthetic.release(50)
    codes = [record.code for record in release.records]

    assert len(set(codes)) == 50 and codes == sorted(codes)
    assert all(record.level == 2 for record in release.records)
    assert release == synthetic.release(50) != synthetic.release(50, seed=1)
    with pytest.raises(ValueError, match="from 1 to 170000"):
        synthetic.release(0)


def test_a_reworded_release_has_that_many_other_descriptors() -> None:
    """Nothing but the long descriptors of n codes differs."""
    release = synthetic.release(50)
    changed = synthetic.reworded(release, 7)
    pairs = list(zip(release.records, changed.records, strict=True))

    assert sum(old.long_description != new.long_description for old, new in pairs) == 7
    assert all(old.code == new.code for old, new in pairs)


def test_a_target_tells_whether_it_was_reached() -> None:
    """Upper and lower limits; a target that was not measured says so."""
    most = Target("a", "b", "r", "at most", 0.5)
    least = Target("a", "b", "r", "at least", 0.5)
    results = {"b": {"ratios": {"r": {"median": 0.4, "p10": 0.3, "p90": 0.6, "n": 5}}}}

    assert row(most, results) == ("a", "at most 0.5 x", "0.4 x (0.3 x to 0.6 x)", "yes")
    assert row(least, results)[3] == "**no**"
    assert row(most, {}) == ("a", "at most 0.5 x", "not measured", "")
    assert row(most, {"b": {"skipped": "wrk is not installed"}})[2] == "wrk is not installed"
    assert {target.benchmark for target in TARGETS} <= set(NAMES)


def test_the_thirds_of_a_long_run_show_what_grows(tmp_path: Path) -> None:
    """Medians, without the windows in which nothing was answered; the plot has a line for each value."""
    values = [1, 9, 2, None, 20, 30, 10, 100, 300, 200]
    windows = [
        {"at_s": 5.0 * at, "memory_mb": at, "files": 7, "p50_ms": value, "p99_ms": value}
        for at, value in enumerate(values)
    ]
    plot({"windows": windows}, tmp_path / "run.svg")

    assert thirds(windows, "p50_ms") == [2, 20, 200]
    assert thirds(windows, "files") == [7, 7, 7]
    assert thirds(windows[:2], "files") == []
    assert "memory, MB" in (tmp_path / "run.svg").read_text()
