"""`hcpcs eval feedback`: picks of the database, or of an export, as agreement over time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec

from api.settings import Settings, SettingsError
from eval.errors import CaseFileError
from eval.picks.agreement import Taken


class _Row(msgspec.Struct):
    made_at: datetime
    shown: tuple[str, ...] = ()
    position: int | None = None
    outcome: str = ""
    release: str = ""


def read_picks(path: Path | None, settings: Settings) -> Iterator[Taken]:
    """Picks of a file of `hcpcs feedback export --all`, or of the database that the settings name.

    Raises:
        HcpcsError: If no feedback is kept, or file or database cannot be read.
    """
    if path is not None:
        yield from _of_file(path)
        return
    from api.feedback.store import open_store

    store = open_store(settings)
    if store is None:
        raise SettingsError("no picks are kept here; set HCPCS_FEEDBACK, or name an export with --picks")
    try:
        for one in store.picks():
            yield Taken(_day(one.made_at), one.release, one.shown, one.position, one.outcome)
    finally:
        store.close()


def _of_file(path: Path) -> Iterator[Taken]:
    decode = msgspec.json.Decoder(_Row).decode
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                row = decode(line)
                yield Taken(_day(row.made_at), row.release, row.shown, row.position, row.outcome)
    except OSError as error:
        raise CaseFileError(f"{path.name}: {(error.strerror or 'cannot be read').lower()}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise CaseFileError(
            f"{path.name}, line {number}: this is no pick of `hcpcs feedback export --all`"
        ) from None


def _day(moment: datetime) -> date:
    return moment.date()
