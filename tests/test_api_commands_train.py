"""`hcpcs train`: what is missing is one sentence; training itself is tested in `suggest.training`."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from api.__main__ import main


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty data folder."""
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("release", ["", "nowhere.zip"])
def test_without_a_release_training_says_so(
    release: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No file, or no name at all, as an empty variable of a script gives it."""
    assert main(["train", "--data", str(tmp_path), "--release", release]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk."""
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "file"))

    assert main(["train", "--data", str(tmp_path), "--release", str(tmp_path / "release.zip")]) == 2
    error = capsys.readouterr().err
    assert f"{tmp_path / 'file' / 'training'} cannot be used (Not a directory)" in error
    assert len(error.splitlines()) == 1
