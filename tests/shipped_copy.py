"""A copy of the data files that ship, for tests that damage them, and the ways to load them."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path

import pytest

from index import shipped
from index.encoder import StaticEncoder, load_encoder
from index.shipped import DIGESTS, FOLDERS, ROOT
from index.starter import read_starter
from index.text.lexicon import read_lexicon
from suggest.calibration import BoostedCalibration
from suggest.ranker import BoostedRanker
from suggest.systems import SystemModel
from suggest.thresholds import load_thresholds


def copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy all that ships, and let the copy take the place of the original until the test ends."""
    encoder()
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / DIGESTS, folder / DIGESTS)
    monkeypatch.setattr(shipped, "ROOT", folder)
    return folder


@lru_cache(1)
def encoder() -> StaticEncoder:
    """The encoder as it ships."""
    loaded = load_encoder()
    assert isinstance(loaded, StaticEncoder)
    return loaded


class Loads:
    """Each way to load a part of what ships, from a copy."""

    @staticmethod
    def encoder(copy: Path) -> object:
        shipped.read_once.cache_clear()
        return StaticEncoder.load(copy / "index/weights/encoder")

    @staticmethod
    def ranker(copy: Path) -> object:
        return BoostedRanker.load(copy / "suggest/weights/ranker.txt")

    @staticmethod
    def calibration(copy: Path) -> object:
        return BoostedCalibration.load(copy / "suggest/weights")

    @staticmethod
    def thresholds(copy: Path) -> object:
        return load_thresholds(copy / "suggest/weights/thresholds.json")

    @staticmethod
    def systems(copy: Path) -> object:
        return SystemModel.load(encoder(), copy / "suggest/weights/systems.safetensors")

    @staticmethod
    def lexicon(copy: Path) -> object:
        return read_lexicon(copy / "index/text/lexicon")

    @staticmethod
    def starter(copy: Path) -> object:
        return read_starter(copy / "index/starter")
