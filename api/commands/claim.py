"""`hcpcs claim`: a claim line for a text."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.arguments import us_state
from api.console import print_json
from api.dates import date_argument
from api.loading import open_suggester
from api.settings import Settings

if TYPE_CHECKING:
    from suggest.claim.line import ClaimLine

HELP = "A claim line: code, units to bill with their arithmetic, waste, modifiers, limits, fees, warnings."
EXAMPLE = 'hcpcs claim "Remicade 410 mg, opened 5 x 100 mg vials, remainder discarded" --on 2026-01-15'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "texts", nargs="+", metavar="TEXT", help="order or charge; - reads one for each line of stdin"
    )
    parser.add_argument(
        "--code", metavar="CODE", help="the code, when it is known; the text then gives the amounts"
    )
    parser.add_argument("--on", type=date_argument, metavar="DATE", help="date of service (default: today)")
    parser.add_argument(
        "--setting",
        choices=("practitioner", "outpatient", "dme"),
        help="whose limits and fees are shown (default: all)",
    )
    parser.add_argument("--state", type=us_state, metavar="XX", help="state for fees that differ by state")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each text")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print one claim line for each text, in order."""
    from api.commands.suggest import lines_of_stdin
    from suggest.claim.line import ClaimAsk, claim_line

    suggester = open_suggester(arguments.index, settings)
    code = arguments.code.strip().upper() if arguments.code else None
    state = arguments.state.strip().upper() if arguments.state else None
    ask = ClaimAsk(on=arguments.on, setting=arguments.setting, state=state, code=code)
    texts = lines_of_stdin() if arguments.texts == ["-"] else iter(arguments.texts)
    for text in texts:
        line = claim_line(suggester, text, ask)
        print_json(line) if arguments.json else print_line(line)
    return 0


def print_line(line: ClaimLine) -> None:
    """Print a claim line as lines of text."""
    from suggest.claim.limits import in_words

    out = sys.stdout
    out.write(f"{line.text}\n")
    if line.notice:
        out.write(f"  [{line.notice}]\n")
    if line.error:
        out.write(f"  error: {line.error}\n\n")
        return
    if line.suggestion is not None:
        out.write(f"  {line.code}  {line.suggestion.confidence:.0%}  {line.suggestion.description}\n")
        units = "unknown" if line.units is None else f"{line.units:,}"
        out.write(f"  units: {units}{f' ({line.arithmetic})' if line.arithmetic else ''}\n")
    if line.package is not None:
        out.write(f"  package: {line.package.words}\n")
    if line.vials:
        out.write(f"  packages that hold it: {line.vials}\n")
    if line.waste_units is not None:
        out.write(f"  wasted units: {line.waste_units:,}\n")
    for modifier in line.modifiers:
        out.write(f"  modifier {modifier.modifier}: {modifier.description} ({modifier.reason})\n")
    for limit in line.limits:
        out.write(f"  limit: {in_words(limit)}\n")
    for fee in line.fees:
        out.write(f"  published for a unit: {in_words(fee)}\n")
    for expected in line.expected:
        out.write(f"  units times that, {expected.setting}: ${expected.amount:,.2f}\n")
    for warning in line.warnings:
        out.write(f"  note: {warning}\n")
    for rule in line.rules:
        out.write(f"  rule {rule.name}: {rule.source}\n")
    out.write(f"  {line.note}\n\n")
