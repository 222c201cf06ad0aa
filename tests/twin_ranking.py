"""From scores to probabilities, in plain Python: the best candidates, the confidence columns, the trees."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

ALONE = 9.0  # lead of the only candidate


def top_k(scores: Sequence[float], indptr: Sequence[int], k: Sequence[int]) -> list[list[int]]:
    """Positions of the k best of each query, best first; equal scores keep their order."""
    ranges = [range(start, stop) for start, stop in zip(indptr, indptr[1:], strict=False)]
    ranked = [sorted(own, key=lambda at: -scores[at]) for own in ranges]
    return [positions[:limit] for positions, limit in zip(ranked, k, strict=True)]


def running_min(values: Sequence[float], bounds: Sequence[int]) -> list[list[float]]:
    """The running minimum of each query's values, 1 at most, to four decimals."""
    ranges = [range(start, stop) for start, stop in zip(bounds, bounds[1:], strict=False)]
    return [[round(min([1.0, *values[own.start : at + 1]]), 4) for at in own] for own in ranges]


def confidence_columns(
    matrix: Floats, scores: Sequence[float], best: Sequence[int], codable: float, taken: Sequence[int]
) -> list[list[float]]:
    """The columns of the confidence models for the best candidates of one query.

    Args:
        matrix: Of all its candidates.
        scores: Of all its candidates.
        best: Positions of the best, best first.
        codable: Of the query.
        taken: Columns of the matrix that are read too.
    """
    weights = [exp(score - max(scores)) for score in scores]
    shares = [weight / sum(weights) for weight in weights]
    spread = -sum(share * log(share) for share in shares if share > 0)
    rows = []
    for place, at in enumerate(best):
        others = [score for i, score in enumerate(scores) if i != at]
        lead = scores[at] - max(others) if others else ALONE
        own = [scores[at], shares[at], lead, float(place), spread, codable]
        rows.append(own + [float(matrix[at, column]) for column in taken])
    return rows


def forest(model: str, row: Sequence[float], *, logistic: bool) -> float:
    """The prediction of a model in LightGBM's text format for one row: the sum of one leaf of each tree."""
    total = 0.0
    for block in model.partition("\nend of trees")[0].split("\nTree=")[1:]:
        tree = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        total += _walk({name: text.split() for name, text in tree.items()}, row)
    return 1 / (1 + exp(-total)) if logistic else total


def _walk(tree: dict[str, list[str]], row: Sequence[float]) -> float:
    node = 0 if tree.get("split_feature") else -1
    while node >= 0:
        value, threshold = row[int(tree["split_feature"][node])], float(tree["threshold"][node])
        side = "left_child" if value <= threshold else "right_child"
        node = int(tree[side][node])
    return float(tree["leaf_value"][-node - 1])


def random_model(random: Any, trees: int, features: int, objective: str) -> str:
    """A model of random trees in LightGBM's text format; thresholds are halves, so that values meet them."""
    names = " ".join(f"f{i}" for i in range(features))
    head = f"tree\nfeature_names={names}\nobjective={objective}\n"
    return head + "".join(_random_tree(random, tree, features) for tree in range(trees)) + "\nend of trees\n"


def _random_tree(random: Any, number: int, features: int) -> str:
    splits = int(random.integers(0, 12))
    left, right = [0] * splits, [0] * splits  # 0, the root, is no node's child
    leaves = 1
    for node in range(1, splits):  # each node becomes a child of an earlier node with a free place
        while True:
            side, parent = (left, right)[random.integers(0, 2)], int(random.integers(0, node))
            if side[parent] == 0:
                side[parent] = node
                break
    for side in (left, right):
        for node in range(splits):
            if side[node] == 0:
                side[node] = -leaves
                leaves += 1
    values = random.normal(size=max(1, leaves - 1)).tolist()
    lines = {
        "num_leaves": [len(values)],
        "split_feature": random.integers(0, features, splits).tolist(),
        "threshold": (random.integers(-4, 5, splits) / 2).tolist(),
        "decision_type": [2] * splits,
        "left_child": left,
        "right_child": right,
        "leaf_value": values,
    }
    body = "\n".join(f"{name}={' '.join(map(str, items))}" for name, items in lines.items() if items)
    return f"\nTree={number}\n{body}\n"
