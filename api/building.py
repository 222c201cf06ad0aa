"""From what a user names (a file, `latest`, `starter`) to an index folder under the data folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from index.errors import ArtifactError, OtherVersionError, ReleaseFormatError
from index.home import Home
from index.records import Modifier, Notes, Problem, Record, Release
from index.starter import NAME as STARTER
from index.starter import read_starter
from index.store.catalogue import read_catalogue
from index.store.manifest import MANIFEST, Manifest, read_manifest

if TYPE_CHECKING:
    from index.build import Sources
    from index.history.spans import History
    from index.release.cpt import CptCodes

Progress = Callable[[int, int], None]


class BuildOptions(msgspec.Struct, frozen=True):
    """What a user names for a build.

    Attributes:
        release: A release file, `latest`, or `starter`.
        cpt: A licence holder's CPT file, folder or zip, whose codes are added.
        brands: Lists of product names.
        tables: CMS's files of limits and fees.
        examples: Files of lines that the site has coded.
        encoder: Name for `load_encoder`.
        strict: Whether the first row that cannot be read ends the build.
        name: What to call the release, instead of the name that its file tells.
        out: The folder to make, instead of one under the data folder.
        others: Further release files, which make one history with the first.
        notes: CMS's file of processing notes, for a release that is not in the zip with it.
    """

    release: str = STARTER
    cpt: Path | None = None
    brands: Sequence[Path] = ()
    tables: Sequence[Path] = ()
    examples: Sequence[Path] = ()
    encoder: str = "static"
    strict: bool = False
    name: str | None = None
    out: Path | None = None
    others: Sequence[str] = ()
    notes: Path | None = None


STARTER_INDEX = BuildOptions()
HISTORY_PROBLEM = "history"  # in place of a path, where releases contradict each other


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
        The folder, its manifest, the rows of the releases that were left out, and where these contradict each
        other.
    """
    # Heavy modules are loaded only when something is built: looking a code up needs none of them.
    from index.build import assemble, write_index
    from index.encoder import load_encoder

    sources, unread = _sources(home, options, on)
    folder = options.out or home.indexes / sources.release.name
    artifact = assemble(sources, load_encoder(options.encoder), cache=home.cache, progress=progress)
    manifest = write_index(artifact, folder)
    if options.out is None:
        home.serve(folder.name)
    conflicts = sources.history.conflicts if sources.history else ()
    told = tuple(Problem(HISTORY_PROBLEM, 0, str(conflict)) for conflict in conflicts)
    return folder, manifest, sources.release.problems + told + unread


def _sources(home: Home, options: BuildOptions, on: date) -> tuple[Sources, tuple[Problem, ...]]:
    """What to build from, and the rows of the examples that were left out."""
    from api.examples import read_examples
    from index.build import Sources
    from index.release.cpt import CptCodes, read_cpt
    from index.tables.read import read_all
    from index.text.lexicon import read_lexicon
    from index.text.names import read_names

    cpt = CptCodes(()) if options.cpt is None else read_cpt(options.cpt)
    release, history = _releases(home, options, cpt, on)
    examples, unread = read_examples(options.examples, [record.code for record in release.records])
    sources = Sources(
        release,
        lexicon=read_lexicon(),
        starter=() if release.name == STARTER else read_starter().records,
        names=[name for path in options.brands for name in read_names(path)],
        brands=options.brands,
        history=history,
        wordings=cpt.wordings,
        cpt=cpt.files,
        tables=read_all(options.tables),
        examples=examples,
    )
    return sources, unread


def _releases(home: Home, options: BuildOptions, cpt: CptCodes, on: date) -> tuple[Release, History | None]:
    """The newest release and, of several, the history.

    A licence holder's CPT codes are taken to be in each of them: their file says nothing of the past.
    """
    names = (options.release, *options.others)
    if len(names) > 1 and STARTER in names:
        raise ReleaseFormatError("the starter catalogue has no place in a history; name release files only")
    if len(names) > 1 and options.name is not None:
        raise ReleaseFormatError("--name is for one release; in a history each file tells its own quarter")
    read = [_release(home, name, options, on) for name in names]
    if cpt.records:
        read = [_with_cpt(release, cpt) for release in read]
    if len(read) == 1:
        return _with_notes(read[0], read[0].notes, options), None
    from index.history.build import build_history, ordered, records_now
    from index.release.notes import joined

    history, oldest_first = build_history(read), ordered(read)
    newest = _with_notes(
        oldest_first[-1], reduce(joined, (release.notes for release in oldest_first)), options
    )
    return msgspec.structs.replace(
        newest,
        records=records_now(history, newest),
        modifiers=newest.modifiers or _last_modifiers(read),
        problems=tuple(problem for release in [*oldest_first[:-1], newest] for problem in release.problems),
    ), history


def _with_notes(release: Release, notes: Notes | None, options: BuildOptions) -> Release:
    """A release with the notes that the user named, else with those that came with the releases."""
    from index.release.notes import read_notes, uncited

    told: tuple[Problem, ...] = ()
    if options.notes is not None:
        notes, told = read_notes(options.notes, strict=options.strict)
    if notes is None:
        return release
    problems = (*release.problems, *told, *uncited(notes, release.records))
    return msgspec.structs.replace(release, notes=notes, problems=problems)


def _last_modifiers(releases: Sequence[Release]) -> tuple[Modifier, ...]:
    """Those of the newest release that has any: lists that others derived from a release have none."""
    found = [release for release in releases if release.modifiers]
    return max(found, key=lambda release: release.name).modifiers if found else ()


def _release(home: Home, given: str, options: BuildOptions, on: date) -> Release:
    if given == STARTER:
        return read_starter()
    from index.release.release import read_release

    path = Path(given)
    if given == "latest":
        from index.release.download import download_latest

        path = download_latest(home.path, on)
    release = read_release(path, strict=options.strict, name=options.name)
    if release.notes is not None or options.notes is not None:
        return release
    from index.release.notes import notes_beside

    notes, told = notes_beside(path)
    return msgspec.structs.replace(release, notes=notes, problems=(*release.problems, *told))


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
    except OtherVersionError:
        return True
    except ArtifactError:  # damage is told by whoever reads the index
        return False
    return False


def read_codes(path: Path) -> tuple[tuple[Record, ...], tuple[Modifier, ...]]:
    """Records and modifiers of a release file or of an index folder."""
    if (path / MANIFEST).is_file():
        catalogue = read_catalogue(path)
        return catalogue.records, catalogue.modifiers
    from index.release.release import read_release

    release = read_release(path)
    return tuple(release.records), tuple(release.modifiers)


def read_history(old: Path, new: Path) -> History:
    """The history in an index folder, or that of two release files.

    Raises:
        ArtifactError: If the newer one is an index without a history.
    """
    if (new / MANIFEST).is_file():
        history = read_catalogue(new).history
        if history is None:
            raise ArtifactError(
                f"{new} has no history; build it with several --release, or name two release files"
            )
        return history
    from index.history.build import build_history
    from index.release.release import read_release

    return build_history([read_release(old), read_release(new)])
