"""Printing for people and for programs: tables, JSON, progress bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec


def print_json(value: object) -> None:
    """One JSON value on one line of standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the same keys as aligned columns."""
    titles = list(rows[0])
    cells = [titles, *[[str(row[title]) for title in titles] for row in rows]]
    widths = [max(len(line[i]) for line in cells) for i in range(len(titles))]
    for line in cells:
        sys.stdout.write(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        )


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that appears after two seconds, and never when that is not a terminal.

    Yields:
        A function to call with how many are done and how many there are.
    """
    from tqdm import tqdm

    with tqdm(desc=what, delay=2, disable=not sys.stderr.isatty(), leave=False) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
