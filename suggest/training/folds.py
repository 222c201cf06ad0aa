"""Suggesters whose encoder did not learn from some hospitals, to measure on the lines of those hospitals.

Encoder and code popularity are those of a fold of cross-validation. The ranker, the confidence and the model
of code systems are the shipped ones: they read no words of a line, but how well it matches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.build import Sources, assemble
from index.encoder import StaticEncoder
from index.release.release import read_release
from index.starter import read_starter
from index.text.lexicon import read_lexicon
from suggest.calibration import BoostedCalibration
from suggest.ranker import BoostedRanker
from suggest.suggester import Suggester
from suggest.systems import SystemModel
from suggest.thresholds import Thresholds, load_thresholds
from suggest.training.lines import charge_lines


class Fold(NamedTuple):
    """A suggester that did not learn from the hospitals of a fold, its encoder, and these hospitals."""

    suggester: Suggester
    encoder: StaticEncoder
    sources: frozenset[str]


def folds(
    lines: Sequence[Path], release: Path, encoders: Sequence[Path], on: date, seed: int = 0
) -> Iterator[Fold]:
    """Each fold in order.

    Args:
        lines: The files of labelled charge lines that training reads.
        release: The release file that training reads.
        encoders: Folder of the encoder that left out each fold, in order; `hcpcs train` keeps them in
            `training` in the data folder.
        on: Codes that are active on this date are known.
        seed: That of training.
    """
    read = read_release(release)
    active = tuple(record for record in read.records if record.status(on) == "active")
    read = msgspec.structs.replace(read, records=active)
    shipped, lexicon, starter = load_thresholds(), read_lexicon(), read_starter().records
    charges, popularity, _ = charge_lines(lines, {record.code for record in active}, seed)
    for fold, folder in enumerate(encoders):
        encoder = StaticEncoder.load(folder)
        suggester = Suggester(
            assemble(Sources(read, lexicon, starter), encoder),
            encoder,
            BoostedRanker.load(),
            BoostedCalibration.load(),
            Thresholds(shipped.refuse_below, popularity[fold]),
            systems=SystemModel.load(encoder),
        )
        yield Fold(suggester, encoder, frozenset(line.source for line in charges if line.fold == fold))
