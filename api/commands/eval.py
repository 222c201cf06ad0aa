"""`hcpcs eval`: measure systems on labelled cases, compare two runs, write reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from api.dates import date_argument
from api.settings import Settings

if TYPE_CHECKING:
    from eval.measures.run_metrics import Metrics
    from eval.pipeline import RunOptions

HELP = "Measure on labelled cases, compare two runs, write reports."
EXAMPLE = "hcpcs eval run cases.csv --query-column text --system default --system bm25 --out runs/today"
SHOWN_CHANGES = 10  # of each sort, in a comparison without --all
FIELDS = ("query", "codes", "id", "source", "kind", "date")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, add, summary in (
        ("run", _add_run, "measure systems on case files"),
        ("compare", _add_compare, "compare two run folders case by case"),
        ("report", _add_report, "write the HTML report of run folders"),
        ("shadow", _add_shadow, "compare answers that nobody saw with the codes that were billed"),
    ):
        add(actions.add_parser(name, help=summary, description=f"{summary.capitalize()}."))


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_inputs(parser)
    _add_cases(parser)
    _add_measuring(parser)
    _add_output(parser)


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("cases", nargs="+", type=Path, metavar="CASES", help=".jsonl, .csv, .tsv, .xlsx or .qrels files")
    add(
        "--system",
        action="append",
        metavar="NAME",
        help="default, all-words, bm25, dense, rrf, an index folder, a TREC run file, or an http address;"
        " LABEL=NAME gives it another name; may be repeated (default: default)",
    )
    add("--index", type=Path, metavar="DIR", help="index folder (default: the active one)")
    add("--release", type=Path, metavar="FILE", help="release to check against and for the baselines")


def _add_cases(parser: argparse.ArgumentParser) -> None:
    """Options of how case files are read and checked."""
    add = parser.add_argument
    add("--on", type=date_argument, metavar="DATE", help="date of service (default: today)")
    add("--split", action="append", default=[], metavar="SET", help="count each kind in SET as a case set")
    add(
        "--release-check",
        choices=("report", "drop"),
        default="report",
        help="codes that are not active on their case's date: report or leave out (default: report)",
    )
    add(
        "--seen",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="cases that a system may have learned from, for the slices `seen` and `unseen`",
    )
    for field in FIELDS:
        add(f"--{field}-column", metavar="NAME", help=f"column of the {field} (default: {field})")


def _add_measuring(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-k", "--k", type=int, default=20, help="codes asked for, 1 to 100 (default 20)")
    add("--seed", type=int, default=0, help="seed of the bootstrap (default: 0)")
    add("--samples", type=int, default=1000, help="bootstrap samples (default: 1000)")
    add("--gate", type=Path, metavar="FILE", help="TOML file of thresholds; exit code 1 if one is missed")


def _add_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--out", type=Path, metavar="DIR", help="run folder (default: below HCPCS_HOME/runs)")
    add("--overwrite", action="store_true", help="measure again where the run folder holds a finished run")
    add("--no-report", action="store_true", help="skip report.html, which takes a few seconds")
    add("--json", action="store_true", help="print the metrics, one JSON object a system")
    add("--markdown", action="store_true", help="print the table as Markdown")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", type=Path, metavar="RUN_A", help="run folder before")
    parser.add_argument("second", type=Path, metavar="RUN_B", help="run folder after")
    parser.add_argument("--all", action="store_true", help="print every changed case, not ten of each sort")
    parser.add_argument("--seed", type=int, default=0, help="seed of bootstrap and permutations (default: 0)")
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="run folders over the same cases, or a folder of them",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="HTML file (default: RUN/report.html)")


def _add_shadow(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("billed", type=Path, metavar="BILLED", help="lines as they were billed: .jsonl, .csv, .tsv or .xlsx")
    add(
        "--answers",
        type=Path,
        metavar="FILE",
        help="JSON Lines that `hcpcs batch` wrote (default: the answers that the service kept, HCPCS_SHADOW)",
    )
    add("--answers-id-column", default="id", metavar="NAME", help="of the line's id there (default: id)")
    for field in FIELDS:
        add(f"--{field}-column", metavar="NAME", help=f"column of the {field} in BILLED (default: {field})")
    add("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one action; returns the exit code.

    Raises:
        HcpcsError: If an extra is missing, an input cannot be used, or the disk is full or cannot be written.
    """
    from eval.errors import RunFolderError
    from eval.extra import check_extra

    check_extra()
    actions = {"run": _run, "compare": _compare, "report": _report, "shadow": _shadow}
    try:
        return actions[arguments.action](arguments, settings)
    except BrokenPipeError:
        raise
    except OSError as error:
        place = error.filename or getattr(arguments, "out", None) or settings.home / "runs"
        raise RunFolderError(
            f"{place} cannot be used ({error.strerror or error}); free space, or name another folder with "
            "--out: the answers so far are kept, and the same command continues"
        ) from error


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from eval.gate import read_gate
    from eval.pipeline import run_all, write_reports
    from eval.setting import RunSetting

    gate = read_gate(arguments.gate) if arguments.gate else None
    on = arguments.on or date.today()
    setting = RunSetting(_index_folder(arguments, settings), arguments.release, settings.home / "cache", on)
    out = arguments.out or settings.home / "runs" / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    try:
        systems, options = arguments.system or ["default"], _options(arguments, on)
        runs = run_all(arguments.cases, systems, setting, options, out, _tell)
    except KeyboardInterrupt:
        _tell(f"interrupted; the answers so far are kept: the same command with --out {out} continues")
        return 130
    _print_runs(runs, arguments, out)
    written = out if arguments.no_report else write_reports([run.system for run in runs], out)
    _tell(f"the run is in {written}")
    return _check_gate(gate, arguments.gate, runs, out) if gate is not None else 0


def _options(arguments: argparse.Namespace, on: date) -> RunOptions:
    from eval.pipeline import RunOptions

    return RunOptions(
        on=on,
        k=arguments.k,
        seed=arguments.seed,
        samples=arguments.samples,
        split=tuple(arguments.split),
        drop=arguments.release_check == "drop",
        seen=tuple(arguments.seen),
        overwrite=arguments.overwrite,
        columns={field: name for field in FIELDS if (name := getattr(arguments, f"{field}_column"))},
    )


def _print_runs(runs: Sequence[Metrics], arguments: argparse.Namespace, out: Path) -> None:
    from eval.report.text_table import as_markdown, as_text, confidence_table_rows, table_rows
    from eval.run import read_manifest

    if arguments.json:
        for metrics in runs:
            print(msgspec.json.encode(metrics).decode())
        return
    tables = [rows for rows in (table_rows(runs), confidence_table_rows(runs)) if rows]
    if not arguments.markdown:
        print("\n\n".join(as_text(rows) for rows in tables))
        return
    manifest = read_manifest(out if len(runs) == 1 else out / runs[0].system)
    print(
        f"Measured on {manifest.finished_at[:10]} with release {manifest.release}, date of service", end=" "
    )
    print(f"{manifest.on}; case-set sha256 `{manifest.case_set_sha256}`.\n")
    print("\n\n".join(as_markdown(rows) for rows in tables))


def _check_gate(gate: dict[str, object], path: Path, runs: Sequence[Metrics], out: Path) -> int:
    """Check the run that the gate is about and print each miss; returns the exit code."""
    from eval.gate import check_run

    misses = check_run(gate, path, runs, out)
    for miss in misses:
        _tell(f"gate missed: {miss}")
    if not misses:
        _tell(f"the gate {path.name} is kept")
    return 1 if misses else 0


def _compare(arguments: argparse.Namespace, settings: Settings) -> int:
    from eval.compare import compare_folders
    from eval.report.comparison import comparison_text

    comparison = compare_folders(arguments.first, arguments.second, seed=arguments.seed)
    if arguments.json:
        print(msgspec.json.encode(comparison).decode())
    else:
        print(comparison_text(comparison, None if arguments.all else SHOWN_CHANGES))
    return 0


def _report(arguments: argparse.Namespace, settings: Settings) -> int:
    from eval.report.report import read_run_folder, run_folders, write_report

    runs = [read_run_folder(folder) for named in arguments.runs for folder in run_folders(named)]
    out = arguments.out or arguments.runs[0] / "report.html"
    write_report(runs, out)
    _tell(f"the report is in {out}")
    return 0


def _shadow(arguments: argparse.Namespace, settings: Settings) -> int:
    from api.shadow import compare_with_billed
    from eval.report.text_table import as_text
    from eval.shadow.compare import comparison_rows

    columns = {field: name for field in FIELDS if (name := getattr(arguments, f"{field}_column"))}
    found = compare_with_billed(
        arguments.billed, columns, arguments.answers, arguments.answers_id_column, settings
    )
    if arguments.json:
        print(msgspec.json.encode(found).decode())
        return 0
    print(as_text(comparison_rows(found)))
    _tell(
        f"{found.answers} answers were kept; {found.unjoined} of {found.billed} billed lines have no answer"
    )
    return 0


def _index_folder(arguments: argparse.Namespace, settings: Settings) -> Path | None:
    """Return the folder given, else the one of the settings, else the active one, else None."""
    folder: Path | None = arguments.index or settings.index
    if folder is not None:
        return folder
    from index.home import Home

    return Home(settings.home).active()


def _tell(line: str) -> None:
    sys.stderr.write(f"hcpcs: {line}\n")
