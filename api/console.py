"""Output of commands: JSON, tables, colour, wrapping and paging on a terminal, progress bars."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any

import msgspec

MIN_WIDTH, MAX_WIDTH = 40, 120  # of wrapped lines; a wider terminal keeps lines that the eye can follow
PAGER = "less"
LESS = "FRX"  # quit if it fits, pass colours, leave the text on the screen

BOLD, DIM, GREEN, YELLOW, RED, CYAN = "1", "2", "32", "33", "31", "36"


def print_json(value: object) -> None:
    """Print a value as JSON on one line of stdout."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows with the same keys as aligned columns on stdout."""
    titles = list(rows[0])
    lines = [titles, *[[str(row[title]) for title in titles] for row in rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def on_terminal() -> bool:
    """Whether a person reads stdout. A pipe or a file gets plain lines: no colour, wrapping or pager."""
    return isinstance(sys.stdout, _Paged) or sys.stdout.isatty()


def coloured(text: str, style: str) -> str:
    """The text in a style on a terminal that shows colours; `NO_COLOR` (no-color.org) turns them off."""
    if not text or not on_terminal() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{style}m{text}\x1b[0m"


def wrapped(text: str, indent: int, *, first: int | None = None) -> str:
    """The text in lines of the terminal's width, the second and later ones indented; in a pipe one line.

    Args:
        text: One paragraph.
        indent: Blanks before the second and later lines.
        first: Columns that are taken before the text on its first line; `indent` if None.
    """
    if not on_terminal():
        return text
    width = max(MIN_WIDTH, min(MAX_WIDTH, shutil.get_terminal_size().columns))
    lead = " " * (indent if first is None else first)
    filled = textwrap.fill(
        text, width, initial_indent=lead, subsequent_indent=" " * indent, break_on_hyphens=False
    )
    return filled[len(lead) :]


class _Paged(io.StringIO):
    """Output that is kept for a pager, because stdout is a terminal."""


@contextmanager
def paged(*, when: bool = True) -> Iterator[None]:
    """Show what is printed inside through `PAGER` (else less) if it is longer than the terminal.

    Args:
        when: False prints at once, as into a pipe.
    """
    if not when or not sys.stdout.isatty():
        yield
        return
    kept = _Paged()
    try:
        with redirect_stdout(kept):
            yield
    finally:
        _show(kept.getvalue())


def _show(text: str) -> None:
    """Write to the terminal, through the pager if the text does not fit and there is one."""
    pager = os.environ.get("PAGER", PAGER)
    fits = text.count("\n") < shutil.get_terminal_size().lines
    if fits or not pager or shutil.which(pager.split()[0]) is None:
        sys.stdout.write(text)
        return
    environ = {**os.environ, "LESS": os.environ.get("LESS", LESS)}
    subprocess.run(pager.split(), input=text.encode(), env=environ, check=False)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr. It appears after two seconds, and only on a terminal.

    Yields:
        A function to call with the number done and the total.
    """
    from tqdm import tqdm

    with tqdm(desc=title, delay=2, disable=not sys.stderr.isatty(), leave=False) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
