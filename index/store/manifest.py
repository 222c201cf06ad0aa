"""The manifest of an index folder: what it was made from, and the digest of every file in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from index.digest import file_sha256
from index.errors import ArtifactError

FORMAT = 7
"""Version of the folder's layout. Raise it when files, arrays or fields change."""

MANIFEST = "manifest.json"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an index folder was made from, and the digest of every file in it.

    Attributes:
        format: Version of the folder's layout.
        release: Name of the release, for example "2026-01".
        source: File name of the release.
        source_sha256: Digest of that file as given.
        encoder: Name for `load_encoder`.
        encoder_sha256: Digest of its weights.
        dim: Length of a vector.
        scale: Factor by which a vector's component is multiplied before it is stored as int8.
        template: `index.store.texts.TEMPLATE`: which texts each code has.
        normal_form: `index.text.words.NORMAL_FORM`: how texts are normalised and cut into words.
        counts: Codes, terminated, modifiers, texts, names, lexicon entries, rows left out.
        built_at: UTC.
        notice: Shown with every answer; empty for an official release.
        brands: File name -> sha256 of each list of names.
        files: Path inside the folder -> sha256.
        cpt: File name -> sha256 of each file that CPT codes came from.
    """

    format: int
    release: str
    source: str
    source_sha256: str
    encoder: str
    encoder_sha256: str
    dim: int
    scale: float
    template: str
    normal_form: int
    counts: dict[str, int]
    built_at: datetime
    notice: str
    brands: dict[str, str]
    files: dict[str, str]
    cpt: dict[str, str] = {}


class _Version(msgspec.Struct, frozen=True):
    format: int


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index folder.

    Raises:
        ArtifactError: If it is missing, unreadable, or of another format version.
    """
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
        # Another format has other fields, so the version is decoded first and alone.
        version = msgspec.json.decode(data, type=_Version).format
        if version != FORMAT:
            raise ArtifactError(
                f"{folder} has format {version}, this version of hcpcs reads {FORMAT}; build the index again"
            )
        return msgspec.json.decode(data, type=Manifest)
    except FileNotFoundError as error:
        raise ArtifactError(f"{folder} is not an index folder: it holds no {MANIFEST}") from error
    except (OSError, msgspec.DecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error


def verify(folder: Path, only: Sequence[str] = ()) -> Manifest:
    """Check the digests of a folder's files, all of them or those named.

    Raises:
        ArtifactError: Names the first file that is missing, changed or not in the manifest.
    """
    manifest = read_manifest(folder)
    unknown = sorted(set(_files(folder)) - set(manifest.files))
    if unknown and not only:
        raise ArtifactError(f"{folder / unknown[0]} is not in the manifest; build the index again")
    for name in only or sorted(manifest.files):
        path = folder / name
        if not path.is_file():
            raise ArtifactError(f"{path} is missing; build the index again")
        if file_sha256(path) != manifest.files[name]:
            raise ArtifactError(
                f"{path} is damaged: its checksum differs from the manifest; build the index again"
            )
    return manifest


def digests(folder: Path) -> dict[str, str]:
    """Digest of every file of a folder except its manifest."""
    return {name: file_sha256(folder / name) for name in _files(folder)}


def _files(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(name for path in paths if (name := path.relative_to(folder).as_posix()) != MANIFEST)
