"""`python -m eval.audit`: puts known errors into coded lines and prints precision and recall of the audit."""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from eval.audit.measure import Counted, audit, count
from eval.audit.mistakes import Coded, Line, MistakeMaker
from eval.report.text_table import as_text
from eval.run import write_json
from index.errors import HcpcsError
from suggest.audit.auditor import Auditor, Payer
from suggest.claim.limits import SETTINGS
from suggest.suggester import Suggester


class _Case(msgspec.Struct):
    query: str
    codes: tuple[str, ...]
    source: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; returns the exit code, 2 for files that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (HcpcsError, OSError, msgspec.DecodeError) as error:
        sys.stderr.write(f"eval.audit: {error}\n")
        return 2


def _run(options: argparse.Namespace) -> int:
    rng = random.Random(options.seed)
    suggester = Suggester.load(options.index)
    maker = MistakeMaker(suggester.catalogue.records, options.on, rng)
    lines = [line for line in _lines(options) if maker.knows(line.codes[0])]
    rng.shuffle(lines)
    lines = _capped(lines, options.per_code)[: options.rows]
    coded = maker.coded(lines, options.share)
    counted = count(coded, audit(Auditor(suggester, Payer(options.setting)), coded, options.on))
    name = options.out.name
    sys.stdout.write(f"{name}: {len(coded)} lines, {_mistakes(coded)}\n\n{as_text(_rows(counted))}\n")
    _write(options.out, coded, counted, random.Random(options.seed))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.audit", description=__doc__)
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="LINES", help="JSON Lines with query, codes, source; also .gz")
    add("--index", type=Path, required=True, metavar="DIR", help="index folder, with tables for units")
    add("--source", action="append", default=[], metavar="NAME", help="only this hospital system; repeat")
    add("--on", type=date.fromisoformat, default=date(2026, 1, 15), help="date of service")
    add("--setting", choices=SETTINGS, default="practitioner", help="whose unit limits count")
    add("--share", type=float, default=0.05, help="share of lines that get an error (default: 0.05)")
    add("--per-code", type=int, default=20, help="lines of one code and system at most (default: 20)")
    add("--rows", type=int, default=20_000, help="lines at most (default: 20,000)")
    add("--seed", type=int, default=0, help="seed of all draws (default: 0)")
    add("--out", type=Path, default=Path("runs/audit"), help="folder of the results")
    return parser


def _lines(options: argparse.Namespace) -> Iterator[Line]:
    decode = msgspec.json.Decoder(_Case).decode
    for path in options.files:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for case in map(decode, data.splitlines()):
            if case.codes and (not options.source or case.source in options.source):
                yield Line(case.query, case.codes, case.source)


def _capped(lines: Sequence[Line], most: int) -> list[Line]:
    """At most so many lines of one code from one system, so that two implant codes do not decide all."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for line in lines:
        seen[line.source, line.codes[0]] += 1
        if seen[line.source, line.codes[0]] <= most:
            kept.append(line)
    return kept


def _mistakes(coded: Sequence[Coded]) -> str:
    counts = Counter(one.mistake for one in coded)
    return ", ".join(f"{n} {mistake}" for mistake, n in sorted(counts.items()))


def _rows(counted: Counted) -> list[list[str]]:
    rows = [["", "share", "hits", "of"]]
    for what, shares in _shares(counted).items():
        rows += [[f"{what}: {name}", str(one), str(one.hits), str(one.n)] for name, one in shares.items()]
    return rows


def _shares(counted: Counted) -> dict[str, dict[Any, Any]]:
    return {
        "recall of errors": counted.recall,
        "suggestion accepted": counted.corrected,
        "precision of findings": counted.precision,
        "untouched lines flagged": counted.untouched,
    }


def _write(out: Path, coded: Sequence[Coded], counted: Counted, rng: random.Random) -> None:
    """The shares, and the findings on untouched lines in random order, for reading by eye."""
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "audit.json", {"lines": len(coded), **_shares(counted)})
    flags = rng.sample(counted.flags, len(counted.flags))
    with (out / "untouched.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("kind", "source", "text", "code", "suggested", "confidence", "reason"))
        for line, one in flags:
            source, text = line.line.source, line.line.text
            writer.writerow((one.kind, source, text, one.code, one.suggested, one.confidence, one.reason))


if __name__ == "__main__":
    sys.exit(main())
