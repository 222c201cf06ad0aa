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
from suggest.training.no_code import listed_no_code
from suggest.training.ranking import (
    NO_CODE,
    Example,
    FoldIndex,
    Scored,
    answerable_probabilities,
    fit_answerable,
    fit_codable,
    fit_confidence,
    fit_ranker,
    out_of_fold_scores,
    sampled_lines,
    with_all_codes,
)

Log = Callable[[str], None]
EXPANDED_SHARE = 0.75  # of charge lines are learned with the words that their known terms stand for
REFUSED_SHARE = 0.92  # of texts without a code must be refused


class Inputs(msgspec.Struct, frozen=True):
    """What training reads.

    Attributes:
        release: The current release file.
        older: Earlier releases, for their wordings.
        lines: File of labelled charge lines; see `charge_lines`.
        names: ASP crosswalk files.
        on: Codes that are active on this date are learned.
        seed: Of all random draws.
    """

    release: Path
    older: tuple[Path, ...]
    lines: Path
    names: tuple[Path, ...]
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
        code_popularity: For each fold: code -> number of its price lists that contain the code.
    """

    release: Release
    starter: tuple[Record, ...]
    lexicon: tuple[Entry, ...]
    names: tuple[Name, ...]
    lines: tuple[Line, ...]
    code_popularity: tuple[dict[str, int], ...]


class _Models(NamedTuple):
    """What is learned from the examples: three LightGBM models and the numbers beside them."""

    ranker: Any
    confidence: Any
    answerable: Any
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
    models = _fit_models(material, encoders[-1], examples, inputs.seed, log)
    weights = out / "suggest/weights"
    _save_models(models, weights)
    shutil.copytree(work / "encoder-all", out / "index/weights/encoder", dirs_exist_ok=True)
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
    weights, bias = fit_codable(encoder, [line.text for line in material.lines], no_code_texts())
    ranker = fit_ranker([example for example in examples if example.kind != NO_CODE], seed)
    thresholds = Thresholds(
        refuse_below=_refuse_below(scored, answerable, log),
        codable_bias=round(bias, 5),
        codable_weights=tuple(round(float(weight), 5) for weight in weights),
        code_popularity=_summed(material.code_popularity),
    )
    return _Models(ranker, confidence, answerable, thresholds)


def _save_models(models: _Models, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    models.ranker.save_model(str(folder / "ranker.txt"))
    models.confidence.save_model(str(folder / "confidence.txt"))
    models.answerable.save_model(str(folder / "answerable.txt"))
    thresholds = msgspec.json.format(msgspec.json.encode(models.thresholds), indent=1)
    (folder / "thresholds.json").write_bytes(thresholds + b"\n")


def _key(inputs: Inputs) -> str:
    """Digest of the inputs and of the code, so that a stage of other inputs or other code is never reused."""
    digest = hashlib.sha256(f"{inputs.on} {inputs.seed} {source_digest(__name__)}".encode())
    shipped = sorted([*LEXICON.glob("*.tsv"), *STARTER.glob("*.tsv")])
    for path in (inputs.release, *inputs.older, inputs.lines, *inputs.names, *shipped):
        digest.update(file_sha256(path).encode())
    return digest.hexdigest()[:12]


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
    charges, code_popularity = charge_lines(inputs.lines, active_set, inputs.seed)
    older = [read_release(path) for path in inputs.older]
    lines = (
        *charges,
        *name_lines(inputs.names, active_set),
        *lexicon_lines(lexicon, active),
        *starter_lines(starter, active_set),
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
        code_popularity=tuple(code_popularity),
    )


def _tokens(work: Path, log: Log) -> np.ndarray:
    """Token vectors, read from the work folder or computed and written there."""
    path = work / "tokens.npy"
    if not path.is_file():
        part = path.with_suffix(".part.npy")
        np.save(part, token_vectors(log))
        part.replace(path)
    return np.asarray(np.load(path), np.float32)


def _encoder(
    material: Material, tokens: np.ndarray, fold: int | None, seed: int, work: Path, log: Log
) -> StaticEncoder:
    """The encoder of one fold's lines, or of all lines when None; from the work folder or trained."""
    folder = work / f"encoder-{'all' if fold is None else fold}"
    if not folder.is_dir():
        log(f"training {folder.name}")
        table = train_encoder(encoder_pairs(material, fold, seed), tokens, seed, log)
        part = folder.with_suffix(".part")
        save_encoder(table, part)
        part.rename(folder)
    return StaticEncoder.load(folder)


def encoder_pairs(material: Material, fold: int | None, seed: int) -> Pairs:
    """Queries and texts of codes for the encoder.

    Clipped and short descriptions are learned in every fold: they belong to no hospital.

    Args:
        material: The lines.
        fold: The fold whose lines are learned; all when None.
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
    return Pairs([text for text, _ in queries], [row for _, row in queries], texts)


def _line_queries(
    material: Material, rows: Mapping[str, int], fold: int | None, seed: int
) -> list[tuple[str, int]]:
    """The text of each line of a fold with the row of its first code; terms and names with the first two."""
    expander = Expander(material.lexicon, (), list(rows))
    rng = np.random.default_rng(seed)
    queries: list[tuple[str, int]] = []
    for line in material.lines:
        if fold is not None and line.fold != fold and line.kind != "clipped":
            continue
        text = normalise(line.text)
        if line.kind == "charge" and rng.random() < EXPANDED_SHARE:
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
    """Examples of the lines that the encoder of a fold did not learn from."""
    no_code_lines = [
        Line(text, (), NO_CODE, position % FOLDS) for position, text in enumerate(no_code_texts())
    ]
    index = _fold_index(material, encoder, encoder_fold, no_code_lines)
    sample = (*sampled_lines(with_all_codes(material.lines), seed), *no_code_lines)
    lines = [line for line in sample if line.fold != encoder_fold]
    examples = []
    for nth, line in enumerate(lines):
        example = index.example(line, nth)
        if example is not None:
            examples.append(example)
        if nth % 1000 == 0:
            log(f"features with the encoder of fold {encoder_fold}: {nth} of {len(lines)}")
    return examples


def _fold_index(
    material: Material, encoder: StaticEncoder, fold: int, no_code_lines: Sequence[Line]
) -> FoldIndex:
    """The index with the encoder of a fold; its regression also learns from the fold's lines only."""
    everything = Sources(material.release, material.lexicon, material.starter, material.names)
    full = assemble(everything, encoder)
    bare = assemble(Sources(material.release), encoder)
    coded = [line.text for line in material.lines if line.fold == fold]
    codable = fit_codable(encoder, coded, [line.text for line in no_code_lines if line.fold == fold])
    return FoldIndex(full, bare, encoder, material.code_popularity[fold], codable)


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The sum of several counts, ascending by code."""
    codes = sorted({code for count in counts for code in count})
    return {code: sum(count.get(code, 0) for count in counts) for code in codes}


def no_code_texts() -> list[str]:
    """The project's own list of texts that no HCPCS code fits."""
    return [line.text for line in listed_no_code()]


def _refuse_below(scored: Sequence[Scored], answerable: Any, log: Log) -> float:
    """The threshold under which `REFUSED_SHARE` of the texts without a code are, to four places."""
    probabilities = answerable_probabilities(scored, answerable)
    no_code = np.array([example.kind == NO_CODE for example, _ in scored])
    threshold = float(np.quantile(probabilities[no_code], REFUSED_SHARE))
    log(
        f"refusing below {threshold:.3f}: {REFUSED_SHARE:.0%} of texts without a code, "
        f"{(probabilities[~no_code] < threshold).mean():.1%} of lines with one"
    )
    return round(threshold, 4)


def inputs_under(shared: Path, release: Path, on: date, seed: int) -> Inputs:
    """The inputs in a folder with `hcpcs/`, `asp/` and `train/`.

    Args:
        shared: The folder.
        release: The current release file.
        on: See `Inputs`.
        seed: See `Inputs`.
    """
    older: Sequence[Path] = sorted(
        path
        for path in (shared / "hcpcs").glob("*/*")
        if path.name in ("anweb.xlsx",) or "Alpha-Numeric-HCPCS-File" in path.name or "ANWEB_v3" in path.name
    )
    names = sorted((shared / "asp").glob("*crosswalk*"))
    return Inputs(release, tuple(older), shared / "train/charge_lines.jsonl.gz", tuple(names), on, seed)
