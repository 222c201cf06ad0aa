"""Lists doubtful entries of the lexicon: `python -m index.review --release FILE [--lines FILE ...]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from index.release.release import read_release
from index.review.findings import findings, read_placed
from index.review.lines import read_lines, uses
from index.review.reviewed import NOTES, noted, read_notes
from index.review.wording import Wording
from index.text.lexicon import FOLDER, key_of


def main(arguments: list[str] | None = None) -> int:
    """Print each finding with its place, and their number by kind; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m index.review", description=__doc__)
    parser.add_argument(
        "--release", type=Path, required=True, help="a release that `hcpcs index build` reads"
    )
    parser.add_argument("--lines", type=Path, nargs="*", default=[], help="training lines: JSON lines, gzip")
    parser.add_argument(
        "--file", nargs="*", default=[], help="files of the lexicon to report; all if left out"
    )
    parser.add_argument("--all", action="store_true", help="report those that were reviewed too")
    ask = parser.parse_args(arguments)
    entries = read_placed(sorted(FOLDER.glob("*.tsv")))
    wording = Wording(read_release(ask.release).records)
    used = uses({key_of(p.entry.term) for p in entries}, [x for path in ask.lines for x in read_lines(path)])
    reviewed = {} if ask.all else read_notes(NOTES)
    counts: Counter[str] = Counter()
    for found in findings(entries, wording, used):
        entry, file = found.placed.entry, found.placed.file
        if noted(found, reviewed) or (ask.file and file not in ask.file):
            continue
        counts[found.kind] += 1
        row = (found.kind, f"{file}:{found.placed.line}", entry.term, " | ".join(entry.means))
        sys.stdout.write("\t".join((*row, " ".join(entry.codes), found.detail)) + "\n")
    sys.stdout.write("".join(f"{kind}: {n}\n" for kind, n in sorted(counts.items())))
    return int(bool(counts))


if __name__ == "__main__":
    sys.exit(main())
