"""How long does one command take, from process start to exit?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.contender import DENSE
from benchmarks.setting import ROOT, Setting
from benchmarks.spread import spread

METHOD = (
    "Wall-clock time of a whole process, its output discarded, the commands one after the other. Files are "
    "in the page cache, as on a machine in use. `python_pass` is the interpreter alone. The obvious design "
    "reads its vectors from a file."
)
# The same as the installed command, but with the code that the other benchmarks measure.
HCPCS = (sys.executable, "-c", "import sys; from api.__main__ import main; sys.exit(main())")
LIBRARIES = ("torch", "sentence_transformers", "transformers")


def run(setting: Setting) -> dict[str, Any]:
    """Measure seconds of each command."""
    environ = os.environ | {"HCPCS_INDEX": str(setting.index), "HCPCS_HOME": str(setting.work / "home")}
    commands = _commands(setting)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(setting.size(15, 1) + 1):
        for name, words in commands.items():
            if name == DENSE and turn > 3:
                continue  # takes many seconds; three turns are enough
            seconds = _seconds(words, environ)
            if turn:  # the first turn warms the page cache
                times[name].append(seconds)
    return {
        "method": METHOD,
        "ratios": {name: spread(times[name]) for name in ("suggest", "code")},
        "seconds": {name: spread(values) for name, values in times.items()},
        "imported_to_suggest": _imported(environ),
    }


def _commands(setting: Setting) -> Mapping[str, Sequence[str]]:
    from index.store.catalogue import read_catalogue

    code = read_catalogue(setting.index).records[0].code
    ours: dict[str, Sequence[str]] = {
        "python_pass": [sys.executable, "-c", "pass"],
        "code": [*HCPCS, "code", code],
        "suggest": [*HCPCS, "suggest", "wheelchair lightweight folding"],
    }
    obvious = [sys.executable, "-m", "benchmarks.contender", DENSE, str(setting.index), str(setting.work)]
    return ours | ({DENSE: obvious} if setting.obvious else {})


def _seconds(words: Sequence[str], environ: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        words, input=b'["wheelchair lightweight folding"]\n', stdout=subprocess.DEVNULL, check=True,
        env=environ, cwd=ROOT,
    )  # fmt: skip
    return time.perf_counter() - start


def _imported(environ: Mapping[str, str]) -> list[str]:
    """List the heavy libraries that `hcpcs suggest` imports; it should import none."""
    program = (
        "import sys; from api.__main__ import main; main(['suggest', 'walker']); "
        f"sys.stderr.write(' '.join(n for n in {LIBRARIES!r} if n in sys.modules))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=environ, cwd=ROOT
    )
    return finished.stderr.decode().split()
