"""What every benchmark is given: how large to run, where to write, and what to answer from."""

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
        small: Run only far enough to see that nothing breaks; numbers of such a run mean nothing.
        work: Folder for what the benchmarks make for themselves.
        out: Folder for the results.
        index: The index folder that is answered from.
        release: Release file that `index` was built from; None for the starter catalogue.
    """

    small: bool
    work: Path
    out: Path
    index: Path
    release: Path | None

    @property
    def obvious(self) -> bool:
        """Whether to run the obvious design everywhere: a small run imports PyTorch as seldom as it can."""
        return not self.small

    def size(self, full: int, small: int) -> int:
        """How many of something: `full`, or `small` in a small run."""
        return small if self.small else full


def prepare(small: bool, work: Path, out: Path, index: Path | None) -> Setting:
    """Make the index to answer from, unless one is given, and say what a run works with.

    A full run answers from the official release when that file is beside the project, else from the starter
    catalogue; the results name which.
    """
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    release = None if small or not RELEASE.is_file() else RELEASE
    return Setting(small, work, out, index or _built(work, release), release)


def _built(work: Path, release: Path | None) -> Path:
    from api.building import BuildOptions, build_index
    from index.home import Home

    sys.stderr.write("benchmarks: building the index to answer from\n")
    source = "starter" if release is None else str(release)
    return build_index(Home(work / "home"), BuildOptions(release=source), on=date.today())[0]
