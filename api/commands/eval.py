"""`hcpcs eval`: measure systems on labelled cases, compare two runs, write reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec

from api.settings import Settings
from eval.cases import FIELDS
from eval.pipeline import Options, run_all
from eval.setting import RunSetting

HELP = "Measure on labelled cases, compare two runs, write reports."
EXAMPLE = (
    "hcpcs eval run cases.csv --query-column charge_text --system default --system bm25 --out runs/today"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The three actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_run(
        actions.add_parser("run", help="measure systems on case files", description="Measure on case files.")
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "cases", nargs="+", type=Path, metavar="CASES", help=".jsonl, .csv, .xlsx or .qrels files"
    )
    parser.add_argument(
        "--system",
        action="append",
        metavar="NAME",
        help="default, all-words, bm25, dense, rrf, an index folder, a TREC run file, or an http address;"
        " LABEL=NAME to call it otherwise; may be given again (default: default)",
    )
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder (default: the active one)")
    parser.add_argument(
        "--release", type=Path, metavar="FILE", help="release to check against and for baselines"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="run folder (default: below HCPCS_HOME/runs)")
    parser.add_argument("-k", "--k", type=int, default=20, help="codes asked for, 1 to 100 (default 20)")
    parser.add_argument(
        "--on", type=date.fromisoformat, metavar="DATE", help="date of service (default today)"
    )
    parser.add_argument(
        "--split", action="append", default=[], metavar="SET", help="count each kind of SET as a set"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (default 0)")
    parser.add_argument("--samples", type=int, default=1000, help="bootstrap samples (default 1000)")
    parser.add_argument(
        "--release-check",
        choices=("report", "drop"),
        default="report",
        help="codes not active on their case's date: only report, or leave out (default report)",
    )
    parser.add_argument(
        "--seen",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="cases that a system may have learned from, for the slices seen and unseen",
    )
    for field in FIELDS:
        parser.add_argument(
            f"--{field}-column", metavar="NAME", help=f"column of the {field} (default {field})"
        )
    parser.add_argument("--json", action="store_true", help="print the metrics as JSON")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do one action."""
    return _run(arguments, settings)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    on = arguments.on or date.today()
    setting = RunSetting(_index_folder(arguments, settings), arguments.release, settings.home / "cache", on)
    out = arguments.out or settings.home / "runs" / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    options = Options(
        on=on,
        k=arguments.k,
        seed=arguments.seed,
        samples=arguments.samples,
        split=tuple(arguments.split),
        drop=arguments.release_check == "drop",
        seen=tuple(arguments.seen),
        columns={field: name for field in FIELDS if (name := getattr(arguments, f"{field}_column"))},
    )
    runs = run_all(arguments.cases, arguments.system or ["default"], setting, options, out, _tell)
    _print_runs(runs, arguments)
    sys.stderr.write(f"hcpcs: the run is in {out}\n")
    return 0


def _print_runs(runs: Sequence[object], arguments: argparse.Namespace) -> None:
    from eval.measure import Metrics
    from eval.table import as_markdown, as_text, table_rows

    metrics = [run for run in runs if isinstance(run, Metrics)]
    if arguments.json:
        for run in metrics:
            print(msgspec.json.encode(run).decode())
        return
    rows = table_rows(metrics)
    print(as_markdown(rows) if arguments.markdown else as_text(rows))


def _index_folder(arguments: argparse.Namespace, settings: Settings) -> Path | None:
    """The folder named, else the one of the settings, else the active one; none where a run needs none."""
    folder: Path | None = arguments.index or settings.index
    if folder is not None:
        return folder
    from index.home import Home

    return Home(settings.home).active()


def _tell(line: str) -> None:
    sys.stderr.write(f"hcpcs: {line}\n")
