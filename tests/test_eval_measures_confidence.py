import numpy as np
import pytest

from eval.measures.confidence import expected_calibration_error, measure_confidence, reliability
from eval.measures.risk_coverage import aurc, coverage_at, risk_coverage
from tests.eval_fakes import result

CONFIDENCE = np.array([0.95, 0.91, 0.55, 0.52, 0.12])
RIGHT = np.array([1.0, 0.0, 1.0, 1.0, 0.0])


def test_reliability_and_ece_by_hand():
    """Three bins: .93 stated and .5 true, .535 and 1, .12 and 0."""
    bins = reliability(CONFIDENCE, RIGHT)
    assert [(bar.low, bar.high, bar.n) for bar in bins] == [(0.1, 0.2, 1), (0.5, 0.6, 2), (0.9, 1.0, 2)]
    assert expected_calibration_error(bins) == pytest.approx((0.12 + 2 * 0.465 + 2 * 0.43) / 5)


def test_reliability_agrees_with_scikit_learn():
    """The calibration curve of a second library, on random confidences."""
    calibration = pytest.importorskip(
        "sklearn.calibration", reason="scikit-learn comes with the encoders extra"
    )
    rng = np.random.default_rng(5)
    confidence = rng.random(500)
    right = (rng.random(500) < confidence).astype(float)
    true, stated = calibration.calibration_curve(right, confidence, n_bins=10)
    bins = reliability(confidence, right)
    assert [bar.accuracy for bar in bins] == pytest.approx(list(true))
    assert [bar.confidence for bar in bins] == pytest.approx(list(stated))


def test_a_confidence_of_one_is_in_the_last_bin():
    """The last bin is closed above."""
    (bar,) = reliability(np.array([1.0]), np.array([1.0]))
    assert (bar.low, bar.high) == (0.9, 1.0)


def test_risk_coverage_by_hand():
    """Accuracy of the most confident 1, 2 ... 5 of five lines."""
    coverage, accuracy, thresholds = risk_coverage(CONFIDENCE, RIGHT)
    assert coverage == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert accuracy == pytest.approx([1, 1 / 2, 2 / 3, 3 / 4, 3 / 5])
    assert thresholds.tolist() == [0.95, 0.91, 0.55, 0.52, 0.12]
    assert aurc(CONFIDENCE, RIGHT) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4 + 2 / 5) / 5)


def test_equal_confidences_are_answered_together():
    """A threshold cannot separate them, and the area does not depend on their order."""
    confidence = np.array([0.5, 0.5, 0.9])
    coverage, accuracy, _ = risk_coverage(confidence, np.array([1.0, 0.0, 1.0]))
    assert coverage == pytest.approx([1 / 3, 1]) and accuracy == pytest.approx([1, 2 / 3])
    area = aurc(confidence, np.array([1.0, 0.0, 1.0]))
    assert area == pytest.approx(aurc(confidence, np.array([0.0, 1.0, 1.0])))
    assert area == pytest.approx((0 + 0.5 / 2 + 1 / 3) / 3)


def test_coverage_is_the_largest_that_keeps_the_target():
    """Three of four right at 80 % coverage; nothing keeps 99 % but the first line."""
    curve = risk_coverage(CONFIDENCE, RIGHT)
    point = coverage_at(*curve, 0.75)
    assert (point.threshold, point.coverage, point.accuracy) == (0.52, 0.8, 0.75)
    assert str(point) == "at threshold 0.520, 80.0% of lines are answered and 75.0% of those are right"
    assert coverage_at(*curve, 0.99).coverage == 0.2
    never = coverage_at(*risk_coverage(np.array([0.5]), np.array([0.0])), 0.9)
    assert never.threshold is None and str(never) == "no threshold makes 90% of the answered lines right"


def test_refusals_are_counted_both_ways():
    """Refusals of right answers, missing codes without a refusal, and lines without any code."""
    report = measure_confidence(
        [
            result("a", ["E0143"], ["E0143"], 0.9, False),
            result("b", ["E0143"], ["E0143"], 0.2, True),
            result("c", ["E0143"], ["E0130", "E0143"], 0.2, True),
            result("d", ["E0143"], ["E0130"], 0.6, False),
            result("e", [], ["E0130"], 0.1, True),
            result("f", [], ["E0130"], 0.7, False),
        ]
    )
    assert report.refusal is not None
    refusal = report.refusal
    assert (refusal.answerable, refusal.said, refusal.said_top1, refusal.said_present) == (4, 2, 1, 2)
    assert (refusal.unsaid_absent, refusal.none_fits, refusal.none_said) == (1, 2, 1)
    assert report.n == 6
    assert report.curve[-1] == (1.0, pytest.approx(2 / 5, abs=1e-4))  # the refusal of e is right


def test_an_unanswered_line_has_no_confidence_and_still_counts():
    """Two lines, one unanswered: at full coverage half are right."""
    report = measure_confidence(
        [result("a", ["E0143"], ["E0143"], 0.9, False), result("b", ["E0143"], [], None, True)]
    )
    assert report.curve == ((0.5, 1.0), (1.0, 0.5))


def test_systems_without_confidence_get_none():
    """A system without confidences has no such measures."""
    report = measure_confidence([result("a", ["E0143"], ["E0143"])])
    assert (report.n, report.ece, report.aurc, report.bins, report.refusal) == (0, None, None, (), None)
