"""`python -m eval.reading`: prints one table of how texts are read, and writes it as JSON and CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from eval.report.text_table import as_text
from eval.run import read_case_results, read_manifest, write_json
from eval.setting import RunSetting
from index.errors import HcpcsError

Rows = list[list[str]]
Tables = dict[str, tuple[Rows, Any]]  # name of a table to its rows and to the values behind them

SPLIT = "count each kind in SET as a case set"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one measure; returns the exit code, 2 for files that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        tables = MEASURES[options.measure](options)
    except HcpcsError as error:
        sys.stderr.write(f"eval.reading: {error}\n")
        return 2
    for name, (rows, values) in tables.items():
        sys.stdout.write(f"{name}\n\n{as_text(rows)}\n\n")
        write_table(options.out, name, rows, values)
    return 0


def write_table(folder: Path, name: str, rows: Rows, values: Any) -> None:
    """Write a table as NAME.csv and its values as NAME.json below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    write_json(folder / f"{name}.json", values)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.reading", description=__doc__)
    actions = parser.add_subparsers(dest="measure", required=True)
    for name in ("robustness", "route", "refusals", "enumerations"):
        action = _add(actions, name)
        read = "texts with their items, JSON lines" if name == "enumerations" else "case files"
        action.add_argument("files", nargs="+", type=Path, metavar="CASES", help=read)
        action.add_argument("--index", type=Path, required=True, metavar="DIR", help="index folder")
        action.add_argument("--on", type=date.fromisoformat, default=date.today(), help="date of service")
        if name in ("robustness", "refusals"):
            action.add_argument("--split", action="append", default=[], metavar="SET", help=SPLIT)
        if name == "route":
            action.add_argument(
                "--count",
                nargs="+",
                type=Path,
                default=[],
                metavar="FILE",
                help="line files (.jsonl) and crosswalks (.csv) by which the commonest injectables are found",
            )
    for name in ("calibration", "confusions"):
        action = _add(actions, name)
        action.add_argument("run", type=Path, metavar="RUN", help="run folder of `hcpcs eval run`")
        if name == "confusions":
            action.add_argument("--index", type=Path, required=True, metavar="DIR", help="index folder")
    action = _add(actions, "coverage")
    action.add_argument("--sets", type=int, default=400, help="simulated case sets a row (default: 400)")
    action = _add(actions, "before-after")
    action.add_argument("first", type=Path, metavar="RUN_A", help="run folder before")
    action.add_argument("second", type=Path, metavar="RUN_B", help="run folder after")
    action.add_argument("--mean-of", nargs="+", default=[], metavar="SET", help="case sets of the mean")
    return parser


def _add(actions: Any, name: str) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(name)
    action.add_argument("--out", type=Path, default=Path("runs/reading"), help="folder of the tables")
    action.add_argument("--seed", type=int, default=0, help="seed of draws (default: 0)")
    return action


def _setting(options: argparse.Namespace, on: date) -> RunSetting:
    return RunSetting(options.index, None, options.out / "cache", on)


def _robustness(options: argparse.Namespace) -> Tables:
    from eval.reading.replies import read_all
    from eval.reading.robustness import measure_robustness, robustness_rows

    suggester = _setting(options, options.on).suggester(None)
    measured = measure_robustness(
        suggester, read_all(options.files, options.split), options.on, seed=options.seed
    )
    examples = [["change", "text", "changed text", "first before", "first now", "confidence", "refused"]]
    examples += [
        [row.kind, e.text[:60], e.changed[:70], e.first, e.now, str(e.confidence), "yes" if e.refused else ""]
        for row in measured
        for e in row.examples
    ]
    return {
        "robustness": (robustness_rows(measured), measured),
        "robustness-examples": (examples, examples),
    }


def _route(options: argparse.Namespace) -> Tables:
    from eval.reading import route
    from eval.reading.replies import field_by_text, read_all

    setting, on = _setting(options, options.on), options.on
    suggester, book = setting.suggester(None), setting.catalogue()
    cases = read_all(options.files)
    results = [route.measure_cases(suggester, cases, field_by_text(options.files, "wrong"), on)]
    if options.count:
        codes = route.common_injectables(route.count_codes(options.count), book, on)
        listed = route.names_in(options.count)
        names = route.with_names(codes, book) + [(code, listed[code]) for code in codes if code in listed]
        results += route.measure_forms(suggester, book, names, route.INJECTED, "oral", on)
    names = route.with_names(route.oral_codes(book, on), book)
    results += route.measure_forms(suggester, book, names, route.SWALLOWED, "injectable", on)
    wrong = [["form", "text", "first", "confidence"]]
    wrong += [
        [row.form, text, code, str(confidence)] for row in results for text, code, confidence in row.wrong
    ]
    return {"route": (route.route_rows(results), results), "route-wrong": (wrong, wrong)}


def _refusals(options: argparse.Namespace) -> Tables:
    from eval.reading.refusals import coded_rows, measure_refusals, no_code_rows
    from eval.reading.replies import field_by_text, read_all

    suggester = _setting(options, options.on).suggester(None)
    labels = field_by_text(options.files, "looks_like")
    no_code, coded = measure_refusals(suggester, read_all(options.files, options.split), labels, options.on)
    tables: Tables = {}
    if no_code:
        tables["refusals-no-code"] = (no_code_rows(no_code), no_code)
    if coded:
        tables["refusals-coded"] = (coded_rows(coded), coded)
    return tables


def _enumerations(options: argparse.Namespace) -> Tables:
    from eval.reading.enumerations import enumeration_rows, measure_enumerations, read_listed

    suggester = _setting(options, options.on).suggester(None)
    listed = [one for path in options.files for one in read_listed(path)]
    measured = measure_enumerations(suggester, listed, options.on)
    return {"enumerations": (enumeration_rows(measured), measured)}


def _calibration(options: argparse.Namespace) -> Tables:
    from eval.reading import calibration

    results = read_case_results(options.run)
    errors = calibration.measure_calibration(results, read_manifest(options.run).split, options.seed)
    answered = calibration.measure_answered(results)
    return {
        "calibration": (calibration.calibration_rows(errors), errors),
        "answered": (calibration.answered_rows(answered), answered),
    }


def _coverage(options: argparse.Namespace) -> Tables:
    from eval.reading.coverage import coverage_rows, measure_coverage

    measured = measure_coverage(options.sets, options.seed)
    return {"coverage": (coverage_rows(measured), measured)}


def _before_after(options: argparse.Namespace) -> Tables:
    from eval.reading.before_after import before_after_rows, change_by_set, read_pairs

    pairs, split = read_pairs(options.first, options.second), read_manifest(options.second).split
    changes = change_by_set(pairs, split, options.mean_of, seed=options.seed)
    return {"before-after": (before_after_rows(changes), changes)}


def _confusions(options: argparse.Namespace) -> Tables:
    from eval.reading.confusions import confusion_rows, list_confusions

    on = read_manifest(options.run).on
    examples = list_confusions(read_case_results(options.run), _setting(options, on).catalogue(), on)
    return {"confusions": (confusion_rows(examples), examples)}


MEASURES: dict[str, Callable[[argparse.Namespace], Tables]] = {
    "robustness": _robustness,
    "route": _route,
    "refusals": _refusals,
    "enumerations": _enumerations,
    "calibration": _calibration,
    "coverage": _coverage,
    "before-after": _before_after,
    "confusions": _confusions,
}

if __name__ == "__main__":
    sys.exit(main())
