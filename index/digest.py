"""Digests of files and of this project's own source code."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "suggest", "eval", "api")
SUFFIXES = (".py", ".pyx", ".pxd")

_MODULE = rf"((?:{'|'.join(PACKAGES)})(?:\.\w+)*)"
_IMPORT = re.compile(
    rf"^[ \t]*(?:from|c?import)[ \t]+{_MODULE}(?:[ \t]+c?import\b|[ \t,;#]|\r?$)".encode(), re.MULTILINE
)


def file_sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def source_digest(*names: str) -> str:
    """Hex digest of the source code that some modules run: theirs and that of every module they import.

    Keys what was computed before (build caches, training stages, evaluation runs), so that changed code never
    takes the results of other code for its own. An index folder is not compared by it; see
    `index.store.manifest`.

    Args:
        names: Modules or packages of this project, such as "index.encoder"; a package stands for all its
            modules.

    Raises:
        ValueError: If a name has no source, for example after the module was renamed.
    """
    digest = hashlib.sha256()
    for path, data in _read(*names):
        digest.update(f"{path} {hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


def sources(*names: str) -> list[Path]:
    """The files that `source_digest` covers: `.py`, `.pyx` and `.pxd`, ascending by path."""
    return [ROOT / path for path, _ in _read(*names)]


def _read(*names: str) -> list[tuple[str, bytes]]:
    """Path from the root, and content, of each of these files."""
    covered: dict[Path, bytes] = {}
    met = set(names)
    pending = [path for name in met for path in _files(name)]
    while pending:
        path = pending.pop()
        if path not in covered:
            covered[path] = path.read_bytes()
            new = {match[1].decode() for match in _IMPORT.finditer(covered[path])} - met
            met |= new
            pending += [file for name in new for file in _files(name)]
    return sorted((path.relative_to(ROOT).as_posix(), data) for path, data in covered.items())


def _files(name: str) -> list[Path]:
    """Sources of a module, or of every module of a package."""
    base = ROOT.joinpath(*name.split("."))
    if (base / "__init__.py").is_file():
        files = [path for path in base.rglob("*") if path.suffix in SUFFIXES]
    else:
        files = [path for suffix in SUFFIXES if (path := base.with_suffix(suffix)).is_file()]
    if not files:
        raise ValueError(f"{name} has no source in {ROOT}")
    return files
