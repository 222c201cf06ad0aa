"""The names of stored training stages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from index.digest import ROOT, sources
from index.encoder import WEIGHTS
from index.records import Release
from suggest.training import encoding, pipeline
from suggest.training.lines import Line
from tests.index_fakes import SMALL

Stage = Callable[..., Path]


def material(*lines: Line) -> pipeline.Material:
    """The small release with some lines."""
    release: Release = SMALL
    return pipeline.Material(release, (), (), (), lines, (), (), (), {})


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage of an encoder; its training is counted and gives the shipped weights."""
    trained: list[Any] = []

    def save(table: object, folder: Path) -> None:
        trained.append(table)
        shutil.copytree(WEIGHTS / "encoder", folder)

    monkeypatch.setattr(encoding, "train_encoder", lambda *args: args)
    monkeypatch.setattr(encoding, "save_encoder", save)

    def run(fold: int | None, *lines: Line, seed: int = 0) -> Path:
        return pipeline._encoder(material(*lines), np.zeros((1, 1)), fold, seed, tmp_path, lambda line: None)

    run.trained = trained  # type: ignore[attr-defined]
    return run


CANE, BED = Line("cane", ("A0001",), "charge", 0), Line("bed", ("E0002",), "charge", 1)


def test_a_finished_encoder_is_used_again(stage: Stage) -> None:
    """Training goes on where it stopped."""
    assert stage(None, CANE, BED) == stage(None, CANE, BED)
    assert len(stage.trained) == 1  # type: ignore[attr-defined]


def test_an_encoder_of_other_lines_another_fold_or_seed_is_not_used(stage: Stage) -> None:
    """Each of them gives other weights."""
    folders = {
        stage(None, CANE),
        stage(None, BED),
        stage(0, CANE, BED),
        stage(1, CANE, BED),
        stage(None, CANE, seed=1),
    }

    assert len(folders) == 3  # each fold leaves the other line
    assert stage(0, CANE, BED) == stage(None, BED)


def test_other_code_trains_another_encoder(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed loss or normal form gives other weights."""
    before = stage(None, CANE)
    monkeypatch.setattr(pipeline, "source_digest", lambda *names: "f" * 64)

    assert stage(None, CANE) != before


def test_the_name_covers_the_encoder_and_the_normal_form() -> None:
    """Both change what is learned."""
    covered = {path.relative_to(ROOT).as_posix() for path in sources(encoding.__name__)}

    assert {
        "index/encoder.py",
        "index/text/_normal.pyx",
        "index/text/words.py",
        "suggest/training/encoding.py",
    } <= covered
