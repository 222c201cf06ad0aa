"""Enumerations: whether the items of a text are found, and whether a text of one thing stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from eval.cases.case_files import json_lines
from eval.errors import CaseFileError
from eval.measures.shares import Share, share
from eval.reading.replies import grouped

ENDS = " .,;"  # characters around an item that do not matter


class Listed(msgspec.Struct, frozen=True):
    """A text, its writer, and the things that it enumerates in its words; none for a text of one thing."""

    text: str
    items: tuple[str, ...]
    source: str = ""


class Enumerations(msgspec.Struct, frozen=True):
    """What is made of the texts of one writer.

    Attributes:
        source: The writer.
        found: Of the texts of several things, those for which an answer has items.
        exact: Those with the same items, but for signs around them.
        items: Of the things in these texts, those that are in an item, or that an item is in.
        cut: Of the texts of one thing, those for which an answer has items.
    """

    source: str
    found: Share
    exact: Share
    items: Share
    cut: Share


def read_listed(path: Path) -> list[Listed]:
    """Read a file of JSON lines, `{"text": ..., "items": [...], "source": ...}`.

    Raises:
        CaseFileError: If it cannot be read, a line is something else, or an item is not in its text.
    """
    listed = []
    for number, line in enumerate(json_lines(path), 1):
        try:
            one = msgspec.json.decode(line, type=Listed)
        except msgspec.DecodeError as error:
            raise CaseFileError(f"{path}:{number}: {error}") from error
        if len(one.items) == 1 or any(item not in one.text for item in one.items):
            raise CaseFileError(f"{path}:{number}: items must be none or several, each a part of the text")
        listed.append(one)
    return listed


def measure_enumerations(suggester: Any, listed: Sequence[Listed], on: date) -> list[Enumerations]:
    """Ask every text, and compare the items of the answers: one result for each writer, in order."""
    answers = suggester.suggest([one.text for one in listed], date_of_service=on)
    found = [[item.text for item in answer.items] for answer in answers]
    by_source = grouped(zip(listed, found, strict=True), lambda pair: pair[0].source)
    return [_of(source, pairs) for source, pairs in by_source.items()]


def _of(source: str, pairs: Sequence[tuple[Listed, list[str]]]) -> Enumerations:
    several = [(_bare(one.items), _bare(items)) for one, items in pairs if one.items]
    whole = [items for one, items in pairs if not one.items]
    things = [(thing, items) for own, items in several for thing in own]
    met = [any(thing in item or item in thing for item in items) for thing, items in things]
    return Enumerations(
        source,
        share(sum(bool(items) for _, items in several), len(several)),
        share(sum(own == items for own, items in several), len(several)),
        share(sum(met), len(met)),
        share(sum(map(bool, whole)), len(whole)),
    )


def _bare(items: Sequence[str]) -> list[str]:
    return [item.strip(ENDS).lower() for item in items]


def enumeration_rows(measured: Sequence[Enumerations]) -> list[list[str]]:
    """Make header and rows of the table."""
    head = ["writer", "of several things", "found", "same items", "things found", "of one thing", "cut"]
    return [head] + [
        [row.source, *map(str, (row.found.n, row.found, row.exact, row.items, row.cut.n, row.cut))]
        for row in measured
    ]
