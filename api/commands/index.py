"""`hcpcs index`: build, list, check and compare index folders."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from api.arguments import add_actions
from api.console import BOLD, coloured, paged, print_json, print_table, progress_bar
from api.settings import Settings
from index.errors import ArtifactError
from index.files import write_file
from index.home import Home
from index.starter import NAME as STARTER
from index.store.contents import verify
from index.store.manifest import read_manifest
from index.store.tables import read_infos
from index.tables.code_table import TableInfo

if TYPE_CHECKING:
    from api.updating import Update
    from index.diff import Form

SHOWN_CHANGES = 10  # of changed answers, without --all
HELP = "Build, list, check and compare index folders."
EXAMPLE = "hcpcs index build --release january-2026-alpha-numeric-hcpcs-file.zip"
EXAMPLES = {
    "build": EXAMPLE,
    "list": "hcpcs index list",
    "info": "hcpcs index info --json",
    "verify": "hcpcs index verify",
    "update": "hcpcs index update --release latest",
    "rollback": "hcpcs index rollback",
    "activate": "hcpcs index activate 2026-01",
    "diff": "hcpcs index diff HCPC2025_OCT.txt HCPC2026_JAN.txt --format csv",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    add = add_actions(parser, EXAMPLES)
    _add_build(add("build", "build an index folder"))
    add("list", "list the index folders").add_argument("--json", action="store_true", help="print JSON")
    for name, summary in (("info", "show what is in an index"), ("verify", "check every file's checksum")):
        action = add(name, summary)
        action.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: the active index")
        action.add_argument("--json", action="store_true", help="print JSON")
    _add_update(add("update", "take a new release, compare the answers, and make it active"))
    add("rollback", "make the index that was active before the active one again")
    add("activate", "make an index the active one").add_argument("name", metavar="NAME")
    _add_diff(add("diff", "compare two releases or two indexes"))


def _add_build(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--release",
        action="append",
        default=[],
        metavar="FILE|latest|starter",
        help="may be repeated: several releases make one history (default: starter)",
    )
    add("--cpt", type=Path, metavar="FILE", help="a licence holder's CPT file, folder or zip")
    add("--brands", type=Path, action="append", default=[], metavar="FILE", help="file of product names")
    _add_notes(add)
    _add_tables(add)
    _add_examples(add)
    add("--out", type=Path, metavar="DIR", help="default: a folder under HCPCS_HOME, made active")
    add("--encoder", default="static", help="static, minilm, or a sentence-transformers folder")
    add("--strict", action="store_true", help="stop at the first bad row of the release")
    add("--name", help="name of the release, if the file's name does not tell it")
    add("--json", action="store_true", help="print the manifest as JSON")


def _add_notes(add: Callable[..., Any]) -> None:
    add(
        "--notes",
        type=Path,
        metavar="FILE",
        help="CMS's processing notes (default: those in the release's zip or beside its file)",
    )


def _add_tables(add: Callable[..., Any]) -> None:
    add(
        "--table",
        type=Path,
        action="append",
        default=[],
        dest="tables",
        metavar="FILE",
        help="CMS's files about codes: MUE, DMEPOS, ASP limits, ASP's crosswalk of NDC, OPPS Addendum B; "
        "repeat for each",
    )


def _add_examples(add: Callable[..., Any]) -> None:
    add(
        "--examples",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="lines that the site has coded (.jsonl, .csv, .tsv, .xlsx: query and codes), a charge master"
        " (.csv) or a CMS price file (.csv, .json); repeat for each",
    )


def _add_update(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--release",
        action="append",
        default=[],
        metavar="FILE|latest",
        help="may be repeated for a history, the order does not count (default: latest, downloaded from CMS)",
    )
    add("--cpt", type=Path, metavar="FILE", help="a licence holder's own CPT file")
    add("--brands", type=Path, action="append", default=[], metavar="FILE", help="file of product names")
    _add_notes(add)
    _add_tables(add)
    _add_examples(add)
    add("--name", help="name of the release, if the file's name does not tell it")
    add("--all", action="store_true", help="print every changed answer, not the first ten")
    add("--json", action="store_true", help="print what was done as JSON")


def _add_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD", help="release file or index folder")
    parser.add_argument("new", type=Path, metavar="NEW", help="release file or index folder")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write a .csv or .json file; with --history also .parquet, a data dictionary beside it",
    )
    parser.add_argument(
        "--history",
        action="store_true",
        help="every wording of every code instead, as CSV or JSON: of NEW if it is an index with a history,"
        " else of the two release files",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one action."""
    actions = {
        "build": _build,
        "list": _list,
        "info": _info,
        "verify": _verify,
        "update": _update,
        "rollback": _rollback,
        "activate": _activate,
        "diff": _diff,
    }
    return actions[arguments.action](arguments, settings)


def _build(arguments: argparse.Namespace, settings: Settings) -> int:
    from api.building import HISTORY_PROBLEM, BuildOptions, build_index

    options = BuildOptions(
        release=arguments.release[0] if arguments.release else STARTER,
        others=arguments.release[1:],
        cpt=arguments.cpt,
        brands=arguments.brands,
        tables=arguments.tables,
        examples=arguments.examples,
        notes=arguments.notes,
        encoder=arguments.encoder,
        strict=arguments.strict,
        name=arguments.name,
        out=arguments.out,
    )
    with progress_bar("embedding texts") as progress:
        folder, manifest, problems = build_index(
            Home(settings.home), options, on=date.today(), progress=progress
        )
    for problem in problems:
        left_out = "" if problem.path == HISTORY_PROBLEM else "left out: "
        sys.stderr.write(f"{left_out}{problem}\n")
    if arguments.json:
        print_json(manifest)
    else:
        counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in manifest.counts.items())
        print(f"{folder}: release {manifest.release} ({counts})")
        for info in read_infos(folder):
            print(f"  {_table_line(info)}")
        if manifest.notice:
            print(manifest.notice)
    return 0


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    home = Home(settings.home)
    active = None
    try:
        active = home.active()
    except ArtifactError as error:  # the list is what helps to mend it
        sys.stderr.write(f"hcpcs: {error}\n")
    rows = [_row(home.indexes / name, active) for name in home.names()]
    if arguments.json:
        print_json(rows)
    elif rows:
        print_table([_shown(row) for row in rows])
    else:
        print(f"no index in {home.indexes}; build one with `hcpcs index build`")
    return 0


def _row(folder: Path, active: Path | None) -> dict[str, Any]:
    """What the list says of an index; of one that cannot be read why."""
    row: dict[str, Any] = dict.fromkeys(("release", "codes", "encoder", "built_at"))
    try:
        manifest = read_manifest(folder)
    except ArtifactError as error:
        row["damaged"] = str(error)
    else:
        row.update(
            release=manifest.release,
            codes=manifest.counts["codes"],
            encoder=manifest.encoder,
            built_at=manifest.built_at,
        )
    return {"name": folder.name, **row, "active": folder == active}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row as text; an index that cannot be read has its reason in the place of its release."""
    cells = {title: "" if value is None else value for title, value in row.items() if title != "damaged"}
    return {
        **cells,
        "release": row.get("damaged") or cells["release"],
        "active": "*" if row["active"] else "",
    }


def _folder(arguments: argparse.Namespace, settings: Settings) -> Path:
    """The folder named, else `HCPCS_INDEX`, else the active one; unlike `resolve_index`, builds nothing."""
    folder = arguments.folder or settings.index or Home(settings.home).active()
    if folder is None:
        raise ArtifactError("there is no active index; build one with `hcpcs index build`")
    return Path(folder)


def _info(arguments: argparse.Namespace, settings: Settings) -> int:
    folder = _folder(arguments, settings)
    manifest = read_manifest(folder)
    tables = read_infos(folder)
    if arguments.json:
        print_json({**msgspec.to_builtins(manifest), "tables": tables})
        return 0
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder} ({size / 1e6:.1f} MB)")
    for field in manifest.__struct_fields__:
        if field not in ("files", "counts"):
            print(f"  {field:16} {getattr(manifest, field)}")
    for name, count in manifest.counts.items():
        print(f"  {name:16} {count}")
    for info in tables:
        print(f"  table            {_table_line(info)}")
    return 0


def _table_line(info: TableInfo) -> str:
    """A table on one line: what it is, from when, of how many codes, from which file."""
    days = " to ".join(str(day) for day in (info.effective_from, info.effective_to) if day) or "no date"
    left_out = "".join(f", {count} {reason} rows left out" for reason, count in sorted(info.left_out.items()))
    return (
        f"{info.title} ({', '.join(info.settings)}; {days}): {info.codes} codes, {info.rows} rows{left_out}; "
        f"{info.name}, sha256 {info.sha256[:12]}"
    )


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    folder = _folder(arguments, settings)
    manifest = verify(folder)
    if arguments.json:
        print_json({"folder": str(folder), "files": len(manifest.files), "ok": True})
    else:
        print(f"{folder}: {len(manifest.files)} files, all checksums are correct")
    return 0


def _activate(arguments: argparse.Namespace, settings: Settings) -> int:
    print(f"{Home(settings.home).activate(arguments.name)} is active now")
    return 0


def _update(arguments: argparse.Namespace, settings: Settings) -> int:
    from api.building import BuildOptions
    from api.updating import update_index

    options = BuildOptions(
        release=arguments.release[0] if arguments.release else "latest",
        others=arguments.release[1:],
        cpt=arguments.cpt,
        brands=arguments.brands,
        tables=arguments.tables,
        examples=arguments.examples,
        notes=arguments.notes,
        name=arguments.name,
    )
    with progress_bar("embedding texts") as progress:
        update = update_index(Home(settings.home), options, on=date.today(), progress=progress)
    for problem in update.problems:
        sys.stderr.write(f"left out: {problem}\n")
    if arguments.json:
        print_json(update)
    else:
        _print_update(update, None if arguments.all else SHOWN_CHANGES)
    return 0


def _print_update(update: Update, limit: int | None) -> None:
    """Print what was done, and at most so many changed answers."""
    if update.unchanged:
        print(f"{update.folder} is active already and holds the same: nothing to do")
        return
    found = update.comparison
    if found is None:
        print(f"not compared: {update.not_compared}")
    else:
        print(
            f"{found.same} of {found.texts} texts have the same first ten codes; "
            f"{found.right_before} had a labelled code first, {found.right_after} have it now"
        )
        for answer in found.changed[:limit]:
            print(f"  {answer.text}")
            print(f"    before: {' '.join(answer.before) or 'no good match'}")
            print(f"    after:  {' '.join(answer.after) or 'no good match'}")
        if limit is not None and len(found.changed) > limit:
            print(f"  and {len(found.changed) - limit} more; --all prints them")
    back = "; `hcpcs index rollback` goes back" if update.before else ""
    print(f"{update.folder} is active now: release {update.release}{back}")


def _rollback(arguments: argparse.Namespace, settings: Settings) -> int:
    print(f"{Home(settings.home).rollback()} is active now")
    return 0


def _diff(arguments: argparse.Namespace, settings: Settings) -> int:
    from api.building import read_codes
    from index.diff import diff_releases, render

    form = _form(arguments)
    if arguments.history:
        return _export(arguments, form)
    (old, old_modifiers), (new, new_modifiers) = read_codes(arguments.old), read_codes(arguments.new)
    if not (old_modifiers and new_modifiers):  # a list without modifiers does not end those of the other
        old_modifiers = new_modifiers = ()
        sys.stderr.write("modifiers are not compared: OLD or NEW has none\n")
    changes = diff_releases(old, new, old_modifiers=old_modifiers, new_modifiers=new_modifiers)
    if arguments.out:
        write_file(arguments.out, render(changes, form).encode())
        return 0
    with paged(when=form == "table"):
        sys.stdout.write(render(changes, form, lambda words: coloured(words, BOLD)))
    return 0


def _form(arguments: argparse.Namespace) -> Form:
    """The form of the output: by `--json`, by the ending of `--out`, else by `--format`.

    Raises:
        ArtifactError: If there is no form of that ending.
    """
    if arguments.json:
        return "json"
    if arguments.out is None:
        form: Form = arguments.format
        return form
    endings: dict[str, Form] = {".csv": "csv", ".json": "json"}
    if arguments.history:
        endings[".parquet"] = "csv"
    if arguments.out.suffix not in endings:
        raise ArtifactError(f"{arguments.out}: --out writes files that end with {', '.join(endings)}")
    return endings[arguments.out.suffix]


def _export(arguments: argparse.Namespace, form: Form) -> int:
    """Print or write the whole history."""
    from api.building import read_history
    from index.history.export import data_dictionary, history_csv, history_rows, write_history_parquet

    history = read_history(arguments.old, arguments.new)
    for conflict in history.conflicts:
        sys.stderr.write(f"history: {conflict}\n")
    out = arguments.out
    if out is not None and out.suffix == ".parquet":
        write_history_parquet(history, out)
    else:
        rows = msgspec.json.encode(list(history_rows(history))) + b"\n"
        data = rows if form == "json" else history_csv(history).encode()
        if out is None:
            sys.stdout.write(data.decode())
        else:
            write_file(out, data)
    if out is not None:
        write_file(out.with_suffix(".dictionary.csv"), data_dictionary().encode())
    return 0
