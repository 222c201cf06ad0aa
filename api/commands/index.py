"""`hcpcs index`: build, list, check and compare index folders."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

import msgspec

from api.console import print_json, print_table, progress_bar
from api.settings import Settings
from index.errors import ArtifactError
from index.home import Home
from index.store.manifest import read_manifest, verify
from index.tables.code_table import TableInfo
from index.tables.stored import Tables

HELP = "Build, list, check and compare index folders."
EXAMPLE = "hcpcs index build --release january-2026-alpha-numeric-hcpcs-file.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=summary, description=f"{summary.capitalize()}.")

    _add_build(add("build", "build an index folder"))
    add("list", "list the index folders").add_argument("--json", action="store_true", help="print JSON")
    for name, summary in (("info", "show what is in an index"), ("verify", "check every file's checksum")):
        action = add(name, summary)
        action.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: the active index")
        action.add_argument("--json", action="store_true", help="print JSON")
    add("activate", "make an index the active one").add_argument("name", metavar="NAME")
    _add_diff(add("diff", "compare two releases or two indexes"))


def _add_build(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--release", default="starter", metavar="FILE|latest|starter", help="default: starter")
    add("--cpt", type=Path, metavar="FILE", help="a licence holder's CPT file, folder or zip")
    add("--brands", type=Path, action="append", default=[], metavar="FILE", help="file of product names")
    add(
        "--table",
        type=Path,
        action="append",
        default=[],
        dest="tables",
        metavar="FILE",
        help="CMS's limits or fees about codes: MUE, DMEPOS, ASP limits, OPPS Addendum B; repeat for each",
    )
    add("--out", type=Path, metavar="DIR", help="default: a folder under HCPCS_HOME, made active")
    add("--encoder", default="static", help="static, minilm, or a sentence-transformers folder")
    add("--strict", action="store_true", help="stop at the first bad row of the release")
    add("--name", help="name of the release, if the file's name does not tell it")
    add("--json", action="store_true", help="print the manifest as JSON")


def _add_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD", help="release file or index folder")
    parser.add_argument("new", type=Path, metavar="NEW", help="release file or index folder")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    parser.add_argument("--json", action="store_true", help="the same as --format json")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one action."""
    actions = {
        "build": _build,
        "list": _list,
        "info": _info,
        "verify": _verify,
        "activate": _activate,
        "diff": _diff,
    }
    return actions[arguments.action](arguments, settings)


def _build(arguments: argparse.Namespace, settings: Settings) -> int:
    from api.building import BuildOptions, build_index

    options = BuildOptions(
        release=arguments.release,
        cpt=arguments.cpt,
        brands=arguments.brands,
        tables=arguments.tables,
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
        sys.stderr.write(f"left out: {problem}\n")
    if arguments.json:
        print_json(manifest)
    else:
        counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in manifest.counts.items())
        print(f"{folder}: release {manifest.release} ({counts})")
        for info in Tables.open(folder).infos:
            print(f"  {_table_line(info)}")
        if manifest.notice:
            print(manifest.notice)
    return 0


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    home = Home(settings.home)
    active = home.active()
    rows = [
        {
            "name": name,
            "release": manifest.release,
            "codes": manifest.counts["codes"],
            "encoder": manifest.encoder,
            "built_at": manifest.built_at,
            "active": home.indexes / name == active,
        }
        for name in home.names()
        if (manifest := read_manifest(home.indexes / name))
    ]
    if arguments.json:
        print_json(rows)
    elif rows:
        print_table([{**row, "active": "*" if row["active"] else ""} for row in rows])
    else:
        print(f"no index in {home.indexes}; build one with `hcpcs index build`")
    return 0


def _folder(arguments: argparse.Namespace, settings: Settings) -> Path:
    """The folder named, else `HCPCS_INDEX`, else the active one; unlike `resolve_index`, builds nothing."""
    folder = arguments.folder or settings.index or Home(settings.home).active()
    if folder is None:
        raise ArtifactError("there is no active index; build one with `hcpcs index build`")
    return Path(folder)


def _info(arguments: argparse.Namespace, settings: Settings) -> int:
    folder = _folder(arguments, settings)
    manifest = read_manifest(folder)
    tables = Tables.open(folder).infos
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


def _diff(arguments: argparse.Namespace, settings: Settings) -> int:
    from api.building import read_codes
    from index.diff import diff_releases, render

    changes = diff_releases(read_codes(arguments.old), read_codes(arguments.new))
    sys.stdout.write(render(changes, "json" if arguments.json else arguments.format))
    return 0
