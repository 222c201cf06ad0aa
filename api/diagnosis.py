"""What `hcpcs doctor` finds: installation, data folder, index, its release and tables, service."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution, requires
from importlib.util import find_spec
from os import W_OK, access
from pathlib import Path
from typing import Literal

import msgspec

from api.settings import Settings
from index.errors import HcpcsError
from index.home import Home
from index.starter import NAME as STARTER
from index.store.manifest import Manifest

State = Literal["ok", "note", "missing", "broken"]
PROJECT = "hcpcs-suggest"
COMPILED = ("index._encoder", "index.text._normal", "suggest._features", "suggest._forest")
USED_FOR = {
    "encoders": "other encoders and `hcpcs train`",
    "eval": "`hcpcs eval`",
    "parquet": "Parquet files of `hcpcs batch` and of the history",
    "spark": "batches on a Spark cluster",
    "feedback": "picks in a database",
    "mcp": "tools for agents",
    "auth": "signed tokens of callers",
    "test": "the tests",
}
LOW_DISK = 1 << 30  # bytes; an index needs about 40 MB and an update holds two


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        state: `ok`; `note` for what a person should know; `missing` for what is optional and not there;
            `broken` for what must be mended before answering works.
        subject: What was looked at.
        found: What was found.
        advice: What to do; empty where nothing is to do.
    """

    state: State
    subject: str
    found: str
    advice: str = ""


def diagnose(settings: Settings, today: date | None = None) -> Iterator[Finding]:
    """Look at everything that answering needs; nothing is changed.

    Args:
        settings: Those of the environment.
        today: The day on which releases and tables are judged.
    """
    yield from _installed()
    yield from _data_folder(settings)
    yield from _index(settings, today or date.today())
    yield from _service(settings)


def _installed() -> Iterator[Finding]:
    from api.__main__ import version

    yield Finding("ok", "hcpcs", f"{version()}, Python {platform.python_version()}, {platform.platform()}")
    uncompiled = [name for name in COMPILED if find_spec(name) is None]
    if uncompiled:
        advice = "install again: pip install -c constraints.txt -e . (needs a C compiler)"
        yield Finding("broken", "compiled modules", f"{', '.join(uncompiled)} cannot be imported", advice)
    else:
        yield Finding("ok", "compiled modules", "all there")
    yield _shipped()
    try:
        stated = requires(PROJECT) or []
    except PackageNotFoundError:
        stated = []
    for extra, use in USED_FOR.items():
        lacking = [name for name in _packages(stated, extra) if not _is_there(name)]
        if lacking:
            advice = f"pip install -c constraints.txt -e '.[{extra}]' if you need {use}"
            yield Finding("missing", f"extra {extra}", f"without {', '.join(lacking)}", advice)
        else:
            yield Finding("ok", f"extra {extra}", f"installed, for {use}")


def _shipped() -> Finding:
    """Whether weights, lexicon and starter catalogue are what was shipped."""
    from index.shipped import FOLDERS, ROOT, files_of, read_shipped

    try:
        files = [
            path
            for folder, suffixes in FOLDERS.items()
            for suffix in suffixes
            for path in files_of(ROOT / folder, suffix)
        ]
        for path in files:
            read_shipped(path)
    except (HcpcsError, OSError) as error:
        return Finding("broken", "weights and lexicon", str(error), "install the project again")
    return Finding("ok", "weights and lexicon", f"{len(files)} files, all checksums are correct")


def _packages(stated: list[str], extra: str) -> list[str]:
    """Names of the packages of an extra, from lines such as `torch; extra == 'encoders'`."""
    lines = [line.partition(";") for line in stated]
    ours = [name for name, _, when in lines if f'extra == "{extra}"' in when.replace("'", '"')]
    return [name.split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip() for name in ours]


def _is_there(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _data_folder(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    place = next(path for path in (home, *home.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    said = f"{home}, {free / 1e9:.1f} GB free"
    if not place.is_dir() or not access(place, W_OK):
        yield Finding(
            "broken", "data folder", f"{home} cannot be written", "set HCPCS_HOME to another folder"
        )
    elif free < LOW_DISK:
        yield Finding("note", "data folder", said, "free some space before the next `hcpcs index update`")
    else:
        yield Finding("ok", "data folder", said if home.exists() else f"{said}; made by the first command")


def _index(settings: Settings, today: date) -> Iterator[Finding]:
    """The index that would answer: whole, of which release, with which tables."""
    from index.store.contents import verify
    from index.store.tables import read_infos
    from suggest.claim.limits import is_stale, staleness

    try:
        folder = settings.index or Home(settings.home).active()
        if folder is None:
            advice = (
                "`hcpcs suggest` makes the starter index; official codes: hcpcs index build --release latest"
            )
            yield Finding("note", "index", "there is none yet", advice)
            return
        manifest = verify(folder)
        infos = read_infos(folder)
    except HcpcsError as error:
        yield Finding("broken", "index", str(error), "hcpcs index list shows the others")
        return
    named = "HCPCS_INDEX" if settings.index else "active"
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in manifest.counts.items())
    yield Finding("ok", f"index ({named})", f"{folder}: {counts}; all checksums are correct")
    yield _release(folder, manifest, today)
    for info in infos:
        old = is_stale(info, today)
        advice = "give the present quarter's file to hcpcs index build --table" if old else ""
        yield Finding("note" if old else "ok", "table", staleness(info, today) if old else info.title, advice)
    if not infos:
        advice = "hcpcs index build --table FILE adds unit limits and fees (docs/tables.md)"
        yield Finding("missing", "tables", "none: answers name no unit limits and no fees", advice)


def _release(folder: Path, manifest: Manifest, today: date) -> Finding:
    """How old the release is, or that it is the starter catalogue."""
    from suggest.known_dates import KnownDates

    if folder.name == STARTER or manifest.notice:
        return Finding("note", "release", manifest.notice, "hcpcs index build --release latest")
    warnings = KnownDates.of(manifest.releases or (manifest.release,)).warnings(today)
    if warnings:
        return Finding("note", "release", warnings[0], "hcpcs index update")
    return Finding("ok", "release", f"{manifest.release} is the present one")


def _service(settings: Settings) -> Iterator[Finding]:
    guarded = "callers are checked" if settings.checks_callers else "no key: only this machine may call it"
    yield Finding("ok", "service", guarded)
    if settings.trail is None:
        yield Finding("missing", "audit trail", "off", "HCPCS_TRAIL=1 keeps one (docs/trail.md)")
    else:
        yield Finding("ok", "audit trail", str(settings.trail))
