"""The data folder: which indexes there are and which one serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import ArtifactError
from index.home import Home
from tests.index_fakes import build_small


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A data folder with two indexes, `2025-10` and `2026-01`, none active."""
    home = Home(tmp_path / "home")
    for name in ("2026-01", "2025-10"):
        build_small(home.indexes / name)
    return home


def test_an_absent_data_folder_holds_nothing_and_is_not_made(tmp_path: Path) -> None:
    """Asking writes nothing."""
    home = Home(tmp_path / "none")

    assert home.names() == []
    assert home.active() is None
    assert not home.path.exists()


def test_names_are_the_index_folders_in_order(home: Home) -> None:
    """A folder without a manifest, or one that is being built, is not an index."""
    (home.indexes / "notes").mkdir()
    (home.indexes / ".2026-04.building-1").mkdir()
    (home.indexes / ".2026-04.building-1" / "manifest.json").write_text("{}")

    assert home.names() == ["2025-10", "2026-01"]


def test_the_activated_index_serves(home: Home) -> None:
    """Activating one after another leaves the last one active."""
    home.activate("2025-10")
    assert home.active() == home.indexes / "2025-10"

    assert home.activate("2026-01") == home.indexes / "2026-01"
    assert home.active() == home.indexes / "2026-01"
    assert sorted(path.name for path in home.path.iterdir()) == ["active", "indexes", "previous"]


def test_an_unknown_name_is_refused_with_the_names_there_are(home: Home) -> None:
    """The message lists what can be activated."""
    with pytest.raises(ArtifactError, match=r"no index '2024-01'.*2025-10, 2026-01"):
        home.activate("2024-01")


def test_a_name_cannot_leave_the_data_folder(home: Home, tmp_path: Path) -> None:
    """Only names of the list are accepted, so a path is not a name."""
    build_small(tmp_path / "outside")

    with pytest.raises(ArtifactError, match="there is no index"):
        home.activate("../../outside")


def test_a_damaged_index_is_not_activated(home: Home) -> None:
    """The active index stays active."""
    home.activate("2025-10")
    (home.indexes / "2026-01" / "records.jsonl").write_bytes(b"{}\n")

    with pytest.raises(ArtifactError, match=r"records\.jsonl is damaged"):
        home.activate("2026-01")
    assert home.active() == home.indexes / "2025-10"


def test_an_active_index_that_is_gone_is_named(home: Home) -> None:
    """It is an error, not a silent fall back to another index."""
    home.activate("2025-10")
    (home.indexes / "2025-10" / "manifest.json").unlink()

    with pytest.raises(ArtifactError, match=r"2025-10 is gone"):
        home.active()


def test_one_command_goes_back(home: Home) -> None:
    """And the same command forward again."""
    home.activate("2025-10")
    home.activate("2026-01")
    home.activate("2026-01")

    assert home.rollback() == home.indexes / "2025-10"
    assert home.active() == home.indexes / "2025-10"
    assert home.rollback() == home.indexes / "2026-01"


def test_without_an_index_before_there_is_no_way_back(home: Home) -> None:
    """The active one stays."""
    home.activate("2025-10")

    with pytest.raises(ArtifactError, match="no index answered before the active one"):
        home.rollback()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"\xff\xfe2025",
            "active is damaged: it is not UTF-8 text; choose an index with `hcpcs",
        ),
        (b"", "active is damaged: it does not hold the name of an index"),
        (b"../../elsewhere\n", "active is damaged: it does not hold the name of an index"),
        (b"2025-10\n2026-01\n", "active is damaged: it does not hold the name of an index"),
        (b"x" * 5000, "active is damaged: it has 5000 bytes"),
    ],
)
def test_a_damaged_choice_is_told(home: Home, content: bytes, message: str) -> None:
    """No other index answers in its place, and activating one mends it."""
    home.activate("2025-10")
    (home.path / "active").write_bytes(content)

    with pytest.raises(ArtifactError, match=message):
        home.active()
    home.activate("2026-01")
    assert home.active() == home.indexes / "2026-01"


def test_a_folder_in_the_place_of_the_choice_is_told(home: Home) -> None:
    """It is not taken for a new data folder."""
    (home.path / "active").mkdir()

    with pytest.raises(ArtifactError, match="active is a folder, not a file; remove it and choose an index"):
        home.active()


def test_what_a_killed_writer_left_is_removed(home: Home) -> None:
    """By the next one."""
    (home.path / ".active.123").write_text("2025-10")
    home.activate("2025-10")

    assert sorted(path.name for path in home.path.iterdir()) == ["active", "indexes"]
