"""Which index answers when none is named."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from api.building import build_index, serving_folder
from index.home import Home


def test_without_an_index_the_starter_is_made_and_serves(tmp_path: Path) -> None:
    """The first question of a new user is answered from the starter catalogue."""
    home = Home(tmp_path)
    folder = serving_folder(None, home)

    assert folder == home.indexes / "starter"
    assert home.active() == folder


def test_a_starter_index_of_an_earlier_version_is_made_again(tmp_path: Path) -> None:
    """Nobody should have to rebuild by hand what was made without being asked for."""
    home = Home(tmp_path)
    folder = build_index(home, on=date(2026, 1, 1))[0]
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 1}))

    assert serving_folder(None, home) == folder
    assert json.loads((folder / "manifest.json").read_text())["format"] == manifest["format"]


def test_a_named_index_is_taken_as_it_is(tmp_path: Path) -> None:
    """`--index` and HCPCS_INDEX need no data folder."""
    assert serving_folder(tmp_path / "mine", Home(tmp_path / "home")) == tmp_path / "mine"
    assert not (tmp_path / "home").exists()
