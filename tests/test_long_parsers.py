"""No input of a parser ends in anything but an answer or one sentence, soon.

`make test` changes inputs at random; the long run chooses them by the code that they reach, where atheris is
installed.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.effort import inputs, tried
from tests.parsers import PARSERS
from tests.test_long_damages import DAMAGES

FEW, MANY = 150, 40_000
COUNT = re.compile(r"stat::number_of_executed_units: (\d+)")
ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.random, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_answers_or_refuses(name: str, tmp_path: Path) -> None:
    """Its own inputs, and changed ones; a fault is printed with the file that holds the input."""
    for seed in PARSERS[name].seeds:
        PARSERS[name].run(seed)
    if (times := inputs(FEW, MANY)) == FEW or find_spec("atheris") is None:
        changed(name, times, tmp_path)
    else:
        by_coverage(name, times, tmp_path)


def changed(name: str, times: int, folder: Path) -> None:
    """Try inputs with one to four changes, made at random."""
    drawn = random.Random(name)
    for _ in range(times):
        data = drawn.choice(PARSERS[name].seeds)
        for _ in range(drawn.randint(1, 4)):
            data = drawn.choice(DAMAGES)(data or b"\0", drawn)
        (folder / "fault").write_bytes(data)
        PARSERS[name].run(data)
        tried[f"inputs of {name}, changed at random"] += 1


def by_coverage(name: str, times: int, folder: Path) -> None:
    """Try inputs in a process of its own, which stops at the first fault, hang or growth of memory."""
    command = [sys.executable, "-m", "tests.fuzz", name, str(times), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    found = COUNT.search(done.stderr)
    tried[f"inputs of {name}, chosen by coverage"] += int(found[1]) if found else 0

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert found and int(found[1]) >= times
