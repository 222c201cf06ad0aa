"""`hcpcs code`: everything known about a code or modifier; loads the records, not the vectors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from api.arguments import us_state
from api.console import CYAN, DIM, coloured, paged, print_json, wrapped
from api.dates import date_argument
from api.loading import resolve_index
from api.settings import Settings
from index.code_systems import DENTAL, LEVEL_I, LEVEL_II
from index.history.spans import CodeHistory
from index.records import Modifier, Record
from index.store.catalogue import HISTORY, MODIFIERS, NOTES, RECORDS, SUCCESSORS, Catalogue
from index.store.contents import read_contents
from index.store.manifest import Manifest
from index.store.tables import FILES, Tables
from index.successors import Replacement
from index.tables.code_table import Setting
from suggest.claim.fitting import fitting_modifiers
from suggest.claim.limits import SETTINGS, Limits, in_words

HELP = """Everything known about a code: descriptions, dates, status, successors, neighbours, modifiers.

A modifier is looked up too, and words find modifiers: hcpcs code KX, hcpcs code "left side"."""
EXAMPLE = "hcpcs code E0601"

Details = dict[str, object]
PUBLISHED = ("limits", "fees", "table_warnings")
SAID = frozenset(
    {
        "Code",
        "Section",
        "Description",
        "Short description",
        "In effect from",
        "Last day of use",
        "Use instead",
    }
)
"""Labels of fields that are shown above the others already."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "codes",
        nargs="+",
        metavar="CODE",
        help="code, modifier, or words of a modifier; - reads one for each line of stdin",
    )
    add = parser.add_argument
    add("--on", type=date_argument, metavar="DATE", help="date of service (default: today)")
    add("--setting", choices=SETTINGS, help="limits and fees of this setting (default: all)")
    add("--state", type=us_state, metavar="XX", help="fees of this state (default: range)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder instead of the active one")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each code")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the details of each code; returns 1 if one is unknown."""
    folder = resolve_index(arguments.index, settings)
    contents = read_contents(folder, only=(RECORDS, MODIFIERS), optional=(SUCCESSORS, HISTORY, NOTES, *FILES))
    catalogue = Catalogue.load(contents)
    limits = Limits(Tables.load(contents))
    on = arguments.on or date.today()
    texts = [line.strip() for line in sys.stdin] if arguments.codes == ["-"] else arguments.codes
    for warning in stale(contents.manifest, on):
        sys.stderr.write(f"note: {warning}\n")
    all_known = True
    with paged(when=not arguments.json):
        for text in texts:
            found = list(_found(catalogue, limits, text.strip(), on, arguments.setting, arguments.state))
            all_known = all_known and bool(found)
            _show(text.strip().upper(), found, arguments.json)
    return 0 if all_known else 1


def stale(manifest: Manifest, on: date) -> tuple[str, ...]:
    """What there is to say of the age of an index's release on a day."""
    from suggest.known_dates import KnownDates

    return KnownDates.of(manifest.releases or (manifest.release,)).warnings(on)


def _found(
    catalogue: Catalogue, limits: Limits, text: str, on: date, setting: Setting | None, state: str | None
) -> Iterator[Details]:
    """The details of the code that a text is, else of the modifiers that it finds."""
    from suggest.modifier_search import find_modifiers

    code = text.upper()
    details = describe(catalogue, code, on)
    if details is None:
        found = find_modifiers(catalogue.modifiers, text)
        named = [one for one in found if one.modifier == code]
        yield from (_modifier(one, on) for one in named or found)
        return
    record = catalogue.record_on(code, on)
    if record is not None:
        fitting = fitting_modifiers(record, catalogue.modifiers, limits.fees(code, on, setting))
        details["modifiers"] = [msgspec.structs.asdict(one) for one in fitting]
        details |= published(limits, code, on, setting, state)
    yield details


def why_unknown(text: str) -> str:
    """That a text is no code of the release, with the reason that its form gives."""
    said = "not in this release"
    if DENTAL.fullmatch(text):
        return f"{said}: dental codes (CDT) are the ADA's and are never read"
    if LEVEL_I.matches(text):
        return f"{said}: CPT codes are read only from a licence holder's file (hcpcs index build --cpt FILE)"
    if not LEVEL_II.matches(text) and any(map(str.isdigit, text)):
        return f"{said}: a code is one letter and four digits, such as E0143"
    return said


def _show(text: str, found: Sequence[Details], as_json: bool) -> None:
    if as_json and not found:
        print_json({"code": text, "error": why_unknown(text)})
    elif as_json:
        for details in found:
            print_json(details)
    elif len(found) > 1:
        for one in found:
            code, words = str(one["modifier"]), f"{one['description']}{_ended(one)}"
            print(f"  {coloured(code, CYAN)}  {wrapped(words, 6)}")
        print(f"{len(found)} modifiers\n")
    elif found:
        _print(found[0])
    else:
        print(f"{text}: {why_unknown(text)}\n")


def _ended(modifier: Details) -> str:
    return "" if modifier["status"] == "active" else f" ({modifier['status']})"


def describe(catalogue: Catalogue, code: str, on: date) -> Details | None:
    """Everything that a catalogue holds about a code, as plain values; None if it is unknown."""
    from index.release.labels import explain

    record = catalogue.record_on(code, on)
    if record is None:
        return None
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
        "fields": dict(explain(record, catalogue.note(record))),
        "neighbours": [_summary(other) for other in catalogue.neighbours(code)],
        "modifiers": [],
        "modifiers_of_release": len(catalogue.modifiers),
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
            print(f"    {since}: {wrapped(wording['description'], 6, first=len(since) + 6)}")


def published(limits: Limits, code: str, on: date, setting: Setting | None, state: str | None) -> Details:
    """What the tables of the index state about a code; nothing if they have none."""
    found = {
        "limits": limits.limits(code, on, setting),
        "fees": limits.fees(code, on, setting, state),
        "table_warnings": limits.warnings(code, on, setting),
    }
    return {name: values for name, values in found.items() if values}


def _modifier(modifier: Modifier, on: date) -> Details:
    """Everything known of a modifier, as plain values."""
    return {
        "modifier": modifier.modifier,
        "description": modifier.long_description,
        "short_description": modifier.short_description,
        "status": modifier.status(on),
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


def _print(details: Mapping[str, Any]) -> None:
    """Print the details as lines; empty values are skipped, and nothing is said twice."""
    for name, value in details.items():
        if value in ("", None, False, (), [], {}) or name == "modifiers_of_release":
            continue
        label = name.replace("_", " ")
        if name == "lives":
            _print_lives([life for life in value if _tells_more(life, details)])
        elif name == "fields":
            for field, text in value.items():
                if field not in SAID:
                    _line(field, text)
        elif name in PUBLISHED:
            print(f"  {label}:")
            for one in value:
                print(f"    {wrapped(one if isinstance(one, str) else in_words(one), 6, first=4)}")
        elif isinstance(value, list):
            _print_list(f"{label} that go with it" if name == "modifiers" else label, value)
        else:
            section = details["fields"]["Section"] if name == "section" else value
            _line(label, ", ".join(value) if isinstance(value, tuple) else str(section))
    print()


def _line(label: str, text: str) -> None:
    print(f"  {coloured(label, DIM)}: {wrapped(text, 4, first=len(label) + 4)}")


def _print_list(label: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Codes or modifiers with their words, one on each line."""
    print(f"  {coloured(label, DIM)}:")
    for row in rows:
        code = row.get("code") or row["modifier"]
        source = f" [{row['source']}]" if "source" in row else ""
        print(f"    {coloured(code, CYAN)}  {wrapped(row['description'] + source, len(code) + 6)}")


def _tells_more(life: Mapping[str, Any], details: Mapping[str, Any]) -> bool:
    """Whether a history has other days or wordings than the lines above it."""
    (wording, *others) = life["wordings"]
    same = wording["description"] == details["description"] and life["came"] == str(details["effective_from"])
    return bool(others) or not same
