"""From settings to a suggester: which index folder, and the load that checks it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api.settings import Settings

if TYPE_CHECKING:
    from suggest.suggester import Suggester


def resolve_index(given: Path | None, settings: Settings) -> Path:
    """The folder to answer from: the one given, else `HCPCS_INDEX`, else the active one.

    Raises:
        ArtifactError: If there is none.
    """
    from index.home import active_index

    return given or settings.index or active_index(settings.home)


def open_suggester(given: Path | None, settings: Settings) -> Suggester:
    """Load the suggester of that folder.

    Raises:
        ArtifactError: If the folder is missing or damaged; the message names the file.
    """
    from suggest.suggester import Suggester

    return Suggester.load(resolve_index(given, settings))
