"""`hcpcs trail`: checks the audit trail, and finds the requests of a text in it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.arguments import add_actions
from api.console import print_json
from api.settings import Settings

if TYPE_CHECKING:
    from api.trail.key import TrailKey
    from api.trail.verify import Checked

HELP = """Check the audit trail of the service, or find the requests of a text in it.

The trail holds texts as keyed digests only; finding one needs the site's key."""
EXAMPLE = "hcpcs trail verify"
EXAMPLES = {"verify": EXAMPLE, "find": "hcpcs trail find < text.txt"}
SHOWN = 20  # findings shown to a person; --json has all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = add_actions(parser, EXAMPLES)
    checking = add("verify", "is every record there and as it was written?")
    checking.add_argument(
        "--expect", default="", metavar="SEQ:MAC", help="last record of an earlier check, which must be there"
    )
    checking.add_argument("--json", action="store_true", help="print the result as JSON")
    finding = add("find", "records of the requests that asked the text on stdin")
    for action in (checking, finding):
        action.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="the trail")
        action.add_argument("--key", type=Path, metavar="FILE", help="file with the secret of the trail")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one action.

    Raises:
        HcpcsError: If the trail or its key cannot be read.
    """
    from api.trail.key import read_key

    folder = arguments.folder or settings.trail or settings.home / "trail"
    key = read_key(arguments.key or settings.trail_key or settings.home / "trail.key")
    if arguments.action == "verify":
        return _verify(folder, key, arguments.expect, arguments.json)
    return _find(folder, key)


def _verify(folder: Path, key: TrailKey, expected: str, as_json: bool) -> int:
    from api.trail.verify import verify

    checked = verify(folder, key, expected)
    if as_json:
        print_json(checked)
    else:
        sys.stdout.write("\n".join(_sentences(checked)) + "\n")
    return 1 if checked.findings else 0


def _sentences(checked: Checked) -> list[str]:
    lines = [str(finding) for finding in checked.findings[:SHOWN]]
    if len(checked.findings) > SHOWN:
        lines.append(f"and {len(checked.findings) - SHOWN} more; --json lists all")
    state = "damaged" if checked.findings else "whole"
    lines.append(
        f"{state}: {checked.records} records, {checked.requests} of them requests, in {checked.files} files"
    )
    if checked.refused:
        lines.append(f"{checked.refused} more requests were refused before anybody was asked who calls")
    if checked.first > 1:
        lines.append(f"it begins with record {checked.first}; earlier files are not here")
    if checked.unrecorded:
        lines.append(f"{checked.unrecorded} requests could not be recorded when they were answered")
    if checked.last:
        lines.append(f"last record: {checked.last}")
    return lines


def _find(folder: Path, key: TrailKey) -> int:
    from api.trail.find import requests_of_text

    text = sys.stdin.read()
    found = 0
    for line in requests_of_text(folder, key, text.removesuffix("\n")):
        sys.stdout.write(line.decode())
        found += 1
    return 0 if found else 1
