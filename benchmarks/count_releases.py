"""Counts the contents of release files, for the table in `docs/data.md`.

python benchmarks/count_releases.py FILE...
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from index.release.release import read_release

HEADER = "| release | codes | modifiers | ended | ended modifiers | NOC | D refused | problems | seconds |"


def main(paths: list[str]) -> int:
    """Print one row for each file."""
    print(HEADER)
    print("|---" * HEADER.count(" | ") + "|---|")
    for path in paths:
        start = time.perf_counter()
        release = read_release(Path(path))
        seconds = time.perf_counter() - start
        counts = (
            len(release.records),
            len(release.modifiers),
            sum(record.effective_to is not None for record in release.records),
            sum(modifier.effective_to is not None for modifier in release.modifiers),
            sum(record.is_noc for record in release.records),
            release.dental_refused,
            len(release.problems),
        )
        print(f"| {release.name} | {' | '.join(f'{count:,}' for count in counts)} | {seconds:.1f} |")
        for problem in release.problems:
            print(f"  {problem}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
