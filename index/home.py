"""The data folder of a user, `HCPCS_HOME`: index folders, downloads, caches, and which index answers.

indexes/NAME/   index folders
active          one line: the NAME of the index that answers
previous        one line: the NAME of the one before, for `hcpcs index rollback`
releases/       downloaded releases
cache/          vectors and profiles of earlier builds, for the next one
"""

from __future__ import annotations

from pathlib import Path

from index.errors import ArtifactError
from index.files import locked, read_file, standing, write_file
from index.store.contents import verify
from index.store.manifest import MANIFEST

MAX_NAME_BYTES = 4096  # of `active`: one line
AGAIN = "choose an index with `hcpcs index activate NAME`"


class Home:
    """Paths below the data folder; folders are created when something is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.indexes = path / "indexes"
        self.releases = path / "releases"
        self.cache = path / "cache"
        self.active_file = path / "active"
        self._previous_file = path / "previous"

    def names(self) -> list[str]:
        """Names of the existing index folders, ascending."""
        return sorted(path.parent.name for path in self.indexes.glob(f"[!.]*/{MANIFEST}"))

    def active(self) -> Path | None:
        """The active index folder, or None when none was activated yet.

        Raises:
            ArtifactError: If `active` cannot be read or the active folder is gone.
        """
        folder = self._named(self.active_file)
        if folder is not None and not (standing(folder) / MANIFEST).exists():
            raise ArtifactError(
                f"the active index {folder} is gone; build the index again or `hcpcs index activate` another"
            )
        return folder

    def activate(self, name: str) -> Path:
        """Make an index folder the active one, after checking every file of it.

        Raises:
            ArtifactError: If there is no such index or it is damaged.
        """
        folder = self.check(name)
        self.serve(name)
        return folder

    def check(self, name: str) -> Path:
        """The folder of an index, once every file of it was checked.

        Raises:
            ArtifactError: If there is no such index or it is damaged.
        """
        if name not in self.names():
            known = ", ".join(self.names()) or "none"
            raise ArtifactError(f"there is no index {name!r} in {self.indexes}; there are: {known}")
        verify(self.indexes / name)
        return self.indexes / name

    def serve(self, name: str) -> None:
        """Make an index folder that was just checked the active one; running services are told thereby.

        Raises:
            ArtifactError: If the data folder cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with locked(self.path):
                self._tidy()
                before = self._name_before(name)
                if before is not None:
                    write_file(self._previous_file, f"{before}\n".encode())
                write_file(self.active_file, f"{name}\n".encode())
        except OSError as error:
            raise ArtifactError(f"{self.active_file} cannot be written: {error}") from error

    def rollback(self) -> Path:
        """Make the index that answered before the active one the active one again; twice leads back.

        Raises:
            ArtifactError: If there was none, or it is gone or damaged.
        """
        folder = self._named(self._previous_file)
        if folder is None or folder == self._named(self.active_file):
            raise ArtifactError(f"no index answered before the active one; {AGAIN}")
        return self.activate(folder.name)

    def _tidy(self) -> None:
        """Remove what killed writers of these two files left; the caller holds the lock."""
        for path in (self.active_file, self._previous_file):
            for left in self.path.glob(f".{path.name}.*"):
                left.unlink(missing_ok=True)

    def _name_before(self, name: str) -> str | None:
        """The active name if it is another one; None also if `active` cannot be read."""
        try:
            folder = self._named(self.active_file)
        except ArtifactError:
            return None
        return None if folder is None or folder.name == name else folder.name

    def _named(self, path: Path) -> Path | None:
        """The folder that a file names; None if there is no such file.

        Raises:
            ArtifactError: If it is no file of one name.
        """
        try:
            name = read_file(path, limit=MAX_NAME_BYTES).decode().strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except UnicodeDecodeError:
            raise ArtifactError(f"{path} is damaged: it is not UTF-8 text; {AGAIN}") from None
        except IsADirectoryError:
            raise ArtifactError(f"{path} is a folder, not a file; remove it and {AGAIN}") from None
        except OSError as error:
            raise ArtifactError(f"{path} cannot be read ({error.strerror}); {AGAIN}") from error
        if not name or name.startswith(".") or not name.isprintable() or "/" in name or "\\" in name:
            raise ArtifactError(f"{path} is damaged: it does not hold the name of an index; {AGAIN}")
        return self.indexes / name
