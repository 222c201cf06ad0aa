"""From what a user names (a file, `latest`, `starter`) to an index folder under the data folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from index.errors import ArtifactError
from index.home import Home
from index.records import Problem, Record, Release
from index.starter import NAME as STARTER
from index.starter import read_starter
from index.store.catalogue import Catalogue
from index.store.manifest import MANIFEST, Manifest, read_manifest

if TYPE_CHECKING:
    from index.build import Sources
    from index.release.cpt import CptCodes

Progress = Callable[[int, int], None]


class BuildOptions(msgspec.Struct, frozen=True):
    """What a user names for a build.

    Attributes:
        release: A release file, `latest`, or `starter`.
        cpt: A licence holder's CPT file, folder or zip, whose codes are added.
        brands: Lists of product names.
        tables: CMS's files of limits and fees.
        encoder: Name for `load_encoder`.
        strict: Whether the first row that cannot be read ends the build.
        name: What to call the release, instead of the name that its file tells.
        out: The folder to make, instead of one under the data folder.
    """

    release: str = STARTER
    cpt: Path | None = None
    brands: Sequence[Path] = ()
    tables: Sequence[Path] = ()
    encoder: str = "static"
    strict: bool = False
    name: str | None = None
    out: Path | None = None


STARTER_INDEX = BuildOptions()


def build_index(
    home: Home,
    options: BuildOptions = STARTER_INDEX,
    *,
    on: date,
    progress: Progress = lambda done, total: None,
) -> tuple[Path, Manifest, tuple[Problem, ...]]:
    """Make an index folder and, when it lies under the data folder, make it the one that serves.

    Args:
        home: The data folder.
        options: What to build from.
        on: The day on which `latest` must be in effect.
        progress: Called with texts embedded so far and in all.

    Returns:
        The folder, its manifest, and the rows of the release that were left out.
    """
    # Heavy modules are loaded only when something is built: looking a code up needs none of them.
    from index.build import assemble, write_index
    from index.encoder import load_encoder

    sources = _sources(home, options, on)
    folder = options.out or home.indexes / sources.release.name
    artifact = assemble(sources, load_encoder(options.encoder), cache=home.cache, progress=progress)
    manifest = write_index(artifact, folder)
    if options.out is None:
        home.serve(folder.name)
    return folder, manifest, sources.release.problems


def _sources(home: Home, options: BuildOptions, on: date) -> Sources:
    from index.build import Sources
    from index.release.cpt import CptCodes, read_cpt
    from index.tables.read import read_all
    from index.text.lexicon import read_lexicon
    from index.text.names import read_names

    release = _release(home, options, on)
    cpt = CptCodes(())
    if options.cpt is not None:
        cpt = read_cpt(options.cpt)
        release = _with_cpt(release, cpt)
    return Sources(
        release,
        lexicon=read_lexicon(),
        starter=() if release.name == STARTER else read_starter().records,
        names=[name for path in options.brands for name in read_names(path)],
        brands=options.brands,
        wordings=cpt.wordings,
        cpt=cpt.files,
        tables=read_all(options.tables),
    )


def _release(home: Home, options: BuildOptions, on: date) -> Release:
    if options.release == STARTER:
        return read_starter()
    from index.release.release import read_release

    path = Path(options.release)
    if options.release == "latest":
        from index.release.download import download_latest

        path = download_latest(home.path, on)
    return read_release(path, strict=options.strict, name=options.name)


def _with_cpt(release: Release, cpt: CptCodes) -> Release:
    records = sorted((*release.records, *cpt.records), key=lambda record: record.code)
    problems = (*release.problems, *cpt.problems)
    return msgspec.structs.replace(release, records=tuple(records), problems=problems)


def active_index(home: Home) -> Path | None:
    """The active index folder; None if there is none, or only a starter index of an earlier version."""
    folder = home.active()
    return None if folder is None or _outdated_starter(folder) else folder


def _outdated_starter(folder: Path) -> bool:
    """Whether this is a starter index of an earlier version, which is built again without asking."""
    if folder.name != STARTER:
        return False
    try:
        read_manifest(folder)
    except ArtifactError:
        return True
    return False


def read_codes(path: Path) -> tuple[Record, ...]:
    """Records of a release file or of an index folder."""
    if (path / MANIFEST).is_file():
        return Catalogue.load(path).records
    from index.release.release import read_release

    return read_release(path).records
