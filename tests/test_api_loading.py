"""Which index answers when none is named."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from api.building import build_index
from api.loading import resolve_index
from api.settings import Settings
from index.home import Home


def test_without_an_index_the_starter_is_built_and_serves(tmp_path: Path) -> None:
    """The first question of a new user is answered from the starter catalogue."""
    home = Home(tmp_path)
    folder = resolve_index(None, Settings(home=tmp_path))

    assert folder == home.indexes / "starter"
    assert home.active() == folder


def test_a_starter_index_of_an_earlier_version_is_built_again(tmp_path: Path) -> None:
    """The user never has to rebuild an index that was built automatically."""
    folder = build_index(Home(tmp_path), on=date(2026, 1, 1))[0]
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 1}))

    assert resolve_index(None, Settings(home=tmp_path)) == folder
    assert json.loads((folder / "manifest.json").read_text())["format"] == manifest["format"]


def test_a_named_index_is_taken_as_it_is(tmp_path: Path) -> None:
    """`--index` comes before HCPCS_INDEX, and neither needs a data folder."""
    settings = Settings(home=tmp_path / "home", index=tmp_path / "setting")

    assert resolve_index(tmp_path / "option", settings) == tmp_path / "option"
    assert resolve_index(None, settings) == tmp_path / "setting"
    assert not (tmp_path / "home").exists()
