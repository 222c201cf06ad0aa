"""From named inputs to the shipped weights, stage by stage; a stage that is done is not done again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from index.build import Sources, assemble
from index.digest import file_sha256, source_digest
from index.encoder import StaticEncoder
from index.records import Record, Release
from index.release.release import read_release
from index.starter import FOLDER as STARTER
from index.starter import read_starter
from index.store.texts import MAX_EMBEDDED_CHARACTERS
from index.text.lexicon import FOLDER as LEXICON
from index.text.lexicon import Entry, read_lexicon
from index.text.names import Name, read_names
from index.text.words import normalise, words
from suggest.expansion import Expander, added_words
from suggest.thresholds import Thresholds
from suggest.training.encoding import Pairs, save_encoder, token_vectors, train_encoder
from suggest.training.lines import (
    FOLDS,
    Line,
    charge_lines,
    clipped_lines,
    lexicon_lines,
    name_lines,
    older_lines,
    starter_lines,
)
from suggest.training.ranking import (
    NO_CODE,
    Bench,
    Example,
    all_codes,
    answerables,
    chosen,
    fit_answerable,
    fit_codable,
    fit_confidence,
    fit_ranker,
    unseen_scores,
)

Log = Callable[[str], None]
NO_CODE_FILE = Path(__file__).parent / "no_code_texts.txt"
EXPANDED = 0.75  # share of charge lines that are learned with their known terms written out
REFUSED = 0.92  # share of texts without a code that must be refused


class Inputs(msgspec.Struct, frozen=True):
    """What training reads.

    Attributes:
        release: The current release file.
        older: Earlier releases, for their wordings.
        lines: Labelled charge lines (`charge_lines`).
        names: ASP crosswalk files.
        on: Date on which a code must be active to be learned.
        seed: Decides every draw.
    """

    release: Path
    older: tuple[Path, ...]
    lines: Path
    names: tuple[Path, ...]
    on: date
    seed: int = 0


class Material(msgspec.Struct, frozen=True):
    """The inputs, read: active records only, and every line that can teach."""

    release: Release
    starter: tuple[Record, ...]
    lexicon: tuple[Entry, ...]
    names: tuple[Name, ...]
    lines: tuple[Line, ...]
    code_popularity: tuple[dict[str, int], ...]  # by fold: code -> price lists that hold it


def train(inputs: Inputs, work: Path, out: Path, log: Log) -> dict[str, str]:
    """Make the weights.

    Args:
        inputs: What to learn from.
        work: Folder for finished stages; training goes on from them when called again with the same inputs.
        out: The project's root; weights go to `index/weights` and `suggest/weights` below it.
        log: Told of progress, one line each.

    Returns:
        Path of each weight file below `out` -> sha256.
    """
    work = work / _key(inputs)
    work.mkdir(parents=True, exist_ok=True)
    material = read_material(inputs, log)
    tokens = _tokens(work, log)
    encoders = [_encoder(material, tokens, fold, inputs.seed, work, log) for fold in (*range(FOLDS), None)]
    examples = [
        example
        for fold in range(FOLDS)
        for example in _examples(material, encoders[fold], fold, inputs.seed, log)
    ]
    log(f"ranker: {len(examples)} lines")
    scored = list(unseen_scores(examples, inputs.seed))
    confidence = fit_confidence(scored, inputs.seed)
    answerable = fit_answerable(scored, inputs.seed)
    codable, bias = fit_codable(encoders[-1], [line.text for line in material.lines], no_code_texts())
    ranker = fit_ranker([one for one in examples if one.kind != NO_CODE], inputs.seed)
    thresholds = Thresholds(
        refuse_below=_refuse_below(scored, answerable, log),
        codable_bias=round(bias, 5),
        codable_weights=tuple(round(float(weight), 5) for weight in codable),
        code_popularity=_summed(material.code_popularity),
    )
    weights = out / "suggest/weights"
    weights.mkdir(parents=True, exist_ok=True)
    ranker.save_model(str(weights / "ranker.txt"))
    confidence.save_model(str(weights / "confidence.txt"))
    answerable.save_model(str(weights / "answerable.txt"))
    (weights / "thresholds.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(thresholds), indent=1) + b"\n"
    )
    shutil.copytree(work / "encoder-all", out / "index/weights/encoder", dirs_exist_ok=True)
    files = sorted((*weights.iterdir(), *(out / "index/weights/encoder").iterdir()))
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _key(inputs: Inputs) -> str:
    """Digest of the inputs and of the code, so that a stage of other inputs or other code is never reused."""
    digest = hashlib.sha256(f"{inputs.on} {inputs.seed} {source_digest(__name__)}".encode())
    shipped = sorted([*LEXICON.glob("*.tsv"), *STARTER.glob("*.tsv")])
    for path in (inputs.release, *inputs.older, inputs.lines, *inputs.names, *shipped):
        digest.update(file_sha256(path).encode())
    return digest.hexdigest()[:12]


def read_material(inputs: Inputs, log: Log) -> Material:
    """Read every input and make the lines."""
    release = read_release(inputs.release)
    records = tuple(record for record in release.records if record.status(inputs.on) == "active")
    active = [record.code for record in records]
    known = frozenset(active)
    starter, lexicon = read_starter().records, read_lexicon()
    charges, code_popularity = charge_lines(inputs.lines, known, inputs.seed)
    older = [read_release(path) for path in inputs.older]
    lines = [
        *charges,
        *name_lines(inputs.names, known),
        *lexicon_lines(lexicon, active),
        *starter_lines(starter, known),
        *older_lines(older, records, known),
        *clipped_lines(records, inputs.seed),
    ]
    counts = {
        kind: sum(line.kind == kind for line in lines) for kind in sorted({line.kind for line in lines})
    }
    log(f"{len(records)} active codes; lines: {counts}")
    names = tuple(name for path in inputs.names for name in read_names(path))
    return Material(
        msgspec.structs.replace(release, records=records),
        starter,
        lexicon,
        names,
        tuple(lines),
        tuple(code_popularity),
    )


def _tokens(work: Path, log: Log) -> np.ndarray:
    path = work / "tokens.npy"
    if not path.is_file():
        vectors = token_vectors(log)
        np.save(path.with_suffix(".part.npy"), vectors)
        path.with_suffix(".part.npy").replace(path)
    return np.asarray(np.load(path), np.float32)


def _encoder(
    material: Material, tokens: np.ndarray, fold: int | None, seed: int, work: Path, log: Log
) -> StaticEncoder:
    """The encoder that learned from one fold's lines, or from all when None."""
    folder = work / f"encoder-{'all' if fold is None else fold}"
    if not folder.is_dir():
        log(f"training {folder.name}")
        table = train_encoder(encoder_pairs(material, fold, seed), tokens, seed, log)
        aside = folder.with_suffix(".part")
        save_encoder(table, aside)
        aside.rename(folder)
    return StaticEncoder.load(folder)


def encoder_pairs(material: Material, fold: int | None, seed: int) -> Pairs:
    """Queries and code texts for the encoder; short descriptions and clipped long ones are always learned."""
    records = material.release.records
    rows = {record.code: row for row, record in enumerate(records)}
    expander = Expander(material.lexicon, (), list(rows))
    chance = np.random.default_rng(seed)
    queries: list[tuple[str, int]] = []
    for line in material.lines:
        if fold is not None and line.fold != fold and line.kind != "clipped":
            continue
        text = normalise(line.text)
        if line.kind == "charge" and chance.random() < EXPANDED:
            text = _written_out(text, expander)
        targets = line.codes[:2] if line.kind.startswith("lexicon") or line.kind == "name" else line.codes[:1]
        queries += [(text[:MAX_EMBEDDED_CHARACTERS], rows[code]) for code in targets if code in rows]
    short = [(normalise(record.short_description), row) for row, record in enumerate(records)]
    queries = [(text, row) for text, row in (*queries, *short) if text]
    own = {
        record.code: f"{record.long_description} {record.short_description}" for record in material.starter
    }
    texts: list[tuple[str, ...]] = [
        (
            normalise(record.long_description)[:MAX_EMBEDDED_CHARACTERS],
            normalise(record.short_description),
            normalise(own.get(record.code, record.short_description)),
        )
        for record in records
    ]
    return Pairs([text for text, _ in queries], [row for _, row in queries], texts)


def _written_out(text: str, expander: Expander) -> str:
    found = words(text)
    return " ".join([text, *added_words(found, expander.find(found))])


def _examples(material: Material, encoder: StaticEncoder, learned: int, seed: int, log: Log) -> list[Example]:
    """Features of the lines that an encoder did not learn from."""
    everything = Sources(material.release, material.lexicon, material.starter, material.names)
    full = assemble(everything, encoder)
    bare = assemble(Sources(material.release), encoder)
    nothing = [Line(text, (), NO_CODE, place % FOLDS) for place, text in enumerate(no_code_texts())]
    coded = [line.text for line in material.lines if line.fold == learned]
    codable = fit_codable(encoder, coded, [line.text for line in nothing if line.fold == learned])
    bench = Bench(full, bare, encoder, material.code_popularity[learned], codable)
    lines = [line for line in (*chosen(all_codes(material.lines), seed), *nothing) if line.fold != learned]
    found = []
    for nth, line in enumerate(lines):
        example = bench.example(line, nth)
        if example is not None:
            found.append(example)
        if nth % 1000 == 0:
            log(f"features without fold {1 - learned}: {nth} of {len(lines)}")
    return found


def _summed(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    codes = sorted({code for one in counts for code in one})
    return {code: sum(one.get(code, 0) for one in counts) for code in codes}


def no_code_texts() -> list[str]:
    """Our own list of texts that no HCPCS code fits."""
    return [line for line in NO_CODE_FILE.read_text(encoding="utf-8").split("\n") if line.strip()]


def _refuse_below(scored: list[tuple[Example, np.ndarray]], answerable: object, log: Log) -> float:
    """The threshold that refuses `REFUSED` of the texts without a code."""
    likely = answerables(scored, answerable)
    nothing = np.array([example.kind == NO_CODE for example, _ in scored])
    threshold = float(np.quantile(likely[nothing], REFUSED))
    log(
        f"refusing below {threshold:.3f}: {REFUSED:.0%} of texts without a code, "
        f"{(likely[~nothing] < threshold).mean():.1%} of lines with one"
    )
    return round(threshold, 4)


def inputs_under(shared: Path, release: Path, on: date, seed: int) -> Inputs:
    """The usual inputs below a folder laid out as `hcpcs/`, `asp/` and `train/`."""
    older: Sequence[Path] = sorted(
        path
        for path in (shared / "hcpcs").glob("*/*")
        if path.name in ("anweb.xlsx",) or "Alpha-Numeric-HCPCS-File" in path.name or "ANWEB_v3" in path.name
    )
    names = sorted((shared / "asp").glob("*crosswalk*"))
    return Inputs(release, tuple(older), shared / "train/charge_lines.jsonl.gz", tuple(names), on, seed)
