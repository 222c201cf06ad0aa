"""Training of the model that says which code system a text belongs to."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from index.encoder import StaticEncoder, load_encoder
from suggest.systems import SYSTEMS, SystemModel
from suggest.training import systems

THINGS = ("pacemaker", "catheter", "stent", "walker", "wheelchair", "cannula")
TEXTS = [*THINGS, *(f"insertion of {thing}" for thing in THINGS), "insertion kit", "insertion tray"]
LABELS = ["hcpcs"] * 6 + ["cpt"] * 6 + ["hcpcs"] * 2


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    """The shipped encoder."""
    encoder = load_encoder()
    assert isinstance(encoder, StaticEncoder)
    return encoder


def trained(encoder: StaticEncoder, seed: int = 0) -> SystemModel:
    """A model of a few texts, whose words alone do not tell what they are."""
    return systems.fit_systems(encoder, TEXTS, LABELS, seed)


def test_words_together_say_what_they_do_not_say_alone(
    encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device is ours, its insertion is a procedure, a kit for the insertion is ours."""
    for name, value in {"EPOCHS": 40, "LEARNING_RATE": 0.1, "DROPPED": 0.0}.items():
        monkeypatch.setattr(systems, name, value)

    rows = trained(encoder).probabilities(TEXTS)

    assert [SYSTEMS[row.index(max(row))] for row in rows] == LABELS


def test_the_same_seed_gives_the_same_model(encoder: StaticEncoder) -> None:
    """And another one another."""
    first, again, other = trained(encoder), trained(encoder), trained(encoder, seed=1)

    assert first.probabilities(TEXTS) == again.probabilities(TEXTS) != other.probabilities(TEXTS)
