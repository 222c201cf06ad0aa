"""Encoders: rows of unit length, the shipped weights, and weights that are refused."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from index._encoder import unit_sums, weighted_sum
from index.digest import file_sha256
from index.encoder import (
    MINILM_SHA256,
    WEIGHTS,
    StaticEncoder,
    StaticLayout,
    hashed_features,
    load_encoder,
    minilm_folder,
    weights_sha256,
)
from index.errors import EncoderError
from index.text.words import normalise

TOKENIZER = Tokenizer(WordLevel({"cat": 0, "dog": 1}, unk_token="dog"))
TEXTS = ["manual wheelchair", "whlchr", "botulinum toxin 100 units", ""]


@pytest.fixture(scope="module")
def static() -> StaticEncoder:
    """The shipped encoder."""
    encoder = load_encoder()
    assert isinstance(encoder, StaticEncoder)
    return encoder


def small() -> tuple[StaticEncoder, npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """An encoder of two pieces and five buckets, with its table and scales."""
    table = np.array([[3, 1], [-1, 2], [1, 0], [0, 1], [2, 2], [0, -3], [5, 1]], np.int8)
    scales = np.array([0.5, 1.0, 0.1, 0.2, 0.3, 0.4, 0.5], np.float32)
    return StaticEncoder(TOKENIZER, table, scales, StaticLayout(2, 5, 2), "0" * 64), table, scales


def test_a_text_has_features_for_words_consonants_and_their_beginning() -> None:
    """Short words and numbers have less."""
    assert hashed_features("whlchrs of 250") == [
        "wwhlchrs",
        "swhlchrs",
        "swhlc",
        "pwhlc",
        "pwhlchr",
        "wof",
        "w250",
    ]


def test_a_static_vector_is_the_weighted_sum_of_rows_made_unit_length() -> None:
    """Worked row by row."""
    encoder, table, scales = small()
    rows = [0, *(2 + zlib.crc32(name) % 5 for name in (b"wcat", b"sct", b"pcat"))]
    summed = sum(float(scales[row]) * table[row].astype(np.float64) for row in rows)

    np.testing.assert_allclose(encoder.encode(["cat"])[0], summed / np.linalg.norm(summed), rtol=1e-5)


@pytest.mark.parametrize("word", ["wheelchair", "whlchr", "4x4", "250", "x" * 120, "w/o", "0.9%", "o'neill"])
def test_a_plain_word_has_the_pieces_that_the_whole_tokenizer_gives(static: StaticEncoder, word: str) -> None:
    """Skipping the tokenizer's own cleaning changes nothing."""
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "encoder" / "tokenizer.json"))
    pieces = tokenizer.encode(word, add_special_tokens=False).ids

    assert static.features(word)[: -len(hashed_features(word))] == pieces


def test_rows_do_not_depend_on_their_neighbours(static: StaticEncoder) -> None:
    """A text in a batch has the vector that it has alone, in input order."""
    together = static.encode(TEXTS)

    for row, text in zip(together, TEXTS, strict=True):
        np.testing.assert_array_equal(row, static.encode([text])[0])


def test_rows_are_unit_length_or_zero(static: StaticEncoder) -> None:
    """float32 of shape (n, dim); an empty text has no direction."""
    rows = static.encode(TEXTS)

    assert rows.dtype == np.float32
    assert rows.shape == (4, static.dim)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 0], atol=1e-5)
    assert static.encode([]).shape == (0, static.dim)


def test_shipped_vectors_bring_like_meanings_together(static: StaticEncoder) -> None:
    """A clipped word and a trade name are closer to their meaning than to the other texts."""
    documents = [
        "standard wheelchair",
        "blood glucose test strips",
        "injection onabotulinumtoxina",
        "hospital bed",
    ]
    rows = static.encode([normalise(text) for text in documents])
    best = static.encode(["std whlchr", "diabetic test strips", "botulinum toxin inj"]) @ rows.T

    assert best.argmax(axis=1).tolist() == [0, 1, 2]


def test_the_digest_is_that_of_the_weights_file(static: StaticEncoder) -> None:
    """It stands in the manifest of every index."""
    assert static.sha256 == file_sha256(WEIGHTS / "encoder" / "encoder.safetensors")


def test_a_table_that_does_not_fit_its_layout_is_refused() -> None:
    """Rows and columns are counted."""
    with pytest.raises(EncoderError, match=r"shape \(3, 2\)"):
        StaticEncoder(TOKENIZER, np.zeros((3, 2), np.int8), np.ones(3, np.float32), StaticLayout(2, 5, 2), "")


@pytest.mark.parametrize("broken", ["encoder.safetensors", "encoder.json", "tokenizer.json"])
def test_unreadable_weights_are_refused(tmp_path: Path, broken: str) -> None:
    """Each of the three files, missing or damaged."""
    save_file(
        {"table": np.zeros((2, 2), np.int8), "scales": np.ones(2, np.float32)},
        tmp_path / "encoder.safetensors",
    )
    (tmp_path / "encoder.json").write_bytes(msgspec.json.encode(StaticLayout(1, 1, 2)))
    (tmp_path / "tokenizer.json").write_bytes((WEIGHTS / "encoder" / "tokenizer.json").read_bytes())
    (tmp_path / broken).write_bytes(b"no")

    with pytest.raises(EncoderError, match="weights in .* cannot be read"):
        StaticEncoder.load(tmp_path)


def test_an_unknown_model_is_refused_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without a model in it."""
    pytest.importorskip("sentence_transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(EncoderError, match="cannot be loaded as a sentence-transformers model"):
        load_encoder(str(tmp_path))


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    """Only safetensors are read."""
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")

    with pytest.raises(EncoderError, match=r"holds no model\.safetensors; weights in pickle form"):
        weights_sha256(tmp_path)


class _Spec:
    def __init__(self, origin: Path) -> None:
        self.origin = str(origin)


def test_other_minilm_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package must hold the weights that the project was measured with."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other")
    monkeypatch.setattr("index.encoder.find_spec", lambda name: _Spec(tmp_path / "__init__.py"))

    with pytest.raises(EncoderError, match=f"has sha256 .*, expected {MINILM_SHA256}"):
        minilm_folder()


def test_without_the_package_minilm_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setattr("index.encoder.find_spec", lambda name: None)

    with pytest.raises(EncoderError, match=r"pip install 'hcpcs-suggest\[encoders\]'"):
        minilm_folder()


@pytest.mark.model
def test_minilm_is_the_model_expected_and_gives_unit_rows() -> None:
    """384 dimensions, and a paraphrase is closer than another text."""
    pytest.importorskip("sentence_transformers")
    encoder = load_encoder("minilm")
    rows: Sequence[npt.NDArray[np.float32]] = encoder.encode(["wheelchair", "a chair with wheels", "insulin"])

    assert (encoder.name, encoder.sha256, encoder.dim) == ("minilm", MINILM_SHA256, 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_a_row_is_the_sum_of_its_parts_made_unit_length() -> None:
    """The sum of no vectors is zero."""
    parts = np.random.default_rng(5).normal(size=(3, 19)).astype(np.float32)
    first, second, third = (part.tobytes() for part in parts)

    rows = unit_sums([[first, second, second], [], [third]], 19)

    summed = parts[0] + 2 * parts[1]
    np.testing.assert_allclose(rows[0], summed / np.linalg.norm(summed), atol=1e-6)
    np.testing.assert_allclose(rows[2], parts[2] / np.linalg.norm(parts[2]), atol=1e-6)
    assert not rows[1].any()
    with pytest.raises(ValueError, match="dimension"):
        unit_sums([[first]], 18)


def test_rows_are_added_up_by_weight() -> None:
    """As the matrix product would; no rows add up to nothing."""
    random = np.random.default_rng(5)
    table = random.integers(-127, 128, (9, 33)).astype(np.int8)
    weights = random.random(9).astype(np.float32)

    total = np.frombuffer(weighted_sum(table, weights, [4, 0, 4]), np.float32)

    expected = weights[[4, 0, 4]] @ table[[4, 0, 4]].astype(np.float32)
    np.testing.assert_allclose(total, expected, rtol=1e-4, atol=1e-4)
    assert not np.frombuffer(weighted_sum(table, weights, []), np.float32).any()
