"""Training of the static encoder: token vectors of MiniLM, tuned so that a text is closest to its code.

Loss: softmax over codes and "no code". The codes of a step are those of the batch, their neighbours in CMS's
order as hard negatives, and random ones. The score of a code is the log-sum-exp over its texts of cosine /
temperature, that of "no code" a learned number. Texts that no code fits are compared with the same codes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from index.encoder import StaticEncoder, StaticLayout, hashed_features, minilm_folder
from suggest.training.bags import Bags, as_bytes

DIM = 256
BUCKETS = 1 << 15  # of hashed features
EPOCHS = 5
BATCH_SIZE = 512
NO_CODE_BATCH = 128  # texts of a step that no code fits
NO_CODE_WEIGHT = 0.2  # of their loss, beside that of the queries
NO_CODE_COSINE = 0.5  # where the score of "no code" begins, as a cosine
LEARNING_RATE = 2e-3
TEMPERATURE = 0.05
CODES_PER_STEP = 1500
NEIGHBOURS = (-2, -1, 1, 2)  # positions relative to the right code
TOKENS_PER_BATCH = 2048
CLS, SEP = 101, 102  # ids of the pieces that MiniLM expects around a text
PADDING = 0  # id of the piece for a text without features
MASKED = -1e4  # score of a text that a code has twice

Ints = npt.NDArray[np.int64]
Log = Callable[[str], None]


class Pairs(msgspec.Struct, frozen=True):
    """What the encoder learns from.

    Attributes:
        queries: Normalised texts.
        codes: For each query its code, a position in `texts`.
        texts: Normalised texts of each code, the same number for every code.
        no_code: Normalised texts that no code fits.
    """

    queries: list[str]
    codes: list[int]
    texts: list[tuple[str, ...]]
    no_code: list[str]


class FeatureIds:
    """Feature ids of texts: word pieces and hashed features, as `StaticEncoder` addresses them."""

    def __init__(self) -> None:
        """Load MiniLM's tokenizer."""
        from tokenizers import Tokenizer

        self.tokenizer: Any = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.pieces = int(self.tokenizer.get_vocab_size())

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Feature ids of each text; `PADDING` for a text without features."""
        encodings = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [
            [*encoding.ids, *map(self._bucket, hashed_features(text))] or [PADDING]
            for encoding, text in zip(encodings, texts, strict=True)
        ]

    def _bucket(self, feature: str) -> int:
        return self.pieces + zlib.crc32(feature.encode()) % BUCKETS


def token_vectors(progress: Log) -> npt.NDArray[np.float32]:
    """MiniLM's vector of every word piece alone, reduced by PCA: float32 (pieces, DIM)."""
    from transformers import AutoModel

    model = AutoModel.from_pretrained(str(minilm_folder()), use_safetensors=True).eval()
    pieces = int(model.config.vocab_size)
    rows = []
    with torch.inference_mode():
        for start in range(0, pieces, TOKENS_PER_BATCH):
            ids = torch.arange(start, min(start + TOKENS_PER_BATCH, pieces))
            framed = torch.stack([torch.full_like(ids, CLS), ids, torch.full_like(ids, SEP)], dim=1)
            state = model(input_ids=framed, attention_mask=torch.ones_like(framed)).last_hidden_state
            rows.append(functional.normalize(state.mean(dim=1), dim=1))
            progress(f"token vectors {start + len(ids)} of {pieces}")
    vectors = torch.cat(rows)
    _, _, axes = torch.linalg.svd(vectors - vectors.mean(dim=0), full_matrices=False)
    reduced: npt.NDArray[np.float32] = (vectors @ axes[:DIM].T).numpy()
    return reduced


class EncoderTable(torch.nn.Module):
    """The trained table: a vector and a weight for every feature."""

    def __init__(self, tokens: npt.NDArray[np.float32]) -> None:
        """Begin with token vectors, float32 (pieces, DIM), and small random vectors of hashed features."""
        super().__init__()
        hashed = torch.randn(BUCKETS, DIM) * 0.02
        self.rows = torch.nn.Parameter(torch.cat([torch.from_numpy(tokens), hashed]))
        weights = torch.zeros(len(self.rows))
        weights[len(tokens) :] = -0.5
        self.weights = torch.nn.Parameter(weights)
        self.no_code = torch.nn.Parameter(torch.tensor(NO_CODE_COSINE))

    def forward(self, flat: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        """Vectors of unit length of texts, given as `Bags.take` returns them."""
        weights = functional.softplus(self.weights[flat])
        summed = functional.embedding_bag(flat, self.rows, starts, mode="sum", per_sample_weights=weights)
        return functional.normalize(summed, dim=1)


class _Objective:
    """The loss of a batch of queries against the texts of a step's codes."""

    def __init__(self, pairs: Pairs) -> None:
        features = FeatureIds()
        self._queries = Bags(features.ids(pairs.queries))
        self._no_code = Bags(features.ids(pairs.no_code))
        self._texts = Bags(features.ids([text for texts in pairs.texts for text in texts]))
        self._texts_per_code = len(pairs.texts[0])
        self._repeated = torch.tensor(
            [[text in texts[:i] for i, text in enumerate(texts)] for texts in pairs.texts]
        )

    def loss(self, table: EncoderTable, batch: Ints, right: Ints, no_code: Ints, codes: Ints) -> torch.Tensor:
        """Cross entropy.

        Args:
            table: What is trained.
            batch: int64 (n,): queries.
            right: int64 (n,): the right code of each.
            no_code: int64 (l,): texts that no code fits.
            codes: int64 (m,), ascending: codes of this step, among them the right ones.
        """
        n_texts = self._texts_per_code
        rows = (codes[:, None] * n_texts + np.arange(n_texts)).ravel()
        texts = table(*self._texts.take(rows))
        repeated = self._repeated[codes]

        def cross_entropy(vectors: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            scores = (vectors @ texts.T / TEMPERATURE).view(len(vectors), len(codes), n_texts)
            of_codes = torch.logsumexp(scores.masked_fill(repeated, MASKED), dim=2)
            none = (table.no_code / TEMPERATURE).expand(len(vectors), 1)
            return functional.cross_entropy(torch.cat([of_codes, none], dim=1), target)

        loss = cross_entropy(
            table(*self._queries.take(batch)), torch.from_numpy(np.searchsorted(codes, right))
        )
        if not len(no_code):
            return loss
        none_fits = torch.full((len(no_code),), len(codes))
        return loss + NO_CODE_WEIGHT * cross_entropy(table(*self._no_code.take(no_code)), none_fits)


def train_encoder(pairs: Pairs, tokens: npt.NDArray[np.float32], seed: int, progress: Log) -> EncoderTable:
    """Train a table. The result is the same for the same pairs, seed and number of threads."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    table = EncoderTable(tokens)
    objective = _Objective(pairs)
    right = np.array(pairs.codes, np.int64)
    order = np.arange(len(right))
    n_batches = len(order) // BATCH_SIZE
    steps = EPOCHS * n_batches
    optimiser, rates = _optimiser(table, steps)
    for step in range(steps):
        position = step % n_batches
        if position == 0:
            rng.shuffle(order)
        batch = order[position * BATCH_SIZE : (position + 1) * BATCH_SIZE]
        codes = _codes_of_step(right[batch], len(pairs.texts), rng)
        no_code = rng.integers(0, len(pairs.no_code), NO_CODE_BATCH if pairs.no_code else 0)
        loss = objective.loss(table, batch, right[batch], no_code, codes)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rates.step()
        if step % 20 == 0 or step == steps - 1:
            progress(f"encoder step {step + 1} of {steps}, loss {float(loss.detach()):.3f}")
    return table


def _optimiser(table: EncoderTable, steps: int) -> tuple[torch.optim.Optimizer, Any]:
    """AdamW and its learning rates; the weights of features learn five times as fast as their vectors."""
    rates = [LEARNING_RATE, LEARNING_RATE * 5]
    optimiser = torch.optim.AdamW(
        [
            {"params": [table.rows, table.no_code], "lr": rates[0]},
            {"params": [table.weights], "lr": rates[1]},
        ],
        weight_decay=0.0,
    )
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rates, total_steps=steps + 1, pct_start=0.1
    )


def _codes_of_step(right: Ints, n_codes: int, rng: np.random.Generator) -> Ints:
    """Codes against which a batch is compared, ascending: the right ones, their neighbours, random ones."""
    near = np.concatenate([right, *(np.clip(right + offset, 0, n_codes - 1) for offset in NEIGHBOURS)])
    drawn = rng.integers(0, n_codes, CODES_PER_STEP)
    near = np.unique(near)
    return np.unique(np.concatenate([near, drawn[: max(0, CODES_PER_STEP - len(near))]]))


def save_encoder(table: EncoderTable, folder: Path) -> StaticEncoder:
    """Write an encoder folder, and load it.

    The vectors are stored as int8 with one scale for each, into which the learned weight is multiplied.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    features = FeatureIds()
    rows = table.rows.detach().numpy()
    weights = functional.softplus(table.weights).detach().numpy()
    stored, scales = as_bytes(rows)
    save_file({"table": stored, "scales": scales * weights}, folder / "encoder.safetensors")
    layout = StaticLayout(vocabulary=features.pieces, buckets=BUCKETS, dim=DIM)
    (folder / "encoder.json").write_bytes(msgspec.json.encode(layout) + b"\n")
    features.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "encoder.safetensors").chmod(0o644)  # safetensors writes it for its owner alone
    return StaticEncoder.load(folder)
