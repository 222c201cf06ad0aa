"""Colour, wrapping and paging on a terminal, and plain lines everywhere else."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from api.console import CYAN, coloured, paged, wrapped


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 50 columns and 10 lines; `use` puts it in place in the test itself."""
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def use(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)


WORDS = "walker, folding, wheeled, adjustable or fixed height"


def test_a_pipe_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """No colour and no line breaks: programs read them."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())

    assert coloured("E0143", CYAN) == "E0143"
    assert wrapped(WORDS * 3, 4) == WORDS * 3


def test_a_terminal_gets_colour_and_lines_of_its_width(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later lines are indented; the first one has room for what stands before it."""
    use(terminal, monkeypatch)
    assert coloured("E0143", CYAN) == "\x1b[36mE0143\x1b[0m"
    assert wrapped(WORDS, 6, first=20) == ("walker, folding, wheeled,\n      adjustable or fixed height")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_can_be_turned_off(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """As no-color.org says, and for terminals without colours."""
    use(terminal, monkeypatch)
    monkeypatch.setenv(name, value)

    assert coloured("E0143", CYAN) == "E0143"


def test_a_list_longer_than_the_terminal_goes_through_the_pager(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A short one, and one for a program, does not."""
    use(terminal, monkeypatch)
    shown = tmp_path / "shown"
    monkeypatch.setenv("PAGER", f"tee {shown}")
    with paged():
        sys.stdout.write("short\n")
    assert terminal.getvalue() == "short\n"
    assert not shown.exists()

    with paged(when=False):
        sys.stdout.write("line\n" * 20)
    assert not shown.exists()

    with paged():
        sys.stdout.write(coloured("E0143", CYAN) + "\n" * 20)
    assert shown.read_text().startswith("\x1b[36mE0143")


def test_without_a_pager_everything_is_printed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost where the pager is not installed."""
    use(terminal, monkeypatch)
    monkeypatch.setenv("PAGER", "no-such-pager-here")
    with paged():
        sys.stdout.write("line\n" * 20)

    assert terminal.getvalue().count("line") == 20
