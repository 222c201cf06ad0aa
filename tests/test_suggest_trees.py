"""Our evaluation of a LightGBM model gives the same numbers as the library."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt
import pytest

from index.errors import ArtifactError
from suggest.trees import Trees

NAMES = ("cosine", "bm25", "a_rather_long_name_of_a_feature")


@pytest.fixture(scope="module")
def matrix() -> npt.NDArray[np.float32]:
    """Five hundred rows; of the third column's values some are whole, so that rows lie on thresholds."""
    rows = np.random.default_rng(7).normal(size=(500, len(NAMES))).astype(np.float32)
    rows[:, 2] = np.round(rows[:, 2])
    return rows


@pytest.fixture(scope="module", params=["regression", "binary", "lambdarank"])
def theirs(request: pytest.FixtureRequest, matrix: npt.NDArray[np.float32]) -> lightgbm.Booster:
    """A small model of each kind that the project uses, trained by the Python package."""
    label = matrix[:, 0].copy() if request.param == "regression" else (matrix[:, 0] > 0).astype(int)
    group = [50] * 10 if request.param == "lambdarank" else None
    data = lightgbm.Dataset(matrix.copy(), label, group=group, feature_name=list(NAMES))
    settings = {"objective": request.param, "verbosity": -1, "num_leaves": 7, "num_threads": 1, "seed": 1}
    return lightgbm.train(settings, data, 20)


def test_predictions_are_those_of_the_python_package(
    theirs: lightgbm.Booster, matrix: npt.NDArray[np.float32]
) -> None:
    """To the last bit, for scores and probabilities."""
    ours = Trees(theirs.model_to_string())

    np.testing.assert_array_equal(ours.predict(matrix), theirs.predict(matrix))


def test_features_are_named_in_order(theirs: lightgbm.Booster) -> None:
    """So that a model of other features can be refused."""
    assert Trees(theirs.model_to_string()).features == NAMES


def test_rows_in_any_layout_are_read_right(theirs: lightgbm.Booster, matrix: npt.NDArray[np.float32]) -> None:
    """Columns of a larger array, a transposed one, no rows."""
    ours, expected = Trees(theirs.model_to_string()), theirs.predict(matrix)

    np.testing.assert_array_equal(ours.predict(np.asfortranarray(matrix)), expected)
    np.testing.assert_array_equal(ours.predict(np.hstack([matrix, matrix])[:, :3]), expected)
    assert ours.predict(matrix[:0]).shape == (0,)


def test_a_matrix_of_other_features_is_refused(
    theirs: lightgbm.Booster, matrix: npt.NDArray[np.float32]
) -> None:
    """The evaluation would read beyond it."""
    with pytest.raises(ValueError, match=r"reads 3 features, the matrix has shape \(500, 2\)"):
        Trees(theirs.model_to_string()).predict(matrix[:, :2])


def test_threads_may_share_a_model(theirs: lightgbm.Booster, matrix: npt.NDArray[np.float32]) -> None:
    """Each gets its own answer."""
    ours, expected = Trees(theirs.model_to_string()), theirs.predict(matrix)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: ours.predict(matrix[row : row + 1])[0], range(200)))

    np.testing.assert_array_equal(found, expected[:200])


@pytest.mark.parametrize("data", [b"", b"no model", b"tree\nversion=v4\n", b"\xff\xfe"])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, data: bytes) -> None:
    """One sentence with the path."""
    (tmp_path / "ranker.txt").write_bytes(data)

    with pytest.raises(ArtifactError, match=r"the model .*ranker\.txt cannot be"):
        Trees.load(tmp_path / "ranker.txt")


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    """And what to do."""
    with pytest.raises(ArtifactError, match="reinstall the project"):
        Trees.load(tmp_path / "none.txt")


def test_rows_between_a_threshold_and_its_rounding_go_the_right_way() -> None:
    """Thresholds are float64 in the file: the float32 above one must pass it, the one below must not."""
    at = np.float32(0.1)
    model = (
        "tree\nfeature_names=one\nobjective=regression\n\nTree=0\nnum_leaves=2\nsplit_feature=0\n"
        "threshold={}\ndecision_type=2\nleft_child=-1\nright_child=-2\nleaf_value=1 2\n\nend of trees\n"
    )
    above, below = np.nextafter(float(at), 1.0), np.nextafter(float(at), 0.0)

    for threshold, expected in ((float(at), 1), (above, 1), (below, 2)):
        assert Trees(model.format(float(threshold))).predict(np.array([[at]])).tolist() == [expected]


def test_a_tree_without_a_split_says_the_same_of_every_row() -> None:
    """LightGBM writes one when nothing was left to learn."""
    head = "tree\nfeature_names=one\nobjective=regression\n\n"
    model = f"{head}Tree=0\nnum_leaves=1\nleaf_value=0.5\n\nend of trees\n"

    assert Trees(model).predict(np.zeros((3, 1), np.float32)).tolist() == [0.5] * 3


def test_a_model_that_learned_of_missing_values_is_refused(matrix: npt.NDArray[np.float32]) -> None:
    """Our features are never missing, and the evaluation has no rule for missing values."""
    holed = matrix.copy()
    holed[::5, 0] = np.nan
    data = lightgbm.Dataset(holed, matrix[:, 0].copy())
    theirs = lightgbm.train({"objective": "regression", "verbosity": -1, "num_threads": 1}, data, 2)

    with pytest.raises(ArtifactError, match="not numerical"):
        Trees(theirs.model_to_string())


TWO_SPLITS = """tree
objective=regression
feature_names=a b

Tree=0
split_feature=0 1
threshold=0.5 0.25
decision_type=2 2
left_child=1 -1
right_child=-3 -2
leaf_value=1 2 3

end of trees
"""


def test_a_tree_of_two_splits() -> None:
    """The text that the damages below begin from."""
    matrix = np.array([[0, 0], [0, 1], [1, 0]], np.float32)

    assert Trees(TWO_SPLITS).predict(matrix).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("left_child=1 -1", "left_child=0 -1", "not one tree"),
        ("left_child=1 -1", "left_child=1 1", "not one tree"),
        ("left_child=1 -1", "left_child=1 -9", "not one tree"),
        ("left_child=1 -1", "left_child=1", "a tree of 3 leaves needs 2 splits"),
        ("left_child=1 -1\nright_child=-3 -2", "left_child=-1 1\nright_child=-3 -2", "a node under itself"),
        ("split_feature=0 1", "split_feature=0 7", "a split on an unknown column"),
        ("threshold=0.5 0.25", "threshold=0.5 nan", "a number that is not finite"),
        ("leaf_value=1 2 3", "leaf_value=1 2", "a tree of 2 leaves needs 1 splits"),
    ],
)
def test_what_is_not_a_tree_is_refused(before: str, after: str, message: str) -> None:
    """A node that leads back would be followed for ever, an unknown column read past the row."""
    assert before in TWO_SPLITS

    with pytest.raises(ArtifactError, match=f"not a model in LightGBM's text format .*{message}"):
        Trees(TWO_SPLITS.replace(before, after))
