"""The shipped encoder as a sentence-transformers model: the same vectors as ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoder import WEIGHTS, load_encoder
from index.text.words import normalise

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")

pytestmark = pytest.mark.model

TEXTS = [
    "Folding walker with WHEELS, 2 ea",
    "inj. adalimumab 40 mg/0.8 mL",
    "",
    "zzzz qqqq",
    "whlchr w/ elevating leg rests",
]


@pytest.fixture(scope="module")
def ours() -> np.ndarray:
    return load_encoder().encode([normalise(text) for text in TEXTS])


def test_the_folder_of_the_weights_opens_as_a_model(ours: np.ndarray) -> None:
    """With the class that `modules.json` names; vectors are equal, bit for bit, whatever their order."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(WEIGHTS / "encoder"), trust_remote_code=True, device="cpu")
    vectors = model.encode(TEXTS, show_progress_bar=False)

    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, ours)
    assert model.get_embedding_dimension() == 256
    assert np.array_equal(model.encode(TEXTS[0], show_progress_bar=False), ours[0])


def test_a_model_without_a_path_and_its_copy_are_the_same(ours: np.ndarray, tmp_path: Path) -> None:
    """`sentence_transformer()` needs no trust in a folder; what it saves opens again."""
    from sentence_transformers import SentenceTransformer

    from index.sentence_module import sentence_transformer

    model = sentence_transformer()
    model.save(str(tmp_path / "copy"), create_model_card=False)
    copy = SentenceTransformer(str(tmp_path / "copy"), trust_remote_code=True, device="cpu")

    assert np.array_equal(model.encode(TEXTS, show_progress_bar=False), ours)
    assert np.array_equal(copy.encode(TEXTS, show_progress_bar=False), ours)


def test_similarity_is_the_cosine(ours: np.ndarray) -> None:
    """As in our own search."""
    from index.sentence_module import sentence_transformer

    model = sentence_transformer()
    similar = model.similarity(ours[:1], ours[4:5]).numpy()

    assert np.allclose(similar, ours[:1] @ ours[4:5].T, atol=1e-6)
