"""JSON files that hold their own digest, so that every change of a byte is seen."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TypeVar

import msgspec

from index.errors import ArtifactError

T = TypeVar("T")
UNSEALED = "0" * 64
"""The digest while it is computed: it is taken over the file with zeros in its place."""

_SEAL = re.compile(rb'"sha256": "([0-9a-f]{64})"\n}\n\Z')


def seal(value: msgspec.Struct) -> bytes:
    """A struct as indented JSON; its last field `sha256` becomes the digest of the whole."""
    bare = msgspec.structs.replace(value, sha256=UNSEALED)
    data = msgspec.json.format(msgspec.json.encode(bare), indent=2) + b"\n"
    return _with(data, _digest(data).encode())


def is_sealed(data: bytes) -> bool:
    """Whether a digest stands at the end, be it the right one or not."""
    return _SEAL.search(data) is not None


def unseal(data: bytes, kind: type[T], path: Path, advice: str) -> T:
    """The struct that was sealed.

    Args:
        data: Content of the file.
        kind: The struct.
        path: The file, for the error.
        advice: What to do when it is damaged, for the error.

    Raises:
        ArtifactError: If any byte was changed.
    """
    found = _SEAL.search(data)
    if found is None or _digest(_with(data, UNSEALED.encode())).encode() != found[1]:
        raise ArtifactError(f"{path} is damaged: its content differs from the checksum at its end; {advice}")
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise ArtifactError(f"{path} cannot be read ({error}); {advice}") from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _with(data: bytes, digest: bytes) -> bytes:
    """The file with another digest in the place of its own."""
    found = _SEAL.search(data)
    if found is None:
        raise ValueError("the last field must be `sha256`")
    return data[: found.start(1)] + digest + data[found.end(1) :]
