"""Changes of a text that do not change what it asks for: case, plural, typo, filler words, order."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

_WORD = re.compile(r"(?<![\w-])[A-Za-z]{4,}(?![\w-])")
_UNCOUNTED = re.compile(
    r"(?:al|ed|ing|ic|ous|ive|able|ible|less|ly|ary|ss|us|is)$|^(?:with|without|each|from|than|over|under|"
    r"only|other|both|left|right|this|that|does|more|into|unit|dose|inch|gram|grams|units|doses)$"
)
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BEFORE = ("please", "order for", "pt needs", "patient needs", "need", "rx:")
AFTER = ("today", "x1", "please", "as ordered", "for patient", "per order")
SHORTEST_TYPO = 5
Change = Callable[[str, Random], str]


def upper(text: str, random: Random) -> str:
    """Return the text in upper case."""
    return text.upper()


def lower(text: str, random: Random) -> str:
    """Return the text in lower case."""
    return text.lower()


def title(text: str, random: Random) -> str:
    """Return the text with a capital at the start of each word."""
    return text.title()


def plural(text: str, random: Random) -> str:
    """Return the text with one word put from singular to plural or back; unchanged if no word can be."""
    words = [match for match in _WORD.finditer(text) if _countable(match[0])]
    if not words:
        return text
    word = random.choice(words)
    return text[: word.start()] + _other_number(word[0]) + text[word.end() :]


def _countable(word: str) -> bool:
    """Whether a word can be a noun; `Xyzvy`, with one capital, is a name and has no plural in -ies."""
    name = word.istitle() and re.search(r"[^aeiou]y$", word) is not None
    return not name and not _UNCOUNTED.search(word.lower())


def _other_number(word: str) -> str:
    low, big = word.lower(), word.isupper()
    if low.endswith("ies"):
        base, end = word[:-3], "y"
    elif re.search(r"(?:ch|sh|x)es$", low):
        base, end = word[:-2], ""
    elif low.endswith("s"):
        base, end = word[:-1], ""
    elif re.search(r"[^aeiou]y$", low):
        base, end = word[:-1], "ies"
    else:
        base, end = word, "es" if re.search(r"(?:ch|sh|x)$", low) else "s"
    return base + (end.upper() if big else end)


def typo(text: str, random: Random) -> str:
    """Return the text with one wrong letter, never the first, in one word of five letters or more.

    Two letters are swapped, or one is dropped, doubled or replaced by a neighbour on the keyboard.
    """
    words = [match for match in _WORD.finditer(text) if len(match[0]) >= SHORTEST_TYPO]
    if not words:
        return text
    word = random.choice(words)
    return text[: word.start()] + _misspelt(word[0], random) + text[word.end() :]


def _misspelt(word: str, random: Random) -> str:
    at = random.randrange(1, len(word))
    kinds = ["drop", "double", "neighbour"]
    swaps = [i for i in range(1, len(word) - 1) if word[i] != word[i + 1]]
    if swaps:
        kinds.append("swap")
    kind = random.choice(kinds)
    if kind == "swap":
        at = random.choice(swaps)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    letter = {"drop": "", "double": word[at] * 2}.get(kind)
    return word[:at] + (_neighbour(word[at], random) if letter is None else letter) + word[at + 1 :]


def _neighbour(letter: str, random: Random) -> str:
    row = next(row for row in KEYS if letter.lower() in row)
    at = row.index(letter.lower())
    near = random.choice([row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)])
    return near.upper() if letter.isupper() else near


def filler(text: str, random: Random) -> str:
    """Return the text with words of an order before or after it that say nothing of the item."""
    added = random.choice(BEFORE + AFTER)
    if added in BEFORE and (added not in AFTER or random.random() < 0.5):
        return f"{added} {text}"
    return f"{text} {added}"


def order(text: str, random: Random) -> str:
    """Return the text with its halves at the first comma swapped, or its last word moved to the front.

    A unit moves with its number.
    """
    head, comma, tail = text.partition(", ")
    if comma:
        return f"{tail.strip()}, {head.strip()}"
    words = text.split()
    if len(words) < 2:
        return text
    last = 2 if len(words) > 2 and re.fullmatch(r"[\d.,/%-]+", words[-2]) else 1
    return " ".join(words[-last:] + words[:-last])


CHANGES: dict[str, Change] = {
    "upper case": upper,
    "lower case": lower,
    "title case": title,
    "plural or singular": plural,
    "one typo": typo,
    "filler words": filler,
    "order of words": order,
}
TARGETS = {
    "upper case": 0.01,
    "lower case": 0.01,
    "title case": 0.01,
    "plural or singular": 0.01,
    "one typo": 0.03,
    "filler words": 0.02,
    "order of words": 0.02,
}
