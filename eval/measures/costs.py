"""What wrong first answers would cost: over- and underpayment for one unit, by an index's fee tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from eval.case_results import CaseResult
from suggest.claim.limits import SETTINGS, Fee, Limits, fee_for

MAX_DEAREST = 20


class CostlyError(msgspec.Struct, frozen=True):
    """A wrong first answer with a fee on both sides; `gap` is dollars a unit, above 0 an overpayment."""

    id: str
    set: str
    query: str
    wanted: str
    answered: str
    setting: str
    gap: float


class CostReport(msgspec.Struct, frozen=True):
    """Wrong first answers weighted by what one unit of the wrong code is paid more or less.

    Attributes:
        tables: Titles of the tables that gave a fee.
        wrong: Wrong first answers of cases with a code; `priced` of them have a fee on both sides.
        over: Dollars of the overpayments among them, `over_n` their number.
        under: Dollars of the underpayments, `under_n` their number.
        dearest: The largest gaps, at most twenty.
    """

    tables: tuple[str, ...]
    wrong: int
    priced: int
    over: float
    over_n: int
    under: float
    under_n: int
    dearest: tuple[CostlyError, ...]


def measure_costs(results: Sequence[CaseResult], limits: Limits, on: date) -> CostReport | None:
    """Price the wrong first answers; None where no table gives a fee on both sides of any.

    The fee is that of the first setting in which both codes have one. Where it differs by state, the middle
    of the lowest and the highest is taken. Of several acceptable codes the one with the nearest fee counts.

    Args:
        results: All cases.
        limits: Of the index.
        on: Date of service of cases without one.
    """
    wrong = [result for result in results if result.codes and result.rank != 1]
    titles: dict[str, None] = {}
    errors = [error for result in wrong if (error := _priced(result, limits, result.date or on, titles))]
    if not errors:
        return None
    over = [error.gap for error in errors if error.gap > 0]
    under = [-error.gap for error in errors if error.gap < 0]
    return CostReport(
        tables=tuple(titles),
        wrong=len(wrong),
        priced=len(errors),
        over=round(sum(over), 2),
        over_n=len(over),
        under=round(sum(under), 2),
        under_n=len(under),
        dearest=tuple(sorted(errors, key=lambda error: (-abs(error.gap), error.id))[:MAX_DEAREST]),
    )


def _priced(result: CaseResult, limits: Limits, on: date, titles: dict[str, None]) -> CostlyError | None:
    for setting in SETTINGS if result.first else ():
        answered = fee_for(limits.fees(str(result.first), on, setting))
        paid = _dollars(answered)
        wanted = {code: fee_for(limits.fees(code, on, setting)) for code in result.codes}
        owed = {code: dollars for code, fee in wanted.items() if (dollars := _dollars(fee)) is not None}
        if answered is None or paid is None or not owed:
            continue
        nearest = min(owed, key=lambda code: (abs(paid - owed[code]), code))
        titles |= {fee.table: None for fee in (answered, wanted[nearest]) if fee is not None}
        gap = round(paid - owed[nearest], 2)
        first = str(result.first)
        return CostlyError(result.id, result.set, result.query, nearest, first, setting, gap)
    return None


def _dollars(fee: Fee | None) -> float | None:
    if fee is None or fee.amount is not None:
        return fee.amount if fee else None
    if fee.lowest is None or fee.highest is None:
        return None
    return (fee.lowest + fee.highest) / 2
