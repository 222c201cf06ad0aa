"""Known errors for coded lines, made by dates and order of the codes alone: no rule is the audit's own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from index.records import Record

Mistake = Literal["none", "ended", "neighbour", "drug", "units"]
MISTAKES: tuple[Mistake, ...] = ("ended", "neighbour", "drug", "units")
REACH = 3  # a neighbour's code is at most so many codes away in CMS's order
FACTORS = (10, 100, 1000)  # milligrams billed as units, a misplaced decimal point


class Line(NamedTuple):
    """A coded line of a hospital system.

    Attributes:
        text: As the hospital wrote it.
        codes: The codes that are accepted for it; the first is the hospital's own.
        source: The hospital system.
    """

    text: str
    codes: tuple[str, ...]
    source: str


class Coded(NamedTuple):
    """A line as it is audited: its code and units, right or with a mistake."""

    line: Line
    code: str
    units: float
    mistake: Mistake


class MistakeMaker:
    """Puts mistakes into lines, drawn at random."""

    def __init__(self, records: Sequence[Record], on: date, rng: random.Random) -> None:
        """Take the codes of a release, ascending, and the date on which they must be valid or ended."""
        self._active = [record.code for record in records if record.status(on) == "active"]
        self._places = {code: place for place, code in enumerate(self._active)}
        self._ended = [record.code for record in records if record.status(on) == "terminated"]
        self._drugs = [code for code in self._active if code[0] == "J"]
        self._rng = rng

    def knows(self, code: str) -> bool:
        """Whether a code is valid on the date."""
        return code in self._places

    def coded(self, lines: Sequence[Line], share: float) -> list[Coded]:
        """Every line with its own code and one unit, or, in a share of them, with a mistake."""
        return [
            self.with_mistake(line, self._rng.choice(MISTAKES))
            if self._rng.random() < share
            else Coded(line, line.codes[0], 1.0, "none")
            for line in lines
        ]

    def with_mistake(self, line: Line, mistake: Mistake) -> Coded:
        """A line with a mistake; a wrong drug for a line of no drug is a neighbour's code."""
        own = line.codes[0]
        if mistake == "units":
            return Coded(line, own, float(self._rng.choice(FACTORS)), mistake)
        if mistake == "ended":
            same = [code for code in self._ended if code[0] == own[0]]
            return Coded(line, self._rng.choice(same or self._ended), 1.0, mistake)
        if mistake == "drug" and own[0] == "J":
            return Coded(line, self._other(self._drugs, line.codes), 1.0, mistake)
        place = self._places[own]
        near = self._active[max(0, place - REACH) : place + REACH + 1]
        return Coded(line, self._other(near, line.codes), 1.0, "neighbour")

    def _other(self, codes: Sequence[str], accepted: Sequence[str]) -> str:
        """One of some codes that is not accepted for the line."""
        return self._rng.choice([code for code in codes if code not in accepted])
