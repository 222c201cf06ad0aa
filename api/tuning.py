"""`hcpcs train --from INDEX --examples FILE`: the weights of own lines, tuned for a site, behind a gate."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

import eval.cases
from api.examples import read_examples
from eval.cases.cases import Case, read_cases
from index.errors import ArtifactError
from index.exemplars import build_exemplars, keyed
from index.files import put_in_place, sync_all
from index.sealed import seal
from index.store.contents import digests, verify
from index.store.exemplars import Exemplars
from index.store.manifest import MANIFEST, Manifest, read_manifest
from suggest.exemplars import OwnLines, load_blend
from suggest.suggester import Suggester

SHARED = sorted(Path(eval.cases.__file__).parent.glob("*.jsonl"))


class Hits(msgspec.Struct, frozen=True):
    """Cases with a right code first, among the first five, and without a code that were refused."""

    first: int
    among: int
    refused: int


class Tuned(msgspec.Struct, frozen=True):
    """What a tuning did.

    Attributes:
        folder: The new index; empty when the gate was missed and nothing was written.
        lines: Labelled lines that were used.
        learned: Lines that the weights learned from.
        before: Hits on the shared cases with the index as it was.
        after: Hits with the lines and the tuned weights.
    """

    folder: str
    lines: int
    learned: int
    before: Hits
    after: Hits

    @property
    def passed(self) -> bool:
        """Whether no count fell."""
        return all(a >= b for a, b in zip(_counts(self.after), _counts(self.before), strict=True))


def tune(source: Path, examples: Sequence[Path], shared: Sequence[Path], out: Path, on: date) -> Tuned:
    """Tune for a site; a new index folder is written where no count on the shared cases falls.

    Args:
        source: An index folder; it is left as it is.
        examples: Files of lines that the site has coded.
        shared: Case files of the gate.
        out: The new folder.
        on: Date of service.

    Raises:
        HcpcsError: If a file cannot be read, or no line can be used.
    """
    from suggest.training.own_lines import tuned_blend

    suggester = Suggester.load(source)
    records = suggester.catalogue.records
    found, _ = read_examples(examples, suggester.catalogue.codes)
    lines = [keyed(line) for line in found]
    cases = [case for path in shared for case in read_cases(path).cases]
    before = _hits(suggester, cases, on)
    exemplars, report = build_exemplars(lines, records, suggester.encoder)
    if exemplars is None:
        raise ArtifactError("none of the lines has a code of the index; give other --examples")
    suggester._own = None
    blend, learned = tuned_blend(suggester, lines, load_blend(), on)
    exemplars.blend = blend
    suggester._own = OwnLines(exemplars, suggester.artifact, suggester.encoder, blend)
    tuned = Tuned("", len(lines), learned, before, _hits(suggester, cases, on))
    if not tuned.passed:
        return tuned
    _write(source, exemplars, report.counts(), out)
    return msgspec.structs.replace(tuned, folder=str(out))


def _hits(suggester: Suggester, cases: Sequence[Case], on: date) -> Hits:
    first = among = refused = 0
    for case, answer in zip(cases, suggester.suggest([case.query for case in cases], 5, on), strict=True):
        codes = [one.code for one in answer.suggestions]
        first += bool(codes) and codes[0] in case.codes
        among += not set(codes).isdisjoint(case.codes)
        refused += not case.codes and answer.no_good_match
    return Hits(first, among, refused)


def _counts(hits: Hits) -> tuple[Any, ...]:
    return msgspec.structs.astuple(hits)


def _write(source: Path, exemplars: Exemplars, counts: dict[str, int], out: Path) -> Manifest:
    """A copy of an index with the lines and their weights, put into place in one step."""
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = out.parent / f".{out.name}.building-{os.getpid()}"
    try:
        shutil.copytree(source.resolve(), aside)
        exemplars.save(aside)
        manifest = read_manifest(aside)
        manifest = msgspec.structs.replace(
            manifest, files=digests(aside), counts={**manifest.counts, **counts}
        )
        (aside / MANIFEST).write_bytes(seal(manifest))
        sync_all(aside)
        verify(aside)
        put_in_place(aside, out)
    except OSError as error:
        raise ArtifactError(f"the index folder {out} cannot be written: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest
