"""Column names of files given by users: how they are compared, and as far as they may be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

# At most four words of letters, digits and signs that names have, beginning with a letter.
_NAME = re.compile(r"[^\W\d][\w.#()/-]{0,31}(?:[ _][\w.#()/-]{1,24}){0,3}")


SHOWN = 30  # names of a file; it may have thousands


def bare(name: str) -> str:
    """A name in lower-case letters and digits: names drift in blanks, breaks and signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def describe_columns(columns: Sequence[str]) -> str:
    """The names of columns in words, unless they do not look like names.

    A file without a header has texts in its first line, which may be about a patient.
    """
    if not columns:
        return "there are none"
    if all(_NAME.fullmatch(column) for column in columns):
        more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
        return f"there are: {', '.join(columns[:SHOWN])}{more}"
    return f"the first line must name the {len(columns)} columns, and does not look so"
