"""Texts that HCPCS Level II has no code for, with the system that they seem to belong to.

The wording is the project's own, in the clipped style of charge masters, orders and notes. The files of the
folder `no_code` are grammars (`suggest.training.grammar`); `left_out.txt` lists what has a Level II code.
"""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rapidfuzz import fuzz, process

from suggest.training.grammar import Grammar, read_grammar
from suggest.training.text_styles import house_style

FOLDER = Path(__file__).parent / "no_code"
LISTED = Path(__file__).parent / "no_code_texts.txt"
# Share of each kind.
SHARES = {
    "cpt": 0.60,
    "icd": 0.12,
    "cdt": 0.08,
    "ndc": 0.04,
    "revenue": 0.04,
    "not-medical": 0.06,
    "vague": 0.06,
}
_NO_NAMES: Mapping[str, Sequence[str]] = {}
_DRAWS_A_TEXT = 12
_NEAR = 85  # rapidfuzz ratio from which a text is near another


class NoCode(msgspec.Struct, frozen=True):
    """A text without a Level II code.

    Attributes:
        text: As a house would write it.
        looks_like: One of the keys of `SHARES`; "vague" is too little to code, of no system.
    """

    text: str
    looks_like: str


def no_code_lines(
    seed: int,
    count: int,
    apart_from: Sequence[str] = (),
    borrowed: Mapping[str, Sequence[str]] = _NO_NAMES,
) -> list[NoCode]:
    """Distinct texts (letter case aside) of all kinds in their shares, in random order.

    Args:
        seed: The same texts for the same arguments.
        count: How many; fewer are given where the grammars of a kind do not hold as many.
        apart_from: Texts that measure; nothing equal or nearly equal to one of them is given.
        borrowed: Names of "drug" and "device" that have a code; without them the grammars that need them are
            left out.
    """
    grammars = _grammars(borrowed)
    rng = random.Random(seed)
    refused = _Refused(_left_out(), [text.lower() for text in apart_from])
    lines: list[NoCode] = []
    taken: set[str] = set()
    for kind, share in SHARES.items():
        of_kind = [grammar for grammar in grammars if grammar.kind == kind]
        lines += _drawn(of_kind, round(count * share), rng, taken, refused)
    rng.shuffle(lines)
    return lines


def listed_no_code() -> list[NoCode]:
    """The hand-written list: a line is the text, a tab and the system."""
    lines = LISTED.read_text(encoding="utf-8").split("\n")
    return [NoCode(*line.split("\t")) for line in lines if line.strip()]


class _Refused(msgspec.Struct, frozen=True):
    """What is not given: texts with all words of one of `left_out`, texts near one of `apart_from`."""

    left_out: Sequence[frozenset[str]]
    apart_from: Sequence[str]

    def holds(self, text: str) -> bool:
        """Whether a text is not to be given."""
        lowered = text.lower()
        words = frozenset(lowered.replace("-", " ").replace("/", " ").split())
        if any(together <= words for together in self.left_out):
            return True
        near = process.extractOne(lowered, self.apart_from, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return near is not None


def _drawn(
    grammars: Sequence[Grammar], count: int, rng: random.Random, taken: set[str], refused: _Refused
) -> list[NoCode]:
    """Up to `count` texts of one kind; adds their lower case to `taken`."""
    lines: list[NoCode] = []
    weights = [grammar.weight for grammar in grammars]
    for _ in range(_DRAWS_A_TEXT * count):
        if len(lines) == count:
            break
        grammar = rng.choices(grammars, weights)[0]
        plain = grammar.text(rng)
        text = house_style(plain, rng, grammar.prefixed)
        if text.lower() not in taken and not refused.holds(plain) and not refused.holds(text):
            taken.add(text.lower())
            lines.append(NoCode(text, grammar.kind))
    return lines


def _grammars(borrowed: Mapping[str, Sequence[str]]) -> list[Grammar]:
    """The grammars of the folder, ascending by file name; `shared.txt` holds the lists of all of them."""
    shared = {**read_grammar(FOLDER / "shared.txt", {}).lists, **borrowed}
    paths = [path for path in sorted(FOLDER.glob("*.txt")) if path.name not in ("shared.txt", "left_out.txt")]
    return [read_grammar(path, shared) for path in paths if borrowed or not path.name.startswith("borrowed")]


def _left_out() -> list[frozenset[str]]:
    """Words that together have a Level II code; a file's line is the words, a tab and a code."""
    lines = (FOLDER / "left_out.txt").read_text(encoding="utf-8").split("\n")
    return [
        frozenset(line.split("\t")[0].split()) for line in lines if line.strip() and not line.startswith("#")
    ]
