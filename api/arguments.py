"""The argument parser of `hcpcs`, and the kinds of values that its commands take."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from index.code_systems import LEVEL_I, SECTION

SECTION_NAME = re.compile(f"{SECTION}|{LEVEL_I.name}")
NO_CHOICE = re.compile(
    r"(?P<argument>argument .*?: )invalid choice: '?(?P<given>.*?)'? \(choose from (?P<choices>.*)\)"
)
LAST_PORT = 65535
ALL_SECTIONS = "A, B, C, E, G, H, J, K, L, M, P, Q, R, S, T, U, V or CPT"


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in its own words, and keeps the layout of its texts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **options)
        self.register("type", int, whole_number)
        self.register("type", float, number)

    def error(self, message: str) -> NoReturn:
        """End with a sentence; after a value that is none of the choices it says which one is nearest."""
        from difflib import get_close_matches

        if found := NO_CHOICE.fullmatch(message):
            choices = re.findall(r"[\w-]+", found["choices"])
            near = get_close_matches(found["given"], choices, 1)
            message = f"{found['argument']}{found['given']!r} is none of {', '.join(choices)}"
            message += f"; did you mean {near[0]}?" if near else ""
        super().error(message)


def whole_number(text: str) -> int:
    """A whole number on the command line.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError("it is not a whole number such as 10") from None


def number(text: str) -> float:
    """A number on the command line.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("it is not a number such as 0.5") from None


def sections(text: str) -> tuple[str, ...]:
    """The sections in `E,K`: letters of Level II, or CPT, in any letter case.

    Raises:
        argparse.ArgumentTypeError: If one is not a section, as REST refuses it.
    """
    found = tuple(part.strip().upper() for part in text.split(",") if part.strip())
    if not found or not all(map(SECTION_NAME.fullmatch, found)):
        raise argparse.ArgumentTypeError(f"a section is one of {ALL_SECTIONS}; several as E,K")
    return found


def us_state(text: str) -> str:
    """A state's postal abbreviation, in upper case.

    Raises:
        argparse.ArgumentTypeError: If it is not two letters, as REST refuses it.
    """
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise argparse.ArgumentTypeError("a state is two letters, such as CA")
    return text.upper()


def port_number(text: str) -> int:
    """A port to listen on.

    Raises:
        argparse.ArgumentTypeError: If there is no such port.
    """
    found = whole_number(text)
    if not 0 <= found <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LAST_PORT}; 0 takes a free one")
    return found


def add_actions(
    parser: argparse.ArgumentParser, examples: Mapping[str, str]
) -> Callable[[str, str], argparse.ArgumentParser]:
    """A function that adds an action (`hcpcs index build`) with its summary and its example."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        text = f"{summary[0].upper()}{summary[1:].rstrip('.')}" + ("" if summary.endswith("?") else ".")
        return actions.add_parser(name, help=summary, description=text, epilog=f"example: {examples[name]}")

    return add


def mark_files(parser: argparse.ArgumentParser) -> None:
    """Let a shell complete file and folder names where arguments are paths, in all commands of a parser."""
    import shtab

    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in set(action.choices.values()):
                mark_files(sub)
        elif action.type is Path:
            kind = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
            action.complete = kind  # type: ignore[attr-defined]
