"""Training of the model that says which code system a text belongs to (`suggest.systems`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from index.encoder import StaticEncoder
from suggest.systems import PAIRS, SYSTEMS, SystemModel, pair_features, parts_of
from suggest.training.bags import Bags, as_bytes
from suggest.training.lines import NO_CODE, WRITTEN, Line, capped, has_code

HIDDEN = 16
EPOCHS = 6
BATCH_SIZE = 256
LEARNING_RATE = 6e-3
DROPPED = 0.2  # share of the features of a text that a step does not see
PENALTY = 1e-5  # of the squared weights of the features of a step
MAX_LINES = {"charge": 40_000, "term": 8000, "lexicon": 8000, WRITTEN: inf, NO_CODE: inf}
OTHER_LINES = 2500  # of each other kind that has codes


def system_lines(lines: Iterable[Line], seed: int) -> list[Line]:
    """The lines that the model learns from: lines without a code all, of each other kind a limited number."""
    return list(capped(lines, seed, _group_of, lambda group: MAX_LINES.get(group, OTHER_LINES)))


def _group_of(line: Line) -> str:
    """The kind of a line, without the kind of its lexicon entry."""
    return line.kind.partition(" ")[0] if has_code(line.kind) else NO_CODE


def fit_systems(
    encoder: StaticEncoder, texts: Sequence[str], systems: Sequence[str], seed: int
) -> SystemModel:
    """Train the network; HCPCS Level II and all others have equal total weights.

    Args:
        encoder: Gives the features.
        texts: Normalised texts without noise words.
        systems: For each text one of `SYSTEMS`; each of them has at least one text.
        seed: The same model for the same texts, seed and number of threads.

    Returns:
        The model, with weights as they are stored.
    """
    bags = Bags([_features(encoder, text) for text in texts])
    labels = torch.tensor([SYSTEMS.index(system) for system in systems])
    own = float((labels == 0).float().mean())
    weights = torch.where(labels == 0, 0.5 / own, 0.5 / (1 - own))
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = _Network(encoder.n_features + PAIRS)
    batch_size = min(BATCH_SIZE, len(texts))
    n_batches = len(texts) // batch_size
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, LEARNING_RATE, total_steps=EPOCHS * n_batches + 1, pct_start=0.1
    )
    for _ in range(EPOCHS):
        order = rng.permutation(len(texts))
        for position in range(n_batches):
            batch = order[position * batch_size : (position + 1) * batch_size]
            loss = network.loss(*bags.take(batch), labels[batch], weights[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            rates.step()
    return SystemModel(encoder, network.stored())


def _features(encoder: StaticEncoder, text: str) -> list[int]:
    """Rows of the table that a text has."""
    parts = parts_of(text)
    rows = [row for part in parts for row in encoder.features(part)]
    return rows + [encoder.n_features + pair for pair in pair_features(parts)]


class _Network(torch.nn.Module):
    """What `suggest._systems.Network` works out, as it is trained."""

    def __init__(self, features: int) -> None:
        super().__init__()
        table = torch.zeros(features, HIDDEN + len(SYSTEMS))
        table[:, :HIDDEN].normal_(0, 0.05)
        self.table = torch.nn.Parameter(table)
        self.hidden_bias = torch.nn.Parameter(torch.zeros(HIDDEN))
        self.output = torch.nn.Parameter(torch.randn(HIDDEN, len(SYSTEMS)) * HIDDEN**-0.5)
        self.bias = torch.nn.Parameter(torch.zeros(len(SYSTEMS)))

    def loss(
        self, flat: torch.Tensor, starts: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor
    ) -> torch.Tensor:
        """Weighted cross entropy of texts, given as `Bags.take` returns them, and the penalty."""
        kept = (torch.rand(len(flat)) > DROPPED).float() / (1 - DROPPED)
        sums = functional.embedding_bag(flat, self.table, starts, mode="sum", per_sample_weights=kept)
        counts = torch.diff(starts, append=torch.tensor([len(flat)])).clamp(min=1)
        sums = sums * counts.rsqrt()[:, None]
        hidden = torch.relu(sums[:, :HIDDEN] + self.hidden_bias)
        logits = sums[:, HIDDEN:] + self.bias + hidden @ self.output
        losses = functional.cross_entropy(logits, labels, reduction="none")
        return (losses * weights).mean() + PENALTY * self.table[torch.unique(flat)].square().sum()

    def stored(self) -> dict[str, npt.NDArray[np.float32] | npt.NDArray[np.int8]]:
        """The weights by name."""
        table, scales = as_bytes(self.table.detach().numpy())
        others = {name: getattr(self, name).detach().numpy() for name in ("hidden_bias", "output", "bias")}
        return {"table": table, "scales": scales, **others}
