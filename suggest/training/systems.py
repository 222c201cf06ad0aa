"""Training of the model that says which code system a text belongs to (`suggest.systems`)."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from math import inf

import numpy as np

from index.encoder import StaticEncoder
from suggest.systems import SYSTEMS, SystemModel, part_features
from suggest.training.lines import NO_CODE, WRITTEN, Line, capped, has_code

INVERSE_PENALTY = 3.0  # of the squared weights
ITERATIONS = 120
MAX_LINES = {"charge": 40_000, "term": 8000, "lexicon": 8000, WRITTEN: inf, NO_CODE: inf}
OTHER_LINES = 2500  # of each other kind that has codes


def system_lines(lines: Iterable[Line], seed: int) -> list[Line]:
    """The lines that the model learns from: lines without a code all, of each other kind a limited number."""
    return list(capped(lines, seed, _group_of, lambda group: MAX_LINES.get(group, OTHER_LINES)))


def _group_of(line: Line) -> str:
    """The kind of a line, without the kind of its lexicon entry."""
    return line.kind.partition(" ")[0] if has_code(line.kind) else NO_CODE


def fit_systems(encoder: StaticEncoder, texts: Sequence[str], systems: Sequence[str]) -> SystemModel:
    """Multinomial logistic regression; HCPCS Level II and all others have equal total weights.

    Args:
        encoder: Gives the features.
        texts: Normalised texts without noise words.
        systems: For each text one of `SYSTEMS`; each of them has at least one text.

    Returns:
        The model, with weights as they are stored.
    """
    from scipy.sparse import csr_matrix
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    bags = [[row for part in text.split() for row in part_features(encoder, part)] for text in texts]
    lengths = np.array([len(bag) for bag in bags])
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    indices = np.concatenate([np.array(bag, np.int64) for bag in bags])
    matrix = csr_matrix((values, indices, indptr), shape=(len(bags), encoder.n_features))
    labels = np.array([SYSTEMS.index(system) for system in systems])
    own = float((labels == 0).mean())
    weights = np.where(labels == 0, 0.5 / own, 0.5 / (1 - own))
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=ITERATIONS)
    with warnings.catch_warnings():  # it stops early on purpose
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, labels, weights)
    return SystemModel(encoder, model.coef_.T.astype(np.float16), model.intercept_.astype(np.float32))
