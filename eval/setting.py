"""Inputs of a run, codes, index and cache, each loaded when it is first needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import MeasuredSystemError
from index.store.catalogue import Catalogue, read_catalogue

if TYPE_CHECKING:
    from suggest.claim.limits import Limits


class RunSetting:
    """Loads each index or release once.

    Args:
        index: Index folder of the system `default`; None where a run needs none.
        release: Release file for the case check and the baselines; None takes the codes of the index.
        cache: Folder for the vectors of the baselines.
        on: Date of service of cases without one.
    """

    def __init__(self, index: Path | None, release: Path | None, cache: Path, on: date) -> None:
        self.cache = cache
        self.on = on
        self._index = index
        self._release = release
        self._book: Catalogue | None = None
        self._suggesters: dict[Path, Any] = {}

    def catalogue(self) -> Catalogue:
        """Return the release that cases are checked against and baselines rank."""
        if self._book is None:
            self._book = self._read_index() if self._release is None else self._read_release(self._release)
        return self._book

    def _read_release(self, path: Path) -> Catalogue:
        from index.release.release import read_release

        release = read_release(path)
        return Catalogue(release.records, release=release.name)

    def _read_index(self) -> Catalogue:
        return read_catalogue(self._folder(None))

    def limits(self) -> Limits | None:
        """Return the fees and limits of the index; None where it has no tables or there is no index."""
        from index.store.contents import read_contents
        from index.store.manifest import MANIFEST, read_manifest
        from index.store.tables import FILES, LIST, Tables
        from suggest.claim.limits import Limits

        folder = self._index
        if folder is None or not (folder / MANIFEST).is_file() or LIST not in read_manifest(folder).files:
            return None
        return Limits(Tables.load(read_contents(folder, only=(LIST,), optional=FILES)))

    def suggester(self, folder: Path | None) -> Any:
        """Return our suggester on an index folder; each folder is loaded once."""
        from suggest.suggester import Suggester

        folder = self._folder(folder)
        if folder not in self._suggesters:
            self._suggesters[folder] = Suggester.load(folder)
        return self._suggesters[folder]

    def _folder(self, folder: Path | None) -> Path:
        chosen = folder or self._index
        if chosen is None:
            raise MeasuredSystemError(
                "there is no index: build one with `hcpcs index build`, or give --index"
            )
        return chosen
