"""Where every row of a case file went: measured, or left out for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

NO_TEXT = "no text"
NO_LABEL = "no code given"
BAD_DATE = "a date that cannot be read"
UNREADABLE_ROW = "a row that cannot be read"
NO_ACTIVE_CODE = "no code that is active on its date"


class RowAccount(msgspec.Struct, frozen=True):
    """The rows of one case file; `read` is always `measured` and the sum of `left_out`.

    Attributes:
        set: Name of the case set.
        file: Name of its file.
        read: Rows that hold any text; blank ones are no rows.
        measured: Cases that were asked.
        left_out: Reason to number of rows.
    """

    set: str
    file: str
    read: int
    measured: int
    left_out: dict[str, int] = {}

    def __str__(self) -> str:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.left_out.items())
        lost = f"{sum(self.left_out.values()):,} left out ({reasons})" if reasons else "0 left out"
        return f"{self.file}: {self.read:,} rows read = {self.measured:,} measured + {lost}"


def count_rows(set_name: str, file: str, measured: int, reasons: Iterable[str]) -> RowAccount:
    """Make the account of a file from the number of its cases and the reason of each row left out."""
    left_out = dict(Counter(reasons).most_common())
    return RowAccount(set_name, file, measured + sum(left_out.values()), measured, left_out)


def without_dropped(accounts: Sequence[RowAccount], sets_measured: Iterable[str]) -> tuple[RowAccount, ...]:
    """Move the cases that the release check dropped to the rows left out.

    Args:
        accounts: As read.
        sets_measured: The set of each case that is measured.
    """
    kept = Counter(sets_measured)
    moved = []
    for account in accounts:
        dropped = account.measured - kept[account.set]
        left_out = account.left_out | ({NO_ACTIVE_CODE: dropped} if dropped else {})
        moved.append(msgspec.structs.replace(account, measured=kept[account.set], left_out=left_out))
    return tuple(moved)
