"""House styles and noise of charge lines and notes: letter case, prefixes, clipped words, typing slips."""

import random
import string

PREFIXES = ("HC", "HC", "HC", "HCHG", "HB", "PB", "PRO FEE", "TC", "CHG", "PR", "OP", "IP", "HC PR")
_LEAST_CLIPPED = 6
_LEAST_SLIPPED = 5


def house_style(text: str, rng: random.Random, prefixed: float) -> str:
    """The text as some house would write it.

    Args:
        text: In ordinary lower case.
        rng: Draws the style.
        prefixed: The probability of a charge master's prefix.
    """
    if rng.random() < 0.08:
        text = clipped(text, rng)
    if rng.random() < 0.05:
        text = slipped(text, rng)
    if rng.random() < prefixed:
        text = f"{rng.choice(PREFIXES)} {text}"
        return text.upper() if rng.random() < 0.6 else string.capwords(text)
    way = rng.random()
    if way < 0.2:
        return text.upper()
    if way < 0.35:
        return string.capwords(text)
    if way < 0.5:
        return text[:1].upper() + text[1:]
    return text.lower() if way < 0.8 else text


def clipped(text: str, rng: random.Random) -> str:
    """The text with one or two long words clipped: cut short, or without the vowels inside."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= _LEAST_CLIPPED and word.isalpha()]
    for place in rng.sample(long, min(len(long), rng.choice((1, 1, 2)))):
        word = words[place]
        if rng.random() < 0.4:
            words[place] = word[: rng.randint(4, len(word) - 1)]
        else:
            inside = "".join(letter for letter in word[1:-1] if letter.lower() not in "aeiou")
            words[place] = word[0] + inside + word[-1]
    return " ".join(words)


def slipped(text: str, rng: random.Random) -> str:
    """The text with one typing slip in one word of five letters or more: the first letter stays."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= _LEAST_SLIPPED and word.isalpha()]
    if not long:
        return text
    place = rng.choice(long)
    word = words[place]
    at = rng.randint(1, len(word) - 2)
    words[place] = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + rng.choice(string.ascii_lowercase) + word[at + 1 :],
        )
    )
    return " ".join(words)
