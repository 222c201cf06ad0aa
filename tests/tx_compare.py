"""Comparison rules of the HL7 terminology ecosystem's tests: array order, `$...$` templates, optional parts.

The rules are those of the suite's readme and of the published runner:
https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/testcases.html
"""

from __future__ import annotations

import re
from typing import Any

DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
TEMPLATES = {
    "$$": r"[\s\S]*",
    "$instant$": DATE + TIME,
    "$date$": f"{DATE}({TIME})?",
    "$uuid$": r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "$id$": r"[A-Za-z0-9.-]{1,64}",
    "$string$": r"\S([\s\S]*\S)?",
    "$url$": r"(https?://|www\.)[-a-zA-Z0-9+&@#/%?=~_|!:.;]*[-a-zA-Z0-9+&@#/%=~_|]",
    "$token$": r"[0-9a-zA-Z_][0-9a-zA-Z_.-]*",
    "$semver$": r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9a-zA-Z.-]+)?(\+[0-9a-zA-Z.-]+)?",
    "$version$": r"4\.0\.1",
}
CONTROL = ("$optional$", "$optional-properties$", "$count-arrays$")
# FHIR gives issues two names for the same path. The templates contradict each other: 150 want `location`, 16
# have `expression` alone, without saying that more is allowed. So a `location` that a template lacks is not
# counted.
TWIN = "location"
MISSPELT = "$optional"  # three templates write this for `$optional-properties$`
MODES = frozenset({"general", "version:4"})


def difference(expected: Any, actual: Any, path: str = "", pattern: bool = False) -> str:
    """The first difference between an expected response and the one given; empty if there is none.

    Args:
        expected: The template.
        actual: The response.
        path: Where both are, for the message.
        pattern: Whether the response may have more than the template, as for capability statements.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        return _objects(expected, actual, path, pattern)
    if isinstance(expected, list) and isinstance(actual, list):
        return _arrays(expected, actual, path, pattern)
    if isinstance(expected, str) and isinstance(actual, str):
        return "" if _matches(expected, actual) else f"{path}: expected {expected!r}, got {actual!r}"
    same = type(expected) is type(actual) or bool not in (type(expected), type(actual))
    return "" if same and expected == actual else f"{path}: expected {expected!r}, got {actual!r}"


def _objects(expected: dict[str, Any], actual: dict[str, Any], path: str, pattern: bool) -> str:
    counted = expected.get("$count-arrays$", [])
    for name, value in actual.items():
        if name in expected:
            if name in counted:
                if len(expected[name]) != len(value):
                    return f"{path}.{name}: expected {len(expected[name])} entries, got {len(value)}"
            elif found := difference(expected[name], value, f"{path}.{name}", pattern):
                return found
        elif not pattern and name != TWIN:
            return f"{path}.{name}: not expected: {value!r}"
    optional = {*CONTROL, MISSPELT, *expected.get(MISSPELT, []), *expected.get("$optional-properties$", [])}
    missing = next((name for name in expected if name not in actual and name not in optional), None)
    return "" if missing is None else f"{path}.{missing}: missing, expected {expected[missing]!r}"


def _arrays(expected: list[Any], actual: list[Any], path: str, pattern: bool) -> str:
    """Every expected entry has its own entry in the answer, but for optional ones, and the reverse."""
    found = [
        [difference(each, one, f"{path}[{row}]", pattern) for one in actual]
        for row, each in enumerate(expected)
    ]
    fits = [[column for column, text in enumerate(row) if not text] for row in found]
    required = [row for row, each in enumerate(expected) if not _optional(each)]
    unmatched = _unmatched(required, fits)
    if unmatched is not None:
        closest = min(found[unmatched], key=_depth, default="the array is shorter")
        return f"{path}: no entry is as expected[{unmatched}] {expected[unmatched]!r}; closest: {closest}"
    if pattern:
        return ""
    reverse = [
        [row for row, columns in enumerate(fits) if column in columns] for column in range(len(actual))
    ]
    extra = _unmatched(list(range(len(actual))), reverse)
    return "" if extra is None else f"{path}: entry {extra} was not expected: {actual[extra]!r}"


def _depth(text: str) -> int:
    """Sorts the difference that lies deepest first: it is of the entry that is most alike."""
    return -text.partition(":")[0].count(".")


def _unmatched(rows: list[int], fits: list[list[int]]) -> int | None:
    """A row without a partner of its own in a bipartite matching (augmenting paths), or None."""
    partner: dict[int, int] = {}

    def augment(row: int, seen: set[int]) -> bool:
        for column in fits[row]:
            if column not in seen:
                seen.add(column)
                if column not in partner or augment(partner[column], seen):
                    partner[column] = row
                    return True
        return False

    return next((row for row in rows if not augment(row, set())), None)


def _optional(expected: Any) -> bool:
    given = expected.get("$optional$", False) if isinstance(expected, dict) else False
    if isinstance(given, bool):
        return given
    if given.startswith("!"):
        return given[1:] not in MODES
    return given.startswith("warning:") or given in MODES


def _matches(expected: str, actual: str) -> bool:
    if not (expected.startswith("$") and expected.endswith("$")):
        return expected == actual
    if expected in TEMPLATES:
        return re.fullmatch(TEMPLATES[expected], actual) is not None
    kind, _, rest = expected[1:-1].partition(":")
    if kind == "choice":
        return actual in rest.split("|")
    if kind == "external":  # without a file of our own messages only the fragments count
        rest = rest.partition(":")[2]
    elif kind != "fragments":
        raise ValueError(f"unknown template {expected}")
    return all(fragment.lower() in actual.lower() for fragment in rest.split("|"))
