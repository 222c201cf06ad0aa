r"""Grammars of short texts: word lists and templates in plain files, expanded at random.

Lines of a file: comments (`# `); `kind NAME`; `weight NUMBER`, its share among the files of its kind;
`prefixed NUMBER`, the probability of a charge master prefix; lists (`name: a | b | c`, repeated lines add to
a list); templates (`> text`, or `>3 text` for one drawn three times as often). In lists and templates
`{name}` draws from a list, `{2..30}` a whole number, `(a|b)` one of the alternatives, `[x]` x or nothing,
`#` a digit, and `\#` is the sign itself.
"""

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

_LINE = re.compile(
    r"(?:>(?P<times>\d*) (?P<template>.*)|(?P<key>kind|weight|prefixed) (?P<value>\S+)"
    r"|(?P<name>[a-z_0-9]+): (?P<words>.*))"
)
_DRAW = re.compile(r"\{([a-z_0-9.]+)\}|\(([^(){}\[\]]*)\)|\[([^(){}\[\]]*)\]")
_DEPTH = 40


class Grammar(msgspec.Struct, frozen=True):
    """One file: `kind`, `weight`, `prefixed`, the lists by name, the templates repeated by weight."""

    kind: str
    weight: float
    prefixed: float
    lists: Mapping[str, Sequence[str]]
    templates: Sequence[str]

    def text(self, rng: random.Random) -> str:
        """One text drawn from a template, without blanks side by side."""
        text = rng.choice(self.templates)
        for _ in range(_DEPTH):
            match = _DRAW.search(text)
            if match is None:
                break
            text = text[: match.start()] + self._drawn(match, rng) + text[match.end() :]
        text = re.sub(r"(?<!\\)#", lambda _: str(rng.randrange(10)), text)
        return " ".join(text.replace("\\#", "#").split())

    def _drawn(self, match: re.Match[str], rng: random.Random) -> str:
        """What stands for one bracket."""
        name, choice, optional = match.groups()
        if name is None:
            return rng.choice(choice.split("|")) if choice is not None else rng.choice((optional, ""))
        if ".." in name:
            low, high = name.split("..")
            return str(rng.randint(int(low), int(high)))
        return rng.choice(self.lists[name])


def read_grammar(path: Path, shared: Mapping[str, Sequence[str]]) -> Grammar:
    """The grammar of a file; `shared` are lists that it may draw from.

    Raises:
        ValueError: A line is none of those above, or a template draws from a list that is not there.
    """
    keys = {"kind": "", "weight": "1", "prefixed": "0"}
    templates: list[str] = []
    lists: dict[str, list[str]] = {name: list(values) for name, values in shared.items()}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip() or line.startswith("# "):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{path.name}:{number}: neither a list nor a template: {line!r}")
        if match["template"] is not None:
            templates += [match["template"]] * int(match["times"] or 1)
        elif match["name"] is not None:
            lists.setdefault(match["name"], []).extend(part.strip() for part in match["words"].split(" | "))
        else:
            keys[match["key"]] = match["value"]
    _check(path, lists, templates)
    return Grammar(keys["kind"], float(keys["weight"]), float(keys["prefixed"]), lists, templates)


def _check(path: Path, lists: Mapping[str, Sequence[str]], templates: Sequence[str]) -> None:
    """Raises where a name in braces is neither a list nor a range."""
    texts = [*templates, *(value for values in lists.values() for value in values)]
    for name in {name for text in texts for name in re.findall(r"\{([^{}]*)\}", text)}:
        if name not in lists and not re.fullmatch(r"\d+\.\.\d+", name):
            raise ValueError(f"{path.name}: no list {name!r}")
