"""Training of the static encoder."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from suggest.training import encoding
from suggest.training.encoding import Pairs

CODES = ["folding walker", "knee brace", "foam dressing", "oxygen tank"]
TEXTS = [(text, text.upper()) for text in CODES]


@pytest.mark.model
def test_texts_that_no_code_fits_move_away_from_all_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same training with and without them: the operation is no longer close to the brace."""
    for name, value in {
        "EPOCHS": 20,
        "BATCH_SIZE": 4,
        "BUCKETS": 256,
        "DIM": 16,
        "LEARNING_RATE": 0.05,
    }.items():
        monkeypatch.setattr(encoding, name, value)
    pieces = encoding.FeatureIds().pieces
    tokens = np.random.default_rng(0).normal(size=(pieces, 16)).astype(np.float32)
    operation, brace = ["knee operation"], ["knee brace"]

    def closest(no_code: list[str], texts: list[str]) -> float:
        pairs = Pairs(CODES, [0, 1, 2, 3], TEXTS, no_code)
        table = encoding.train_encoder(pairs, tokens, 0, lambda line: None)
        bags = encoding.Bags(encoding.FeatureIds().ids([*texts, *CODES]))
        vectors = table(*bags.take(np.arange(5))).detach().numpy()
        return float((vectors[:1] @ vectors[1:].T).max())

    assert closest(operation, operation) < closest([], operation) - 0.2
    assert closest(operation, brace) == pytest.approx(1, abs=0.001)
