"""The commonest wrong first codes of a run, each with a text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from eval.case_results import CaseResult
from eval.measures.near_miss import Confusion, find_near_misses
from index.store.catalogue import Catalogue


class Example(msgspec.Struct, frozen=True):
    """A pair of codes with the first text of the run that was answered so, and the case sets it occurs in."""

    pair: Confusion
    text: str
    sets: tuple[str, ...]


def list_confusions(results: Sequence[CaseResult], book: Catalogue, on: date) -> list[Example]:
    """List the twenty most frequent pairs of a right code and the code answered instead."""
    examples = []
    for pair in find_near_misses(results, book, on).confusions:
        cases = [
            result
            for result in results
            if result.codes
            and result.rank != 1
            and (result.codes[0], result.first) == (pair.wanted, pair.answered)
        ]
        examples.append(Example(pair, cases[0].query, tuple(sorted({case.set for case in cases}))))
    return examples


def confusion_rows(examples: Sequence[Example]) -> list[list[str]]:
    """Make header and rows of the table."""
    head = ["right", "first", "cases", "kind", "case sets", "a text"]
    return [head] + [
        [
            example.pair.wanted,
            example.pair.answered,
            str(example.pair.count),
            example.pair.kind,
            ", ".join(example.sets),
            example.text[:70],
        ]
        for example in examples
    ]
