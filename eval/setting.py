"""What a run is made of: the codes, the index and the cache, each loaded when first needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from eval.codebook import CodeBook
from eval.errors import MeasuredSystemError


class RunSetting:
    """Loads an index or a release once.

    Args:
        index: Index folder that `default` answers from; None where a run needs none.
        release: A release file for the check and the baselines; None takes the codes of the index.
        cache: Folder for the baselines' vectors.
        on: Date of service of cases without one.
    """

    def __init__(self, index: Path | None, release: Path | None, cache: Path, on: date) -> None:
        self.cache = cache
        self.on = on
        self._index = index
        self._release = release
        self._book: CodeBook | None = None
        self._suggesters: dict[Path, Any] = {}

    def codebook(self) -> CodeBook:
        """The release that cases are checked against and baselines rank."""
        if self._book is None:
            self._book = self._read_release() if self._release else self._read_index()
        return self._book

    def _read_release(self) -> CodeBook:
        from index.release import read_release

        release = read_release(self._release)
        return CodeBook(release.records, release.name)

    def _read_index(self) -> CodeBook:
        suggester = self.suggester(None)
        return CodeBook(suggester.catalogue.records, suggester.manifest.release)

    def suggester(self, folder: Path | None) -> Any:
        """Our suggester on an index folder, loaded once a folder."""
        from suggest.suggester import Suggester

        folder = folder or self._index
        if folder is None:
            raise MeasuredSystemError(
                "there is no index: build one with `hcpcs index build`, or name one by --index"
            )
        if folder not in self._suggesters:
            self._suggesters[folder] = Suggester.load(folder)
        return self._suggesters[folder]
