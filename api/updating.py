"""`hcpcs index update`: a new index beside the old one, compared with it, and made active in one step.

Nothing is seen of the new index before it is whole: it is built in a hidden folder. A killed update leaves
the old index active; the next one removes what was left.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import msgspec

from api.building import BuildOptions, build_index
from index.code_systems import LEVEL_II
from index.digest import file_sha256
from index.errors import ArtifactError
from index.files import locked, sync
from index.home import Home
from index.records import Problem
from index.store.catalogue import read_catalogue
from index.store.manifest import Manifest, read_manifest
from index.store.tables import read_infos

HIDDEN = ".update-"
TOP_K = 10
Progress = Callable[[int, int], None]


class ChangedAnswer(msgspec.Struct, frozen=True):
    """A text of the shipped evaluation cases whose answer is another one.

    Attributes:
        text: The text.
        before: Its first codes in the old index; none for "no good match".
        after: The same in the new one.
    """

    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True):
    """The answers of the old and the new index to the shipped evaluation cases.

    Attributes:
        texts: How many were asked.
        same: How many have the same first ten codes in the same order.
        right_before: How many with a labelled code have it first in the old index.
        right_after: The same in the new one.
        changed: Those whose first ten codes differ, another first code first.
    """

    texts: int
    same: int
    right_before: int
    right_after: int
    changed: tuple[ChangedAnswer, ...]


class Update(msgspec.Struct, frozen=True):
    """What an update did.

    Attributes:
        folder: The index that is active now.
        release: Its release.
        before: The index that was active before; None if there was none.
        unchanged: Whether it was active already.
        comparison: Old against new; None where there is nothing to compare with, see `not_compared`.
        not_compared: Why.
        problems: Rows of the release that were left out.
    """

    folder: str
    release: str
    before: str | None
    unchanged: bool
    comparison: Comparison | None
    not_compared: str
    problems: tuple[Problem, ...]


def update_index(
    home: Home,
    options: BuildOptions,
    *,
    on: date,
    progress: Progress = lambda done, total: None,
) -> Update:
    """Build an index of a release, compare it with the active one, and make it active.

    Args:
        home: The data folder.
        options: The release, and whatever else the active index was built from.
        on: The day on which `latest` must be in effect, and the date of service of the comparison.
        progress: Called with texts embedded so far and in all.

    Raises:
        ArtifactError: If another update is running, or the active index holds what `options` leaves out.
        HcpcsError: If the release cannot be had or the index cannot be built; the active index stays.
    """
    try:
        for folder in (home.cache, home.indexes):
            folder.mkdir(parents=True, exist_ok=True)
        with locked(home.cache, wait_s=0.0):
            return _update(home, options, on, progress)
    except OSError as error:
        raise ArtifactError(f"{home.path} cannot be written ({error.strerror or error})") from error


def _update(home: Home, options: BuildOptions, on: date, progress: Progress) -> Update:
    for left in home.indexes.glob(f"*{HIDDEN}*"):  # by an update that was killed
        shutil.rmtree(left, ignore_errors=True)
    before = _active(home)
    options = _as_before(options, before)
    aside = home.indexes / f"{HIDDEN}{os.getpid()}"
    try:
        options = msgspec.structs.replace(options, out=aside)
        _, manifest, problems = build_index(home, options, on=on, progress=progress)
        problems += _lost_notes(before, manifest)
        comparison, reason = _compared(before, aside, on)
        folder = _same(home, manifest, before) or _named(home, aside, manifest.release)
        if folder != before:
            home.serve(folder.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    held = str(before) if before else None
    return Update(str(folder), manifest.release, held, folder == before, comparison, reason, problems)


def _active(home: Home) -> Path | None:
    """The active index; None also if it is damaged, since an update is a way to mend it."""
    try:
        return home.active()
    except ArtifactError:
        return None


def _as_before(options: BuildOptions, before: Path | None) -> BuildOptions:
    """The options with the encoder of the active index, once they name all that it was built from."""
    if before is None:
        return options
    try:
        manifest, catalogue = read_manifest(before), read_catalogue(before)
    except ArtifactError:  # damaged or of another version: there is nothing to go by
        return options
    given = {file_sha256(path) for path in options.brands}
    missing = sorted(name for name, sha256 in manifest.brands.items() if sha256 not in given)
    if missing and not options.brands:
        raise ArtifactError(
            f"the active index was built with names of {missing[0]}; give --brands FILE again"
        )
    if manifest.releases and not options.others:
        raise ArtifactError(
            f"the active index holds the history of {', '.join(manifest.releases)}; give the files of those "
            "releases again, each with --release, or build without them: hcpcs index build"
        )
    tables = read_infos(before)
    if tables and not options.tables:
        raise ArtifactError(f"the active index was built with {tables[0].title}; give --table FILE again")
    if options.cpt is None and not all(map(LEVEL_II.matches, catalogue.codes)):
        raise ArtifactError("the active index was built with a licence holder's codes; give --cpt FILE again")
    if manifest.counts.get("examples") and not options.examples:
        raise ArtifactError("the active index was built with lines of the site; give --examples FILE again")
    return msgspec.structs.replace(options, encoder=manifest.encoder)


def _lost_notes(before: Path | None, now: Manifest) -> tuple[Problem, ...]:
    """That the active index has processing notes and the new one none."""
    try:
        lost = before is not None and "notes" in read_manifest(before).counts and "notes" not in now.counts
    except ArtifactError:
        return ()
    said = "the active index has CMS's processing notes, the new one has none; give the zip or --notes FILE"
    return (Problem(now.source, 0, said),) if lost else ()


def _same(home: Home, manifest: Manifest, before: Path | None) -> Path | None:
    """An index that holds the same files already, the active one first."""
    for folder in [*([before] if before else []), *(home.indexes / name for name in home.names())]:
        try:
            held = read_manifest(folder)
            if (held.files, held.release) == (manifest.files, manifest.release):
                return home.check(folder.name)
        except ArtifactError:  # a damaged one is not the same
            continue
    return None


def _named(home: Home, aside: Path, release: str) -> Path:
    """Give a hidden index the name of its release, or with a number where that is taken."""
    with locked(home.indexes):
        taken = {path.name for path in home.indexes.iterdir()}
        names = [release, *(f"{release}.{number}" for number in range(2, len(taken) + 3))]
        folder = home.indexes / next(name for name in names if name not in taken)
        aside.rename(folder)
        sync(home.indexes)
    return folder


def _compared(before: Path | None, after: Path, on: date) -> tuple[Comparison | None, str]:
    """The comparison of two indexes, or why there is none."""
    from suggest.suggester import Suggester

    new = _first_codes(Suggester.load(after), on)  # an index that cannot be loaded is not made active
    if before is None:
        return None, "there was no index before"
    try:
        old = _first_codes(Suggester.load(before), on)
    except ArtifactError as error:
        return None, f"the old index cannot be read: {error}"
    return compare(_cases(), old, new), ""


def compare(
    cases: Sequence[tuple[str, tuple[str, ...]]],
    old: Sequence[tuple[str, ...]],
    new: Sequence[tuple[str, ...]],
) -> Comparison:
    """What two lists of answers have in common.

    Args:
        cases: The texts, each with its labelled codes.
        old: The first codes of each text before.
        new: The first codes of each text after.
    """
    changed = [
        ChangedAnswer(text, before, after)
        for (text, _), before, after in zip(cases, old, new, strict=True)
        if before != after
    ]
    changed.sort(key=lambda answer: answer.before[:1] == answer.after[:1])
    right_before, right_after = _right(cases, old), _right(cases, new)
    return Comparison(len(cases), len(cases) - len(changed), right_before, right_after, tuple(changed))


def _right(cases: Sequence[tuple[str, tuple[str, ...]]], answers: Sequence[tuple[str, ...]]) -> int:
    """How many texts have a labelled code first."""
    pairs = zip(cases, answers, strict=True)
    return sum(codes[0] in labelled for (_, labelled), codes in pairs if codes)


def _first_codes(suggester: object, on: date) -> list[tuple[str, ...]]:
    """The first codes of each shipped case; none where the answer says that no code fits well."""
    texts = [text for text, _ in _cases()]
    answers = suggester.suggest(texts, k=TOP_K, date_of_service=on)  # type: ignore[attr-defined]
    return [
        () if answer.no_good_match else tuple(suggestion.code for suggestion in answer.suggestions)
        for answer in answers
    ]


class _Case(msgspec.Struct):
    query: str
    codes: tuple[str, ...] = ()


def _cases() -> list[tuple[str, tuple[str, ...]]]:
    """The evaluation cases that ship: texts with their codes, and texts without one."""
    import eval.cases

    folder = Path(eval.cases.__file__).parent
    cases: list[_Case] = []
    for path in sorted(folder.glob("*.jsonl")):
        cases += msgspec.json.Decoder(_Case).decode_lines(path.read_bytes())
    return [(case.query, case.codes) for case in cases]
