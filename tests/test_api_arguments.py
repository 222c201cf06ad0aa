"""What commands take, and how they refuse it."""

from __future__ import annotations

import argparse

import pytest

from api.__main__ import COMMANDS, build_parser, main
from api.arguments import sections


@pytest.mark.parametrize(
    ("text", "expected"), [("E,K", ("E", "K")), ("e", ("E",)), (" cpt , j,", ("CPT", "J"))]
)
def test_sections_are_read_as_a_list(text: str, expected: tuple[str, ...]) -> None:
    """Letters in any case, with commas between."""
    assert sections(text) == expected


@pytest.mark.parametrize("text", ["D", "EK", "E,zebra", "", ",", "9"])
def test_a_section_that_is_none_is_refused(text: str) -> None:
    """As REST refuses it; the message lists the sections and does not repeat what was typed."""
    with pytest.raises(argparse.ArgumentTypeError, match="a section is one of A, B, C") as refused:
        sections(text)
    assert "zebra" not in str(refused.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["suggest", "x", "-k", "many"], "argument -k: it is not a whole number such as 10"),
        (["suggest", "x", "--on", "yesterday"], "argument --on: it is not a date such as 2026-01-15"),
        (["claim", "x", "--on", "2026-02-30"], "argument --on: it is no day of the calendar"),
        (["audit", "x.csv", "--on", "1/2"], "argument --on: it is not a date such as 2026-01-15"),
        (["serve", "--port", "http"], "argument --port: it is not a whole number such as 10"),
        (
            ["serve", "--port", "99999"],
            "argument --port: a port is a number from 0 to 65535; 0 takes a free one",
        ),
        (["claim", "x", "--state", "california"], "argument --state: a state is two letters, such as CA"),
        (["code", "E0143", "--state", "1A"], "argument --state: a state is two letters, such as CA"),
        (["sugest", "x"], "argument COMMAND: 'sugest' is none of suggest, batch, "),
        (
            ["claim", "x", "--setting", "outpatent"],
            "is none of practitioner, outpatient, dme; did you mean outpatient?",
        ),
    ],
)
def test_no_refusal_is_in_the_words_of_python(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No "invalid int value" and no "invalid fromisoformat value"."""
    with pytest.raises(SystemExit):
        main(words)

    err = capsys.readouterr().err
    assert said in err
    assert "invalid" not in err


def parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """A parser and those of all its commands and actions."""
    found = [parser]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                found += parsers(sub)
    return found


def test_every_help_has_an_example() -> None:
    """Also that of each action, such as `hcpcs index build --help`."""
    (frame, *commands) = parsers(build_parser(tuple(COMMANDS)))

    assert len(commands) > len(COMMANDS)
    assert "hcpcs doctor" in frame.format_help()
    for one in commands:
        assert f"example: {one.prog}" in " ".join(one.format_help().split()), one.prog
