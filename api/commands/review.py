"""`hcpcs review`: the picks of a review file as labelled cases."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from api.batch.checkpoint import output_exists
from api.batch.readers import BatchError
from api.batch.review import NONE, Pick, read_review
from api.settings import Settings, SettingsError

if TYPE_CHECKING:
    from api.feedback.store import FeedbackStore

HELP = """Reads a review file that `hcpcs batch IN OUT.xlsx` wrote and people filled in.

Writes one labelled case for each row with a pick, for `hcpcs eval run` and as examples, and says how often
the pick was the first code, another one of those shown, a code that was not shown, or none."""
EXAMPLE = "hcpcs review charges.xlsx picks.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("review", type=Path, metavar="REVIEW", help=".xlsx file with picks")
    parser.add_argument("output", type=Path, metavar="OUT", help=".jsonl file of cases")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists")
    parser.add_argument(
        "--feedback", action="store_true", help="keep the picks in the feedback database too (HCPCS_FEEDBACK)"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the cases; prints the counts on stderr.

    Raises:
        HcpcsError: If the review file cannot be read, OUT exists, or the database does not take the picks.
    """
    if arguments.output.exists() and not arguments.overwrite:
        raise output_exists(arguments.output)
    if not arguments.review.is_file():
        raise BatchError(f"{arguments.review}: no such file")
    store = _store(settings) if arguments.feedback else None
    picks = list(read_review(arguments.review))
    encode = msgspec.json.Encoder().encode
    arguments.output.write_bytes(b"".join(encode(_case(pick)) + b"\n" for pick in picks))
    if store is not None:
        from api.feedback.review import reviewed

        store.add_picks(reviewed(picks))
        store.close()
    first = sum(pick.shown[:1] == (pick.code,) for pick in picks)
    shown = sum(pick.code in pick.shown for pick in picks) - first
    none = sum(pick.code == NONE for pick in picks)
    sys.stderr.write(
        f"hcpcs: {len(picks)} picks: {first} the first code, {shown} another one shown,"
        f" {len(picks) - first - shown - none} a code not shown, {none} none -> {arguments.output}\n"
    )
    return 0


def _store(settings: Settings) -> FeedbackStore:
    from api.feedback.store import open_store

    store = open_store(settings)
    if store is None:
        raise SettingsError("no feedback is kept here; set HCPCS_FEEDBACK as the service has it")
    return store


def _case(pick: Pick) -> dict[str, object]:
    """An evaluation case; one without codes says that none fits."""
    case: dict[str, object] = {
        "id": f"row-{pick.row}",
        "query": pick.text,
        "codes": [] if pick.code == NONE else [pick.code],
        "source": "review",
        "shown": pick.shown,
    }
    return {**case, "date": pick.date} if pick.date else case
