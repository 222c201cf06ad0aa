"""From named inputs to the shipped weights, in stages. Finished encoders are kept and used again."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from index.build import Sources, assemble
from index.digest import file_sha256, source_digest
from index.encoder import StaticEncoder
from index.records import Record, Release
from index.release.release import read_release
from index.shipped import write_digests
from index.starter import read_starter
from index.store.artifact import Artifact
from index.store.texts import MAX_EMBEDDED_CHARACTERS
from index.text.lexicon import Entry, read_lexicon
from index.text.names import Name, read_names
from index.text.words import normalise, words
from suggest.expansion import Expander, added_words
from suggest.reader import Reader
from suggest.systems import SystemModel
from suggest.thresholds import Thresholds
from suggest.training import encoding
from suggest.training.borrowed import borrowed_names
from suggest.training.encoding import Pairs
from suggest.training.lines import (
    FOLDS,
    NO_CODE_TEXT,
    NO_CODE_WRITTEN,
    WRITTEN,
    Line,
    charge_lines,
    clipped_lines,
    has_code,
    lexicon_lines,
    name_lines,
    no_code_lines,
    no_code_text_lines,
    older_lines,
    starter_lines,
    variant_lines,
    written_lines,
)
from suggest.training.no_code import NoCode, listed_no_code
from suggest.training.no_code import no_code_lines as grammar_no_code
from suggest.training.ranking import (
    Example,
    FoldIndex,
    Scored,
    answerable_probabilities,
    fit_answerable,
    fit_confidence,
    fit_ranker,
    is_ranked,
    out_of_fold_scores,
    sampled_lines,
    with_all_codes,
)
from suggest.training.systems import fit_systems, system_lines

Log = Callable[[str], None]
LINE_FILES = ("charge_lines.jsonl.gz", "price_lines_2026.jsonl.gz")
NO_CODE_LINES = "no_code_2026.jsonl.gz"
N_NO_CODE_TEXTS = 26_000  # texts without a code from grammars
EXPANDED_SHARE = (
    0.75  # of charge lines and of written texts are learned with the words that their known terms stand for
)
REFUSED_SHARE = 0.842  # of texts without a code must be refused


class Inputs(msgspec.Struct, frozen=True):
    """What training reads.

    Attributes:
        release: The current release file.
        older: Earlier releases, for their wordings.
        lines: Files of labelled charge lines; see `charge_lines`.
        no_code: File of hospital lines that have no Level II code; see `no_code_lines`.
        names: ASP crosswalk files.
        measured: Shipped evaluation cases; no own text is near one of them.
        on: Codes that are active on this date are learned.
        seed: Of all random draws.
    """

    release: Path
    older: tuple[Path, ...]
    lines: tuple[Path, ...]
    no_code: Path
    names: tuple[Path, ...]
    measured: tuple[Path, ...]
    on: date
    seed: int = 0


class Material(msgspec.Struct, frozen=True):
    """The inputs after reading.

    Attributes:
        release: The current release, with its active records only.
        starter: Records of the starter catalogue.
        lexicon: Entries of the lexicon.
        names: Names of the ASP crosswalk files.
        lines: All labelled lines.
        variants: Some of these among ordinary words; see `variant_lines`.
        no_code: Lines that no code fits.
        code_popularity: For each fold: code -> number of price lists of the other folds that contain it.
        popularity: The same for the price lists of all folds.
    """

    release: Release
    starter: tuple[Record, ...]
    lexicon: tuple[Entry, ...]
    names: tuple[Name, ...]
    lines: tuple[Line, ...]
    variants: tuple[Line, ...]
    no_code: tuple[Line, ...]
    code_popularity: tuple[dict[str, int], ...]
    popularity: dict[str, int]


class _Models(NamedTuple):
    """What is learned from the examples: three LightGBM models, one network, and the numbers beside them."""

    ranker: Any
    confidence: Any
    answerable: Any
    systems: SystemModel
    thresholds: Thresholds


def train(inputs: Inputs, work: Path, out: Path, log: Log) -> dict[str, str]:
    """Train and write the weights.

    Args:
        inputs: What to learn from.
        work: Folder for finished encoders; a second call with the same inputs uses them.
        out: Root of the project; weights go to `index/weights` and `suggest/weights` in it.
        log: Called with one line of progress at a time.

    Returns:
        Path of each weight file, relative to `out` -> sha256.
    """
    work.mkdir(parents=True, exist_ok=True)
    material = read_material(inputs, log)
    tokens = _tokens(work, log)
    folders = [_encoder(material, tokens, fold, inputs.seed, work, log) for fold in (*range(FOLDS), None)]
    encoders = [StaticEncoder.load(folder) for folder in folders]
    examples = [
        example
        for fold in range(FOLDS)
        for example in _examples(material, encoders[fold], fold, inputs.seed, log)
    ]
    models = _fit_models(material, encoders[-1], examples, inputs.seed, log)
    weights = out / "suggest/weights"
    _save_models(models, weights)
    shutil.copytree(folders[-1], out / "index/weights/encoder", dirs_exist_ok=True)
    write_digests(out)
    files = sorted((*weights.iterdir(), *(out / "index/weights/encoder").iterdir()))
    return {str(path.relative_to(out)): file_sha256(path) for path in files}


def _fit_models(
    material: Material, encoder: StaticEncoder, examples: Sequence[Example], seed: int, log: Log
) -> _Models:
    """Train ranker and calibration, and compute the thresholds."""
    log(f"ranker: {len(examples)} lines")
    scored = list(out_of_fold_scores(examples, seed))
    confidence = fit_confidence(scored, seed)
    answerable = fit_answerable(scored, seed)
    systems = _system_model(material, encoder, _full_index(material, encoder), None, seed)
    ranker = fit_ranker([example for example in examples if is_ranked(example.kind)], seed)
    thresholds = Thresholds(
        refuse_below=_refuse_below(scored, answerable, log),
        code_popularity=material.popularity,
    )
    return _Models(ranker, confidence, answerable, systems, thresholds)


def _save_models(models: _Models, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    models.ranker.save_model(str(folder / "ranker.txt"))
    models.confidence.save_model(str(folder / "confidence.txt"))
    models.answerable.save_model(str(folder / "answerable.txt"))
    models.systems.save(folder / "systems.safetensors")
    thresholds = msgspec.json.format(msgspec.json.encode(models.thresholds), indent=1)
    (folder / "thresholds.json").write_bytes(thresholds + b"\n")


def read_material(inputs: Inputs, log: Log) -> Material:
    """Read all inputs and make the labelled lines.

    Raises:
        ReleaseFormatError: If an input cannot be read.
    """
    release = read_release(inputs.release)
    records = tuple(record for record in release.records if record.status(inputs.on) == "active")
    active = [record.code for record in records]
    active_set = frozenset(active)
    starter, lexicon = read_starter().records, read_lexicon()
    charges, code_popularity, popularity = charge_lines(inputs.lines, active_set, inputs.seed)
    older = [read_release(path) for path in inputs.older]
    lines = (
        *charges,
        *name_lines(inputs.names, active_set),
        *lexicon_lines(lexicon, active),
        *starter_lines(starter, active_set),
        *written_lines(active_set),
        *older_lines(older, records, active_set),
        *clipped_lines(records, inputs.seed),
    )
    log(f"{len(records)} active codes; lines: {dict(sorted(Counter(line.kind for line in lines).items()))}")
    return Material(
        release=msgspec.structs.replace(release, records=records),
        starter=starter,
        lexicon=lexicon,
        names=tuple(name for path in inputs.names for name in read_names(path)),
        lines=lines,
        variants=tuple(variant_lines(lines, inputs.seed)),
        no_code=(
            *no_code_lines(inputs.no_code, inputs.lines),
            *no_code_text_lines(listed_no_code(), NO_CODE_WRITTEN),
            *no_code_text_lines(
                grammar_texts(inputs.seed, inputs.measured, borrowed_names(records, lexicon)), NO_CODE_TEXT
            ),
        ),
        code_popularity=tuple(code_popularity),
        popularity=popularity,
    )


def _tokens(work: Path, log: Log) -> np.ndarray:
    """Token vectors, read from the work folder or computed and written there."""
    path = work / f"tokens-{source_digest(encoding.__name__)[:12]}.npy"
    if not path.is_file():
        part = path.with_suffix(".part.npy")
        np.save(part, encoding.token_vectors(log))
        part.replace(path)
    return np.asarray(np.load(path), np.float32)


def _encoder(
    material: Material, tokens: np.ndarray, fold: int | None, seed: int, work: Path, log: Log
) -> Path:
    """Folder of the encoder of all lines but one fold's, or of all when None; it is trained if absent.

    A finished one is named by what it learned from and by the code that trains it, so that an encoder of
    other lines or other code is never used again.
    """
    pairs = encoder_pairs(material, fold, seed)
    learned = msgspec.json.encode((pairs, seed, source_digest(encoding.__name__)))
    folder = work / f"encoder-{hashlib.sha256(learned).hexdigest()[:12]}"
    if not folder.is_dir():
        log(f"training {folder.name}")
        table = encoding.train_encoder(pairs, tokens, seed, log)
        part = folder.with_suffix(".part")
        encoding.save_encoder(table, part)
        part.rename(folder)
    return folder


def encoder_pairs(material: Material, fold: int | None, seed: int) -> Pairs:
    """Queries and texts of codes for the encoder.

    Clipped and short descriptions are learned in every fold: they belong to no hospital.

    Args:
        material: The lines.
        fold: The fold whose lines are left out; none when None.
        seed: Decides which charge lines are expanded.
    """
    records = material.release.records
    rows = {record.code: row for row, record in enumerate(records)}
    queries = _line_queries(material, rows, fold, seed)
    queries += [(normalise(record.short_description), row) for row, record in enumerate(records)]
    queries = [(text, row) for text, row in queries if text]
    starter_texts = {
        record.code: f"{record.long_description} {record.short_description}" for record in material.starter
    }
    texts: list[tuple[str, ...]] = [
        (
            normalise(record.long_description)[:MAX_EMBEDDED_CHARACTERS],
            normalise(record.short_description),
            normalise(starter_texts.get(record.code, record.short_description)),
        )
        for record in records
    ]
    no_code = [
        normalise(line.text)[:MAX_EMBEDDED_CHARACTERS] for line in material.no_code if line.fold != fold
    ]
    return Pairs([text for text, _ in queries], [row for _, row in queries], texts, no_code)


def _line_queries(
    material: Material, rows: Mapping[str, int], fold: int | None, seed: int
) -> list[tuple[str, int]]:
    """The text of each line outside a fold with the row of its code; a term or a name has up to two."""
    expander = Expander(material.lexicon, (), list(rows))
    rng = np.random.default_rng(seed)
    queries: list[tuple[str, int]] = []
    for line in material.lines:
        if line.fold == fold and line.kind != "clipped":
            continue
        text = normalise(line.text)
        if line.kind in ("charge", WRITTEN) and rng.random() < EXPANDED_SHARE:
            text = _expanded(text, expander)
        n_codes = 2 if line.kind.startswith("lexicon") or line.kind == "name" else 1
        queries += [
            (text[:MAX_EMBEDDED_CHARACTERS], rows[code]) for code in line.codes[:n_codes] if code in rows
        ]
    return queries


def _expanded(text: str, expander: Expander) -> str:
    """A normalised text followed by the words that its known terms stand for."""
    text_words = words(text)
    return " ".join([text, *added_words(text_words, expander.find(text_words))])


def _examples(
    material: Material, encoder: StaticEncoder, encoder_fold: int, seed: int, log: Log
) -> list[Example]:
    """Examples of the lines of a fold, with the encoder that did not learn from them."""
    index = _fold_index(material, encoder, encoder_fold, seed)
    every = (*with_all_codes((*material.lines, *material.variants)), *material.no_code)
    sample = sampled_lines(every, seed)
    lines = [line for line in sample if line.fold == encoder_fold]
    examples = []
    for nth, line in enumerate(lines):
        example = index.example(line, nth)
        if example is not None:
            examples.append(example)
        if nth % 1000 == 0:
            log(f"features with the encoder of fold {encoder_fold}: {nth} of {len(lines)}")
    return examples


def _fold_index(material: Material, encoder: StaticEncoder, fold: int, seed: int) -> FoldIndex:
    """The index with the encoder that left out a fold; its model of systems leaves out the same lines."""
    full = _full_index(material, encoder)
    bare = assemble(Sources(material.release), encoder)
    systems = _system_model(material, encoder, full, fold, seed)
    return FoldIndex(full, bare, encoder, material.code_popularity[fold], systems)


def _full_index(material: Material, encoder: StaticEncoder) -> Artifact:
    """The index of the release with the starter catalogue, the lexicon and the names."""
    return assemble(Sources(material.release, material.lexicon, material.starter, material.names), encoder)


def _system_model(
    material: Material, encoder: StaticEncoder, full: Artifact, fold: int | None, seed: int
) -> SystemModel:
    """The model of code systems from all lines but one fold's, or from all when None."""
    reader = Reader(Expander(full.lexicon, (), full.catalogue.codes), full.table)
    lines = [
        line
        for line in system_lines((*material.lines, *material.variants, *material.no_code), seed)
        if line.fold != fold
    ]
    texts = [reader.read(line.text).plain for line in lines]
    return fit_systems(encoder, texts, [line.system for line in lines], seed)


def grammar_texts(seed: int, measured: Sequence[Path], borrowed: Mapping[str, Sequence[str]]) -> list[NoCode]:
    """Texts from the project's own grammars that no HCPCS code fits."""
    cases = [
        case for path in measured for case in msgspec.json.Decoder(_Case).decode_lines(path.read_bytes())
    ]
    return grammar_no_code(seed, N_NO_CODE_TEXTS, [case.query for case in cases], borrowed)


class _Case(msgspec.Struct):
    """The text of an evaluation case."""

    query: str


def _refuse_below(scored: Sequence[Scored], answerable: Any, log: Log) -> float:
    """The threshold under which `REFUSED_SHARE` of the texts without a code are, to four places."""
    probabilities = answerable_probabilities(scored, answerable)
    no_code = np.array([not has_code(example.kind) for example, _ in scored])
    threshold = float(np.quantile(probabilities[no_code], REFUSED_SHARE))
    log(
        f"refusing below {threshold:.3f}: {REFUSED_SHARE:.0%} of texts without a code, "
        f"{(probabilities[~no_code] < threshold).mean():.1%} of lines with one"
    )
    return round(threshold, 4)


def inputs_under(shared: Path, release: Path, measured: Sequence[Path], on: date, seed: int) -> Inputs:
    """The inputs in a folder with `hcpcs/`, `asp/` and `train/`.

    Args:
        shared: The folder.
        release: The current release file.
        measured: See `Inputs`.
        on: See `Inputs`.
        seed: See `Inputs`.
    """
    older: Sequence[Path] = sorted(
        path
        for path in (shared / "hcpcs").glob("*/*")
        if path.name in ("anweb.xlsx",) or "Alpha-Numeric-HCPCS-File" in path.name or "ANWEB_v3" in path.name
    )
    names = sorted((shared / "asp").glob("*crosswalk*"))
    lines = tuple(shared / "train" / name for name in LINE_FILES)
    return Inputs(
        release,
        tuple(older),
        lines,
        shared / "train" / NO_CODE_LINES,
        tuple(names),
        tuple(measured),
        on,
        seed,
    )
