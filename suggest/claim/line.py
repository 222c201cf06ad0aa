"""The claim line of a text: code, units, waste, modifiers, limits, fees, warnings. Always a suggestion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Protocol

import msgspec

from index.errors import QueryError
from index.records import Modifier, Record
from index.store.tables import Tables
from index.tables.code_table import Setting
from suggest.answer import Answer, Filters, ModifierSuggestion, Suggestion
from suggest.claim.billing_unit import billing_unit
from suggest.claim.limits import Fee, Limit, fee_for, in_words
from suggest.claim.packages import Package, containers_for, named_package, package_of
from suggest.claim.rules import RULES, Rule
from suggest.claim.tables import CodeTables, missing_modifier, over_limit, tables_of
from suggest.claim.units import Units, units_to_bill
from suggest.drug_packages import without_numbers
from suggest.measures import is_measure
from suggest.suggestions import NAMED_CONFIDENCE, NAMED_SCORE, suggestion_of

MEASURE_SECTIONS = frozenset("GM")  # of codes that report quality measures
K = 5  # candidates that are ranked for a line; the first is on it
NOTE = "A suggestion to check, not a statement about coverage or payment."


class Expected(msgspec.Struct, frozen=True):
    """The amount that a published table gives for the units of a line; no statement about payment.

    Attributes:
        setting: Whom the table is for.
        amount: Dollars: units times the fee for one unit.
        source: The fee, its table and date, in words.
    """

    setting: Setting
    amount: float
    source: str


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A claim line for one text, as a suggestion.

    Attributes:
        text: As it was typed.
        date_of_service: Date for which the code's status, limits and fees hold.
        release: Name of the HCPCS release.
        model: Names of the encoder and the ranker.
        code: The code, or None when no code fits well.
        unit: What one unit of the code stands for, as its description words it.
        units: Units to bill; None when the text does not give them.
        arithmetic: How the units come about, in words; empty without units.
        missing: What the text lacks for units, in words; empty with units.
        package: The drug package whose number the text contains, where the index has CMS's crosswalk.
        vials: The listed containers that hold the dose with the least left over, in words; empty without a
            crosswalk.
        waste_units: Whole units thrown away; None where the text says nothing of what was opened.
        modifiers: Modifiers with the reason for each.
        limits: Limits of units that published tables name for the code.
        fees: Published amounts for one unit.
        expected: For each setting the published amount times the units.
        warnings: Sentences that a person should read before using the line.
        rules: The rules by which units and waste were worked out, with their sources.
        suggestion: The suggestion that the line comes from.
        notice: What every surface must say; empty for an official release.
        note: That this is a suggestion.
        error: A sentence when the text could not be answered.
    """

    text: str
    date_of_service: date
    release: str
    model: str
    code: str | None
    unit: str = ""
    units: int | None = None
    arithmetic: str = ""
    missing: str = ""
    package: Package | None = None
    vials: str = ""
    waste_units: int | None = None
    modifiers: tuple[ModifierSuggestion, ...] = ()
    limits: tuple[Limit, ...] = ()
    fees: tuple[Fee, ...] = ()
    expected: tuple[Expected, ...] = ()
    warnings: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    suggestion: Suggestion | None = None
    notice: str = ""
    note: str = NOTE
    error: str | None = None


class ClaimAsk(msgspec.Struct, frozen=True):
    """How a claim line is asked.

    Attributes:
        on: Date of service; today when None.
        setting: Whose tables are used; all when None.
        state: Postal abbreviation for fees that differ by state.
        code: The code, when it is known; the text then gives the amounts only.
    """

    on: date | None = None
    setting: Setting | None = None
    state: str | None = None
    code: str | None = None


class CatalogueLike(Protocol):
    """Records and modifiers of an index."""

    @property
    def modifiers(self) -> Sequence[Modifier]:
        """Every modifier."""

    def get(self, code: str) -> Record | None:
        """The record of a code in upper case, or None."""


class SuggesterLike(Protocol):
    """What claim lines need of a suggester."""

    @property
    def catalogue(self) -> CatalogueLike:
        """The records."""

    @property
    def tables(self) -> Tables:
        """Its tables of limits and fees."""

    def suggest(
        self,
        texts: Sequence[str],
        k: int = 10,
        date_of_service: date | None = None,
        filters: Filters | None = None,
    ) -> list[Answer]:
        """One answer for each text."""


def claim_line(suggester: SuggesterLike, text: str, ask: ClaimAsk) -> ClaimLine:
    """The claim line of a text, or of a known code and a text with its amounts.

    Raises:
        QueryError: If the given code is not in the release.
    """
    record = None if ask.code is None else suggester.catalogue.get(ask.code)
    if ask.code is not None and record is None:
        raise QueryError("the code is not in this release; leave it out to have one suggested")
    (answer,) = suggester.suggest([text if text.strip() or record is None else record.code], K, ask.on)
    return line_of(suggester, text, answer, ask)


def line_of(suggester: SuggesterLike, text: str, answer: Answer, ask: ClaimAsk) -> ClaimLine:
    """The claim line that an answer gives.

    Args:
        suggester: Gives records, modifiers and tables.
        text: As typed.
        answer: The answer to the text.
        ask: How the line was asked; its code must be in the release.
    """
    chosen = _chosen(suggester, answer, ask)
    bare = ClaimLine(
        text=text,
        date_of_service=answer.date_of_service,
        release=answer.release,
        model=answer.model,
        code=None,
        modifiers=answer.modifiers,
        warnings=answer.warnings,
        notice=answer.notice,
        error=answer.error,
    )
    if (answer.error and ask.code is None) or chosen is None or (answer.no_good_match and ask.code is None):
        reason = () if answer.error else ("no code fits the text well enough for a claim line",)
        return msgspec.structs.replace(bare, warnings=(*bare.warnings, *reason))
    return _filled(suggester, bare, chosen, ask, answer)


def _chosen(suggester: SuggesterLike, answer: Answer, ask: ClaimAsk) -> Suggestion | None:
    """The known code as a suggestion, else the best suggestion."""
    if ask.code is None:
        return answer.suggestions[0] if answer.suggestions else None
    for one in answer.suggestions:
        if one.code == ask.code:
            return one
    record = suggester.catalogue.get(ask.code)
    if record is None:
        return None
    return suggestion_of(
        record, record.status(answer.date_of_service), rank=1, score=NAMED_SCORE, confidence=NAMED_CONFIDENCE
    )


def _filled(
    suggester: SuggesterLike, bare: ClaimLine, chosen: Suggestion, ask: ClaimAsk, answer: Answer
) -> ClaimLine:
    named = named_package(suggester.tables, bare.text, bare.date_of_service)
    found = units_to_bill(without_numbers(bare.text, named), chosen.code, chosen.description)
    tables = tables_of(suggester.tables, chosen.code, bare.date_of_service, ask.setting, ask.state)
    rules = [RULES[name] for name in found.rules]
    if found.waste.modifier:
        rules.append(RULES["discarded drug"])
    record = suggester.catalogue.get(chosen.code)
    modifiers = _modifiers(suggester, bare.text, answer.modifiers, found)
    names = [one.modifier for one in modifiers]
    return msgspec.structs.replace(
        bare,
        code=chosen.code,
        unit=billing_unit(chosen.description, chosen.code).words,
        units=found.units,
        arithmetic=found.arithmetic,
        missing=found.missing,
        package=next((package_of(one) for one in named if one.code == chosen.code), None),
        vials=containers_for(suggester.tables, chosen.code, found.units, bare.date_of_service),
        waste_units=found.waste.units,
        modifiers=modifiers,
        limits=tables.limits,
        fees=tables.fees,
        expected=_expected(tables, found.units, names),
        warnings=(
            *bare.warnings,
            *_warnings(chosen, record, found, answer),
            *over_limit(found.units, chosen.code, tables.limits, ask.setting is not None),
            *filter(None, [missing_modifier(tables.fees, names)]),
            *tables.warnings,
        ),
        rules=tuple(rules),
        suggestion=chosen,
    )


def _modifiers(
    suggester: SuggesterLike, text: str, named: Sequence[ModifierSuggestion], found: Units
) -> tuple[ModifierSuggestion, ...]:
    """The modifiers that the text names, and that for waste; the mg of an amount is no modifier."""
    named = [one for one in named if not re.search(rf"\d\s?{one.modifier}\b", text, re.IGNORECASE)]
    name = found.waste.modifier
    if not name or any(one.modifier == name for one in named):
        return tuple(named)
    words = next((one.long_description for one in suggester.catalogue.modifiers if one.modifier == name), "")
    line = f"on a line of its own with {found.waste.units} units: " if name == "JW" else ""
    return (*named, ModifierSuggestion(name, words, f"{line}{found.waste.reason}"))


def _expected(tables: CodeTables, units: int | None, modifiers: Sequence[str]) -> tuple[Expected, ...]:
    """For each setting units times the fee that fits the line's modifiers."""
    if units is None:
        return ()
    expected = []
    for setting in dict.fromkeys(fee.setting for fee in tables.fees):
        fee = fee_for([fee for fee in tables.fees if fee.setting == setting], modifiers)
        if fee is not None and fee.amount is not None:
            expected.append(Expected(setting, round(units * fee.amount, 2), in_words(fee)))
    return tuple(expected)


def _warnings(chosen: Suggestion, record: Record | None, found: Units, answer: Answer) -> list[str]:
    """Sentences, without a full stop, on what would be denied or is not known."""
    said: list[str] = []
    if chosen.status == "terminated":
        successors = f"; its successor is {', '.join(chosen.successors)}" if chosen.successors else ""
        said.append(f"{chosen.code} ended on {chosen.effective_to}{successors}")
    elif chosen.status == "future":
        said.append(f"{chosen.code} begins on {chosen.effective_from}")
    if record is not None and record.section in MEASURE_SECTIONS and is_measure(record):
        said.append(f"{chosen.code} reports a quality measure; it is not for an order")
    if chosen.is_noc:
        said.append(
            f"{chosen.code} is for what has no code of its own: the claim needs a description in words"
        )
    if found.missing:
        said.append(f"units cannot be worked out: {found.missing}")
    said += [found.warning] if found.warning else []
    said += [found.waste.warning] if found.waste.warning else []
    if len(answer.items) > 1:
        said.append("the text names several items; ask for a line for each of them")
    return said
