"""`python -m eval.history.tune`: what tuning for a site adds on the largest systems, by number of lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from eval.history.__main__ import options_parser
from eval.history.lines import asked, is_asked, read_systems
from eval.history.measure import Answered, compare, table
from eval.report.text_table import as_text
from index.exemplars import build_exemplars
from index.store.exemplars import Blend
from suggest.exemplars import OwnLines, load_blend
from suggest.training.folds import Fold, folds
from suggest.training.own_lines import judge, tuned_blend
from suggest.training.pipeline import LINE_FILES, NO_CODE_LINES

SYSTEMS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one table for each system: shipped weights, then tuned ones."""
    options = options_parser().parse_args(arguments)
    train = options.data / "train"
    paths = [train / name for name in LINE_FILES]
    systems = read_systems(paths, train / NO_CODE_LINES, 0)
    largest = sorted(systems.lines, key=lambda name: -len(systems.lines[name]))[:SYSTEMS]
    blends: dict[str, Blend] = {}
    answered: list[Answered] = []
    for number, fold in enumerate(folds(paths, options.release, options.encoders, options.on)):
        for name in largest:
            if systems.sources[name] <= fold.sources:
                answered += _answered(number, fold, name, systems.lines[name], options, blends)
    shipped = load_blend()
    for name in largest:
        own = [one for one in answered if one.system == name]
        sys.stdout.write(f"{name}, shipped weights\n{as_text(table(compare(own, lambda one: shipped)))}\n")
        tuned = compare(own, lambda one: blends[f"{one.system} {one.arm}"])
        sys.stdout.write(f"{name}, tuned weights\n{as_text(table(tuned))}\n")
    return 0


def _answered(
    number: int, fold: Fold, name: str, lines: Sequence[Any], options: Any, blends: dict[str, Blend]
) -> Iterator[Answered]:
    suggester, encoder, _ = fold
    shipped = load_blend()
    same = [line for line in lines if not is_asked(line)]
    arms: dict[str, OwnLines] = {}
    for n in options.grow:
        # Halves by another bit than that which divides asked from remembered lines.
        halved = [line._replace(shape=line.shape >> 1) for line in same[:n]]
        arm = f"{n} lines"
        blends[f"{name} {arm}"], _ = tuned_blend(suggester, halved, shipped, options.on)
        exemplars, _ = build_exemplars(same[:n], suggester.catalogue.records, encoder)
        if exemplars is not None:
            arms[arm] = OwnLines(exemplars, suggester.artifact, encoder, shipped)
        sys.stderr.write(f"{name} {arm}: {msgspec.json.encode(blends[f'{name} {arm}']).decode()}\n")
    for line in asked(lines, set(suggester.catalogue.codes), options.lines):
        judged = judge(suggester, arms, line.line.text, line.line.codes, options.on)
        for arm, one in judged.items():
            yield Answered(name, number, arm, one)


if __name__ == "__main__":
    raise SystemExit(main())
