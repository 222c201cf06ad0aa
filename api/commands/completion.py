"""`hcpcs completion`: the script that completes commands and options in a shell."""

from __future__ import annotations

import argparse
import sys

from api.settings import Settings

HELP = """Completion of commands, options and file names for a shell. Print the script and load it once:

  bash   hcpcs completion bash > ~/.local/share/bash-completion/completions/hcpcs
  zsh    hcpcs completion zsh > ~/.zfunc/_hcpcs      (with fpath=(~/.zfunc $fpath) in ~/.zshrc)
  fish   hcpcs completion fish > ~/.config/fish/completions/hcpcs.fish"""
EXAMPLE = "hcpcs completion bash > ~/.local/share/bash-completion/completions/hcpcs"
SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("shell", choices=SHELLS, help="the shell that loads the script")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the script for a shell."""
    import shtab

    from api.__main__ import COMMANDS, build_parser
    from api.arguments import mark_files

    parser = build_parser(tuple(COMMANDS))
    mark_files(parser)
    sys.stdout.write(shtab.complete(parser, arguments.shell) + "\n")
    return 0
