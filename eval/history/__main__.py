"""`python -m eval.history`: what own lines add, on hospitals that the encoder did not learn from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from eval.history.lines import Systems, again, asked, is_asked, read_systems
from eval.history.measure import Answered, compare, table
from eval.report.text_table import as_text
from index.errors import HcpcsError
from index.exemplars import KeyedLine, build_exemplars
from suggest.exemplars import OwnLines, load_blend
from suggest.training.folds import Fold, folds
from suggest.training.own_lines import fit_blend, judge
from suggest.training.pipeline import LINE_FILES, NO_CODE_LINES

LEAST_LINES = 30  # of a system, for a history of its own
WITHOUT_CODE = 60  # texts of a system for which no code fits


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; returns the exit code, 2 for files that cannot be used."""
    options = options_parser().parse_args(arguments)
    try:
        return _run(options)
    except (HcpcsError, OSError, msgspec.DecodeError) as error:
        sys.stderr.write(f"eval.history: {error}\n")
        return 2


def options_parser() -> argparse.ArgumentParser:
    """The options, which `eval.history.tune` has too."""
    parser = argparse.ArgumentParser(prog="python -m eval.history", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="folder with train/")
    add("--release", type=Path, required=True, metavar="FILE", help="release that training read")
    add("--encoders", type=Path, nargs="+", required=True, metavar="DIR", help="one a fold, in order")
    add("--on", type=date.fromisoformat, default=date(2026, 1, 1), help="default: 2026-01-01")
    add("--lines", type=int, default=150, help="asked of each hospital system (default 150)")
    add("--grow", type=int, nargs="*", default=[], help="also with so many lines of the same hospital")
    add("--out", type=Path, metavar="FILE", help="write the weights fitted to all systems")
    return parser


def _run(options: argparse.Namespace) -> int:
    train = options.data / "train"
    paths = [train / name for name in LINE_FILES]
    systems = read_systems(paths, train / NO_CODE_LINES, 0)
    answered: list[Answered] = []
    for number, fold in enumerate(folds(paths, options.release, options.encoders, options.on)):
        answered += _answered(number, fold, systems, options)
        sys.stderr.write(f"fold {number}: {len(answered)} answers so far\n")
    blends = {
        number: fit_blend([one.judged for one in answered if one.fold != number])
        for number in {one.fold for one in answered}
    }
    rows = compare(answered, lambda one: blends[one.fold])
    sys.stdout.write(f"{as_text(table(rows))}\n")
    if options.out:
        fitted = fit_blend([one.judged for one in answered])
        options.out.write_bytes(msgspec.json.format(msgspec.json.encode(fitted), indent=1) + b"\n")
    return 0


def _answered(number: int, fold: Fold, systems: Systems, options: argparse.Namespace) -> Iterator[Answered]:
    """The lines of the hospitals of a fold, each with every history."""
    suggester, encoder, _ = fold
    records, blend = suggester.catalogue.records, load_blend()
    codes = set(suggester.catalogue.codes)

    def own(lines: Sequence[KeyedLine]) -> OwnLines | None:
        exemplars, _ = build_exemplars(lines, records, encoder)
        return None if exemplars is None else OwnLines(exemplars, suggester.artifact, encoder, blend)

    here = sorted(name for name, sources in systems.sources.items() if sources <= fold.sources)
    elsewhere = [line for name, lines in systems.lines.items() if name not in here for line in lines]
    others = own(elsewhere)
    for system in here:
        lines = systems.lines[system]
        chosen = asked(lines, codes, options.lines)
        same = [line for line in lines if not is_asked(line)]
        histories = {"other hospitals": others}
        if len(same) >= LEAST_LINES:
            histories["same hospital"] = own(same)
            histories["same hospital, equal but for digits too"] = own(again(lines, chosen))
            for n in options.grow:
                if len(same) >= n:
                    histories[f"same hospital, {n} lines"] = own(same[:n])
        arms = {name: history for name, history in histories.items() if history is not None}
        texts = [(line.line.text, line.line.codes) for line in chosen]
        texts += [(text, ()) for text in systems.without_code.get(system, ())[:WITHOUT_CODE]]
        for text, right in texts:
            for arm, judged in judge(suggester, arms, text, right, options.on).items():
                yield Answered(system, number, arm, judged)


if __name__ == "__main__":
    raise SystemExit(main())
