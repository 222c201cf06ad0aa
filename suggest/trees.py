"""Boosted trees in LightGBM's text format, for prediction only.

Training uses the library. Prediction needs the walk from root to leaf only, and the library takes fifty
microseconds to start it and four times as long for a tree. The format is written by LightGBM's
`Booster.save_model` (C++: `GBDT::SaveModelToString`): a head of `key=value` lines, then one block for each
tree, of which we read `split_feature`, `threshold`, `decision_type`, `left_child`, `right_child` and
`leaf_value`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.errors import ArtifactError
from index.shipped import read_shipped
from suggest._forest import Forest

_NUMERICAL = "2"  # decision_type of a split `value <= threshold` without a rule for missing values

NODE = np.dtype([("feature", np.int32), ("threshold", np.float32), ("child", np.int32)])
"""One node of a tree, as `Forest` takes it."""


class _NoModelError(ArtifactError):
    """A text is not a model."""


class Node(NamedTuple):
    """One node of a tree.

    A row whose value of `feature` is above `threshold` goes to node `child + 1`, other rows to node `child`.
    `value` is what a leaf adds to the sum; 0 for other nodes.
    """

    feature: int
    threshold: float
    child: int
    value: float


class Trees:
    """A trained model. Safe to use from several threads.

    Attributes:
        features: Names of the columns that it reads, in order.
    """

    def __init__(self, model: str) -> None:
        """Parse a model.

        Args:
            model: Content of the model file.

        Raises:
            ArtifactError: If it is not a model, or has splits other than numerical ones.
        """
        head, *blocks = model.partition("\nend of trees")[0].split("\nTree=")
        settings = _settings(head)
        nodes: list[Node] = []
        roots, depths = [], []
        try:
            self.features = tuple(settings["feature_names"].split())
            self._binary = settings["objective"].startswith("binary")
            for block in blocks:
                roots.append(len(nodes))
                depths.append(_append_tree(_settings(block), len(self.features), nodes))
        except (KeyError, ValueError, IndexError) as error:
            raise _NoModelError(f"it is not a model in LightGBM's text format ({error})") from error
        packed = np.zeros(len(nodes), NODE)
        packed["feature"] = [node.feature for node in nodes]
        packed["threshold"] = _rounded_down(np.array([node.threshold for node in nodes], np.float64))
        packed["child"] = [node.child for node in nodes]
        values = np.array([node.value for node in nodes], np.float64)
        self._forest = Forest(packed, values, np.array(roots, np.int32), np.array(depths, np.int32))

    @classmethod
    def load(cls, path: Path) -> Trees:
        """Read a model file.

        Raises:
            ArtifactError: If it cannot be read.
        """
        try:
            return cls(read_shipped(path).decode())
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactError(
                f"the model {path} cannot be read ({error}); reinstall the project"
            ) from error
        except _NoModelError as error:
            raise ArtifactError(f"the model {path} cannot be used: {error}; reinstall the project") from error

    def predict(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Predictions for each row.

        Args:
            matrix: float32 (n, features), in the order of `features`, without missing values.

        Returns:
            float64 (n,): raw scores of a ranking or regression model, probabilities of a binary one.

        Raises:
            ValueError: If the matrix has another number of columns.
        """
        if matrix.ndim != 2 or matrix.shape[1] != len(self.features):
            raise ValueError(
                f"the model reads {len(self.features)} features, the matrix has shape {matrix.shape}"
            )
        return self._forest.sums(np.ascontiguousarray(matrix), self._binary)


def _append_tree(tree: Mapping[str, str], n_features: int, nodes: list[Node]) -> int:
    """Append the nodes of one tree, breadth first, the two children of a node side by side.

    A leaf is its own child with an infinite threshold, so that every walk of as many steps as the tree is
    deep ends at a leaf.

    Returns:
        The depth of the tree.

    Raises:
        ValueError: If the lines are not one tree: then a walk might never end, or read past the arrays.
    """
    features, left, right = (
        [int(value) for value in tree.get(name, "").split()]
        for name in ("split_feature", "left_child", "right_child")
    )
    thresholds = [float(value) for value in tree.get("threshold", "").split()]
    values = [float(value) for value in tree["leaf_value"].split()]
    if set(tree.get("decision_type", "").split()) - {_NUMERICAL}:
        raise ValueError("a split that is not numerical")
    _check_tree(features, thresholds, left, right, values, n_features)
    level = [0 if features else ~0]  # the file numbers leaves -1, -2, ...: leaf i is ~i
    depth = -1
    next_child = len(nodes) + 1
    while level:
        level_below = []
        for node in level:
            if node < 0:
                nodes.append(Node(0, np.inf, len(nodes), values[~node]))
            else:
                nodes.append(Node(features[node], thresholds[node], next_child, 0.0))
                level_below += [left[node], right[node]]
                next_child += 2
        level = level_below
        depth += 1
    return depth


def _check_tree(
    features: Sequence[int],
    thresholds: Sequence[float],
    left: Sequence[int],
    right: Sequence[int],
    values: Sequence[float],
    n_features: int,
) -> None:
    """Refuse lists of other lengths, splits of unknown columns, and nodes that are no child or twice one."""
    splits = len(values) - 1
    if any(len(column) != splits for column in (features, thresholds, left, right)):
        raise ValueError(f"a tree of {len(values)} leaves needs {splits} splits")
    if not all(0 <= feature < n_features for feature in features):
        raise ValueError("a split on an unknown column")
    if not np.isfinite([*thresholds, *values]).all():
        raise ValueError("a number that is not finite")
    # Every node but the root is the child of one node that comes before it, as LightGBM writes them.
    if sorted([*left, *right]) != [*range(-len(values), 0), *range(1, splits)][: 2 * splits]:
        raise ValueError("its nodes are not one tree")
    if any(0 < child <= node for side in (left, right) for node, child in enumerate(side)):
        raise ValueError("a node under itself")


def _settings(block: str) -> dict[str, str]:
    """The `key=value` lines of a block."""
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _rounded_down(thresholds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The largest float32 that is not above each threshold.

    A float32 value is above the result if and only if it is above the threshold.
    """
    nearest = thresholds.astype(np.float32)
    rounded: npt.NDArray[np.float32] = np.where(
        nearest > thresholds, np.nextafter(nearest, np.float32(-np.inf)), nearest
    )
    return rounded
