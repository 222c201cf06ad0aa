"""From what a user names (a file, `latest`, `starter`) to an index folder under the data folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from index.errors import ArtifactError
from index.home import Home
from index.records import Problem, Record, Release
from index.starter import NAME as STARTER
from index.starter import read_starter
from index.store.catalogue import Catalogue
from index.store.manifest import MANIFEST, Manifest, read_manifest

Progress = Callable[[int, int], None]


def build_index(
    home: Home,
    *,
    release: str = STARTER,
    cpt: Path | None = None,
    brands: Sequence[Path] = (),
    out: Path | None = None,
    encoder: str = "static",
    strict: bool = False,
    name: str | None = None,
    on: date,
    progress: Progress = lambda done, total: None,
) -> tuple[Path, Manifest, tuple[Problem, ...]]:
    """Make an index folder and, when it lies under the data folder, make it the one that serves.

    Returns:
        The folder, its manifest, and the rows of the release that were left out.
    """
    # Heavy modules are loaded only when something is built: looking a code up needs none of them.
    from index.build import build
    from index.encoder import load_encoder
    from index.text.lexicon import read_lexicon
    from index.text.names import read_names

    read = _release(home, release, strict, name, on)
    if cpt is not None:
        read = _with_cpt(read, cpt)
    folder = out or home.indexes / read.name
    manifest = build(
        read,
        load_encoder(encoder),
        folder,
        lexicon=read_lexicon(),
        starter=() if read.name == STARTER else read_starter().records,
        names=[entry for path in brands for entry in read_names(path)],
        brands=brands,
        cache=home.cache,
        progress=progress,
    )
    if out is None:
        home.serve(folder.name)
    return folder, manifest, read.problems


def _release(home: Home, release: str, strict: bool, name: str | None, on: date) -> Release:
    if release == STARTER:
        return read_starter()
    from index.release.release import read_release

    if release == "latest":
        from index.release.download import download_latest

        return read_release(download_latest(home.path, on), strict=strict, name=name)
    return read_release(Path(release), strict=strict, name=name)


def _with_cpt(release: Release, path: Path) -> Release:
    import msgspec

    from index.release.release import read_cpt

    records = sorted((*release.records, *read_cpt(path)), key=lambda record: record.code)
    return msgspec.structs.replace(release, records=tuple(records))


def serving_folder(index: Path | None, home: Home, progress: Progress = lambda done, total: None) -> Path:
    """The index folder to answer from: the one named, else the active one, else a new starter index."""
    if index is not None:
        return index
    active = home.active()
    if active is not None and not _outdated_starter(active):
        return active
    return build_index(home, on=date.today(), progress=progress)[0]


def _outdated_starter(folder: Path) -> bool:
    """Whether this is a starter index of an earlier version, which is made again without asking."""
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
