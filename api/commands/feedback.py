"""`hcpcs feedback`: what users took of the suggestions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from api.arguments import add_actions
from api.settings import Settings, SettingsError

HELP = "Export what users took of the suggestions."
EXAMPLE = "hcpcs feedback export --out picks.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    summary = "write picks as evaluation cases, which are examples for an index too"
    export = add_actions(parser, {"export": EXAMPLE})("export", summary)
    export.add_argument("--out", type=Path, metavar="FILE", help="JSON Lines (default: standard output)")
    export.add_argument(
        "--all", action="store_true", help="every pick with what was shown and at which position"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one action.

    Raises:
        HcpcsError: If no feedback is kept or the database cannot be read.
    """
    from api.feedback.export import as_cases, as_rows
    from api.feedback.store import open_store

    store = open_store(settings)
    if store is None:
        raise SettingsError("no feedback is kept here; set HCPCS_FEEDBACK as the service has it")
    encode = msgspec.json.Encoder().encode
    n = 0
    rows = (as_rows if arguments.all else as_cases)(store.picks())
    with _opened(arguments.out) as out:
        for row in rows:
            out.write(encode(row) + b"\n")
            n += 1
    picks = sum(1 for _ in store.picks())
    store.close()
    sys.stderr.write(f"hcpcs: {n} of {picks} picks written\n")
    if n < picks and not arguments.all:
        sys.stderr.write("hcpcs: a pick without its text, or overridden without a code, is no case\n")
    return 0


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes]]:
    if path is None:
        yield sys.stdout.buffer
        return
    with path.open("wb") as file:
        yield file
