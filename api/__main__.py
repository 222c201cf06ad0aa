"""The `hcpcs` command: runs a sub-command and reports an error as one sentence."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Collection, Sequence

from api.arguments import Parser
from api.memory import no_core_dumps
from api.settings import load_settings
from index.errors import HcpcsError

COMMANDS = {
    "suggest": "ranked codes for a text",
    "batch": "ranked codes for every row of a file",
    "review": "picks of a review file as labelled cases",
    "claim": "code, units, modifiers and warnings of a claim line",
    "audit": "what is wrong or doubtful in a file that has codes",
    "code": "everything known about a code",
    "index": "build, list, check and compare index folders",
    "serve": "the HTTP service and the web page",
    "mcp": "tools for an agent over stdin and stdout",
    "eval": "measure, compare and report",
    "train": "reproduce the shipped weights",
    "feedback": "what users took of the suggestions",
    "callers": "make, rotate, list and remove API keys",
    "trail": "check the audit trail, and find a text in it",
    "doctor": "what is installed, which index answers, how old it is, what is missing",
    "completion": "completion of commands and options for a shell",
}
FIRST_STEPS = """first steps:
  hcpcs suggest "folding walker with wheels"   ranked codes for a text
  hcpcs code E0143                             everything known about a code
  hcpcs serve                                  the page for coders and the HTTP service
  hcpcs index build --release latest           the official codes of this quarter
  hcpcs doctor                                 what is installed, and what is missing
"""


def build_parser(commands: Collection[str]) -> Parser:
    """The argument parser. Only the given commands get their arguments, so no other one is imported."""
    parser = Parser(prog="hcpcs", description="HCPCS codes for plain language.", epilog=FIRST_STEPS)
    parser.add_argument("--version", action="version", version=f"hcpcs {version()}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        if name not in commands:
            subparsers.add_parser(name, help=summary)
            continue
        module = importlib.import_module(f"api.commands.{name}")
        sub = subparsers.add_parser(
            name, help=summary, description=module.HELP, epilog=f"example: {module.EXAMPLE}"
        )
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def version() -> str:
    """The installed version of the project."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("hcpcs-suggest")
    except PackageNotFoundError:
        return "(not installed: run from its folder)"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        Exit code: 0 done, 1 the work failed, 2 bad usage or bad input, 130 interrupted.
    """
    no_core_dumps()
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        sys.stderr.write(f"usage: hcpcs COMMAND ...; hcpcs --help lists the commands\n\n{FIRST_STEPS}")
        raise SystemExit(2)
    arguments = build_parser([word for word in words if word in COMMANDS][:1]).parse_args(words)
    try:
        return int(arguments.run(arguments, load_settings(os.environ)))
    except HcpcsError as error:
        sys.stderr.write(f"hcpcs: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("hcpcs: interrupted\n")
        return 130
    except BrokenPipeError:  # whatever read our output has ended, for example `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full or read-only disk, a missing permission
        reason = (error.strerror or type(error).__name__).lower()
        sys.stderr.write(f"hcpcs: {error.filename or 'a file'}: {reason}\n")
        return 1
    except MemoryError:
        sys.stderr.write(
            "hcpcs: there is not enough memory for this; give a smaller file or fewer processes\n"
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
