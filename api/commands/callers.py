"""`hcpcs callers`: makes, rotates, lists and removes the API keys of the callers file."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from api.arguments import add_actions
from api.callers.caller import SCOPES, SUGGEST
from api.callers.file import CallersError, Key, read_callers
from api.console import print_json, print_table
from api.dates import date_argument
from api.settings import Settings

HELP = """Make, rotate, list and remove API keys in the callers file (HCPCS_CALLERS).

A key is shown once, on stdout; the file has its digest. A running service reads the file again
within a second."""
EXAMPLE = "hcpcs callers add ehr --scopes suggest,codes --expires 2027-01-01"
EXAMPLES = {
    "add": EXAMPLE,
    "rotate": "hcpcs callers rotate ehr --overlap 7",
    "list": "hcpcs callers list",
    "remove": "hcpcs callers remove ehr",
}
MAX_OVERLAP = 365


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    add = add_actions(parser, EXAMPLES)
    adding = add("add", "a key for a new caller")
    rotating = add("rotate", "a new key for a caller; the old one counts a while longer")
    listing = add("list", "names, scopes and expiry of all keys")
    removing = add("remove", "take away all keys of a caller at once")
    for action in (adding, rotating, removing):
        action.add_argument("name", help="who holds the key; in the audit trail and for limits")
    adding.add_argument(
        "--scopes", type=scopes, default=(SUGGEST,), help=f"some of {','.join(SCOPES)} (default: {SUGGEST})"
    )
    adding.add_argument("--per-minute", type=int, metavar="N", help="requests in a minute")
    rotating.add_argument(
        "--overlap",
        type=int,
        default=7,
        metavar="DAYS",
        help="how long the old key still counts (default: 7)",
    )
    for action in (adding, rotating):
        action.add_argument(
            "--expires",
            type=date_argument,
            metavar="DATE",
            help="first day on which the key no longer counts (default: never)",
        )
    for action in (adding, rotating, listing, removing):
        action.add_argument("--file", type=Path, metavar="FILE", help="callers file instead of HCPCS_CALLERS")
    for action in (adding, rotating, listing):
        action.add_argument("--json", action="store_true", help="print the result as JSON")


def scopes(text: str) -> tuple[str, ...]:
    """The scopes in `suggest,codes`, in the order of the documentation.

    Raises:
        argparse.ArgumentTypeError: If one is unknown or there is none.
    """
    named = {part.strip() for part in text.split(",") if part.strip()}
    if not named or not named <= set(SCOPES):
        raise argparse.ArgumentTypeError(f"scopes are some of {', '.join(SCOPES)}; several as suggest,codes")
    return tuple(scope for scope in SCOPES if scope in named)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one action.

    Raises:
        HcpcsError: If the file cannot be read or changed as asked.
    """
    path = arguments.file or settings.callers
    if path is None:
        raise CallersError("there is no callers file: set HCPCS_CALLERS, or name it with --file")
    if arguments.action == "list":
        return _list(path, arguments.json)
    if arguments.action == "remove":
        return _remove(path, arguments.name)
    _check_expiry(arguments.expires)
    return (_add if arguments.action == "add" else _rotate)(path, arguments)


def _check_expiry(expires: date | None) -> None:
    if expires is not None and not Key("", "", (), expires).holds(time.time()):
        raise CallersError("--expires is a day that has come; the key would never count")


def _add(path: Path, arguments: argparse.Namespace) -> int:
    from api.callers.keys import add_key

    if arguments.per_minute is not None and arguments.per_minute < 1:
        raise CallersError("--per-minute must be at least 1")
    secret = add_key(path, arguments.name, arguments.scopes, arguments.expires, arguments.per_minute)
    _show(path, arguments, secret)
    return 0


def _rotate(path: Path, arguments: argparse.Namespace) -> int:
    from api.callers.keys import rotate_key

    if not 0 <= arguments.overlap <= MAX_OVERLAP:
        raise CallersError(f"--overlap must be 0 to {MAX_OVERLAP} days")
    secret, end = rotate_key(path, arguments.name, arguments.expires, timedelta(arguments.overlap))
    _show(path, arguments, secret)
    sys.stderr.write(f"hcpcs: older keys of {arguments.name} count until {end:%Y-%m-%d %H:%M} UTC\n")
    return 0


def _show(path: Path, arguments: argparse.Namespace, secret: str) -> None:
    """Print a new key, the only time that it is seen."""
    if arguments.json:
        print_json({"name": arguments.name, "key": secret, "expires": arguments.expires, "file": str(path)})
    else:
        sys.stdout.write(secret + "\n")
        sys.stdout.flush()
    sys.stderr.write(f"hcpcs: the key of {arguments.name} is shown this once; {path} has its digest\n")


def _list(path: Path, as_json: bool) -> int:
    rows = [_row(key) for key in read_callers(path).key]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(rows)
    else:
        sys.stderr.write(f"hcpcs: {path} has no keys\n")
    return 0


def _row(key: Key) -> dict[str, Any]:
    return {
        "name": key.name,
        "scopes": ",".join(key.scopes),
        "expires": str(key.expires or "never"),
        "per_minute": str(key.per_minute or ""),
        "state": "counts" if key.holds(time.time()) else "expired",
        "sha256": key.sha256[:8],
    }


def _remove(path: Path, name: str) -> int:
    from api.callers.keys import remove_keys

    removed = remove_keys(path, name)
    sys.stderr.write(f"hcpcs: {removed} key{'s' if removed > 1 else ''} of {name} removed from {path}\n")
    return 0
