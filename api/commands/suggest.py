"""`hcpcs suggest`: ranked codes for a text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from api.arguments import sections
from api.console import CYAN, DIM, GREEN, RED, YELLOW, coloured, print_json, wrapped
from api.dates import date_argument
from api.loading import open_suggester
from api.settings import Settings
from index.code_systems import LEVEL_I
from suggest.answer import Answer, Filters, Suggestion
from suggest.looks import short_sentence

HELP = "Ranked codes for a text, with confidence and reason."
EXAMPLE = 'hcpcs suggest "bipap without backup rate" -k 5 --on 2026-01-15'
BATCH_TEXTS = 64  # from a pipe, that many texts are answered together
MAX_SHOWN_CHARACTERS = 200  # of a text, above its codes
DESCRIPTION_COLUMN = 19  # where descriptions and reasons begin
LIKELY, POSSIBLE = 0.6, 0.3  # confidences in green and yellow; the page has the same bounds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "texts", nargs="+", metavar="TEXT", help="description; - reads one for each line of stdin"
    )
    parser.add_argument("-k", type=int, default=10, help="codes for each text, 1 to 100 (default: 10)")
    parser.add_argument("--on", type=date_argument, metavar="DATE", help="date of service (default: today)")
    parser.add_argument("--level", type=int, choices=(1, 2), help="only CPT (1) or only HCPCS Level II (2)")
    parser.add_argument(
        "--section",
        type=sections,
        action="extend",
        default=[],
        metavar="E,K",
        help="only codes that begin with these letters, or CPT; may be repeated",
    )
    parser.add_argument("--include-terminated", action="store_true", help="also codes that have ended")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each text")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print one answer for each text, in order."""
    suggester = open_suggester(arguments.index, settings)
    filters = Filters(
        level=arguments.level,
        sections=tuple(arguments.section),
        include_terminated=arguments.include_terminated,
    )
    texts = lines_of_stdin() if arguments.texts == ["-"] else iter(arguments.texts)
    for batch in _batches(texts):
        for answer in suggester.suggest(batch, arguments.k, arguments.on, filters):
            print_json(answer) if arguments.json else print_answer(answer)
    return 0


def lines_of_stdin() -> Iterator[str]:
    """Lines of stdin: UTF-8, else cp1252, which older systems write."""
    for line in sys.stdin.buffer:
        try:
            yield line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            yield line.decode("cp1252", errors="replace").rstrip("\r\n")


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Batches of texts: one by one from a terminal, so that each answer comes at once; larger from a pipe."""
    size = 1 if sys.stdin.isatty() else BATCH_TEXTS
    iterator = iter(texts)
    while batch := list(islice(iterator, size)):
        yield batch


def print_answer(answer: Answer) -> None:
    """Print an answer as lines of text."""
    out = sys.stdout
    shortened = "..." if len(answer.text) > MAX_SHOWN_CHARACTERS else ""
    out.write(f"{answer.text[:MAX_SHOWN_CHARACTERS]}{shortened}\n")
    out.writelines(f"  {wrapped(line, 4, first=2)}\n" for line in _before(answer))
    for suggestion in answer.suggestions:
        out.write(_lines(suggestion))
    out.writelines(_after(answer))
    out.write("\n")


def _before(answer: Answer) -> Iterator[str]:
    """Lines above the codes: how the text was read, and what to know of it."""
    if answer.notice:
        yield f"[{answer.notice}]"
    if answer.error:
        yield f"error: {answer.error}"
    for correction in answer.did_you_mean:
        yield f"read {correction.typed} as {correction.read_as}"
    if answer.looks_like:
        yield short_sentence(answer.looks_like)
    for warning in answer.warnings:
        yield f"note: {warning}"
    if answer.no_good_match and not answer.error and not answer.modifiers:
        yield "no good match; try the item's plain name, its generic name, or its size and unit"
    for modifier in answer.modifiers:
        yield f"modifier {modifier.modifier}: {modifier.description} ({modifier.reason})"


def _after(answer: Answer) -> Iterator[str]:
    """Lines below the codes: what else the answer says."""
    for group in answer.acceptable_together:
        yield f"  the text does not tell apart {', '.join(group)}\n"
    if answer.as_typed:
        yield "  for the text as typed:\n"
        yield from map(_lines, answer.as_typed)
    for item in answer.items:
        yield f"  item: {item.text}\n"
        yield from map(_lines, item.suggestions)
        if not item.suggestions:
            yield "      no good match\n"


def _lines(suggestion: Suggestion) -> str:
    """Rank, code, confidence, description, CPT and, unless active, status; the reason on a second line."""
    status = " (CPT)" if suggestion.level == LEVEL_I.level else ""
    if suggestion.status != "active":
        ended = f" {suggestion.effective_to}" if suggestion.status == "terminated" else ""
        status += f" ({suggestion.status}{ended})"
    code = coloured(suggestion.code, RED if status else CYAN)
    head = f"  {suggestion.rank:>2}. {code}  {_believed(suggestion.confidence)}  "
    words = wrapped(f"{suggestion.description}{status}", DESCRIPTION_COLUMN)
    why = coloured(wrapped(suggestion.why.summary, DESCRIPTION_COLUMN), DIM)
    return f"{head}{words}\n{' ' * DESCRIPTION_COLUMN}{why}\n"


def _believed(confidence: float) -> str:
    style = GREEN if confidence >= LIKELY else YELLOW if confidence >= POSSIBLE else DIM
    return coloured(f"{confidence:>4.0%}", style)
