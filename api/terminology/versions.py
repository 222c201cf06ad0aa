"""Versions: which one a pattern such as `1.x` names, and which is the latest."""

from __future__ import annotations

import re
from collections.abc import Iterable


def order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key: numbers as numbers, so that 1.10 comes after 1.9."""
    parts = re.split(r"[.\-+]", version)
    return tuple(
        (1, int(part), "") if part.isdecimal() and len(part) < 19 else (0, 0, part) for part in parts
    )


def is_pattern(version: str) -> bool:
    """Whether a version has a wildcard."""
    return any(part in ("x", "X", "*") for part in version.split("."))


def fits(version: str, pattern: str) -> bool:
    """Whether a version fits a pattern; `x` stands for one part, a last one for all that follow."""
    if not is_pattern(pattern):
        return version == pattern
    wanted, given = pattern.split("."), version.split(".")
    if len(given) < len(wanted):
        return False
    same = all(want in ("x", "X", "*") or want == have for want, have in zip(wanted, given, strict=False))
    return same and (len(given) == len(wanted) or wanted[-1] in ("x", "X", "*"))


def latest(versions: Iterable[str], pattern: str = "") -> str | None:
    """The highest version that fits a pattern; None if none does."""
    fitting = [version for version in versions if not pattern or fits(version, pattern)]
    return max(fitting, key=order, default=None)


def split(canonical: str) -> tuple[str, str]:
    """Address and version of a canonical; the version is empty if there is none."""
    url, _, version = canonical.partition("|")
    return url, version
