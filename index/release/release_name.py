"""The name of a release, such as `2026-01`, from the names of CMS's files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = {"jan": "01", "apr": "04", "jul": "07", "oct": "10"}
_MONTH = r"(jan|apr|jul|oct)[a-z]*"
_SEP = r"[-_ ]*"
_YEAR = r"(20\d{2})"

_PATTERNS = (
    re.compile(rf"hcpc{_YEAR}{_SEP}{_MONTH}", re.IGNORECASE),  # HCPC2026_JAN_ANWEB_01122026.txt
    re.compile(rf"\b{_MONTH}[-_ ]{_YEAR}\b", re.IGNORECASE),  # january-2026-alpha-numeric-hcpcs-file.zip
    re.compile(rf"{_YEAR}[-_ ].*?[-_ ]{_MONTH}\b", re.IGNORECASE),  # 2025-hcpcs-alpha-numeric-file-july.zip
)
_FOLDER = re.compile(rf"\b{_YEAR}-(0[1-9]|1[0-2])\b")
_QUARTER = re.compile(rf"{_YEAR}q([1-4])", re.IGNORECASE)
_ANNUAL = re.compile(r"hcpc(20)?(\d{2})_(?:contr|anweb)|(20)(\d{2})-alpha-numeric-hcpcs", re.IGNORECASE)


def name_from(text: str) -> str:
    """The release that a file or folder name refers to, or an empty string.

    A name with a year but no month is the annual release of January.
    """
    for pattern in _PATTERNS:
        if match := pattern.search(text):
            first, second = match.groups()
            year, month = (first, second) if first.isdigit() else (second, first)
            return f"{year}-{_MONTHS[month.lower()]}"
    if match := _FOLDER.search(text):
        return f"{match[1]}-{match[2]}"
    if match := _QUARTER.search(text):
        return f"{match[1]}-{3 * int(match[2]) - 2:02}"
    if match := _ANNUAL.search(text):
        return f"20{match[2] or match[4]}-01"
    return ""


def release_name(texts: Iterable[str], days: Iterable[date | None], stem: str) -> str:
    """The release's name from the first text that contains one, else from the days on which codes were added.

    Args:
        texts: Names of the member read, of the file and of the folder, the most specific first.
        days: First day of each code; the quarter of the latest one names the release.
        stem: The file's name, used when nothing else names the release.
    """
    for text in texts:
        if name := name_from(text):
            return name
    latest = max((day for day in days if day), default=None)
    if latest is not None:
        return f"{latest.year}-{3 * ((latest.month - 1) // 3) + 1:02}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.") or "release"
