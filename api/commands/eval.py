"""`hcpcs eval`: measure systems on labelled cases, compare two runs, write reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from api.arguments import add_actions
from api.dates import date_argument
from api.settings import Settings

if TYPE_CHECKING:
    from eval.measures.run_metrics import Metrics
    from eval.pipeline import RunOptions

HELP = "Measure on labelled cases, compare two runs, write reports."
EXAMPLE = "hcpcs eval run cases.csv --query-column text --system default --system bm25 --out runs/today"
EXAMPLES = {
    "run": EXAMPLE,
    "compare": "hcpcs eval compare runs/may/default runs/today/default",
    "report": "hcpcs eval report runs/today",
    "rescore": "hcpcs eval rescore runs/today/default --release HCPC2026_APR.txt --out runs/april",
    "submit": "hcpcs eval submit runs/today/default card.json --out cards/ours.json",
    "leaderboard": "hcpcs eval leaderboard cards --out docs/leaderboard.md",
    "shadow": "hcpcs eval shadow billed.csv --answers answers.jsonl",
    "feedback": "hcpcs eval feedback --picture agreement.svg",
}
SHOWN_CHANGES = 10  # of each sort, in a comparison without --all
FIELDS = ("query", "codes", "id", "source", "kind", "date")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their options."""
    action = add_actions(parser, EXAMPLES)
    for name, add, summary in (
        ("run", _add_run, "measure systems on case files"),
        ("compare", _add_compare, "compare two run folders case by case"),
        ("report", _add_report, "write the HTML report of run folders"),
        ("rescore", _add_rescore, "score the cases of a run again on a new release"),
        ("submit", _add_submit, "check and score a submission to the open benchmark"),
        ("leaderboard", _add_leaderboard, "make the leaderboard page from scored cards"),
        ("shadow", _add_shadow, "compare answers that nobody saw with the codes that were billed"),
        ("feedback", _add_feedback, "agreement of users' picks with what was shown, by quarter"),
    ):
        add(action(name, summary))


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
    _add_cluster(parser)
    add(
        "--changed-texts",
        type=int,
        default=200,
        metavar="N",
        help="rightly answered texts that are asked again with a typo, in another case or order, and so on;"
        " 0 for none (default: 200)",
    )
    add("--gate", type=Path, metavar="FILE", help="TOML file of thresholds; exit code 1 if one is missed")


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cluster",
        choices=("source", "none"),
        default="source",
        help="what is drawn whole for intervals and tests: the sources of each case set that has at least"
        " four, or nothing (default: source)",
    )


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
    _add_cluster(parser)
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


def _add_rescore(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("first", type=Path, metavar="RUN", help="finished run folder on the old release")
    add("--release", metavar="FILE", help="new release; an index is built from it below --out")
    add("--index", type=Path, metavar="DIR", help="index folder of the new release (default: the active one)")
    add("--on", type=date_argument, metavar="DATE", help="date of service (default: today)")
    add("--out", type=Path, required=True, metavar="DIR", help="new run folder")
    add("--all", action="store_true", help="print every label and answer, not ten of each sort")
    add("--json", action="store_true", help="print everything as one JSON object")


def _add_submit(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("run_file", type=Path, metavar="RUN", help="TREC run file, or a run folder")
    add("card", type=Path, metavar="CARD", help="JSON card of the system")
    add("--cases", type=Path, metavar="FILE", help="cases (default: those of the open benchmark)")
    add("--out", type=Path, metavar="FILE", help="write the scored card, for the leaderboard")
    add("--json", action="store_true", help="print the scored card as one JSON object")


def _add_leaderboard(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cards", type=Path, metavar="DIR", help="folder of scored cards")
    parser.add_argument("--out", type=Path, metavar="FILE", help="Markdown file (default: standard output)")


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


def _add_feedback(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--picks",
        type=Path,
        metavar="FILE",
        help="what `hcpcs feedback export --all` wrote (default: the feedback database, HCPCS_FEEDBACK)",
    )
    add("-k", "--k", type=int, default=5, help="first codes that count together (default: 5)")
    add("--picture", type=Path, metavar="FILE", help="write an SVG picture of the table")
    add("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one action; returns the exit code.

    Raises:
        HcpcsError: If an extra is missing, an input cannot be used, or the disk is full or cannot be written.
    """
    from eval.errors import RunFolderError
    from eval.extra import check_extra

    check_extra()
    actions = {
        "run": _run,
        "compare": _compare,
        "report": _report,
        "rescore": _rescore,
        "submit": _submit,
        "leaderboard": _leaderboard,
        "shadow": _shadow,
        "feedback": _feedback,
    }
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
        cluster=arguments.cluster,
        changed_texts=arguments.changed_texts,
        columns={field: name for field in FIELDS if (name := getattr(arguments, f"{field}_column"))},
    )


def _print_runs(runs: Sequence[Metrics], arguments: argparse.Namespace, out: Path) -> None:
    from eval.report.text_table import (
        ABOUT_INTERVALS,
        as_markdown,
        as_text,
        confidence_table_rows,
        table_rows,
    )
    from eval.run import read_manifest

    if arguments.json:
        for metrics in runs:
            print(msgspec.json.encode(metrics).decode())
        return
    tables = [rows for rows in (table_rows(runs), confidence_table_rows(runs)) if rows]
    if not arguments.markdown:
        print("\n\n".join(as_text(rows) for rows in tables))
        _tell(ABOUT_INTERVALS)
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

    comparison = compare_folders(
        arguments.first, arguments.second, seed=arguments.seed, cluster=arguments.cluster
    )
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


def _rescore(arguments: argparse.Namespace, settings: Settings) -> int:
    from eval.rescore import rescore
    from eval.rescore_text import rescore_text
    from eval.setting import RunSetting
    from eval.systems.systems import make_system

    on = arguments.on or date.today()
    folder = _index_folder(arguments, settings)
    if arguments.release:
        from api.building import BuildOptions, build_index
        from index.home import Home

        options = BuildOptions(release=arguments.release, out=arguments.out / "index")
        folder, _, problems = build_index(Home(settings.home), options, on=on)
        for problem in problems:
            _tell(str(problem))
    setting = RunSetting(folder, None, settings.home / "cache", on)
    system = make_system("default", setting)
    scored = rescore(arguments.first, system, setting.catalogue(), on, arguments.out)
    if arguments.json:
        print(msgspec.json.encode(scored).decode())
    else:
        print(rescore_text(scored, None if arguments.all else SHOWN_CHANGES))
    _tell(f"the new run is in {arguments.out}, and all moved answers are in its rescore.json")
    return 0


def _submit(arguments: argparse.Namespace, settings: Settings) -> int:
    from eval.benchmark.score import CASES, score_submission
    from eval.report.submission import submission_text
    from eval.run import write_text

    scored = score_submission(arguments.run_file, arguments.card, arguments.cases or CASES)
    encoded = msgspec.json.format(msgspec.json.encode(scored), indent=1).decode() + "\n"
    print(msgspec.json.encode(scored).decode() if arguments.json else submission_text(scored))
    if arguments.out:
        write_text(arguments.out, encoded)
        _tell(f"the scored card is in {arguments.out}")
    return 0


def _leaderboard(arguments: argparse.Namespace, settings: Settings) -> int:
    from eval.benchmark.leaderboard import leaderboard_page, read_cards
    from eval.run import write_text

    page = leaderboard_page(read_cards(arguments.cards))
    if arguments.out:
        write_text(arguments.out, page)
        _tell(f"the leaderboard is in {arguments.out}")
    else:
        print(page, end="")
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


def _feedback(arguments: argparse.Namespace, settings: Settings) -> int:
    from api.picked import read_picks
    from eval.errors import CaseFileError
    from eval.picks.agreement import agreement, agreement_rows
    from eval.picks.picture import agreement_picture
    from eval.report.text_table import as_text

    if arguments.k < 1:
        raise CaseFileError("-k must be at least 1")
    found = agreement(read_picks(arguments.picks, settings), arguments.k)
    if arguments.picture:
        arguments.picture.write_bytes(agreement_picture(found))
    if arguments.json:
        print(msgspec.json.encode(found).decode())
        return 0
    print(as_text(agreement_rows(found)))
    if found.fallen:
        _tell("the interval of the newest quarter lies below that of the quarters before it")
    if found.unlisted:
        _tell(f"{found.unlisted} picks without the list that was shown are left out")
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
