"""`python -m eval.units`: units to bill against labelled texts, CMS's packages and price lines."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.units.cases import score_cases
from eval.units.cms import KINDS, Compared, cause, compare, stated_strengths
from eval.units.packages import package_rows
from eval.units.prices import MEASURES, compare_prices
from index.errors import HcpcsError
from index.records import Record
from index.store.catalogue import read_catalogue

MAX_SHOWN = 60  # causes of disagreement


def main(argv: Sequence[str] | None = None) -> int:
    """Run one of the three; returns 0, or 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m eval.units", description=__doc__)
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="index folder of a release")
    commands = parser.add_subparsers(dest="command", required=True)
    cases = commands.add_parser("cases", help="labelled texts: JSON Lines with query, code, units, ...")
    cases.add_argument("files", nargs="+", type=Path, metavar="FILE")
    cms = commands.add_parser("cms", help="CMS's crosswalk of packages, as CSV or CSV in gzip")
    cms.add_argument("files", nargs="+", type=Path, metavar="FILE")
    cms.add_argument(
        "--lines", nargs="*", type=Path, default=[], metavar="FILE", help="price lines that state strengths"
    )
    prices = commands.add_parser("prices", help="price lines with drug_unit and drug_type, as JSON Lines")
    prices.add_argument("files", nargs="+", type=Path, metavar="FILE")
    arguments = parser.parse_args(argv)
    try:
        records = {record.code: record for record in read_catalogue(arguments.index).records}
        return RUN[arguments.command](arguments, records)
    except BrokenPipeError:
        return 0
    except (HcpcsError, OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"eval.units: {error}\n")
        return 2


def _cases(arguments: argparse.Namespace, records: dict[str, Record]) -> int:
    for path in arguments.files:
        score, misses = score_cases(_json_lines(path), records)
        out = sys.stdout.write
        out(f"{path}: {score.cases} texts, each under its labelled code\n")
        for name in ("units", "waste", "modifiers"):
            right = getattr(score, name)
            out(f"  {name} right: {right} of {score.cases} ({right / score.cases:.1%})\n")
        out(f"  wrong number of units: {score.wrong} ({score.wrong / score.cases:.1%})\n")
        for miss in misses:
            out(f"  {miss.case['query']} [{miss.case['code']}]\n")
            note = miss.case.get("note", "")
            out(f"    labelled {miss.case['units']}, waste {miss.case.get('waste_units')}: {note}\n")
            found = miss.found
            out(f"    found {found.units}, waste {found.waste.units}: {found.arithmetic or found.missing}\n")
    return 0


def _cms(arguments: argparse.Namespace, records: dict[str, Record]) -> int:
    lines = ((case["codes"][0], case["query"]) for path in arguments.lines for case in _json_lines(path))
    strengths = stated_strengths(lines, records)
    rows = (row for path in arguments.files for row in package_rows(path))
    found, left_out = compare(rows, records, strengths)
    out = sys.stdout.write
    out("right of packages whose units differ from the package size; then of those where they are equal\n")
    for kind in (*KINDS, ""):
        of_kind = [one for one in found if kind in ("", one.kind)]
        differ = [one for one in of_kind if not one.as_size]
        equal = [one for one in of_kind if one.as_size]
        out(f"  {kind or 'all':<24} {_share(differ):>24}   equal to the size: {_share(equal)}\n")
    for reason, count in left_out.most_common():
        out(f"  left out: {count} ({reason})\n")
    by_cause: dict[str, list[Compared]] = defaultdict(list)
    for one in found:
        if not one.right:
            by_cause[cause(one)].append(one)
    out("disagreements by cause\n")
    for name, ones in sorted(by_cause.items(), key=lambda pair: -len(pair[1])):
        out(f"  {len(ones)} {name}\n")
        for one in list({(o.row.code, o.row.drug, o.row.size): o for o in ones}.values())[:MAX_SHOWN]:
            row = one.row
            out(f"    {row.code} {row.drug}, size {float(row.size):g}, CMS's dosage {row.dosage}: ")
            out(f"ours {float(one.ours):g} ({one.amount}), CMS {float(row.units):g}\n")
    return 0


def _prices(arguments: argparse.Namespace, records: dict[str, Record]) -> int:
    found = compare_prices(line for path in arguments.files for line in _json_lines(path))
    out = sys.stdout.write
    out("amount read from the text against the hospital's own quantity\n")
    for measure in MEASURES:
        ones = [one for one in found if one.measure == measure]
        right = sum(one.right for one in ones)
        out(f"  {measure}: {right} of {len(ones)}" + (f" ({right / len(ones):.1%})\n" if ones else "\n"))
    for one in [one for one in found if not one.right][:MAX_SHOWN]:
        out(f"    {one.text}: read {float(one.ours):g}, hospital {float(one.theirs):g}\n")
    return 0


RUN = {"cases": _cases, "cms": _cms, "prices": _prices}


def _share(ones: Sequence[Compared]) -> str:
    right = sum(one.right for one in ones)
    return f"{right} of {len(ones)}" + (f" ({right / len(ones):.2%})" if ones else "")


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


if __name__ == "__main__":
    sys.exit(main())
