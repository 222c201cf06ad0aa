"""A small catalogue with dates, changes, references and modifiers, in our own words, for the page's tests."""

from __future__ import annotations

from datetime import date

import msgspec

from index.history.build import build_history
from index.history.spans import History
from index.records import Modifier, Record, Release
from suggest.answer import Answer, Correction, Filters, Item, ModifierSuggestion
from tests.fakes import FakeCatalogue, FakeSuggester

FIRST = date(2026, 1, 1)
RECORDS = (
    Record("A4206", "Syringe with its needle, germ free", "Syringe with needle", date(1987, 1, 1)),
    Record("E0100", "Cane of any material, with tip", "Cane", date(1985, 1, 1), coverage="D"),
    Record(
        "E0130",
        "Stiff walker without wheels",
        "Stiff walker",
        date(1985, 1, 1),
        action="N",
        action_date=FIRST,
    ),
    Record(
        "E0143",
        "Folding walker with wheels, height can be set",
        "Folding wheeled walker",
        date(1993, 1, 1),
        action="C",
        action_date=FIRST,
        coverage="D",
        pricing=("32",),
        types_of_service=("P", "R"),
    ),
    Record(
        "E0144",
        "Enclosed rollator of the old kind",
        "Old rollator",
        date(1993, 1, 1),
        effective_to=date(2020, 12, 31),
        action="D",
        action_date=date(2020, 12, 31),
        cross_references=("E0143",),
    ),
    Record("E1399", "Durable equipment of no other code", "Misc equipment", date(1990, 1, 1), is_noc=True),
    Record("J1815", "Insulin shot, five units", "Insulin shot", date(2003, 1, 1), processing_note="0002"),
    Record("K0001", "Plain wheelchair", "Plain wheelchair", FIRST, action="A", action_date=FIRST),
)
MODIFIERS = (
    Modifier("NU", "New equipment", "New"),
    Modifier("RR", "Rented equipment", "Rental"),
    Modifier("LT", "Left side", "Left"),
)


BEFORE = (
    *RECORDS[1:3],
    msgspec.structs.replace(RECORDS[3], long_description="Folding walker with tyres, height can be set"),
    *RECORDS[4:7],
)
"""The records of the release before: a syringe and a wheelchair were added since, a walker reworded."""


def history() -> History:
    """Of the release before and this one."""
    releases = (("2025-10", BEFORE), ("2026-01", RECORDS))
    return build_history([Release(name, "", "", records, MODIFIERS) for name, records in releases])


RICH_TEXT = "cane, xyzzy LT"


def rich(answer: Answer) -> Answer:
    """An answer with items, a modifier, codes not told apart, and what speaks against the first code."""
    first = answer.suggestions[0]
    why = msgspec.structs.replace(first.why, against=("says oral; your text says iv",))
    return msgspec.structs.replace(
        answer,
        suggestions=(msgspec.structs.replace(first, why=why), *answer.suggestions[1:]),
        acceptable_together=(("E0100", "E0130"),),
        as_typed=(first,),
        items=(
            Item(0, 4, "cane", (msgspec.structs.replace(first, confidence=0.99),)),
            Item(6, 11, "xyzzy", ()),
        ),
        modifiers=(ModifierSuggestion("LT", "Left side", "the text names LT"),),
    )


class PageSuggester(FakeSuggester):
    """The fake with this catalogue; it corrects `walkr` to `walker` and has no good match below 0.2."""

    def __init__(self, notice: str = "") -> None:
        super().__init__(notice=notice)
        self.catalogue = FakeCatalogue(RECORDS, MODIFIERS)
        self.catalogue.history = history()

    @staticmethod
    def _allowed(record: Record, on: date, filters: Filters) -> bool:
        return record.status(on) != "future" and FakeSuggester._allowed(record, on, filters)

    def _answer(self, text: str, k: int, on: date, filters: Filters) -> Answer:
        answer = super()._answer(text.replace("walkr", "walker"), k, on, filters)
        if text == RICH_TEXT:
            return rich(answer)
        return msgspec.structs.replace(
            answer,
            text=text,
            no_good_match=not any(one.confidence >= 0.2 for one in answer.suggestions),
            did_you_mean=(Correction("walkr", "walker"),) if "walkr" in text else (),
        )
