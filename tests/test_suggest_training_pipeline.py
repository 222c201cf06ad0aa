"""The keys of stored training stages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("torch")

from index.digest import ROOT, sources
from suggest.training import pipeline


@pytest.fixture
def inputs(tmp_path: Path) -> pipeline.Inputs:
    """Inputs that are one small file."""
    (tmp_path / "file").write_text("invented")
    return pipeline.Inputs(tmp_path / "file", (), tmp_path / "file", (), date(2026, 1, 1))


def test_the_same_inputs_and_code_have_one_key(inputs: pipeline.Inputs) -> None:
    """Training goes on where it stopped."""
    assert pipeline._key(inputs) == pipeline._key(inputs)


def test_other_inputs_have_another_key(inputs: pipeline.Inputs) -> None:
    """A stage of another file is not reused."""
    before = pipeline._key(inputs)
    inputs.lines.write_text("other")

    assert pipeline._key(inputs) != before


def test_other_code_has_another_key(inputs: pipeline.Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder, the normal form and the lines are code too."""
    before = pipeline._key(inputs)
    monkeypatch.setattr(pipeline, "source_digest", lambda *names: "f" * 64)

    assert pipeline._key(inputs) != before


def test_the_key_covers_the_encoder_and_the_normal_form() -> None:
    """Both change the contents of the stages."""
    covered = {path.relative_to(ROOT).as_posix() for path in sources(pipeline.__name__)}

    assert {
        "index/encoder.py",
        "index/text/_normal.pyx",
        "index/text/words.py",
        "suggest/training/encoding.py",
        "suggest/training/lines.py",
    } <= covered
