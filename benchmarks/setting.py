"""The input of every benchmark: the size of the run, folders, and the index to answer from."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("HCPCS_SHARED", ROOT.parent / "shared")) / "data"
RELEASE = SHARED / "hcpcs" / "2026-01" / "january-2026-alpha-numeric-hcpcs-file.zip"
SEED = 20260101


class Setting(msgspec.Struct, frozen=True):
    """One run of the benchmarks.

    Attributes:
        small: A short run, to see that nothing is broken; its numbers mean nothing.
        work: Folder for indexes and caches of the benchmarks.
        out: Folder for the results.
        index: Index folder to answer from.
        release: Release file that `index` was built from; None for the starter catalogue.
    """

    small: bool
    work: Path
    out: Path
    index: Path
    release: Path | None

    @property
    def obvious(self) -> bool:
        """Whether every benchmark runs the obvious design; a small run avoids importing PyTorch."""
        return not self.small

    def size(self, full: int, small: int) -> int:
        """Return `full`, or `small` in a small run."""
        return small if self.small else full


def prepare(small: bool, work: Path, out: Path, index: Path | None) -> Setting:
    """Make the setting of a run; builds the index to answer from, unless one is given.

    A full run answers from the official release when its file is beside the project, else from the starter
    catalogue. The results name the release.
    """
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    release = None if small or not RELEASE.is_file() else RELEASE
    return Setting(small, work, out, index or _build(work, release), release)


def _build(work: Path, release: Path | None) -> Path:
    from api.building import BuildOptions, build_index
    from index.home import Home

    sys.stderr.write("benchmarks: building the index to answer from\n")
    source = "starter" if release is None else str(release)
    return build_index(Home(work / "home"), BuildOptions(release=source), on=date.today())[0]
