"""`hcpcs doctor`: what is installed, which index answers, how old it is, and what is missing."""

from __future__ import annotations

import argparse

from api.console import GREEN, RED, YELLOW, coloured, print_json, wrapped
from api.settings import Settings

HELP = """What is installed, which index answers, how old its release is, and what is missing.

Changes nothing. The exit code is 1 if answering does not work."""
EXAMPLE = "hcpcs doctor"
STYLES = {"ok": GREEN, "note": YELLOW, "missing": YELLOW, "broken": RED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print one JSON object for each finding")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print what was found, one line each; returns 1 if something is broken."""
    from api.diagnosis import diagnose

    findings = list(diagnose(settings))
    for one in findings:
        if arguments.json:
            print_json(one)
            continue
        print(f"{coloured(f'{one.state:7}', STYLES[one.state])}  {wrapped(f'{one.subject}: {one.found}', 9)}")
        if one.advice:
            print(f"         {wrapped(f'-> {one.advice}', 12, first=9)}")
    return 1 if any(one.state == "broken" for one in findings) else 0
