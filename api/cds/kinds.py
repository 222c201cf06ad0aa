"""What a code stands for - a drug, its administration, an item, a service - and which orders that fits.

CMS publishes no such column. Its ranges of codes keep the kinds apart; where one range mixes them, the words
of the descriptor decide.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from index.records import Record
from suggest.measures import is_measure

Kind = Literal["drug", "administration", "item", "nutrition", "optical", "service"]
Kinds = frozenset[Kind]

_DRUG: Kinds = frozenset({"drug"})
_ITEM: Kinds = frozenset({"item"})
_SERVICE: Kinds = frozenset({"service"})
_PRODUCT: Kinds = _DRUG | _ITEM  # skin substitutes, implants with a drug, solutions
_FORMULA: Kinds = frozenset({"nutrition", "item"})
_LENS: Kinds = frozenset({"optical", "item"})

FITS: dict[str, Kinds] = {
    "MedicationRequest": frozenset({"drug", "administration"}),
    "DeviceRequest": _ITEM,
    "SupplyRequest": _ITEM,
    "ServiceRequest": _SERVICE,
    "NutritionOrder": frozenset({"nutrition"}),
    "VisionPrescription": frozenset({"optical"}),
}
"""Resource type -> the kinds of codes that its card may offer. Quality measures are of no kind."""

_RANGES: tuple[tuple[str, str, Kinds], ...] = (
    ("A0000", "A0999", _SERVICE),  # transport
    ("A2000", "A2999", _PRODUCT),
    ("A4216", "A4218", _PRODUCT),
    ("A4641", "A4642", _DRUG),
    ("A9150", "A9155", _DRUG),
    ("A9500", "A9899", _DRUG),  # contrast agents and radiopharmaceuticals
    ("B4164", "B5999", _FORMULA | _DRUG),  # parenteral solutions
    ("C1000", "C2999", _ITEM),
    ("C9000", "C9349", _DRUG),
    ("C9350", "C9369", _ITEM),
    ("C9370", "C9599", _DRUG),
    ("C9804", "C9899", _ITEM),
    ("J7294", "J7307", _PRODUCT),  # contraceptive devices
    ("P9010", "P9099", _PRODUCT | _SERVICE),  # blood and its products
    ("Q0138", "Q0249", _DRUG),
    ("Q0477", "Q0509", _ITEM),
    ("Q0515", "Q0515", _DRUG),
    ("Q2000", "Q2999", _DRUG),
    ("Q3001", "Q3001", _ITEM),
    ("Q3027", "Q3028", _DRUG),
    ("Q4001", "Q4051", _ITEM),
    ("Q4074", "Q4082", _DRUG),
    ("Q4100", "Q4999", _PRODUCT),
    ("Q5100", "Q5999", _DRUG),
    ("Q9950", "Q9999", _DRUG),
    ("S0012", "S0198", _DRUG),
    ("S0500", "S0599", _LENS),
    ("S1001", "S1099", _ITEM),
    ("S4988", "S4989", _PRODUCT),
    ("S4990", "S5014", _DRUG),
    ("S5199", "S5199", _ITEM),
    ("S5550", "S5553", _DRUG),
    ("S5560", "S5571", _PRODUCT),
    ("S8095", "S8490", _ITEM),
    ("S8999", "S9001", _ITEM),
    ("S9432", "S9435", _FORMULA),
    ("T1505", "T1505", _ITEM),
    ("T1999", "T1999", _ITEM),
    ("T2028", "T2029", _ITEM),
    ("T4500", "T5999", _ITEM),
    ("V2000", "V2622", _LENS),
    ("V2623", "V2699", _ITEM),
    ("V2700", "V2799", _LENS),
    ("V5030", "V5298", _ITEM),
)
"""First and last codes, both inclusive; ranges do not overlap."""

_SECTIONS: dict[str, Kinds] = {
    **dict.fromkeys("AEKL", _ITEM),
    "B": _FORMULA,
    "J": _DRUG,
}
"""Of codes in no range; every other section holds services."""

_IS_SERVICE = re.compile(r"\b(?:repair|fitting|dispensing fee|assessment|evaluation|labor)\b")
_ADMINISTERS = re.compile(r"\b(?:administ\w+|infus\w+|inject\w+|vaccin\w+|immuniz\w+|chemotherapy)\b")
_CATEGORY_II = re.compile(r"\d{4}F")  # CPT's quality measures


@lru_cache(1 << 14)
def kinds_of(record: Record) -> Kinds:
    """The kinds of a code; empty for a quality measure."""
    if is_measure(record) or _CATEGORY_II.fullmatch(record.code):
        return frozenset()
    kinds = next((kinds for first, last, kinds in _RANGES if first <= record.code <= last), None)
    if kinds is None:
        kinds = _SECTIONS.get(record.section, _SERVICE)
    words = f"{record.long_description} {record.short_description}".lower()
    if "drug" not in kinds and _IS_SERVICE.search(words):
        kinds |= _SERVICE
    if "service" in kinds and _ADMINISTERS.search(words):
        kinds |= {"administration"}
    return kinds
