"""A process that tries a parser with inputs chosen by coverage: `python -m tests.fuzz NAME INPUTS FOLDER`.

It ends with 0 after that number of inputs, or names the fault and writes the input into the folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["index", "suggest", "eval", "api"]):
    from tests.parsers import PARSERS

MAX_S = 20
MAX_BYTES = 4096


def main(name: str, inputs: int, folder: Path) -> None:
    """Fuzz; does not return."""
    parser = PARSERS[name]
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parser.seeds):
        (seeds / str(number)).write_bytes(seed)
    options = [
        f"-runs={inputs}",
        f"-timeout={MAX_S}",
        f"-max_len={MAX_BYTES}",
        "-rss_limit_mb=2048",
        "-seed=1",
    ]
    options += [f"-artifact_prefix={folder}/", "-print_final_stats=1", str(seeds)]
    atheris.Setup([sys.argv[0], *options], parser.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
