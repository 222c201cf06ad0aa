"""The argument parser of `hcpcs`, and the kinds of values that its commands take."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from index.code_systems import LEVEL_I, SECTION

SECTION_NAME = re.compile(f"{SECTION}|{LEVEL_I.name}")
ALL_SECTIONS = "A, B, C, E, G, H, J, K, L, M, P, Q, R, S, T, U, V or CPT"


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in its own words, and keeps the layout of its texts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **options)
        self.register("type", int, whole_number)
        self.register("type", float, number)


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
