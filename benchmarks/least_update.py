"""The minimal cost of an update of an index that would patch the former folder.

`python -m benchmarks.least_update [RELEASE_FILE]` measures the steps that every such update needs, without
the patching itself: reading the weights and the former folder (unchecked), finding what changed, embedding
the texts of the changed codes, writing the files that change, and the digests of the manifest. It prints
each step as a share of a full build in the same run.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.builder import measure_build, read
from index.encoder import load_encoder
from index.records import Record, Release
from index.store.artifact import LEXICON, NAMES
from index.store.catalogue import RECORDS, Catalogue, read_jsonl, write_jsonl
from index.store.contents import digests, read_contents
from index.store.forward import ForwardIndex
from index.store.parts import TEXTS
from index.store.profiles import Profiles
from index.store.terms import TermIndex
from index.store.text_vectors import TextVectors
from index.store.texts import MAX_EMBEDDED_CHARACTERS, Text
from index.store.vectors import VectorIndex
from index.text._normal import normalise


def steps(former: Path, given: Release, out: Path) -> dict[str, float]:
    """Measure the seconds of each step.

    Args:
        former: Index folder of the release before its descriptors changed.
        given: The changed release.
        out: An empty folder.
    """
    seconds: dict[str, float] = {}
    last = time.perf_counter()

    def done(step: str) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[step], last = now - last, now

    encoder = load_encoder()
    done("read the weights")
    held = read_contents(former)
    texts = read_jsonl(held, TEXTS, Text)
    vectors = VectorIndex.load(held, held.manifest.scale)
    of_texts = TextVectors.load(held, held.manifest.scale)
    parts = (ForwardIndex.load(held), TermIndex.load(held), Profiles.load(held))
    done("read the former folder")
    before = read_jsonl(held, RECORDS, Record)
    pairs = enumerate(zip(before, given.records, strict=True))
    changed = {row for row, (old, new) in pairs if old != new}
    done("find what changed")
    encoder.encode([normalise(text.text[:MAX_EMBEDDED_CHARACTERS]) for text in texts if text.row in changed])
    Profiles.from_records([given.records[row] for row in sorted(changed)])
    done("embed and profile the changed codes")
    Catalogue(given.records, given.modifiers).save(out)
    write_jsonl(out / TEXTS, texts)
    for part in (vectors, of_texts, *parts):
        part.save(out)
    for name in (LEXICON, NAMES):
        shutil.copy(former / name, out)
    done("write the files")
    digests(out)
    done("digests")
    return seconds


def main(argv: Sequence[str]) -> int:
    """Measure the steps beside a full build of a release file, or of the starter catalogue."""
    source = argv[0] if argv else "starter"
    with tempfile.TemporaryDirectory() as work:
        home = Path(work) / "home"
        full = measure_build("ours", home, source).build_s
        (former,) = (home / "indexes").iterdir()
        out = Path(work) / "out"
        out.mkdir()
        measured = steps(former, read("update", source), out)
    for step, seconds in (*measured.items(), ("sum", sum(measured.values()))):
        print(f"{step:36} {seconds:6.3f} s {seconds / full:7.3f} of the full build's {full:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
