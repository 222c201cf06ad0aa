"""A safetensors file of arrays whose numbers have names: other names, shapes or dtypes are refused.

The names (which attribute a bit is, which dimension a number is) stand in the file's own metadata, beside the
numbers that they explain and under the same checksum; the manifest, which every release answer repeats, stays
short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from index.errors import ArtifactError
from index.store.contents import Contents


class _Head(msgspec.Struct):
    metadata: dict[str, str] = msgspec.field(name="__metadata__", default_factory=dict)


Names = Mapping[str, Sequence[str]]
_KEY = "names"  # one key, since safetensors writes several in any order and files are compared by digest


def save_named(arrays: dict[str, npt.NDArray[Any]], names: Names, path: Path) -> None:
    """Write arrays and names; equal input makes equal bytes."""
    save_file(arrays, path, {_KEY: msgspec.json.encode(names).decode()})


def load_named(
    contents: Contents, name: str, dtype: np.dtype[Any], names: Names
) -> dict[str, npt.NDArray[Any]]:
    """Read what `save_named` wrote.

    Args:
        contents: The files of the folder.
        name: Which of them.
        dtype: A structured dtype: for each field, an array of that name, its rows of that dtype and shape.
        names: The names that this version gives to the numbers.

    Raises:
        ArtifactError: If the file is damaged or its names, arrays, shapes or dtypes are others.
    """
    arrays, path = read_arrays(contents, name), contents.path(name)
    _check_names(path, _held_names(contents.read(name), path), names)
    _check_arrays(path, arrays, dtype)
    return arrays


def read_arrays(contents: Contents, name: str, expected: Sequence[str] = ()) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a safetensors file; they share no memory with it.

    Args:
        contents: The files of the folder.
        name: Which of them.
        expected: Names of arrays that it must hold.

    Raises:
        ArtifactError: If the file is missing or damaged, or lacks an array.
    """
    data, path = contents.read(name), contents.path(name)
    try:
        arrays: dict[str, npt.NDArray[Any]] = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error
    missing = sorted(set(expected) - arrays.keys())
    if missing:
        raise ArtifactError(f"{path} holds no array {missing[0]}; build the index again")
    return arrays


def _held_names(data: bytes, path: Path) -> dict[str, list[str]]:
    """The names in the head of a safetensors file: its length in eight bytes, then JSON."""
    size = int.from_bytes(data[:8], "little")
    try:
        metadata = msgspec.json.decode(data[8 : 8 + size], type=_Head).metadata
        return msgspec.json.decode(metadata.get(_KEY, "{}"), type=dict[str, list[str]])
    except msgspec.DecodeError as error:
        raise ArtifactError(f"{path} cannot be read ({error}); build the index again") from error


def _check_names(path: Path, held: Names, expected: Names) -> None:
    for kind, ours in expected.items():
        pairs = enumerate(zip_longest(held.get(kind, ()), ours, fillvalue="nothing"))
        for number, (theirs, our) in pairs:
            if theirs != our:
                raise ArtifactError(
                    f"{path} was made with other {kind}: number {number} is {theirs!r} there and {our!r} in "
                    "this version of hcpcs; build the index again"
                )


def _check_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]], dtype: np.dtype[Any]) -> None:
    fields = list(dtype.names or ())
    rows = next(iter(arrays[fields[0]].shape), 0) if fields[0] in arrays else 0
    expected = {name: f"{dtype[name].base} {(rows, *dtype[name].shape)}" for name in fields}
    held = {name: f"{array.dtype} {array.shape}" for name, array in arrays.items()}
    for name in sorted(expected.keys() | held.keys()):
        ours, theirs = expected.get(name, "no such array"), held.get(name, "no such array")
        if ours != theirs:
            raise ArtifactError(
                f"{path}, array {name}: expected {ours}, found {theirs}; build the index again"
            )
