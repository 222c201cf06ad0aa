"""Agreement of two labellings of the benchmark, and what a system could reach at most by it.

`python -m eval.benchmark.agreement [SECOND]` prints it; SECOND holds one `id` and `codes` a line.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from eval.benchmark.score import CASES
from eval.cases.cases import read_cases
from eval.errors import SubmissionError
from eval.measures.bootstrap import LEVEL, SAMPLES
from eval.measures.shares import Share, share

SECOND = CASES.parent / "second_labels.jsonl"
NO_CODE = ""

Labels = Mapping[str, tuple[str, ...]]
"""Acceptable codes by case id, the likeliest first; empty where no code fits."""


class Interval(msgspec.Struct, frozen=True):
    """A value with a percentile bootstrap interval of 95 % over cases."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Agreement(msgspec.Struct, frozen=True):
    """How far two labellings of the same cases agree.

    Attributes:
        n: Cases that both labelled.
        kappa: Cohen's kappa (1960) of the first code, no code being a category of its own.
        kappa_no_code: Kappa of whether a code fits.
        same_first: Cases with the same first code, or with none twice.
        overlap: Mean Jaccard overlap of the sets of codes; 1 where both are empty.
        second_by_first: Cases in which the second's first answer is right by the first labels: what a system
            that answered as the second labeller would reach on the leaderboard.
        first_by_second: The same the other way round.
    """

    n: int
    kappa: Interval
    kappa_no_code: Interval
    same_first: Share
    overlap: float
    second_by_first: Share
    first_by_second: Share


class _Row(msgspec.Struct, frozen=True):
    id: str
    codes: tuple[str, ...]


def read_labels(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a second labelling, JSON Lines of `id` and `codes`.

    Raises:
        SubmissionError: If a line is not of this form, or an id comes twice.
        OSError: If the file cannot be read.
    """
    labels: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            row = msgspec.json.decode(line, type=_Row)
        except msgspec.MsgspecError as error:
            raise SubmissionError(f"{path.name} line {number}: {error}") from error
        if row.id in labels:
            raise SubmissionError(f"{path.name} line {number}: {row.id} is labelled twice")
        labels[row.id] = row.codes
    return labels


def agreement(first: Labels, second: Labels, seed: int = 0) -> Agreement:
    """Compare two labellings over the cases of the second.

    Args:
        first: Labels of the benchmark.
        second: Labels of some of its cases.
        seed: Of the bootstrap.

    Raises:
        SubmissionError: If the second labels nothing, or a case that is not in the first.
    """
    if unknown := sorted(set(second) - set(first)):
        raise SubmissionError(f"{unknown[0]} is no case of the benchmark")
    if not second:
        raise SubmissionError("the second labelling is empty")
    pairs = [(first[case], codes) for case, codes in second.items()]
    heads = [(_head(one), _head(two)) for one, two in pairs]
    return Agreement(
        n=len(pairs),
        kappa=_kappa_interval(heads, seed),
        kappa_no_code=_kappa_interval([(str(bool(a)), str(bool(b))) for a, b in heads], seed),
        same_first=share(sum(a == b for a, b in heads), len(pairs)),
        overlap=sum(_overlap(one, two) for one, two in pairs) / len(pairs),
        second_by_first=share(sum(_accepts(one, two) for one, two in pairs), len(pairs)),
        first_by_second=share(sum(_accepts(two, one) for one, two in pairs), len(pairs)),
    )


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa; 1 where chance alone makes all pairs equal."""
    n = len(pairs)
    ones, twos = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(count * twos[name] for name, count in ones.items()) / n**2
    observed = sum(a == b for a, b in pairs) / n
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def _kappa_interval(pairs: Sequence[tuple[str, str]], seed: int) -> Interval:
    generator = np.random.default_rng(seed)
    drawn = [
        kappa([pairs[at] for at in generator.integers(len(pairs), size=len(pairs))]) for _ in range(SAMPLES)
    ]
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(kappa(pairs), float(low), float(high))


def _head(codes: tuple[str, ...]) -> str:
    return codes[0] if codes else NO_CODE


def _accepts(labels: tuple[str, ...], answer: tuple[str, ...]) -> bool:
    return answer[0] in labels if labels and answer else not labels and not answer


def _overlap(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    union = set(one) | set(two)
    return len(set(one) & set(two)) / len(union) if union else 1.0


def agreement_table(found: Agreement) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        ("cases labelled twice", str(found.n)),
        ("Cohen's kappa of the first code", str(found.kappa)),
        ("Cohen's kappa of code or no code", str(found.kappa_no_code)),
        ("same first code, or none twice", str(found.same_first)),
        ("mean overlap of the sets of codes (Jaccard)", f"{found.overlap:.3f}"),
        ("second labeller's answer right by the first labels", str(found.second_by_first)),
        ("first labeller's answer right by the second labels", str(found.first_by_second)),
    ]
    return "\n".join(["| measure | value |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)])


def main(arguments: Sequence[str]) -> int:
    """Print the agreement with a second labelling; returns 0, or 2 for bad input."""
    try:
        first = {case.id: case.codes for case in read_cases(CASES).cases}
        second = read_labels(Path(arguments[0]) if arguments else SECOND)
        sys.stdout.write(agreement_table(agreement(first, second)) + "\n")
    except (SubmissionError, OSError) as error:
        sys.stderr.write(f"eval.benchmark.agreement: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
