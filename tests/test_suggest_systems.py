"""Which code system a text seems to belong to."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoder import StaticEncoder, load_encoder
from index.errors import ArtifactError
from suggest.systems import SYSTEMS, SystemModel, own_log_odds, part_features


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


def test_the_logits_are_mean_weights_times_the_root_of_their_number(
    encoder: StaticEncoder,
) -> None:
    """The twin of the memoized sum, over the parts of a text one by one."""
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(encoder.n_features, len(SYSTEMS))).astype(np.float32)
    bias = rng.normal(size=len(SYSTEMS)).astype(np.float32)
    text = "walker 12 inch wheels"
    features = [row for part in text.split() for row in part_features(encoder, part)]
    logits = weights[features].mean(axis=0) * len(features) ** 0.5 + bias

    (row,) = SystemModel(encoder, weights, bias).probabilities([text])

    assert row == pytest.approx(np.exp(logits) / np.exp(logits).sum(), rel=1e-4)

    (empty,) = SystemModel(encoder, weights, bias).probabilities([""])

    assert empty == pytest.approx(np.exp(bias) / np.exp(bias).sum(), rel=1e-6)


def test_a_number_counts_by_its_shape(encoder: StaticEncoder) -> None:
    """Two numbers of as many digits have the same features."""
    assert part_features(encoder, "1234-5") == part_features(encoder, "9876-1")
    assert part_features(encoder, "1234") != part_features(encoder, "123")


def test_a_text_without_words_is_judged_by_the_bias(encoder: StaticEncoder) -> None:
    """No division by zero."""
    flat = SystemModel(
        encoder, np.zeros((encoder.n_features, len(SYSTEMS)), np.float32), np.zeros(8, np.float32)
    )

    assert flat.probabilities([""]) == [[1 / 8] * 8]
    assert flat.probabilities([]) == []


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
