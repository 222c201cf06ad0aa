"""`hcpcs train`: reproduces the weights that the project ships."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

import eval.cases
from api.dates import date_argument
from api.settings import Settings
from index.errors import ArtifactError, EncoderError

CASES = Path(eval.cases.__file__).parent
HELP = "Reproduce the shipped weights: encoder, ranker, confidence. An interrupted run is resumed."
EXAMPLE = "hcpcs train --data ../shared/data --release january-2026-alpha-numeric-hcpcs-file.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder with hcpcs/, asp/ and train/"
    )
    parser.add_argument(
        "--release", type=Path, required=True, metavar="FILE", help="release file to train on"
    )
    parser.add_argument(
        "--on",
        type=date_argument,
        default=date(2026, 1, 1),
        metavar="YYYY-MM-DD",
        help="date of service (default: 2026-01-01)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of all random draws (default: 0)")
    parser.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="the project's root (default: .)"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Train, then print the SHA-256 of every weight file."""
    try:
        from suggest.training.pipeline import inputs_under, train
    except ImportError as error:
        raise EncoderError(f"training needs {error.name}: pip install 'hcpcs-suggest[encoders]'") from error

    started = time.monotonic()

    def log(line: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - started:6.0f} s] {line}\n")

    measured = sorted(CASES.glob("*.jsonl"))
    inputs = inputs_under(arguments.data, arguments.release, measured, arguments.on, arguments.seed)
    try:
        written = train(inputs, settings.home / "training", arguments.out, log)
    except OSError as error:
        raise ArtifactError(
            f"{error.filename or settings.home / 'training'} cannot be used ({error.strerror or error}); "
            "put the file there or free space, and run the same command: finished stages are kept"
        ) from error
    for path, digest in written.items():
        print(f"{digest}  {path}")
    return 0
