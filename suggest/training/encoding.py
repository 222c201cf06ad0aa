"""Training the static encoder: token vectors taken from MiniLM, tuned so that a text lands on its code.

Loss: softmax over codes (the batch's own, their neighbours in CMS's order as hard negatives, and random
ones), where a code's score is the log-sum-exp over its texts of cosine / temperature.
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

DIM = 256
BUCKETS = 1 << 15
EPOCHS = 5
BATCH = 512
RATE = 2e-3
TEMPERATURE = 0.05
CODES_A_STEP = 1500
NEIGHBOURS = (-2, -1, 1, 2)

Ints = npt.NDArray[np.int64]
Log = Callable[[str], None]


class Pairs(msgspec.Struct, frozen=True):
    """What the encoder learns from.

    Attributes:
        queries: Normalised texts.
        codes: Position of each query's code among `texts`.
        texts: Normalised texts of each code, the same number for every code.
    """

    queries: list[str]
    codes: list[int]
    texts: list[tuple[str, ...]]


class _Bags:
    """Feature ids of many texts as one flat array."""

    def __init__(self, features: Sequence[Sequence[int]]) -> None:
        self.lengths: Ints = np.array([len(ids) for ids in features], np.int64)
        self._starts = np.cumsum(self.lengths) - self.lengths
        self._flat: Ints = np.array([i for ids in features for i in ids], np.int64)

    def take(self, rows: Ints) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids of some texts one after the other, and where each starts."""
        lengths = self.lengths[rows]
        starts = np.cumsum(lengths) - lengths
        index = np.repeat(self._starts[rows] - starts, lengths) + np.arange(lengths.sum())
        return torch.from_numpy(self._flat[index]), torch.from_numpy(starts)


def token_vectors(progress: Log) -> npt.NDArray[np.float32]:
    """MiniLM's vector of every word piece on its own, reduced to `DIM` by PCA: float32 (pieces, DIM)."""
    from transformers import AutoModel

    model = AutoModel.from_pretrained(str(minilm_folder()), use_safetensors=True).eval()
    pieces = int(model.config.vocab_size)
    rows = []
    with torch.inference_mode():
        for start in range(0, pieces, 2048):
            ids = torch.arange(start, min(start + 2048, pieces))
            framed = torch.stack(
                [torch.full_like(ids, 101), ids, torch.full_like(ids, 102)], dim=1
            )  # [CLS] x [SEP]
            state = model(input_ids=framed, attention_mask=torch.ones_like(framed)).last_hidden_state
            rows.append(functional.normalize(state.mean(dim=1), dim=1))
            progress(f"token vectors {min(start + 2048, pieces)} of {pieces}")
    vectors = torch.cat(rows)
    _, _, axes = torch.linalg.svd(vectors - vectors.mean(dim=0), full_matrices=False)
    reduced: npt.NDArray[np.float32] = (vectors @ axes[:DIM].T).numpy()
    return reduced


class _Table(torch.nn.Module):
    def __init__(self, tokens: npt.NDArray[np.float32]) -> None:
        super().__init__()
        hashed = torch.randn(BUCKETS, DIM) * 0.02
        self.rows = torch.nn.Parameter(torch.cat([torch.from_numpy(tokens), hashed]))
        weights = torch.zeros(len(self.rows))
        weights[len(tokens) :] = -0.5
        self.weights = torch.nn.Parameter(weights)

    def forward(self, flat: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        weights = functional.softplus(self.weights[flat])
        summed = functional.embedding_bag(flat, self.rows, starts, mode="sum", per_sample_weights=weights)
        return functional.normalize(summed, dim=1)


class Features:
    """Word pieces and hashed features of a text, as the shipped encoder cuts them."""

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        self.tokenizer: Any = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.pieces = int(self.tokenizer.get_vocab_size())

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Feature ids of each text; a text without any has id 0 (the padding piece)."""
        encoded = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [
            [*one.ids, *(self.pieces + zlib.crc32(name.encode()) % BUCKETS for name in hashed_features(text))]
            or [0]
            for one, text in zip(encoded, texts, strict=True)
        ]


def train_encoder(pairs: Pairs, tokens: npt.NDArray[np.float32], seed: int, progress: Log) -> _Table:
    """Tune the table; deterministic for the same pairs, seed and number of threads."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    features = Features()
    table = _Table(tokens)
    queries = _Bags(features.ids(pairs.queries))
    texts = _Bags(features.ids([text for some in pairs.texts for text in some]))
    each = len(pairs.texts[0])
    repeated = torch.tensor([[text in some[:i] for i, text in enumerate(some)] for some in pairs.texts])
    gold = np.array(pairs.codes, np.int64)
    order = np.arange(len(gold))
    steps = EPOCHS * (len(order) // BATCH)
    optimiser = torch.optim.AdamW(
        [{"params": [table.rows], "lr": RATE}, {"params": [table.weights], "lr": RATE * 5}], weight_decay=0.0
    )
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [RATE, RATE * 5], total_steps=steps + 1, pct_start=0.1
    )
    for step in range(steps):
        at = step % (len(order) // BATCH)
        if at == 0:
            chance.shuffle(order)
        batch = order[at * BATCH : (at + 1) * BATCH]
        codes = _codes_of_step(gold[batch], len(pairs.texts), chance)
        rows = (codes[:, None] * each + np.arange(each)).ravel()
        scores = table(*queries.take(batch)) @ table(*texts.take(rows)).T / TEMPERATURE
        scores = scores.view(len(batch), len(codes), each).masked_fill(repeated[codes], -1e4)
        wanted = torch.from_numpy(np.searchsorted(codes, gold[batch]))
        loss = functional.cross_entropy(torch.logsumexp(scores, dim=2), wanted)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rates.step()
        if step % 20 == 0 or step == steps - 1:
            progress(f"encoder step {step + 1} of {steps}, loss {float(loss.detach()):.3f}")
    return table


def _codes_of_step(gold: Ints, codes: int, chance: np.random.Generator) -> Ints:
    near = np.concatenate([gold, *(np.clip(gold + by, 0, codes - 1) for by in NEIGHBOURS)])
    drawn = chance.integers(0, codes, CODES_A_STEP)
    chosen = np.unique(near)
    return np.unique(np.concatenate([chosen, drawn[: max(0, CODES_A_STEP - len(chosen))]]))


def save_encoder(table: _Table, folder: Path) -> StaticEncoder:
    """Write the table as int8 with a scale a row (the learned weight folded in), its layout and tokenizer."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    features = Features()
    rows = table.rows.detach().numpy()
    weights = functional.softplus(table.weights).detach().numpy()
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-8) / 127
    stored = np.round(rows / scales[:, None]).astype(np.int8)
    save_file(
        {"table": stored, "scales": (scales * weights).astype(np.float32)}, folder / "encoder.safetensors"
    )
    layout = StaticLayout(vocabulary=features.pieces, buckets=BUCKETS, dim=DIM)
    (folder / "encoder.json").write_bytes(msgspec.json.encode(layout) + b"\n")
    features.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "encoder.safetensors").chmod(0o644)
    return StaticEncoder.load(folder)
