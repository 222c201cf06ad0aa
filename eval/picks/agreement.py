"""Agreement of picks with what was shown, by quarter, and whether the newest quarter has fallen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from eval.measures.shares import Share, share

SHOWN = 5  # first codes of a list that count as shown together
MIN_PICKS = 30  # of the newest quarter, and of those before it, below which nothing is said of a drift


class Taken(msgspec.Struct, frozen=True):
    """A pick.

    Attributes:
        on: Day on which it was made.
        release: Of the index that suggested; empty when not known.
        shown: The codes of the list, best first.
        position: Of the code that was taken, from 1; None for a code that was not in the list, or for none.
        outcome: As in feedback: "accepted", "other-code", "overridden" or "none-fits".
    """

    on: date
    release: str
    shown: tuple[str, ...]
    position: int | None
    outcome: str


class Quarter(msgspec.Struct, frozen=True):
    """The picks of one quarter that had a list.

    Attributes:
        name: Such as 2026-Q1.
        picks: How many.
        first: Those of the first code, with the interval of 95 % (Wilson).
        among: Those of one of the first `k` codes.
        other: Those of a code that was not in the list.
        none: Those where the user took none, or said that none fits.
        releases: Releases of the index, ascending.
    """

    name: str
    picks: int
    first: Share
    among: Share
    other: int
    none: int
    releases: tuple[str, ...]


class Agreement(msgspec.Struct, frozen=True):
    """Agreement over time.

    Attributes:
        k: How many first codes count for `among`.
        quarters: Those with a pick, oldest first.
        unlisted: Picks without a list, which are left out.
        fallen: Measures ("first", "among") whose interval in the newest quarter lies below that of all
            earlier quarters together.
        positions: How often each position was taken, from 1: users may take what stands first for its place.
    """

    k: int
    quarters: tuple[Quarter, ...]
    unlisted: int
    fallen: tuple[str, ...]
    positions: tuple[int, ...]


def agreement(picks: Iterable[Taken], k: int = SHOWN) -> Agreement:
    """Count agreement by quarter.

    Args:
        picks: In any order.
        k: Number of first codes that count as shown together.
    """
    listed: dict[str, list[Taken]] = {}
    unlisted = 0
    positions: Counter[int] = Counter()
    for pick in picks:
        if not pick.shown:
            unlisted += 1
            continue
        listed.setdefault(quarter_of(pick.on), []).append(pick)
        if pick.position is not None:
            positions[pick.position] += 1
    quarters = tuple([_quarter(name, listed[name], k) for name in sorted(listed)])
    counts = tuple([positions[place] for place in range(1, max(positions, default=0) + 1)])
    return Agreement(k, quarters, unlisted, _fallen(quarters), counts)


def quarter_of(day: date) -> str:
    """The quarter of a day, such as 2026-Q1."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _quarter(name: str, picks: Sequence[Taken], k: int) -> Quarter:
    n = len(picks)
    places = [pick.position for pick in picks if pick.position is not None]
    return Quarter(
        name,
        n,
        share(sum(place == 1 for place in places), n),
        share(sum(place <= k for place in places), n),
        sum(pick.outcome == "other-code" for pick in picks),
        sum(pick.outcome in {"overridden", "none-fits"} for pick in picks),
        tuple(sorted({pick.release for pick in picks if pick.release})),
    )


def _fallen(quarters: Sequence[Quarter]) -> tuple[str, ...]:
    if not quarters:
        return ()
    *earlier, newest = quarters
    before = sum(quarter.picks for quarter in earlier)
    if min(newest.picks, before) < MIN_PICKS:
        return ()
    return tuple(
        [
            name
            for name in ("first", "among")
            if getattr(newest, name).high < share(sum(getattr(q, name).hits for q in earlier), before).low
        ]
    )


def agreement_rows(found: Agreement) -> list[list[str]]:
    """Rows for a text table, the header first."""
    head = ["quarter", "picks", "first code", f"in first {found.k}", "another code", "none", "releases", ""]
    return [head, *(_cells(quarter, found) for quarter in found.quarters)]


def _cells(quarter: Quarter, found: Agreement) -> list[str]:
    shares = [f"{count / quarter.picks:.1%}" for count in (quarter.other, quarter.none)]
    fallen = found.fallen if quarter is found.quarters[-1] else ()
    flag = "fallen" if fallen else ""
    counts = [str(quarter.picks), str(quarter.first), str(quarter.among)]
    return [quarter.name, *counts, *shares, ", ".join(quarter.releases), flag]
