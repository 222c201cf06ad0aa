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
        "--from",
        type=Path,
        dest="source",
        metavar="INDEX",
        help="tune this index for a site with --examples, instead of training what ships",
    )
    parser.add_argument(
        "--examples", type=Path, action="append", default=[], metavar="FILE", help="lines that the site coded"
    )
    parser.add_argument(
        "--cases",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="cases on which a tuned index must not be worse (default: those that ship)",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with hcpcs/, asp/ and train/")
    parser.add_argument("--release", type=Path, metavar="FILE", help="release file to train on")
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
    """Tune an index, or train what ships and print the SHA-256 of every weight file."""
    if arguments.source is not None:
        return _tune(arguments, settings)
    if arguments.data is None or arguments.release is None:
        raise ArtifactError("give --data DIR and --release FILE, or --from INDEX and --examples FILE")
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


def _tune(arguments: argparse.Namespace, settings: Settings) -> int:
    """Tune an index for a site and make it the active one; 1 where the gate was missed."""
    from api.tuning import SHARED, tune
    from index.home import Home
    from index.store.manifest import read_manifest

    if not arguments.examples:
        raise ArtifactError("--from needs --examples FILE: lines that the site has coded")
    home = Home(settings.home)
    name = f"{read_manifest(arguments.source).release}-site"
    to_home = arguments.out == Path()
    out = home.indexes / name if to_home else arguments.out
    tuned = tune(arguments.source, arguments.examples, arguments.cases or SHARED, out, arguments.on)
    before, after = tuned.before, tuned.after
    print(f"{tuned.lines} lines; the weights learned from {tuned.learned}")
    print(f"shared cases: right first {before.first} -> {after.first}, in first five", end=" ")
    print(f"{before.among} -> {after.among}, refused without a code {before.refused} -> {after.refused}")
    if not tuned.passed:
        sys.stderr.write("hcpcs: gate missed: worse on the shared cases; nothing was written\n")
        return 1
    if to_home:
        home.serve(name)
    back = "; `hcpcs index rollback` goes back" if to_home else ""
    print(f"{tuned.folder} holds the tuned index{back}")
    return 0
