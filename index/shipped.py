"""The data files that the project ships: weights, lexicon and starter catalogue, each checked as it is read.

Their digests are in `index/shipped.json`, which holds its own. After a change of one of these files
`python -m index.shipped` writes it anew; `hcpcs train` does so itself.
"""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from pathlib import Path

import msgspec

from index.errors import ArtifactError
from index.files import read_file, write_file
from index.sealed import UNSEALED, seal, unseal

ROOT = Path(__file__).parents[1]
DIGESTS = "index/shipped.json"
FOLDERS = {
    "index/starter": (".tsv",),
    "index/text/lexicon": (".tsv",),
    "index/weights/encoder": (".json", ".safetensors"),
    "suggest/weights": (".json", ".safetensors", ".txt"),
}
"""Folders whose files of these endings ship."""

MAX_BYTES = 2**20  # of the file of digests; it has some kilobytes
ADVICE = "reinstall the project"


class Shipped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `index/shipped.json`.

    Attributes:
        files: Path from the project's root -> sha256.
        sha256: Digest of the file itself; see `index.sealed`.
    """

    files: dict[str, str]
    sha256: str = UNSEALED


def read_shipped(path: Path) -> bytes:
    """The bytes of a data file, checked if it is one that ships; any other file is read as it is.

    Raises:
        ArtifactError: If it is missing, or ships and is not what was shipped.
        OSError: If it cannot be read.
    """
    try:
        data = read_file(path)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing; {ADVICE}") from None
    folder, name = _places(path)
    if path.suffix not in FOLDERS.get(folder, ()):
        return data
    stated = _shipped(ROOT).files.get(name)
    if stated is None:
        raise ArtifactError(
            f"{path} is no file that ships with hcpcs; remove it, or run `python -m index.shipped`"
        )
    if hashlib.sha256(data).hexdigest() != stated:
        raise ArtifactError(f"{path} is damaged: its checksum differs from {ROOT / DIGESTS}; {ADVICE}")
    return data


@lru_cache(1)
def read_once(path: Path) -> bytes:
    """`read_shipped` of a file that is needed again, when another version may lie there."""
    return read_shipped(path)


def files_of(folder: Path, suffix: str) -> list[Path]:
    """The files of a folder with an ending, ascending; of a folder that ships, those too that are missing."""
    place = _places(folder / "any")[0]
    listed = _shipped(ROOT).files if place in FOLDERS else {}
    names = {name.rpartition("/")[2] for name in listed if name.rpartition("/")[0] == place}
    found = {path.name for path in folder.glob(f"*{suffix}")}
    return [folder / name for name in sorted(found | {name for name in names if name.endswith(suffix)})]


def weights() -> dict[str, str]:
    """Path -> sha256 of every file of weights that ships.

    Raises:
        ArtifactError: If the file of digests is missing or damaged.
    """
    return {name: sha256 for name, sha256 in _shipped(ROOT).files.items() if "/weights/" in name}


def write_digests(root: Path) -> Path:
    """Write the digests of the data files under a project's root; returns the path of the file."""
    files = {
        path.relative_to(root).as_posix(): hashlib.sha256(read_file(path)).hexdigest()
        for folder, suffixes in FOLDERS.items()
        for path in (root / folder).glob("*")
        if path.suffix in suffixes
    }
    write_file(root / DIGESTS, seal(Shipped(dict(sorted(files.items())))))
    _shipped.cache_clear()
    return root / DIGESTS


def _places(path: Path) -> tuple[str, str]:
    """The folder and the name of a file as paths from the project's root; empty if it is not below it."""
    whole = path.absolute()
    if not whole.is_relative_to(ROOT):
        return "", ""
    inside = whole.relative_to(ROOT)
    return inside.parent.as_posix(), inside.as_posix()


@lru_cache(1)
def _shipped(root: Path) -> Shipped:
    path = root / DIGESTS
    try:
        data = read_file(path, limit=MAX_BYTES)
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read ({error.strerror}); {ADVICE}") from error
    return unseal(data, Shipped, path, ADVICE)


if __name__ == "__main__":
    sys.stdout.write(f"{write_digests(ROOT)}\n")
