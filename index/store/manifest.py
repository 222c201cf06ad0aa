"""The manifest of an index folder: what it was made from, the digest of every file in it, and its own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from index.errors import ArtifactError, OtherVersionError
from index.files import read_file, standing
from index.sealed import UNSEALED, is_sealed, unseal

FORMAT = 8
"""Version of the folder's layout. Raise it when files, arrays or fields change."""

FIRST_SEALED = 8
"""The first format whose manifest holds its own digest."""

MANIFEST = "manifest.json"
MAX_BYTES = 16 * 2**20  # of a manifest; real ones have some kilobytes


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
        cpt: File name -> sha256 of each file that CPT codes came from.
        files: Name of each other file of the folder -> sha256.
        releases: Names of the releases of a history, oldest first; empty for one release.
        sha256: Digest of the manifest itself (`index.sealed`), which thereby names the index.
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
    releases: tuple[str, ...] = ()
    sha256: str = UNSEALED


class _Version(msgspec.Struct, frozen=True):
    format: int


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index folder, whose other files are not looked at.

    Raises:
        ArtifactError: If it is missing or damaged.
        OtherVersionError: If it is of another format version.
    """
    return manifest_of(standing(folder), None)


def manifest_of(folder: Path, descriptor: int | None) -> Manifest:
    """The same for a folder that is open, if `descriptor` is its descriptor.

    Raises:
        ArtifactError: As `read_manifest`.
    """
    path = folder / MANIFEST
    try:
        data = read_file(path, folder=descriptor, limit=MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ArtifactError(f"{folder} is not an index folder: it holds no {MANIFEST}") from error
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error
    _check_format(data, folder)
    manifest = unseal(data, Manifest, path, "build the index again")
    if manifest.format != FORMAT:
        raise OtherVersionError(_other_format(folder, manifest.format))
    return manifest


def _check_format(data: bytes, folder: Path) -> None:
    """Refuse an earlier format, which has other fields and no digest of its own."""
    if is_sealed(data):
        return
    try:
        version = msgspec.json.decode(data, type=_Version).format
    except msgspec.DecodeError:
        return
    if version < FIRST_SEALED:
        raise OtherVersionError(_other_format(folder, version))


def _other_format(folder: Path, version: int) -> str:
    return f"{folder} has format {version}, this version of hcpcs reads {FORMAT}; build the index again"
