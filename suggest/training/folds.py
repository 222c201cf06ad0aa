"""Suggesters whose encoder did not learn from some hospitals, to measure on the lines of those hospitals.

Encoder and code popularity are those of a fold of cross-validation. The ranker, the confidence and the model
of code systems are the shipped ones: they read no words of a line, but how well it matches.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from index.encoder import StaticEncoder
from suggest.calibration import BoostedCalibration
from suggest.ranker import BoostedRanker
from suggest.suggester import Suggester
from suggest.systems import SystemModel
from suggest.thresholds import Thresholds, load_thresholds
from suggest.training.lines import FOLDS
from suggest.training.pipeline import (
    Inputs,
    Log,
    encoder_folder,
    full_index,
    read_material,
    token_table,
)


class Fold(NamedTuple):
    """A suggester that did not learn from the hospitals of a fold, and these hospitals."""

    suggester: Suggester
    encoder: StaticEncoder
    sources: frozenset[str]


def folds(inputs: Inputs, work: Path, log: Log) -> Iterator[Fold]:
    """Each fold in order.

    Args:
        inputs: What training reads.
        work: The folder of `suggest.training.pipeline.train`, whose encoders are used where they are there;
            training one takes minutes.
        log: Called with one line of progress at a time.
    """
    work.mkdir(parents=True, exist_ok=True)
    material = read_material(inputs, log)
    tokens = token_table(work, log)
    shipped = load_thresholds()
    for fold in range(FOLDS):
        encoder = StaticEncoder.load(encoder_folder(material, tokens, fold, inputs.seed, work, log))
        suggester = Suggester(
            full_index(material, encoder),
            encoder,
            BoostedRanker.load(),
            BoostedCalibration.load(),
            Thresholds(shipped.refuse_below, material.code_popularity[fold]),
            systems=SystemModel.load(encoder),
        )
        yield Fold(suggester, encoder, frozenset(line.source for line in material.lines if line.fold == fold))
