"""The bytes of an index folder: each file is read once, and its digest checked on those bytes."""

from __future__ import annotations

import fnmatch
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from index.errors import ArtifactError
from index.files import opened_folder, read_file, standing
from index.sealed import seal
from index.store.manifest import MANIFEST, Manifest, manifest_of

ATTEMPTS = 20
"""How often a folder that is replaced while it is read is read anew."""


class Contents(NamedTuple):
    """Files of one index folder.

    Attributes:
        folder: Where they were read; for messages.
        manifest: What the index was made from.
        files: Name -> bytes, without the manifest.
    """

    folder: Path
    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def sealed(self) -> bytes:
        """The bytes of the manifest, digest included."""
        return seal(self.manifest)

    def path(self, name: str) -> Path:
        """The place of a file, for messages."""
        return self.folder / name

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            ArtifactError: If the folder has no such file.
        """
        try:
            return self.files[name]
        except KeyError:
            raise ArtifactError(f"{self.path(name)} is missing; build the index again") from None

    def text(self, name: str) -> str:
        """A file decoded as UTF-8.

        Raises:
            ArtifactError: If the folder has no such file, or it is not UTF-8.
        """
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise ArtifactError(
                f"{self.path(name)} cannot be read ({error}); build the index again"
            ) from error


def read_contents(folder: Path, only: Sequence[str] = (), optional: Sequence[str] = ()) -> Contents:
    """Read the files of an index folder, all or those named, and check each.

    Files in `optional`, names or patterns, are read beside those named where the manifest lists them.

    All are files of the same folder, even if another one takes its place meanwhile.

    Raises:
        ArtifactError: Names the first file that is missing, changed, no regular file or not in the manifest.
    """
    for _ in range(ATTEMPTS):
        found = standing(folder)
        try:
            with opened_folder(found) as descriptor:
                try:
                    manifest = manifest_of(found, descriptor)
                    listed = [name for one in optional for name in fnmatch.filter(manifest.files, one)]
                    names = [*only, *listed] or _known_names(found, descriptor, manifest)
                    files = {name: _checked(found, descriptor, name, manifest) for name in names}
                    return Contents(folder, manifest, files)
                except ArtifactError:
                    if not _replaced(found, descriptor):
                        raise
        except (FileNotFoundError, NotADirectoryError):
            raise ArtifactError(f"{folder} is not an index folder: it holds no {MANIFEST}") from None
        except OSError as error:
            raise ArtifactError(f"{folder} cannot be read ({error}); build the index again") from error
    raise ArtifactError(f"{folder} was replaced {ATTEMPTS} times while it was read; try again")


def verify(folder: Path, only: Sequence[str] = ()) -> Manifest:
    """Check the digests of a folder's files, all of them or those named.

    Raises:
        ArtifactError: As `read_contents`.
    """
    return read_contents(folder, only).manifest


def digests(folder: Path) -> dict[str, str]:
    """Digest of every file of a folder except its manifest."""
    names = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)
    return {name: hashlib.sha256(read_file(folder / name)).hexdigest() for name in names}


def _known_names(folder: Path, descriptor: int | None, manifest: Manifest) -> Iterable[str]:
    """The names in the manifest, once nothing else lies in the folder."""
    held = os.listdir(folder if descriptor is None else descriptor)  # noqa: PTH208 - paths have no descriptors
    unknown = sorted(set(held) - set(manifest.files) - {MANIFEST})
    if unknown:
        raise ArtifactError(f"{folder / unknown[0]} is not in the manifest; build the index again")
    return sorted(manifest.files)


def _checked(folder: Path, descriptor: int | None, name: str, manifest: Manifest) -> bytes:
    path = folder / name
    try:
        data = read_file(path, folder=descriptor)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing; build the index again") from None
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error
    if hashlib.sha256(data).hexdigest() != manifest.files.get(name):
        raise ArtifactError(
            f"{path} is damaged: its checksum differs from the manifest; build the index again"
        )
    return data


def _replaced(folder: Path, descriptor: int | None) -> bool:
    """Whether another folder took the place of the one that was opened."""
    try:
        now = folder.stat()
    except OSError:
        return True
    if descriptor is None:
        return False
    then = os.fstat(descriptor)
    return (now.st_dev, now.st_ino) != (then.st_dev, then.st_ino)
