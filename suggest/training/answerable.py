"""Noise and sentence variants of texts that have a code: the words around a name should change nothing.

A variant keeps what decides the code. Words of a route are added only to injected or swallowed drugs whose
text has none, words of a side only to supplies without one.
"""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from suggest.training.grammar import Grammar, read_grammar
from suggest.training.text_styles import PREFIXES, slipped

FOLDER = Path(__file__).parent / "answerable_words"
KINDS = ("injection", "oral", "drug", "supply", "service")
_TEXT = "@"
_SAYS_ROUTE = re.compile(
    r"\b(iv|im|sc|sq|subq|subcut\w*|po|oral\w*|tab\w*|cap\w*|inh\w*|neb\w*|top\w*|ophth\w*|nasal|vial|inj\w*"
    r"|infus\w*|intra\w*|implant|cream|gel|patch|solution|soln|susp\w*|drops?|kit|syringe|pen)\b",
    re.IGNORECASE,
)
_SAYS_SIDE = re.compile(r"\b(left|right|lt|rt|l|r|bilat\w*|bil|both|pair)\b", re.IGNORECASE)
_WORDS_OF_SIDE = re.compile(r"\b(left|right|lt|rt|L|R)\b")


def kind_of_code(code: str) -> str:
    """The kind of `KINDS` that a Level II code's texts belong to."""
    first, number = code[0], code[1:]
    if first == "J":
        return "oral" if number.startswith("8") else "drug" if number.startswith("7") else "injection"
    if first == "Q":
        return _kind_of_q(number)
    if first == "C":
        return "supply" if number[0] in "12" else "drug" if number.startswith("9") else "service"
    return "supply" if first in "ABEKLV" else "service"


def _kind_of_q(number: str) -> str:
    """The kind of a Q code: oral anti-emetics, biosimilars, skin substitutes and casts, services."""
    if "0161" <= number <= "0181":
        return "oral"
    if number.startswith("5") and number > "5100":
        return "injection"
    return "supply" if number.startswith("4") else "service"


def answerable_variants(texts: Sequence[str], seed: int, kinds: Sequence[str] | None = None) -> list[str]:
    """One variant for each text, in the order of the texts; call with another seed for others.

    Args:
        texts: Texts that have a code.
        seed: The same variants for the same texts, kinds and seed.
        kinds: The kind (`KINDS`) of each text, as of `kind_of_code`; without it only words that suit all.
    """
    rng = random.Random(seed)
    grammars = {path.stem: read_grammar(path, {}) for path in sorted(FOLDER.glob("*.txt"))}
    named = kinds if kinds is not None else ["any"] * len(texts)
    return [_variant(text, grammars, kind, rng) for text, kind in zip(texts, named, strict=True)]


def _variant(text: str, grammars: dict[str, Grammar], kind: str, rng: random.Random) -> str:
    """The text with noise (a third), within a sentence (half) or both."""
    changes: list[Callable[[str, random.Random], str]] = [cased, plural, slipped, reordered]
    way = rng.random()
    if way < 0.35:
        return rng.choice([*changes, prefixed])(text, rng)
    if way < 0.5:
        text = rng.choice(changes)(text, rng)
    return _in_words(text, grammars, kind, rng)


def _in_words(text: str, grammars: dict[str, Grammar], kind: str, rng: random.Random) -> str:
    """The text within a template of its kind or of any kind."""
    if kind in ("injection", "oral") and _SAYS_ROUTE.search(text):
        kind = "drug"
    grammar = grammars[kind if rng.random() < 0.6 else "any"]
    around = grammar.text(rng)
    if _WORDS_OF_SIDE.search(around) and _SAYS_SIDE.search(text):
        return text
    return around.replace(_TEXT, text)


def cased(text: str, rng: random.Random) -> str:
    """The text in other letter case."""
    return rng.choice((str.upper, str.lower, str.title, str.capitalize))(text)


def plural(text: str, rng: random.Random) -> str:
    """The text with a plural s more or less at one word of four letters or more."""
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not places:
        return text
    place = places[-1] if rng.random() < 0.7 else rng.choice(places)
    word = words[place]
    ends = word[-1] in "sS"
    if ends and word[-2] not in "suiSUI":
        words[place] = word[:-1]
    elif not ends:
        words[place] = word + ("S" if word.isupper() else "s")
    return " ".join(words)


def reordered(text: str, rng: random.Random) -> str:
    """The words in another order: the last one first with a comma, the first one last, or two exchanged."""
    words = text.replace(",", "").split(" ")
    if len(words) < 2 or any(character.isdigit() for character in text):
        return text
    way = rng.random()
    if way < 0.4:
        return f"{words[-1]}, {' '.join(words[:-1])}"
    if way < 0.7:
        return " ".join([*words[1:], words[0]])
    place = rng.randrange(len(words) - 1)
    words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words)


def prefixed(text: str, rng: random.Random) -> str:
    """The text behind a charge master's prefix, often in capitals."""
    text = f"{rng.choice(PREFIXES)} {text}"
    return text.upper() if rng.random() < 0.6 else text
