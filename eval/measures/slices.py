"""Cutting cases into slices: where a system is good and where it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.cases.check import leak_of
from eval.cases.codebook import CodeBook
from eval.cases.wording import plain
from eval.measures.bootstrap import Array, bootstrap_means, interval, resample_counts
from eval.measures.summary import Estimate

MEASURES = ("top-1", "top-5", "top-10", "MRR")

# What a code is for, by section and first digits; the longest matching beginning decides. Sections follow the
# CMS table of contents: A transport and supplies, B feeding, C outpatient, E equipment, and so on.
CLASSES: Mapping[str, str] = {
    "A": "supply", "A0": "service", "A8": "device", "A95": "drug", "A96": "drug", "A97": "drug",
    "B": "supply", "B9": "device", "C1": "device", "C2": "device", "C5": "service", "C7": "service",
    "C8": "service", "C9": "drug", "C96": "service", "C97": "service", "C98": "service", "C99": "service",
    "E": "device", "G": "service", "H": "service", "J": "drug", "K": "device", "L": "device",
    "M": "service", "P": "service", "P9": "supply", "Q0": "service", "Q01": "drug", "Q02": "drug",
    "Q04": "device", "Q05": "device", "Q1": "device", "Q2": "drug", "Q3": "service", "Q4": "supply",
    "Q5": "drug", "Q50": "service", "Q9": "drug", "R": "service", "S": "service", "S00": "drug",
    "S01": "drug", "S05": "supply", "S1": "device", "S555": "drug", "S8": "device", "T": "service",
    "T4": "supply", "V2": "device", "V5": "device",
}  # fmt: skip


class Slice(msgspec.Struct, frozen=True):
    """One slice: which cases, how many, and how well."""

    dimension: str
    value: str
    n: int
    measures: dict[str, Estimate]


class SeenInTraining(msgspec.Struct, frozen=True):
    """Wordings, codes and sources that the system may have learned from."""

    wordings: frozenset[str]
    codes: frozenset[str]
    sources: frozenset[str]


def class_of(code: str) -> str:
    """Drug, device, supply or service; `other` for codes outside the table, such as CPT."""
    return next((CLASSES[code[:n]] for n in (4, 3, 2, 1) if code[:n] in CLASSES), "other")


def length_of(query: str) -> str:
    """The number of words in a text, in four groups."""
    words = len(query.split())
    return (
        "1 word" if words <= 1 else "2-3 words" if words <= 3 else "4-6 words" if words <= 6 else "7+ words"
    )


def dimensions(book: CodeBook, seen: SeenInTraining | None = None) -> dict[str, Callable[[CaseResult], str]]:
    """Every way of cutting: its name and the label of a case; an empty label leaves the case out of it."""

    def status(row: CaseResult) -> str:
        records = [record for code in row.codes if (record := book.get(code))]
        return "NOC code" if records and all(record.is_noc for record in records) else "specific code"

    ways: dict[str, Callable[[CaseResult], str]] = {
        "kind": lambda row: row.kind,
        "source": lambda row: row.source,
        "section": lambda row: row.codes[0][0] if not row.codes[0][0].isdigit() else "CPT",
        "class": lambda row: class_of(row.codes[0]),
        "length": lambda row: length_of(row.query),
        "specificity": status,
        "codes": lambda row: "several acceptable" if len(row.codes) > 1 else "one acceptable",
        "leak": lambda row: leak_of(row.case, book) or "none",
    }
    if seen is not None:
        ways["wording"] = lambda row: _seen(plain(row.query) in seen.wordings)
        ways["code"] = lambda row: _seen(any(code in seen.codes for code in row.codes))
        ways["source seen"] = lambda row: _seen(row.source in seen.sources) if row.source else ""
    return ways


def _seen(there: bool) -> str:
    return "seen" if there else "unseen"


def measure_slices(
    rows: Sequence[CaseResult],
    values: Mapping[str, Array],
    ways: Mapping[str, Callable[[CaseResult], str]],
    samples: int,
    seed: int,
    whole: Mapping[str, Estimate],
) -> list[Slice]:
    """Every slice of every dimension with its intervals, biggest first within a dimension.

    Args:
        rows: Cases with an acceptable code.
        values: From `per_case`, in row order.
        ways: From `dimensions`.
        samples: Bootstrap samples.
        seed: Of the bootstrap.
        whole: Values of all the cases together, taken for a slice that holds them all.
    """
    names = [name for name in MEASURES if name in values]
    matrix = np.column_stack([values[name] for name in names])
    found = []
    for dimension, label in ways.items():
        groups: dict[str, list[int]] = {}
        for i, row in enumerate(rows):
            if text := label(row):
                groups.setdefault(text, []).append(i)
        for text, members in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
            if len(members) == len(rows):
                numbers = {name: whole[name] for name in names}
            else:
                numbers = _values(matrix[members], names, samples, seed)
            found.append(Slice(dimension, text, len(members), numbers))
    return found


def _values(matrix: Array, names: Sequence[str], samples: int, seed: int) -> dict[str, Estimate]:
    n = len(matrix)
    low, high = interval(bootstrap_means(matrix, resample_counts(n, samples, seed)))
    means = matrix.mean(axis=0)
    return {name: Estimate(float(means[i]), float(low[i]), float(high[i]), n) for i, name in enumerate(names)}
