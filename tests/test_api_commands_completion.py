"""Completion scripts, run by the shells themselves where they are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from api.__main__ import main
from api.commands.completion import SHELLS

BASH = """
source {script}
complete_with=$(complete -p hcpcs | sed 's/.*-F \\([^ ]*\\).*/\\1/')
try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=()
  $complete_with hcpcs "${{@: -1}}" x
  echo "${{COMPREPLY[@]}}"; }}
try hcpcs ind; try hcpcs index bu; try hcpcs suggest --inc
"""
FISH = """
source {script}
complete -C "hcpcs ind"; complete -C "hcpcs index bu"; complete -C "hcpcs suggest --inc"
"""


def script(shell: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The script of a shell as a file."""
    assert main(["completion", shell]) == 0
    path = folder / f"hcpcs.{shell}"
    path.write_text(capsys.readouterr().out)
    return path


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_reads_its_script(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command is in it; the shell finds no fault in its syntax."""
    path = script(shell, tmp_path, capsys)
    text = path.read_text()

    assert all(word in text for word in ("suggest", "index", "doctor", "include-terminated"))
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on this machine; the script was made, but not read by it")
    subprocess.run([shell, "-n", str(path)], check=True)


@pytest.mark.parametrize(("shell", "driver"), [("bash", BASH), ("fish", FISH)])
def test_commands_actions_and_options_are_completed(
    shell: str, driver: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The beginning of a word gives the whole one."""
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on this machine")
    path = script(shell, tmp_path, capsys)
    done = subprocess.run(
        [shell, "-c", driver.format(script=path)], capture_output=True, text=True, check=True
    )

    first, second, third = (line.split("\t")[0].strip() for line in done.stdout.splitlines())
    assert (first, second, third) == ("index", "build", "--include-terminated")


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The message names those that there are."""
    with pytest.raises(SystemExit):
        main(["completion", "csh"])
    assert "'csh' is none of bash, zsh, fish" in capsys.readouterr().err
