"""`hcpcs code`: everything known about a code; loads the records, not the vectors."""

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
from index.store.manifest import read_manifest, verify
from index.tables.code_table import Setting
from index.tables.stored import LIST, Tables
from suggest.claim.limits import SETTINGS, Limits, in_words

HELP = "Everything known about a code: descriptions, dates, status, successors, section, neighbours."
EXAMPLE = "hcpcs code E0601"

Details = dict[str, object]
PUBLISHED = ("limits", "fees", "table_warnings")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "codes", nargs="+", metavar="CODE", help="code or modifier; - reads one for each line of stdin"
    )
    parser.add_argument(
        "--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="date of service (default: today)"
    )
    parser.add_argument("--setting", choices=SETTINGS, help="limits and fees of this setting (default: all)")
    parser.add_argument("--state", type=str.upper, metavar="XX", help="fees of this state (default: range)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each code")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the details of each code; returns 1 if one is unknown."""
    folder = resolve_index(arguments.index, settings)
    files = read_manifest(folder).files
    verify(folder, only=[name for name in (RECORDS, MODIFIERS, LIST) if name in files])
    catalogue = Catalogue.load(folder)
    limits = Limits(Tables.open(folder))
    on = arguments.on or date.today()
    codes = [line.strip() for line in sys.stdin] if arguments.codes == ["-"] else arguments.codes
    all_known = True
    for code in (code.strip().upper() for code in codes):
        details = describe(catalogue, code, on)
        all_known = all_known and details is not None
        if details is not None and "code" in details:
            details |= published(limits, code, on, arguments.setting, arguments.state)
        if arguments.json:
            print_json(details or {"code": code, "error": "not in this release"})
        else:
            _print(code, details)
    return 0 if all_known else 1


def describe(catalogue: Catalogue, code: str, on: date) -> Details | None:
    """Everything that a catalogue holds about a code or modifier, as plain values; None if it is unknown."""
    from index.release.labels import explain

    record = catalogue.get(code)
    if record is None:
        return _describe_modifier(catalogue, code)
    return {
        "code": record.code,
        "description": record.long_description,
        "short_description": record.short_description,
        "status": record.status(on),
        "effective_from": record.effective_from,
        "effective_to": record.effective_to,
        "successors": record.successors,
        "predecessors": [_summary(other) for other in catalogue.predecessors(code)],
        "section": record.section,
        "is_noc": record.is_noc,
        "fields": dict(explain(record)),
        "neighbours": [_summary(other) for other in catalogue.neighbours(code)],
        "modifiers": len(catalogue.modifiers),
    }


def published(limits: Limits, code: str, on: date, setting: Setting | None, state: str | None) -> Details:
    """What the tables of the index state about a code; nothing if they have none."""
    found = {
        "limits": limits.limits(code, on, setting),
        "fees": limits.fees(code, on, setting, state),
        "table_warnings": limits.warnings(code, on, setting),
    }
    return {name: values for name, values in found.items() if values}


def _describe_modifier(catalogue: Catalogue, code: str) -> Details | None:
    modifier = next((modifier for modifier in catalogue.modifiers if modifier.modifier == code), None)
    if modifier is None:
        return None
    return {
        "modifier": modifier.modifier,
        "description": modifier.long_description,
        "effective_from": modifier.effective_from,
        "effective_to": modifier.effective_to,
    }


def _summary(record: Record) -> dict[str, str]:
    return {"code": record.code, "description": record.short_description or record.long_description}


def _print(code: str, details: Details | None) -> None:
    """Print the details as indented lines; empty values are skipped."""
    if details is None:
        print(f"{code}: not in this release")
        return
    for name, value in details.items():
        if value in ("", None, (), [], {}):
            continue
        if isinstance(value, dict):
            for label, text in value.items():
                print(f"  {label}: {text}")
        elif isinstance(value, tuple) and name in PUBLISHED:
            print(f"  {name.replace('_', ' ')}:")
            for one in value:
                print(f"    {one if isinstance(one, str) else in_words(one)}")
        elif isinstance(value, list):
            print(f"  {name}:")
            for other in value:
                print(f"    {other['code']}  {other['description']}")
        else:
            print(f"  {name}: {', '.join(value) if isinstance(value, tuple) else value}")
    print()
