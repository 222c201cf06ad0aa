"""`hcpcs suggest`: ranked codes for a text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from api.console import print_json
from api.loading import open_suggester
from api.settings import Settings
from suggest.answer import Answer, Filters

HELP = "Ranked codes for a text, with confidence and reason."
EXAMPLE = 'hcpcs suggest "bipap without backup rate" -k 5 --on 2026-01-15'
BATCH = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `hcpcs suggest`."""
    parser.add_argument(
        "texts", nargs="+", metavar="TEXT", help="a description; - reads one a line from stdin"
    )
    parser.add_argument("-k", type=int, default=10, help="codes per text, 1 to 100 (default 10)")
    parser.add_argument(
        "--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="date of service (default today)"
    )
    parser.add_argument("--level", type=int, choices=(1, 2), help="only CPT (1) or only HCPCS Level II (2)")
    parser.add_argument(
        "--section", action="append", default=[], metavar="A", help="only codes of this letter"
    )
    parser.add_argument("--include-terminated", action="store_true", help="also codes that have ended")
    parser.add_argument("--index", type=Path, metavar="DIR", help="an index folder instead of the active one")
    parser.add_argument("--json", action="store_true", help="one Answer object a line")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print one answer per text, in order."""
    suggester = open_suggester(arguments.index, settings)
    filters = Filters(
        level=arguments.level,
        sections=tuple(section.upper() for section in arguments.section),
        include_terminated=arguments.include_terminated,
    )
    texts = _stdin() if arguments.texts == ["-"] else iter(arguments.texts)
    for some in _batches(texts):
        for answer in suggester.suggest(some, arguments.k, arguments.on, filters):
            print_json(answer) if arguments.json else print_answer(answer)
    return 0


def _stdin() -> Iterator[str]:
    # Bytes that are not UTF-8 come from old systems that write cp1252, which decodes (nearly) anything.
    for line in sys.stdin.buffer:
        try:
            yield line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            yield line.decode("cp1252", errors="replace").rstrip("\r\n")


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        # A terminal wants each answer at once; a pipe wants speed.
        if len(batch) == BATCH or sys.stdin.isatty():
            yield batch
            batch = []
    if batch:
        yield batch


def print_answer(answer: Answer) -> None:
    """An answer as lines for a person."""
    out = sys.stdout
    out.write(f"{answer.text}\n" if len(answer.text) <= 200 else f"{answer.text[:200]}...\n")
    if answer.notice:
        out.write(f"  [{answer.notice}]\n")
    if answer.error:
        out.write(f"  error: {answer.error}\n")
    for correction in answer.did_you_mean:
        out.write(f"  read {correction.typed} as {correction.read_as}\n")
    if answer.no_good_match and not answer.error:
        out.write("  no good match; try the item's plain name, its generic name, or its size and unit\n")
    for found in answer.suggestions:
        state = "" if found.status == "active" else f" ({found.status}{_successor(found.successors)})"
        out.write(f"  {found.rank:>2}. {found.code}  {found.confidence:>4.0%}  {found.description}{state}\n")
        out.write(f"                   {found.why.summary}\n")
    out.write("\n")


def _successor(codes: tuple[str, ...]) -> str:
    return f", see {', '.join(codes)}" if codes else ""
