"""Choosing the index folder, and loading its suggester."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.opening import load_suggester
from api.settings import Settings

if TYPE_CHECKING:
    from suggest.suggester import Suggester

FIRST_RUN = (
    "note: there was no index yet, so the starter catalogue was built (once). It is no official code set;\n"
    "      `hcpcs index build --release latest` loads that. `hcpcs doctor` says what else there is.\n"
)


def resolve_index(given: Path | None, settings: Settings) -> Path:
    """The folder to answer from: the given one, else `HCPCS_INDEX`, else the active one, else the starter.

    A starter index that does not exist yet, or is of an earlier version, is built first.

    Raises:
        ArtifactError: If the active index is gone.
    """
    named = given or settings.index
    if named is not None:
        return named
    from api.building import active_index, build_index
    from index.home import Home

    home = Home(settings.home)
    active = active_index(home)
    if active is not None:
        return active
    from api.console import progress_bar

    with progress_bar("building the starter index") as progress:
        folder = build_index(home, on=date.today(), progress=progress)[0]
    sys.stderr.write(FIRST_RUN)
    return folder


def open_suggester(given: Path | None, settings: Settings) -> Suggester:
    """Load the suggester of the folder that `resolve_index` chooses.

    Raises:
        ArtifactError: If the folder is missing or damaged; the message names the file.
    """
    return load_suggester(resolve_index(given, settings))
