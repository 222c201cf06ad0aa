"""Compiled from `_letter_costs.pyx`."""

from collections.abc import Sequence

class LetterCosts:
    def __init__(
        self, written_for: Sequence[Sequence[float]], extra: Sequence[float], doubled: float, swapped: float
    ) -> None: ...
    def change(self, typed: str, known: str) -> float: ...

def letters_of(word: str) -> int: ...
