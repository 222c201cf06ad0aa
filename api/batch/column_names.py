"""Usual names of columns in charge masters and claims extracts, and telling a line of names from a row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.column_names import bare

# Names of text columns that are recognised without --text-column, most specific meaning first.
TEXT_COLUMNS = (
    "text",
    "description",
    "query",
    "item",
    "item_description",
    "charge_description",
    "charge_text",
)
UNITS = (
    *("units", "unit", "qty", "quantity", "billedunits", "unitsbilled", "serviceunits", "unitcount"),
    *("billingunits", "quantitybilled", "qtybilled", "numberofunits"),
)
MODIFIERS = (
    *("modifier", "modifiers", "mod", "mods", "mod1", "mod2", "mod3", "mod4", "modifier1", "modifier2"),
    *("modifier3", "modifier4", "hcpcsmodifier", "hcpcsmodifiers", "modifiercode"),
)
NDC = ("ndc", "ndccode", "ndc11", "ndc10", "nationaldrugcode", "ndcnumber")

# Words of which names of columns consist; a header has them, a charge seldom has nothing else.
_WORDS = """text texts description descriptions desc descr query item items name names title code codes id ids
no nr num number key line lines row service services procedure proc charge charges charged product
date dates dos day from to thru through start end qty quantity unit units uom modifier modifiers
mod mods ndc price amount cost fee total gross department dept dep center rev revenue category
class type status note notes comment comments hcpcs cpt cdm patient account encounter claim order
orders facility site location provider payer plan long short clinical drug medication supply brand
generic value label source kind count mrn ordered billed"""
_HEADER_WORDS = frozenset(_WORDS.split())
_DATA = re.compile(
    r"[-+$(]?\s*\$?\d[\d,.]*%?\)?"  # numbers, money
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*"  # dates
    r"|[A-CE-HJ-MP-V]\d{4}|\d{4}[FTUAM]"  # codes
    r"|\d{4,5}-\d{3,4}-\d{1,2}"  # National Drug Codes
)
_TEXTS = {name.replace("_", "") for name in TEXT_COLUMNS}
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")
_MOSTLY = 0.8  # share of the cells of a column that are numbers, dates or codes


def is_header(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first line of a file names its columns, or is a row already.

    It does where most of its cells are words of which names consist, or where a column of numbers begins with
    a word. Where nothing speaks for it, it is a row: a name among the texts does less harm than a lost
    charge.

    Args:
        cells: The first line.
        rows: Some rows after it.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    names = sum(map(_is_name, filled))
    data = sum(_DATA.fullmatch(cell) is not None for cell in filled)
    if any(bare(cell) in _TEXTS for cell in filled) or (names * 2 > len(filled) and names > data):
        return True
    if data:
        return False
    return any(_begins_with_word(place, cell, rows) for place, cell in enumerate(cells))


def _is_name(cell: str) -> bool:
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell).lower())
    return bool(words) and (_IDENTIFIER.fullmatch(cell) is not None or _HEADER_WORDS.issuperset(words))


def _begins_with_word(place: int, cell: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column holds numbers, dates or codes and its first cell is none."""
    below = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    return bool(cell.strip() and below) and (
        sum(_DATA.fullmatch(each) is not None for each in below) / len(below) >= _MOSTLY
    )
