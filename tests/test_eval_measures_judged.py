import numpy as np

from eval.measures.confidence import measure_confidence, perfect_errors
from eval.measures.judged import halve
from tests.eval_fakes import result


def lines(source, n, stated, right):
    ranked = ["E0143"] if right else ["E0130"]
    return [
        result(f"{source}-{stated}-{i}", ["E0143"], ranked, stated, False, source=source) for i in range(n)
    ]


def test_whole_sources_are_halved():
    """No source is in both halves; a single source is halved by line; the seed decides."""
    sources = [f"h{i % 6}" for i in range(60)]
    second, by_source = halve(sources, 0)
    assert by_source and second.sum() == 30
    assert not {s for s, b in zip(sources, second, strict=True) if b} & {
        s for s, b in zip(sources, second, strict=True) if not b
    }
    second, by_source = halve(["one"] * 10, 0)
    assert not by_source and second.sum() == 5


def test_a_threshold_that_fits_one_half_is_judged_on_the_other():
    """Source a is right at .6 and source b wrong there: what is chosen on a fails on b, and this is seen."""
    a = lines("a", 50, 0.9, True) + lines("a", 50, 0.6, True)
    b = lines("b", 50, 0.9, True) + lines("b", 50, 0.6, False)
    report = measure_confidence(a + b, samples=200)
    judged = next(part for part in report.judged if part.target == 0.95)
    assert judged.halves == "sources" and sorted(judged.thresholds) == [0.6, 0.9]
    assert judged.answered.value == (50 + 100) / 200 and judged.right.value == 100 / 150
    chosen = next(part for part in report.coverage if part.target == 0.95)
    assert chosen.accuracy == 1.0  # on the same lines it looks as good as wished


def test_refused_lines_without_a_code_are_right():
    """They take nothing from coverage; those that are not refused are wrong answers."""
    coded = lines("a", 20, 0.9, True)
    refused = [result(f"n{i}", [], ["E0130"], 0.1, True) for i in range(20)]
    report = measure_confidence(coded + refused, samples=50)
    assert [point.coverage for point in report.coverage] == [1.0] * 4 and report.aurc == 0.0
    answered = [result(f"w{i}", [], ["E0130"], 0.95, False) for i in range(20)]
    report = measure_confidence(coded + answered, samples=50)
    assert report.coverage[0].threshold is None and report.aurc > 0.5
    only = measure_confidence(refused, samples=50)
    assert (only.aurc, only.coverage, only.n) == (None, (), 20)


def test_the_calibration_error_has_an_interval_and_its_value_under_perfect_calibration():
    """Perfectly calibrated lines have an interval from 0; ten points too high do not."""
    rng = np.random.default_rng(1)
    stated = rng.beta(4, 1, 1000) * 0.9 + 0.1
    for shift, perfect in ((0.0, True), (0.1, False)):
        right = rng.random(1000) < stated - shift
        rows = [r for c, ok in zip(stated, right, strict=True) for r in lines(f"s{c}", 1, float(c), bool(ok))]
        report = measure_confidence(rows, samples=300, cluster="none")
        assert report.ece_low <= report.ece <= report.ece_high
        assert (report.ece_low == 0.0) is perfect
        assert report.ece_low <= shift <= report.ece_high
        assert report.ece_perfect == perfect_errors(stated, 300).mean()
