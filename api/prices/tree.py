"""CMS's JSON layout of versions 2 and 3: `standard_charge_information`, read item by item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from api.prices.lines import PriceCode, PriceLine
from eval.errors import CaseFileError

ITEMS = "standard_charge_information.item"


def read_price_tree(name: str, file: IO[bytes]) -> Iterator[PriceLine]:
    """The items of a JSON file, one after another; memory does not grow with the file.

    Args:
        name: Of the file, for errors.
        file: In UTF-8, with or without a byte order mark.

    Raises:
        CaseFileError: If the file is no JSON, breaks off, or has no such items.
    """
    import ijson

    number = 0
    try:
        for item in ijson.items(_without_mark(file), ITEMS, use_float=True):
            number += 1
            yield _line(number, item)
    except (ijson.JSONError, UnicodeDecodeError):
        raise CaseFileError(
            f"{name}: the JSON is damaged or cut off after item {number:,} of standard_charge_information"
        ) from None
    if not number:
        raise CaseFileError(
            f"{name} has no items under standard_charge_information; give CMS's price file in JSON,"
            " or labelled lines as .jsonl"
        )


def _line(number: int, item: Any) -> PriceLine:
    if not isinstance(item, dict):
        return PriceLine(number, "", error="the item is not an object")
    listed = item.get("code_information") or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        return PriceLine(number, "", error="code_information is not a list of codes with their types")
    codes = [(_text(one.get("code")), _text(one.get("type")).upper()) for one in listed]
    return PriceLine(number, _text(item.get("description")), [PriceCode(*one) for one in codes if one[0]])


def _text(value: Any) -> str:
    """A string or number as text; anything else is no text."""
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _without_mark(file: IO[bytes]) -> IO[bytes]:
    """The file behind its byte order mark, which Windows programs write and JSON does not allow."""
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    return file
