"""LightGBM models through the C interface: the same numbers as the Python package gives."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt
import pytest

from index.errors import ArtifactError
from suggest.booster import Booster

ROOT = Path(__file__).parents[1]
NAMES = ("cosine", "bm25", "a_rather_long_name_of_a_feature")


@pytest.fixture(scope="module")
def matrix() -> npt.NDArray[np.float32]:
    """Five hundred rows, some of them with a value missing."""
    rows = np.random.default_rng(7).normal(size=(500, len(NAMES))).astype(np.float32)
    rows[::50, 1] = np.nan
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
    ours = Booster(theirs.model_to_string())

    np.testing.assert_array_equal(ours.predict(matrix), theirs.predict(matrix))


def test_features_are_named_in_order(theirs: lightgbm.Booster) -> None:
    """So that a model of other features can be refused."""
    assert Booster(theirs.model_to_string()).features == NAMES


def test_rows_in_any_layout_are_read_right(theirs: lightgbm.Booster, matrix: npt.NDArray[np.float32]) -> None:
    """Columns of a larger array, a transposed one, no rows."""
    ours, expected = Booster(theirs.model_to_string()), theirs.predict(matrix)

    np.testing.assert_array_equal(ours.predict(np.asfortranarray(matrix)), expected)
    np.testing.assert_array_equal(ours.predict(np.hstack([matrix, matrix])[:, :3]), expected)
    assert ours.predict(matrix[:0]).shape == (0,)


def test_a_matrix_of_other_features_is_refused(
    theirs: lightgbm.Booster, matrix: npt.NDArray[np.float32]
) -> None:
    """The C interface would read beyond it."""
    with pytest.raises(ValueError, match=r"reads 3 features, the matrix has shape \(500, 2\)"):
        Booster(theirs.model_to_string()).predict(matrix[:, :2])


def test_threads_may_share_a_model(theirs: lightgbm.Booster, matrix: npt.NDArray[np.float32]) -> None:
    """Each gets its own answer."""
    ours, expected = Booster(theirs.model_to_string()), theirs.predict(matrix)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: ours.predict(matrix[row : row + 1])[0], range(200)))

    np.testing.assert_array_equal(found, expected[:200])


@pytest.mark.parametrize("data", [b"", b"no model", b"tree\nversion=v4\n", b"\xff\xfe"])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, data: bytes) -> None:
    """One sentence with the path."""
    (tmp_path / "ranker.txt").write_bytes(data)

    with pytest.raises(ArtifactError, match=r"the model .*ranker\.txt cannot be"):
        Booster.load(tmp_path / "ranker.txt")


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    """And what to do."""
    with pytest.raises(ArtifactError, match="reinstall the project"):
        Booster.load(tmp_path / "none.txt")


def test_the_python_package_is_not_imported(theirs: lightgbm.Booster, tmp_path: Path) -> None:
    """Nor SciPy or scikit-learn with it."""
    theirs.save_model(tmp_path / "model.txt")
    script = (
        "import sys\nfrom pathlib import Path\nfrom suggest.booster import Booster\n"
        "Booster.load(Path(sys.argv[1]))\n"
        "print(sorted({'lightgbm', 'scipy', 'sklearn'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "model.txt")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
