"""`python -m eval.history.systems`: lines of each hospital system, asked where training left it out."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec
import numpy as np

from eval.history.__main__ import options_parser
from eval.history.lines import Systems, read_systems
from eval.measures.bootstrap import interval, resample_counts
from eval.report.text_table import as_text
from index.errors import HcpcsError
from index.exemplars import KeyedLine
from suggest.training.folds import Fold, folds
from suggest.training.pipeline import LINE_FILES, NO_CODE_LINES

LEAST_LINES = 200  # of a system that has a row of its own
PER_CODE = 15  # lines of one code that are asked of one system
K = 10
SAMPLES = 1000


class Counted(NamedTuple):
    """How many lines of a hospital system were asked, and how often a labelled code came.

    Attributes:
        system: Its name.
        asked: Number of lines.
        first: Those with a labelled code first.
        among: Those with one among the first `K`.
        refused: Those that probably have no code by the answer.
    """

    system: str
    asked: int
    first: int
    among: int
    refused: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; returns the exit code, 2 for files that cannot be used."""
    options = options_parser().parse_args(arguments)
    try:
        sys.stdout.write(f"{as_text(table(_counted(options)))}\n")
    except (HcpcsError, OSError, msgspec.DecodeError) as error:
        sys.stderr.write(f"eval.history.systems: {error}\n")
        return 2
    return 0


def _counted(options: argparse.Namespace) -> list[Counted]:
    train = options.data / "train"
    paths = [train / name for name in LINE_FILES]
    systems = read_systems(paths, train / NO_CODE_LINES, 0)
    found: list[Counted] = []
    for number, fold in enumerate(folds(paths, options.release, options.encoders, options.on)):
        found += _of_fold(fold, systems, options)
        sys.stderr.write(f"fold {number}: {len(found)} hospital systems so far\n")
    return found


def _of_fold(fold: Fold, systems: Systems, options: argparse.Namespace) -> Iterator[Counted]:
    """The systems whose hospitals are all of a fold."""
    suggester = fold.suggester
    precise = {record.code for record in suggester.catalogue.records if not record.is_noc}
    for name, sources in systems.sources.items():
        chosen = list(capped(systems.lines[name], precise)) if sources <= fold.sources else []
        if len(chosen) < LEAST_LINES:
            continue
        ranked = suggester.ranked([line.line.text for line in chosen], K, options.on)
        right = [
            [code in line.line.codes for code in islice(one.codes, K)]
            for line, one in zip(chosen, ranked, strict=True)
        ]
        yield Counted(
            name,
            len(chosen),
            sum(any(hits[:1]) for hits in right),
            sum(map(any, right)),
            sum(one.refused for one in ranked),
        )


def capped(lines: Sequence[KeyedLine], codes: Collection[str]) -> Iterator[KeyedLine]:
    """At most `PER_CODE` lines of each of the codes, in order; no line whose first label is another code."""
    per_code: Counter[str] = Counter()
    for line in lines:
        code = line.line.codes[0]
        per_code[code] += 1
        if code in codes and per_code[code] <= PER_CODE:
            yield line


def table(found: Sequence[Counted]) -> list[tuple[str, ...]]:
    """Rows for a text table: the systems with most lines first, then all, with intervals over systems."""
    rows: list[tuple[str, ...]] = [("hospital system", "lines", "top-1", f"top-{K}", "refused")]
    for one in sorted(found, key=lambda one: -one.asked):
        shares = [f"{count / one.asked:.3f}" for count in (one.first, one.among, one.refused)]
        rows.append((one.system, str(one.asked), *shares))
    if found:
        counts = np.array([one[1:] for one in found], float)
        sums = resample_counts(len(found), SAMPLES, 0) @ counts
        low, high = interval(sums[:, 1:] / sums[:, :1])
        total = counts.sum(axis=0)
        cells = [
            f"{mean:.3f} [{least:.3f}, {most:.3f}]"
            for mean, least, most in zip(total[1:] / total[0], low, high, strict=True)
        ]
        rows.append(("all", str(int(total[0])), *cells))
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
