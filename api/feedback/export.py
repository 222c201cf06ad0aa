"""Picks as evaluation cases and as lines for `hcpcs index build --examples`: one file serves both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from api.feedback.records import KeptPick

TAKEN = ("accepted", "other-code")


def as_cases(picks: Iterable[KeptPick]) -> Iterator[dict[str, Any]]:
    """A case for each pick whose text was kept: the code that was taken, or none where none fits.

    A card that was overridden says nothing of the right code; it is left out.
    """
    for number, pick in enumerate(picks, 1):
        if not pick.text or (pick.outcome not in TAKEN and pick.outcome != "none-fits"):
            continue
        case: dict[str, Any] = {
            "id": f"pick-{number}",
            "query": pick.text,
            "codes": [pick.code] if pick.outcome in TAKEN else [],
            "source": pick.channel,
            "kind": pick.outcome,
        }
        if pick.on:
            case["date"] = pick.on.isoformat()
        yield case


def as_rows(picks: Iterable[KeptPick]) -> Iterator[dict[str, Any]]:
    """Every pick with what was shown, one object each: for judging position bias and agreement over time."""
    for pick in picks:
        yield {
            "made_at": pick.made_at.isoformat(),
            "channel": pick.channel,
            "text": pick.text,
            "text_hash": pick.text_hash,
            "date": pick.on.isoformat() if pick.on else None,
            "release": pick.release,
            "shown": list(pick.shown),
            "taken": pick.code or None,
            "position": pick.position,
            "outcome": pick.outcome,
        }
