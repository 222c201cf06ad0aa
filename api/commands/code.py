"""`hcpcs code`: everything known about a code; loads the records, not the vectors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import msgspec

from api.console import print_json
from api.dates import date_argument
from api.loading import resolve_index
from api.settings import Settings
from index.history.spans import CodeHistory
from index.records import Record
from index.store.catalogue import HISTORY, MODIFIERS, RECORDS, SUCCESSORS, Catalogue
from index.store.contents import read_contents
from index.store.tables import FILES, Tables
from index.successors import Replacement
from index.tables.code_table import Setting
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
    add = parser.add_argument
    add("--on", type=date_argument, metavar="DATE", help="date of service (default: today)")
    add("--setting", choices=SETTINGS, help="limits and fees of this setting (default: all)")
    add("--state", type=str.upper, metavar="XX", help="fees of this state (default: range)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each code")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the details of each code; returns 1 if one is unknown."""
    folder = resolve_index(arguments.index, settings)
    contents = read_contents(folder, only=(RECORDS, MODIFIERS), optional=(SUCCESSORS, HISTORY, *FILES))
    catalogue = Catalogue.load(contents)
    limits = Limits(Tables.load(contents))
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

    record = catalogue.record_on(code, on)
    if record is None:
        return _describe_modifier(catalogue, code)
    return {
        "code": record.code,
        "description": record.long_description,
        "short_description": record.short_description,
        "status": catalogue.status_on(code, on),
        "effective_from": record.effective_from,
        "effective_to": record.effective_to,
        "successors": record.successors,
        "use_instead": [_instead(catalogue, one) for one in catalogue.instead_of(code, on)],
        "predecessors": [_summary(other) for other in catalogue.predecessors(code)],
        "section": record.section,
        "is_noc": record.is_noc,
        "fields": dict(explain(record)),
        "neighbours": [_summary(other) for other in catalogue.neighbours(code)],
        "modifiers": len(catalogue.modifiers),
        **_history(catalogue.lives(code)),
    }


def _history(lives: Sequence[CodeHistory]) -> Details:
    """When a code came and ended, and each of its wordings; nothing without a history.

    A change that no release dates has the days between which it fell.
    """
    if not lives:
        return {}
    return {
        "lives": [
            {
                "came": str(each.came or "before the first release at hand"),
                "ended": str(each.ended or ""),
                "wordings": [
                    {
                        "since": str(wording.since or ""),
                        "description": wording.long_description,
                        "short_description": wording.short_description,
                        "releases": wording.releases,
                    }
                    for wording in each.wordings
                ],
            }
            for each in lives
        ]
    }


def _print_lives(lives: Sequence[Mapping[str, Any]]) -> None:
    for life in lives:
        ended = f", ended {life['ended']}" if life["ended"] else ""
        print(f"  came {life['came']}{ended}")
        for wording in life["wordings"]:
            since = f"since {wording['since']}" if wording["since"] else "first known wording"
            print(f"    {since}: {wording['description']}")


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


def _instead(catalogue: Catalogue, one: Replacement) -> dict[str, object]:
    """A code to use instead, valid on the day, and who names it."""
    record = catalogue.get(one.code)
    words = "" if record is None else record.short_description or record.long_description
    by = "CMS's cross-reference" if one.named_by == "CMS" else f"proposed, {one.probability:.0%} likely"
    return {"code": one.code, "description": f"{words} ({by})", **msgspec.structs.asdict(one)}


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
        if name == "lives":
            _print_lives(cast("list[dict[str, Any]]", value))
        elif isinstance(value, dict):
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
