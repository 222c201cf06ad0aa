"""The list of faults, and the place of each in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

FAULTS = Path(__file__).with_name("faults.toml")
WHOLE_FILE = "<module>"

_CLASS = re.compile(r"(\s*)(?:cdef )?class (\w+)")
# A function, not a variable that is given the result of a call: no `=` stands before its bracket.
_FUNCTION = re.compile(r"(\s*)(?:async def|def|cdef|cpdef)\s[^=(]*?(\w+)\(")


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fault.

    Attributes:
        id: Short name, unique.
        module: Path of the source file from the project's root.
        function: Qualified name of the function that holds it, or `WHOLE_FILE`.
        group: Its subject; for features their group.
        what: The wrong behaviour in one sentence.
        before: Text that occurs in the function exactly once.
        after: Text that replaces it.
        columns: Features whose values change.
    """

    id: str
    module: str
    function: str
    group: str
    what: str
    before: str
    after: str
    columns: tuple[str, ...] = ()


class Exemption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A function that can hold no fault, and why."""

    module: str
    function: str
    why: str


class FaultList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `faults.toml`.

    Attributes:
        fault: The faults.
        exempt: Functions without one.
        tests: For a module, test files that are run first although they do not bear its name.
    """

    fault: tuple[Fault, ...]
    exempt: tuple[Exemption, ...] = ()
    tests: dict[str, tuple[str, ...]] = {}


class AnchorError(Exception):
    """A fault's text does not occur in its function exactly once."""


def read_faults(path: Path = FAULTS) -> FaultList:
    """Read the list of faults."""
    return msgspec.toml.decode(path.read_bytes(), type=FaultList)


def apply(fault: Fault, source: str) -> str:
    """The source of the fault's module, with the fault applied.

    Raises:
        AnchorError: If the function is not there, or `before` does not stand in it exactly once.
    """
    start, stop = _span(fault, source)
    count = source.count(fault.before, start, stop)
    if count != 1:
        raise AnchorError(f"{fault.id}: `before` stands {count} times in {fault.function} of {fault.module}")
    at = source.index(fault.before, start, stop)
    return source[:at] + fault.after + source[at + len(fault.before) :]


def functions(source: str) -> dict[str, tuple[int, int]]:
    """Where each function of a Python or Cython source begins and ends, by qualified name.

    Raises:
        AnchorError: If a name stands there twice.
    """
    spans: dict[str, tuple[int, int]] = {}
    for name, start, stop in _definitions(source):
        if name in spans:
            raise AnchorError(f"the function {name} is defined twice")
        spans[name] = start, stop
    return spans


def _span(fault: Fault, source: str) -> tuple[int, int]:
    if fault.function == WHOLE_FILE:
        return 0, len(source)
    try:
        return functions(source)[fault.function]
    except KeyError:
        raise AnchorError(f"{fault.id}: {fault.module} has no function {fault.function}") from None


def _definitions(source: str) -> Iterator[tuple[str, int, int]]:
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    scopes: list[tuple[int, str]] = []  # indentation and name of what encloses a line
    for number, line in enumerate(lines):
        match = _CLASS.match(line) or _FUNCTION.match(line)
        if match is None:
            continue
        indentation = len(match[1])
        scopes = [scope for scope in scopes if scope[0] < indentation]
        scopes.append((indentation, match[2]))
        if not _CLASS.match(line):
            yield (
                ".".join(name for _, name in scopes),
                starts[number],
                starts[_end(lines, number, indentation)],
            )


def _end(lines: list[str], number: int, indentation: int) -> int:
    """Number of the line after a function that begins on the given line."""
    depth = 0
    end = number
    while end < len(lines):  # to the end of the signature
        depth += lines[end].count("(") - lines[end].count(")")
        end += 1
        if depth == 0:
            break
    while end < len(lines) and (not lines[end].strip() or lines[end][: indentation + 1].isspace()):
        end += 1
    return end
