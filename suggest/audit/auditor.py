"""Checks rows that have codes: their dates, code against text and NDC, units against text and limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple, Protocol

from index.records import Record
from index.store.tables import Tables
from index.tables.code_table import Setting
from suggest.audit.rows import AuditRow, Finding, FindingKind
from suggest.claim.limits import SETTINGS, Fee, Limits, fee_for
from suggest.claim.units import units_to_bill
from suggest.drug_packages import in_words, packages_of
from suggest.ranking import Ranked

DRUG_SECTIONS = frozenset("JQ")
MAX_CACHED_UNITS = 1 << 14  # texts whose units are kept: a charge master repeats its lines
_AMOUNT = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s?(?:mg|mcg|ml|gm?|units?|iu|un|cc|meq)\b", re.IGNORECASE
)

CANDIDATES = 20  # codes of a text that are looked at; more would need a wider search

MIN_CONFIDENCE = 0.6
MAX_OWN_CONFIDENCE = 0.001
"""Thresholds of "text and code disagree": another code is as likely as the first, the row's own code as
unlikely as the second. Chosen on the `chargemaster` development cases; docs/audit.md has the precision on
others."""


class Catalogue(Protocol):
    """The records of an index."""

    def get(self, code: str) -> Record | None:
        """The record of a code, or None."""


class RankingSuggester(Protocol):
    """What the audit needs of a suggester."""

    @property
    def catalogue(self) -> Catalogue:
        """Its records."""

    @property
    def tables(self) -> Tables:
        """Its limits and fees."""

    def ranked(self, texts: Sequence[str], k: int, on: date) -> list[Ranked]:
        """The first codes of each text."""


class Payer(NamedTuple):
    """Whose limits and fees count: a setting, and a state for fees that differ by state; None for unknown."""

    setting: Setting | None = None
    state: str | None = None


class Auditor:
    """Finds what is wrong or doubtful, row by row. What needs all rows is found by `api.audit.ledger`."""

    def __init__(self, suggester: RankingSuggester, payer: Payer) -> None:
        self._suggester = suggester
        self._catalogue = suggester.catalogue
        self._limits = Limits(suggester.tables)
        self._packages = packages_of(suggester.tables)
        self._payer = payer

    def findings(self, rows: Sequence[AuditRow]) -> list[list[Finding]]:
        """The findings of each row; their `row` is the position in `rows`.

        Rows with an error or without a Level II code have none.
        """
        ranked = self._ranked(rows)
        return [list(self._of_row(i, row, ranked.get(i))) for i, row in enumerate(rows)]

    def _ranked(self, rows: Sequence[AuditRow]) -> dict[int, Ranked]:
        """The first codes of the text of each row that has a code and a text, by position."""
        by_date: dict[date, list[int]] = {}
        for i, row in enumerate(rows):
            if row.code and row.text and not row.error:
                by_date.setdefault(row.on, []).append(i)
        found: dict[int, Ranked] = {}
        for on, positions in by_date.items():
            ranked = self._suggester.ranked([rows[i].text for i in positions], CANDIDATES, on)
            found.update(zip(positions, ranked, strict=True))
        return found

    def _of_row(self, number: int, row: AuditRow, ranked: Ranked | None) -> Iterator[Finding]:
        if row.error or not row.code:
            return
        record = self._catalogue.get(row.code)
        if record is None:
            better = ranked.codes[0] if ranked and _is_likely(ranked, 0) else ""
            yield self._finding(number, row, "unknown", f"the release has no code {row.code}", better, ranked)
            return
        if record.status(row.on) != "active":
            yield self._not_in_effect(number, row, record, ranked)
        elif ranked is not None:
            yield from self._against_text(number, row, record, ranked)
        yield from self._units(number, row, record)
        yield from self._ndc(number, row)

    def _not_in_effect(self, number: int, row: AuditRow, record: Record, ranked: Ranked | None) -> Finding:
        if record.status(row.on) == "future":
            reason = f"{row.code} begins on {record.effective_from}"
        else:
            reason = f"{row.code} ended on {record.effective_to}"
            reason += "" if record.successors else "; CMS names no successor"
        successors = [
            code
            for code in record.successors
            if (other := self._catalogue.get(code)) and other.status(row.on) == "active"
        ]
        if successors:
            fitting = [code for code in ranked.codes if code in successors] if ranked else []
            names = ", ".join(successors)
            better = (fitting or successors)[0]
            return self._finding(number, row, "ended", f"{reason}; CMS names {names}", better, ranked)
        better = ranked.codes[0] if ranked and _is_likely(ranked, 0) else ""
        tail = f"; the text fits {better}" if better else ""
        return self._finding(number, row, "ended", reason + tail, better, ranked)

    def _against_text(self, number: int, row: AuditRow, record: Record, ranked: Ranked) -> Iterator[Finding]:
        """The text names or clearly fits another code than the row has."""
        named = [code for code in ranked.named if self._is_active(code, row.on)]
        if named and row.code not in named:
            reason = f"the text itself names {', '.join(named)}"
            yield self._finding(number, row, "text", reason, named[0], ranked)
            return
        better = disagreeing(row.code, ranked)
        if better is None or named:
            return
        other = self._catalogue.get(better)
        confidence = ranked.confidences[ranked.codes.index(better)]
        if record.is_noc and other is not None and not other.is_noc:
            reason = f"{row.code} is a catch-all code; the text fits {better} ({confidence:.0%})"
            yield self._finding(number, row, "catch-all", reason, better, ranked)
        else:
            reason = f"the text fits {better} ({confidence:.0%}) and hardly {row.code}"
            yield self._finding(number, row, "text", reason, better, ranked)

    def _is_active(self, code: str, on: date) -> bool:
        record = self._catalogue.get(code)
        return record is not None and record.status(on) == "active"

    def _ndc(self, number: int, row: AuditRow) -> Iterator[Finding]:
        """A drug package that CMS assigns to other codes than the row's."""
        if not row.ndc or self._packages is None:
            return
        packages = self._packages.named(row.ndc, row.on)
        if packages and all(one.code != row.code for one in packages):
            reason = f"CMS assigns the package to {packages[0].code}: {in_words(packages[0])}"
            yield self._finding(number, row, "ndc", reason, packages[0].code, None)

    def _units(self, number: int, row: AuditRow, record: Record) -> Iterator[Finding]:
        """Units that do not fit the text, or above the limit of the setting where one is given."""
        if row.has_units and record.section in DRUG_SECTIONS and (reason := _misfit(row, record)):
            yield self._finding(number, row, "units", reason, "", None)
        if self._payer.setting is None:
            return
        for limit in self._limits.limits(row.code, row.on, self._payer.setting):
            if row.units > limit.units:
                excess = row.units - limit.units
                per = f" a {limit.per}" if limit.per else ""
                most = f"the limit is {limit.units}{per}" if limit.units else "none are expected (limit 0)"
                source = f"{limit.table}, another quarter" if limit.stale else limit.table
                reason = f"{row.units:g} unit{'' if row.units == 1 else 's'}, {most} ({source})"
                yield self._finding(number, row, "units", reason, "", None, units_at_stake=excess)

    def _finding(
        self,
        number: int,
        row: AuditRow,
        kind: FindingKind,
        reason: str,
        suggested: str,
        ranked: Ranked | None,
        *,
        units_at_stake: float | None = None,
    ) -> Finding:
        amount, basis = self.at_stake(row, row.units if units_at_stake is None else units_at_stake)
        confidence = None
        if ranked and suggested in ranked.codes:
            confidence = round(ranked.confidences[ranked.codes.index(suggested)], 4)
        return Finding(
            row=number,
            kind=kind,
            code=row.code,
            text=row.text,
            reason=reason,
            suggested=suggested,
            confidence=confidence,
            units=row.units,
            on=row.on,
            amount=amount,
            basis=basis,
        )

    def at_stake(self, row: AuditRow, units: float) -> tuple[float | None, str]:
        """Dollars that depend on a row's code, and where the number comes from."""
        for setting in SETTINGS if self._payer.setting is None else (self._payer.setting,):
            fee = fee_for(self._limits.fees(row.code, row.on, setting, self._payer.state), row.modifiers)
            one = _amount(fee) if fee else None
            if fee is not None and one is not None:
                least = "" if fee.amount is not None else "at least "
                stale = ", another quarter" if fee.stale else ""
                return round(units * one, 2), f"{least}{units:g} x ${one:g} ({fee.table}{stale})"
        if row.price is not None:
            return round(row.price, 2), "the row's own price"
        return None, ""


@lru_cache(MAX_CACHED_UNITS)
def _units_of(text: str, code: str, description: str) -> tuple[int | None, str]:
    found = units_to_bill(text, code, description)
    return found.units, found.arithmetic


def _misfit(row: AuditRow, record: Record) -> str:
    """Why a drug's units cannot come from the amount in the text; empty where they may.

    A row may bill several of what its text names, so that a multiple fits, unless it is the amount itself:
    milligrams billed as units. A single unit is not doubted: a charge master has it where none is known.
    """
    units, arithmetic = _units_of(row.text, row.code, record.long_description)
    if not units or row.units in (1, units) or row.units <= 0:
        return ""
    if row.units % units == 0 and not _is_amount(row.units, row.text):
        return ""
    return f"{row.units:g} unit{'' if row.units == 1 else 's'}; the text gives {units:g} ({arithmetic})"


def _is_amount(units: float, text: str) -> bool:
    """Whether a text states that number of milligrams, millilitres and the like."""
    return any(float(number.replace(",", "")) == units for number in _AMOUNT.findall(text))


def disagreeing(code: str, ranked: Ranked) -> str | None:
    """The code that the text fits although the row has another one, or None where they do not disagree.

    Args:
        code: The row's code.
        ranked: The first codes of the text on the row's date.
    """
    if ranked.refused or not ranked.codes or ranked.codes[0] == code or not _is_likely(ranked, 0):
        return None
    own = ranked.confidences[ranked.codes.index(code)] if code in ranked.codes else 0.0
    if own > MAX_OWN_CONFIDENCE:
        return None
    best = ranked.codes[0]
    return None if any(code in group and best in group for group in ranked.together) else best


def _is_likely(ranked: Ranked, position: int) -> bool:
    return (
        not ranked.refused
        and position < len(ranked.confidences)
        and ranked.confidences[position] >= MIN_CONFIDENCE
    )


def _amount(fee: Fee) -> float | None:
    """The fee for one unit; the lowest of all states where the state is not known."""
    return fee.amount if fee.amount is not None else fee.lowest
