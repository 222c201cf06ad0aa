"""Which code system a text seems to belong to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from index.encoder import StaticEncoder, load_encoder
from index.errors import ArtifactError
from suggest.systems import PAIRS, SYSTEMS, SystemModel, own_log_odds, pair_features, parts_of


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    """The shipped encoder."""
    encoder = load_encoder()
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture(scope="module")
def model(encoder: StaticEncoder) -> SystemModel:
    """The shipped model."""
    return SystemModel.load(encoder)


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("standard wheelchair with elevating leg rests", "hcpcs"),
        ("laparoscopic cholecystectomy with cholangiogram", "cpt"),
        ("type 2 diabetes with neuropathy", "icd"),
        ("root canal lower left molar tooth 19", "cdt"),
        ("revenue code 0450 emergency room", "revenue"),
        ("good morning, how are you?", "not-medical"),
    ],
)
def test_a_text_belongs_to_a_system_by_its_own_words(model: SystemModel, text: str, system: str) -> None:
    """A text of each kind that nobody could take for another."""
    (row,) = model.probabilities([text])

    assert SYSTEMS[row.index(max(row))] == system


def test_the_network_is_a_hidden_layer_beside_a_linear_one(encoder: StaticEncoder) -> None:
    """The twin of the compiled sum, in numpy: features of each part, and hashed pairs of neighbours."""
    rng = np.random.default_rng(5)
    weights = random_weights(encoder, rng)
    text = "walker 12 inch wheels"
    parts = ["walker", "00", "inch", "wheels"]
    rows = [row for part in parts for row in encoder.features(part)]
    rows += [encoder.n_features + pair for pair in pair_features(parts)]
    table = weights["table"][rows] * weights["scales"][rows, None]
    sums = table.sum(axis=0) / len(rows) ** 0.5
    hidden = np.maximum(sums[:3] + weights["hidden_bias"], 0)
    logits = sums[3:] + hidden @ weights["output"] + weights["bias"]

    (row,) = SystemModel(encoder, weights).probabilities([text])

    assert row == pytest.approx(np.exp(logits) / np.exp(logits).sum(), rel=1e-4)


def random_weights(encoder: StaticEncoder, rng: np.random.Generator) -> dict[str, Any]:
    """A network of three hidden numbers."""
    rows = encoder.n_features + PAIRS
    return {
        "table": rng.integers(-127, 128, (rows, 3 + len(SYSTEMS)), np.int8),
        "scales": rng.random(rows, np.float32) / 100,
        "hidden_bias": rng.normal(size=3).astype(np.float32),
        "output": rng.normal(size=(3, len(SYSTEMS))).astype(np.float32),
        "bias": rng.normal(size=len(SYSTEMS)).astype(np.float32),
    }


def test_weights_that_do_not_fit_together_are_refused(encoder: StaticEncoder) -> None:
    """Rows are not checked later, so a wrong shape must not get in."""
    weights = random_weights(encoder, np.random.default_rng(0))
    for name in ("table", "scales", "hidden_bias", "bias"):
        with pytest.raises(ValueError, match="fit together|another number"):
            SystemModel(encoder, {**weights, name: weights[name][:-1]})
    with pytest.raises(ValueError, match="fit together"):
        SystemModel(encoder, {**weights, "output": weights["output"][:, :-1].copy()})


def test_pairs_of_neighbouring_words_are_features() -> None:
    """In their order; one word has none."""
    assert pair_features(["insert", "pacemaker"]) != pair_features(["pacemaker", "insert"])
    assert pair_features(["walker"]) == pair_features([]) == []


def test_a_number_counts_by_its_shape() -> None:
    """Of two numbers of as many digits a text has the same parts."""
    assert parts_of("give 1234-5 ml") == parts_of("give 9876-1  ml") == ["give", "0000-0", "ml"]
    assert parts_of("1234") != parts_of("123")


def test_a_text_without_words_is_judged_by_the_biases(encoder: StaticEncoder) -> None:
    """No division by zero."""
    weights = random_weights(encoder, np.random.default_rng(1))
    logits = np.maximum(weights["hidden_bias"], 0) @ weights["output"] + weights["bias"]
    model = SystemModel(encoder, weights)

    assert model.probabilities([""]) == [pytest.approx(np.exp(logits) / np.exp(logits).sum(), rel=1e-5)]
    assert model.probabilities([]) == []


def test_log_odds_are_finite() -> None:
    """A certain model gives a bounded number."""
    assert own_log_odds([1.0, *[0.0] * 7]) == pytest.approx(13.8155, abs=1e-4)
    assert own_log_odds([0.0, 1.0, *[0.0] * 6]) == pytest.approx(-13.8155, abs=1e-4)
    assert own_log_odds([0.5, 0.5, *[0.0] * 6]) == 0.0


def test_a_saved_model_is_the_same(model: SystemModel, encoder: StaticEncoder, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Written and read again."""
    model.save(tmp_path / "systems.safetensors")
    again = SystemModel.load(encoder, tmp_path / "systems.safetensors")

    assert again.probabilities(["walker"]) == model.probabilities(["walker"])


def test_a_damaged_model_is_named(encoder: StaticEncoder, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """One sentence with the file."""
    (tmp_path / "systems.safetensors").write_bytes(b"nothing")

    with pytest.raises(ArtifactError, match="systems.safetensors cannot be read"):
        SystemModel.load(encoder, tmp_path / "systems.safetensors")
