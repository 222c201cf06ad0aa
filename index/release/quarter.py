"""Quarters, in which HCPCS changes, and the names of CMS's files for each."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

MONTHS = {1: "january", 4: "april", 7: "july", 10: "october"}


class Quarter(NamedTuple):
    """A quarter by its first month: 1, 4, 7 or 10. Releases take effect on its first day."""

    year: int
    month: int

    @classmethod
    def on(cls, day: date) -> Quarter:
        """The quarter in effect on a day."""
        return cls(day.year, 3 * ((day.month - 1) // 3) + 1)

    @property
    def name(self) -> str:
        """The release's name, such as `2026-01`."""
        return f"{self.year}-{self.month:02}"

    @property
    def starts(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    def before(self) -> Quarter:
        """The quarter before this one."""
        return Quarter(self.year - 1, 10) if self.month == 1 else Quarter(self.year, self.month - 3)

    def after(self) -> Quarter:
        """The quarter after this one."""
        return Quarter(self.year + 1, 1) if self.month == 10 else Quarter(self.year, self.month + 3)

    def files(self) -> tuple[str, ...]:
        """Names that CMS has used for the zip of a quarter, the present pattern first.

        A name with only a year has been used for January alone, as far as is known.
        """
        month = MONTHS[self.month]
        names = (
            f"{month}-{self.year}-alpha-numeric-hcpcs-file.zip",
            f"{self.year}-hcpcs-alpha-numeric-file-{month}.zip",
        )
        return (*names, f"{self.year}-alpha-numeric-hcpcs-file.zip") if self.month == 1 else names
