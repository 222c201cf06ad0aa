"""The data folder of a user, `HCPCS_HOME`: index folders, downloads, caches, and the active index.

indexes/NAME/   index folders
active          one line: the NAME of the index that answers
releases/       downloaded releases
cache/          vectors and profiles of earlier builds, for the next one
"""

from __future__ import annotations

import os
from pathlib import Path

from index.errors import ArtifactError
from index.store.contents import verify
from index.store.manifest import MANIFEST


class Home:
    """Paths below the data folder; folders are created when something is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.indexes = path / "indexes"
        self.releases = path / "releases"
        self.cache = path / "cache"
        self._active = path / "active"

    def names(self) -> list[str]:
        """Names of the existing index folders, ascending."""
        return sorted(path.parent.name for path in self.indexes.glob(f"[!.]*/{MANIFEST}"))

    def active(self) -> Path | None:
        """The active index folder, or None when none was activated yet.

        Raises:
            ArtifactError: If the active folder is gone.
        """
        if not self._active.is_file():
            return None
        folder = self.indexes / self._active.read_text(encoding="utf-8").strip()
        if not (folder / MANIFEST).is_file():
            raise ArtifactError(
                f"the active index {folder} is gone; build the index again or `hcpcs index activate` another"
            )
        return folder

    def activate(self, name: str) -> Path:
        """Make an index folder the active one, after checking every file of it.

        Raises:
            ArtifactError: If there is no such index or it is damaged.
        """
        if name not in self.names():
            known = ", ".join(self.names()) or "none"
            raise ArtifactError(f"there is no index {name!r} in {self.indexes}; there are: {known}")
        verify(self.indexes / name)
        self.serve(name)
        return self.indexes / name

    def serve(self, name: str) -> None:
        """Make an index folder that was just checked the active one.

        Raises:
            ArtifactError: If the data folder cannot be written.
        """
        aside = self._active.with_suffix(f".{os.getpid()}")
        try:
            aside.write_text(name + "\n", encoding="utf-8")
            aside.replace(self._active)
        except OSError as error:
            raise ArtifactError(f"{self._active} cannot be written: {error}") from error
