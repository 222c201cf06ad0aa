"""`hcpcs code`: everything known of a code, without loading the vectors."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from api.console import print_json
from api.loading import resolve_index
from api.settings import Settings
from index.records import Record
from index.store.catalogue import MODIFIERS, RECORDS, Catalogue
from index.store.manifest import verify

HELP = "Everything known of a code: descriptors, dates, status, successor, section, neighbours."
EXAMPLE = "hcpcs code E0601"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `hcpcs code`."""
    parser.add_argument(
        "codes", nargs="+", metavar="CODE", help="a code or a modifier; - reads one a line from stdin"
    )
    parser.add_argument(
        "--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="date of service (default today)"
    )
    parser.add_argument("--index", type=Path, metavar="DIR", help="an index folder instead of the active one")
    parser.add_argument("--json", action="store_true", help="one object a line")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print what is known; 1 when a code is unknown."""
    folder = resolve_index(arguments.index, settings)
    verify(folder, only=(RECORDS, MODIFIERS))
    catalogue = Catalogue.load(folder)
    on = arguments.on or date.today()
    codes = [line.strip() for line in sys.stdin] if arguments.codes == ["-"] else arguments.codes
    unknown = False
    for code in (code.strip().upper() for code in codes):
        details = describe(catalogue, code, on)
        unknown = unknown or details is None
        if arguments.json:
            print_json(details or {"code": code, "error": "not in this release"})
        else:
            _print(code, details)
    return 1 if unknown else 0


def describe(catalogue: Catalogue, code: str, on: date) -> dict[str, object] | None:
    """All that a catalogue knows of a code or modifier, as plain values; None when it is not there."""
    from index.release.labels import explain

    record = catalogue.get(code)
    if record is None:
        return _modifier(catalogue, code)
    return {
        "code": record.code,
        "description": record.long_description,
        "short_description": record.short_description,
        "status": record.status(on),
        "effective_from": record.effective_from,
        "effective_to": record.effective_to,
        "successors": record.successors,
        "predecessors": [_line(other) for other in catalogue.predecessors(code)],
        "section": record.section,
        "is_noc": record.is_noc,
        "fields": dict(explain(record)),
        "neighbours": [_line(other) for other in catalogue.neighbours(code)],
        "modifiers": len(catalogue.modifiers),
    }


def _modifier(catalogue: Catalogue, code: str) -> dict[str, object] | None:
    found = next((modifier for modifier in catalogue.modifiers if modifier.modifier == code), None)
    if found is None:
        return None
    return {
        "modifier": found.modifier,
        "description": found.long_description,
        "effective_from": found.effective_from,
        "effective_to": found.effective_to,
    }


def _line(record: Record) -> dict[str, str]:
    return {"code": record.code, "description": record.short_description or record.long_description}


def _print(code: str, details: dict[str, object] | None) -> None:
    if details is None:
        print(f"{code}: not in this release")
        return
    for key, value in details.items():
        if value in ("", None, (), [], {}):
            continue
        if isinstance(value, dict):
            for label, words in value.items():
                print(f"  {label}: {words}")
        elif isinstance(value, list):
            print(f"  {key}:")
            for other in value:
                print(f"    {other['code']}  {other['description']}")
        else:
            print(f"  {key}: {', '.join(value) if isinstance(value, tuple) else value}")
    print()
