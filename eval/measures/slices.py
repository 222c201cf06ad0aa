"""Slices of the cases: where a system is good and where it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from eval.case_results import CaseResult
from eval.cases.check import leak_of
from eval.cases.wording import plain
from eval.measures.bootstrap import Array, bootstrap_means, draw_counts
from eval.measures.clusters import Cluster, find_clusters
from eval.measures.ranking import table_measures
from eval.measures.summary import Estimate, estimates
from index.store.catalogue import Catalogue

# What a code is for, by section and first digits; the longest matching prefix decides. Sections follow the
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
MAX_PREFIX = max(map(len, CLASSES))

Dimensions = Mapping[str, Callable[[CaseResult], str]]


class Slice(msgspec.Struct, frozen=True):
    """One slice: the dimension it belongs to, its value there, its cases and its measures by label."""

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
    """Class of a code: drug, device, supply or service; `other` for codes outside the table, such as CPT."""
    return next((CLASSES[code[:n]] for n in range(MAX_PREFIX, 0, -1) if code[:n] in CLASSES), "other")


def length_of(query: str) -> str:
    """Length class of a text by its number of words."""
    words = len(query.split())
    if words <= 1:
        return "1 word"
    return "2-3 words" if words <= 3 else "4-6 words" if words <= 6 else "7+ words"


def dimensions(book: Catalogue, seen: SeenInTraining | None = None) -> Dimensions:
    """List the dimensions: name to a function that gives the slice of a case.

    A case for which the function gives the empty text is in no slice of that dimension.
    """
    cuts: dict[str, Callable[[CaseResult], str]] = {
        "kind": lambda result: result.kind,
        "source": lambda result: result.source,
        "section": lambda result: "CPT" if result.codes[0][0].isdigit() else result.codes[0][0],
        "class": lambda result: class_of(result.codes[0]),
        "length": lambda result: length_of(result.query),
        "specificity": lambda result: _specificity(result, book),
        "codes": lambda result: "several acceptable" if len(result.codes) > 1 else "one acceptable",
        "leak": lambda result: leak_of(result.case, book) or "none",
        "year": lambda result: str(result.date.year) if result.date else "",
    }
    return cuts | (_seen_dimensions(seen) if seen is not None else {})


def _specificity(result: CaseResult, book: Catalogue) -> str:
    records = [record for code in result.codes if (record := book.get(code))]
    return "NOC code" if records and all(record.is_noc for record in records) else "specific code"


def _seen_dimensions(seen: SeenInTraining) -> dict[str, Callable[[CaseResult], str]]:
    def label(is_seen: bool) -> str:
        return "seen" if is_seen else "unseen"

    return {
        "wording": lambda result: label(plain(result.query) in seen.wordings),
        "code": lambda result: label(any(code in seen.codes for code in result.codes)),
        "source seen": lambda result: label(result.source in seen.sources) if result.source else "",
    }


def measure_slices(
    results: Sequence[CaseResult],
    values: Mapping[str, Array],
    cuts: Dimensions,
    samples: int,
    seed: int,
    whole: Mapping[str, Estimate],
    cluster: Cluster = "source",
) -> list[Slice]:
    """Measure every slice of every dimension with its intervals, biggest first within a dimension.

    Args:
        results: Cases with an acceptable code.
        values: From `per_case`, in the order of the cases.
        cuts: From `dimensions`.
        samples: Bootstrap samples.
        seed: Of the bootstrap.
        whole: The measures of all the cases together, which a slice of all cases takes over.
        cluster: What is drawn whole for the intervals.
    """
    labels = [measure.label for measure in table_measures() if measure.label in values]
    matrix = np.column_stack([values[label] for label in labels])
    slices = []
    for dimension, slice_of in cuts.items():
        for name, members in _group(results, slice_of):
            if len(members) == len(results):
                measures = {label: whole[label] for label in labels if label in whole}
            else:
                clusters = find_clusters([results[i] for i in members], cluster)
                part = matrix[members]
                drawn = bootstrap_means(part, draw_counts(clusters.numbers, samples, seed))
                measures = estimates(part, drawn, labels, clusters)
            slices.append(Slice(dimension, name, len(members), measures))
    return slices


def _group(
    results: Sequence[CaseResult], slice_of: Callable[[CaseResult], str]
) -> list[tuple[str, list[int]]]:
    """Name and positions of the cases of each slice, biggest first."""
    groups: dict[str, list[int]] = {}
    for i, result in enumerate(results):
        if name := slice_of(result):
            groups.setdefault(name, []).append(i)
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
