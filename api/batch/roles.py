"""Columns that a batch recognises and does not use: so that nobody believes that they decided an answer."""

from __future__ import annotations

from collections.abc import Sequence

from api.batch.column_names import MODIFIERS, NDC, UNITS
from index.column_names import bare

_ROLES = (("quantity", UNITS), ("modifiers", MODIFIERS), ("NDC", NDC))


def unused_columns(columns: Sequence[str], used: Sequence[str | None]) -> str:
    """A sentence that names the columns of quantities, modifiers and NDCs; empty where there are none.

    Args:
        columns: Names of all columns.
        used: Those of texts and dates.
    """
    found = [
        f"{role} ({', '.join(names)})"
        for role, usual in _ROLES
        if (names := [name for name in columns if name not in used and bare(name) in usual])
    ]
    if not found:
        return ""
    return (
        f"columns of {', '.join(found)} are kept and do not change the answers, which come from the text;"
        " `hcpcs claim` and `hcpcs audit` use amounts and modifiers"
    )
