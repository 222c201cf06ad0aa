"""Examples for the ranker and the calibration, and the models that learn from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from index.build import Sources, assemble
from index.text.lexicon import Entry
from suggest.calibration import RANKER_COLUMNS, SCORE_COLUMNS
from suggest.features import COUNT, NAMES
from suggest.systems import SYSTEMS, SystemModel
from suggest.training import ranking
from suggest.training.lines import FOLDS, NO_CODE, Line
from suggest.training.ranking import (
    Example,
    FoldIndex,
    answerable_probabilities,
    fit_answerable,
    fit_confidence,
    fit_ranker,
    out_of_fold_scores,
    sampled_lines,
    with_all_codes,
)
from tests.index_fakes import SMALL, LetterEncoder

LEXICON = (Entry("hundebinde", ("dog bandage",), "lay", ("A0001",)),)
CANDIDATES = 4
LINES = 1000  # enough for the leaves of the calibration


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty trees on one thread are enough to tell right from wrong here."""
    for rounds in ("RANKER_ROUNDS", "CONFIDENCE_ROUNDS", "ANSWERABLE_ROUNDS"):
        monkeypatch.setattr(ranking, rounds, 20)
    for settings in (ranking.RANKER_SETTINGS, ranking.CALIBRATION_SETTINGS):
        monkeypatch.setitem(settings, "num_threads", 1)


class FourOfFive(SystemModel):
    """Finds every text with probability 0.8 ours."""

    def __init__(self) -> None:
        """Need no weights."""

    def probabilities(self, texts: Sequence[str]) -> list[list[float]]:
        """See `SystemModel.probabilities`."""
        return [[0.8, 0.2, *[0.0] * (len(SYSTEMS) - 2)]] * len(texts)


@pytest.fixture(scope="module")
def fold_index() -> FoldIndex:
    """The small release, with and without one term, and a model that finds four of five texts ours."""
    encoder = LetterEncoder()
    full = assemble(Sources(SMALL, LEXICON), encoder)
    return FoldIndex(full, assemble(Sources(SMALL), encoder), encoder, {"A0001": 3}, FourOfFive())


@pytest.fixture(scope="module")
def examples() -> Sequence[Example]:
    """Random candidates; the one with the largest cosine is right, and in texts without a code none is."""
    rng = np.random.default_rng(3)
    rows = []
    for i in range(LINES):
        matrix = rng.normal(size=(CANDIDATES, COUNT)).astype(np.float32)
        # The rules of routes and of sizes outweigh every score.
        matrix[:, [NAMES.index("beaten"), NAMES.index("range_outside")]] = 0
        kind = NO_CODE if i % 4 == 0 else "charge"
        cosines = matrix[:, NAMES.index("cosine")]
        labels = (cosines == cosines.max()) & (kind != NO_CODE)
        rows.append(Example(kind, i % FOLDS, matrix, labels, 1.0 if labels.any() else -1.0))
    return rows


def column(example: Example, name: str) -> list[float]:
    """A column of an example's matrix."""
    values: list[float] = example.matrix[:, NAMES.index(name)].tolist()
    return values


def test_an_example_labels_the_right_candidates(fold_index: FoldIndex) -> None:
    """It has every code of the small index, those of the line are right, and the line's own log odds."""
    example = fold_index.example(Line("ab", ("E0002", "E0003"), "charge", 1), 0)

    assert example is not None
    assert (example.kind, example.fold, example.source) == ("charge", 1, "")
    assert example.matrix.shape == (4, COUNT)
    assert example.labels.tolist() == [False, True, True, False]
    assert example.codable == pytest.approx(np.log(4))
    assert column(example, "code_popularity")[0] == pytest.approx(np.log(4))


def test_a_line_that_is_a_term_is_read_as_if_the_lexicon_lacked_it(fold_index: FoldIndex) -> None:
    """Otherwise the ranker would learn that the lexicon is always right."""
    term = fold_index.example(Line("hundebinde", ("A0001",), "lexicon lay", 0), 0)
    charge = fold_index.example(Line("hundebinde", ("A0001",), "charge", 0), 0)

    assert term is not None and charge is not None
    assert column(term, "term_place") == [0.0] * 4
    assert column(charge, "term_place")[0] == 1.0


def test_a_line_without_words_is_no_example(fold_index: FoldIndex) -> None:
    """There is nothing to learn from it."""
    assert fold_index.example(Line("***", ("A0001",), "charge", 0), 0) is None


def test_lines_of_the_same_text_and_kind_share_their_codes() -> None:
    """Two hospitals may bill one wording with different codes."""
    lines = [Line("cane", ("E0100",), "charge", 0), Line("cane", ("E0105",), "charge", 1)]
    other = Line("cane", ("E9999",), "starter", 0)

    assert [line.codes for line in with_all_codes([*lines, other])] == [
        ("E0100", "E0105"),
        ("E0105", "E0100"),
        ("E9999",),
    ]


def test_the_sample_is_capped_by_kind_and_by_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text counts once a kind; kinds that are not listed are left out."""
    monkeypatch.setattr(ranking, "MAX_LINES", {"charge": 30, "name": 4})
    charges = [Line(f"charge {i}", ("A0001" if i < 40 else "E0002",), "charge", 0) for i in range(44)]
    names = [Line(f"name {i}", ("A0001",), "name", 0) for i in range(9)]
    unlisted = [Line("meaning", ("A0001",), "lexicon meaning", 0)]

    sample = sampled_lines([*charges, *charges, *names, *unlisted], seed=0)

    assert len(sample) == len(set(sample)) == 15 + 4 + 4
    assert sum(line.kind == "charge" and line.codes == ("A0001",) for line in sample) == 15
    assert sample == sampled_lines([*unlisted, *names, *charges, *charges], seed=0)


def test_every_example_is_scored_by_a_ranker_of_the_other_folds(
    examples: Sequence[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ranker learns from the lines with a code of four folds, and scores all lines of the fifth."""
    learned = []

    def recorded(chosen: Sequence[Example], seed: int) -> object:
        learned.append({(example.kind, example.fold) for example in chosen})
        return fit_ranker(chosen, seed)

    monkeypatch.setattr(ranking, "fit_ranker", recorded)
    scored = list(out_of_fold_scores(examples, seed=0))

    assert learned == [
        {("charge", other) for other in range(FOLDS) if other != fold} for fold in range(FOLDS)
    ]
    assert [example.fold for example, _ in scored] == sorted(list(range(FOLDS)) * (LINES // FOLDS))
    right = [example.labels[scores.argmax()] for example, scores in scored if example.kind == "charge"]
    assert np.mean(right) > 0.8


def test_the_calibration_tells_right_from_wrong_and_codes_from_none(examples: Sequence[Example]) -> None:
    """Both models read the columns that answering computes, by these names."""
    scored = list(out_of_fold_scores(examples, seed=0))
    confidence, answerable = fit_confidence(scored, seed=0), fit_answerable(scored, seed=0)

    for model in (confidence, answerable):
        assert model.feature_name() == [*SCORE_COLUMNS, *RANKER_COLUMNS]
    probabilities = answerable_probabilities(scored, answerable)
    coded = np.array([example.kind != NO_CODE for example, _ in scored])
    assert probabilities.shape == (LINES,)
    assert probabilities[coded].min() > probabilities[~coded].max()
