"""Labelled lines that training reads, each in one of the folds of cross-validation."""

from __future__ import annotations

import gzip
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from index.errors import ReleaseFormatError
from index.records import Record, Release
from index.text.lexicon import Entry, codes_of
from index.text.names import read_names
from index.text.words import normalise, skeleton, words
from suggest.training.answerable import answerable_variants, kind_of_code
from suggest.training.no_code import NoCode

MAX_PER_HOSPITAL = 12  # charge lines of one code from one hospital
MAX_PER_CODE = 120  # charge lines of one code; two implant codes are most of the raw lines
MAX_CODES_OF_TERM = 12  # a lexicon term for more codes teaches nothing
MAX_CLIPPED_WORDS = 14
FOLDS = 5
WRITTEN_TEXTS = Path(__file__).parent / "coded_texts.txt"

NO_CODE, NO_CODE_TEXT, NO_CODE_WRITTEN = "no code", "no code text", "no code written"
"""Kinds of the lines that no code fits: of hospitals, and the project's own from grammars and by hand."""

WRITTEN = "written"
"""Kind of the project's own texts that have a code."""

TERM_VARIANT = "term variant"
"""Kind of the lines that are a known term among ordinary words: they teach that such a text has a code."""

N_VARIANTS = {"charge": 2500, WRITTEN: 4000, "name": 600, "starter": 800}
N_TERM_VARIANTS = 900  # of each kind of lexicon terms


def has_code(kind: str) -> bool:
    """Whether the lines of a kind have a code."""
    return kind not in (NO_CODE, NO_CODE_TEXT, NO_CODE_WRITTEN)


class Line(msgspec.Struct, frozen=True, order=True):
    """A text and the codes that are right for it.

    Attributes:
        text: As written.
        codes: Acceptable codes, those of the source first.
        kind: "charge", "name", "starter", "older wording", "clipped", "charge variant", `WRITTEN`,
            "written variant", `TERM_VARIANT`, `NO_CODE`, `NO_CODE_TEXT`, `NO_CODE_WRITTEN`, or "lexicon " and
            the kind of the entry.
        fold: 0 to `FOLDS` - 1. All lines of one hospital system, name or lexicon entry are in the same fold.
        source: The hospital of a charge line; empty for other kinds.
        system: The code system that the text belongs to, one of `suggest.systems.SYSTEMS`.
    """

    text: str
    codes: tuple[str, ...]
    kind: str
    fold: int
    source: str = ""
    system: str = "hcpcs"


class _Charge(msgspec.Struct):
    """One row of the file of charge lines; `source` is the hospital."""

    query: str
    codes: list[str]
    source: str


def _fold_of(text: str) -> int:
    """The fold of all lines with this text, whatever its case."""
    return zlib.crc32(text.lower().encode()) % FOLDS


def hospital_system(source: str) -> str:
    """The name that all price lists of one hospital system share, such as "unc" of "unc-hospitals-2026"."""
    return source if source.startswith("oshpd-") else source.partition("-")[0]


def charge_lines(
    paths: Sequence[Path], active: Collection[str], seed: int
) -> tuple[list[Line], list[dict[str, int]], dict[str, int]]:
    """Lines of hospitals' price lists, capped by code and hospital.

    Args:
        paths: JSON lines with `query`, `codes`, `source`; gzip accepted.
        active: Codes that may be learned.
        seed: Decides which lines are left out by the caps.

    Returns:
        The lines, ascending; for each fold: code -> number of hospitals of the other folds that use the code;
        and the same for all hospitals.

    Raises:
        ReleaseFormatError: If the file cannot be read.
    """
    charges = [charge for path in paths for charge in _read_charges(path)]
    folds = _folds(charges)
    random.Random(seed).shuffle(charges)
    popularity = [_popularity(charges, folds, without=fold) for fold in range(FOLDS)]
    return sorted(_capped(charges, active, folds)), popularity, _popularity(charges, folds, without=None)


def _folds(charges: Iterable[_Charge]) -> dict[str, int]:
    """The fold of each hospital; hospital systems are dealt to the folds from the largest to the smallest."""
    sizes = Counter(charge.source for charge in charges)
    of_system: Counter[str] = Counter()
    for source, size in sizes.items():
        of_system[hospital_system(source)] += size
    fold_of_system = {
        system: position % FOLDS for position, (system, _) in enumerate(of_system.most_common())
    }
    return {source: fold_of_system[hospital_system(source)] for source in sizes}


def _read_charges(path: Path) -> list[_Charge]:
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        return msgspec.json.Decoder(_Charge).decode_lines(raw)
    except (OSError, EOFError, msgspec.DecodeError) as error:
        raise ReleaseFormatError(f"the training lines {path.name} cannot be read: {error}") from error


def _capped(charges: Iterable[_Charge], active: Collection[str], folds: Mapping[str, int]) -> Iterable[Line]:
    """The first lines of each code and hospital; equal texts of one code count once."""
    per_hospital: Counter[tuple[str, str]] = Counter()
    per_code: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for charge in charges:
        code = charge.codes[0]
        key = (normalise(charge.query), code)
        if code not in active or key in seen:
            continue
        if per_hospital[code, charge.source] >= MAX_PER_HOSPITAL or per_code[code] >= MAX_PER_CODE:
            continue
        seen.add(key)
        per_hospital[code, charge.source] += 1
        per_code[code] += 1
        yield Line(charge.query, tuple(charge.codes), "charge", folds[charge.source], charge.source)


def _popularity(charges: Iterable[_Charge], folds: Mapping[str, int], without: int | None) -> dict[str, int]:
    """Code -> number of hospitals outside a fold that use the code, ascending by code."""
    hospitals: dict[str, set[str]] = defaultdict(set)
    for charge in charges:
        if folds[charge.source] != without:
            hospitals[charge.codes[0]].add(charge.source)
    return {code: len(sources) for code, sources in sorted(hospitals.items())}


def name_lines(paths: Sequence[Path], active: Collection[str]) -> list[Line]:
    """Trade names of drugs in CMS's ASP crosswalk files."""
    codes_of_term: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for name in read_names(path):
            if name.code in active:
                codes_of_term[name.term].add(name.code)
    return [
        Line(term, tuple(sorted(codes)), "name", _fold_of(term))
        for term, codes in sorted(codes_of_term.items())
    ]


def lexicon_lines(lexicon: Sequence[Entry], active: Sequence[str]) -> list[Line]:
    """Terms that stand for a few codes; of lay words and products also their first meaning.

    A term that needs other words beside it is no line: alone it does not mean its codes.
    """
    lines = []
    for entry in lexicon:
        codes = codes_of(entry, active)
        if 0 < len(codes) <= MAX_CODES_OF_TERM and not entry.needs:
            fold = _fold_of(entry.term)
            lines.append(Line(entry.term, tuple(codes), f"lexicon {entry.kind}", fold))
            if entry.means and entry.kind in ("lay", "product"):
                lines.append(Line(entry.means[0], tuple(codes[:1]), "lexicon meaning", fold))
    return sorted(set(lines))


def starter_lines(starter: Sequence[Record], active: Collection[str]) -> list[Line]:
    """Descriptors of the starter catalogue, which are the project's own wording."""
    return [
        Line(record.long_description, (record.code,), "starter", _fold_of(record.code))
        for record in starter
        if record.code in active
    ]


def written_lines(active: Collection[str]) -> list[Line]:
    """The project's own texts that have a code; a line of the file is the text, a tab and its codes.

    The texts of one code are in several folds, as the encoder that answers knows other texts of the code too.
    """
    rows = [line.split("\t") for line in WRITTEN_TEXTS.read_text(encoding="utf-8").splitlines()]
    lines = [Line(text, tuple(codes.split(",")), WRITTEN, _fold_of(text)) for text, codes in rows]
    return [line for line in lines if all(code in active for code in line.codes)]


def older_lines(
    releases: Sequence[Release], current: Sequence[Record], active: Collection[str]
) -> list[Line]:
    """Descriptors of earlier releases that differ from today's, of codes that are still active."""
    now = {(record.code, normalise(text)) for record in current for text in _descriptors(record)}
    lines = {
        Line(text, (record.code,), "older wording", _fold_of(text))
        for release in releases
        for record in release.records
        if record.code in active
        for text in _descriptors(record)
        if (record.code, normalise(text)) not in now
    }
    return sorted(lines)


def _descriptors(record: Record) -> tuple[str, str]:
    return record.long_description, record.short_description


def clipped_lines(records: Sequence[Record], seed: int) -> list[Line]:
    """Long descriptions, rewritten by `clipped`."""
    rng = random.Random(seed)
    return [
        Line(clipped(record.long_description, rng), (record.code,), "clipped", _fold_of(record.code))
        for record in records
    ]


def clipped(text: str, rng: random.Random) -> str:
    """A descriptor as a price list would shorten it: some words left out, others cut or without vowels."""
    words = normalise(text).split()
    if len(words) > MAX_CLIPPED_WORDS:
        words = words[: rng.randint(6, MAX_CLIPPED_WORDS)]
    words = [word for word in words if rng.random() > 0.25] or words
    if rng.random() < 0.5:
        words = [_shortened(word, rng) for word in words]
    return " ".join(words)


def _shortened(word: str, rng: random.Random) -> str:
    """The beginning of a word, its consonants, or the word itself."""
    draw = rng.random()
    if len(word) < 5 or not word.isalpha() or draw > 0.7:
        return word
    return word[: rng.randint(3, min(6, len(word) - 1))] if draw < 0.4 else skeleton(word)


def no_code_lines(path: Path, charge_paths: Sequence[Path]) -> list[Line]:
    """Lines of hospitals for services that no code fits, each in the fold of its hospital's charge lines.

    Args:
        path: JSON lines as `charge_lines` reads them, of services that have a CPT code only.
        charge_paths: The files of charge lines.

    Raises:
        ReleaseFormatError: If a file cannot be read.
    """
    folds = _folds([charge for charges in charge_paths for charge in _read_charges(charges)])
    return [
        Line(charge.query, (), NO_CODE, folds.get(charge.source, 0), charge.source, "cpt")
        for charge in _read_charges(path)
    ]


def no_code_text_lines(texts: Sequence[NoCode], kind: str) -> list[Line]:
    """The project's own texts that no code fits, as lines of a kind.

    Those with the same longest word are in the same fold, so that a model which left out a fold does not
    know what they are about.
    """
    return [
        Line(text.text, (), kind, _fold_of(_longest_word(text.text)), "", text.looks_like) for text in texts
    ]


def _longest_word(text: str) -> str:
    return max(words(normalise(text)), key=len, default="")


def capped(
    lines: Iterable[Line], seed: int, kind_of: Callable[[Line], str], limit: Callable[[str], float]
) -> Iterator[Line]:
    """Lines in random order, of each kind at most as many as `limit` says."""
    shuffled = sorted(lines)
    random.Random(seed).shuffle(shuffled)
    taken: Counter[str] = Counter()
    for line in shuffled:
        kind = kind_of(line)
        if taken[kind] < limit(kind):
            taken[kind] += 1
            yield line


def _variants_of(kind: str) -> int:
    """How many variants of a kind of lines are made."""
    if kind.startswith("lexicon "):
        return 0 if kind == "lexicon meaning" else N_TERM_VARIANTS
    return N_VARIANTS.get(kind, 0)


def variant_lines(lines: Iterable[Line], seed: int) -> list[Line]:
    """Lines with a code, changed by noise or put among ordinary words; each in the fold of its line."""
    sample = list(capped(lines, seed, lambda line: line.kind, _variants_of))
    texts = answerable_variants(
        [line.text for line in sample], seed, [kind_of_code(line.codes[0]) for line in sample]
    )
    return [
        msgspec.structs.replace(
            line,
            text=text,
            kind=f"{line.kind} variant" if line.kind in ("charge", WRITTEN) else TERM_VARIANT,
        )
        for line, text in zip(sample, texts, strict=True)
    ]
