"""Boosted trees in LightGBM's text format, for prediction only.

Training uses the library; answering needs the walk from root to leaf alone, for which the library takes fifty
microseconds to begin and four times as long a tree. The format is that of LightGBM's own `SaveModelToString`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.errors import ArtifactError
from suggest._forest import Forest

_NUMERICAL = "2"  # decision_type of a split `value <= threshold` without a rule for missing values


NODE = np.dtype([("feature", np.int32), ("threshold", np.float32), ("child", np.int32)])
"""A place in a tree, as `Forest` takes it."""


class Node(NamedTuple):
    """A place in a tree: a value of `feature` above `threshold` goes to the node behind `child`."""

    feature: int
    threshold: float
    child: int
    value: float


class Trees:
    """A trained model. Safe to use from several threads.

    Attributes:
        features: Names of the columns it reads, in order.
    """

    def __init__(self, model: str) -> None:
        """Read a model.

        Raises:
            ArtifactError: If it is none, or has splits that ours never have.
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
                depths.append(_lay_out(_settings(block), nodes))
        except (KeyError, ValueError, IndexError) as error:
            raise ArtifactError(f"it is no model in LightGBM's text format ({error})") from error
        laid_out = np.zeros(len(nodes), NODE)
        laid_out["feature"] = [node.feature for node in nodes]
        laid_out["threshold"] = _below(np.array([node.threshold for node in nodes], np.float64))
        laid_out["child"] = [node.child for node in nodes]
        values = np.array([node.value for node in nodes], np.float64)
        self._forest = Forest(laid_out, values, np.array(roots, np.int32), np.array(depths, np.int32))

    @classmethod
    def load(cls, path: Path) -> Trees:
        """Read a model file.

        Raises:
            ArtifactError: If it cannot be read.
        """
        try:
            return cls(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactError(
                f"the model {path} cannot be read ({error}); reinstall the project"
            ) from error
        except ArtifactError as error:
            raise ArtifactError(f"the model {path} cannot be used: {error}; reinstall the project") from error

    def predict(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """What the model says of each row.

        Args:
            matrix: float32 (n, features), in the order of `features`, without missing values.

        Returns:
            float64 (n,): raw scores of a ranking model, probabilities of a binary one.

        Raises:
            ValueError: If the matrix has another number of columns.
        """
        if matrix.ndim != 2 or matrix.shape[1] != len(self.features):
            raise ValueError(
                f"the model reads {len(self.features)} features, the matrix has shape {matrix.shape}"
            )
        return self._forest.sums(np.ascontiguousarray(matrix), self._binary)


def _lay_out(tree: Mapping[str, str], nodes: list[Node]) -> int:
    """Add one tree breadth first, the two children of a node side by side, and return its depth.

    A leaf is its own child under a threshold that no value passes, so that a walk of the tree's depth
    ends there by whatever way it came.
    """
    features, left, right = (
        [int(value) for value in tree.get(name, "").split()]
        for name in ("split_feature", "left_child", "right_child")
    )
    thresholds = [float(value) for value in tree.get("threshold", "").split()]
    values = [float(value) for value in tree["leaf_value"].split()]
    if set(tree.get("decision_type", "").split()) - {_NUMERICAL}:
        raise ValueError("a split that is not plainly numerical")
    level = [0 if features else ~0]  # leaves are numbered from -1 downwards
    depth = -1
    queued = len(nodes) + 1
    while level:
        below = []
        for node in level:
            if node < 0:
                nodes.append(Node(0, np.inf, len(nodes), values[~node]))
            else:
                nodes.append(Node(features[node], thresholds[node], queued, 0.0))
                below += [left[node], right[node]]
                queued += 2
        level = below
        depth += 1
    return depth


def _settings(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _below(thresholds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The largest float32 not above each threshold: a float32 value passes both or neither."""
    near = thresholds.astype(np.float32)
    lower: npt.NDArray[np.float32] = np.where(
        near > thresholds, np.nextafter(near, np.float32(-np.inf)), near
    )
    return lower
