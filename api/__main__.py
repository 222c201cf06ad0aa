"""The `hcpcs` command: runs a sub-command and reports an error as one sentence."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from api.memory import no_core_dumps
from api.settings import load_settings
from index.errors import HcpcsError

COMMANDS = {
    "suggest": "ranked codes for a text",
    "batch": "ranked codes for every row of a file",
    "claim": "code, units, modifiers and warnings of a claim line",
    "audit": "what is wrong or doubtful in a file that has codes",
    "code": "everything known about a code",
    "index": "build, list, check and compare index folders",
    "serve": "the HTTP service and the web page",
    "eval": "measure, compare and report",
    "train": "reproduce the shipped weights",
    "feedback": "what users took of the suggestions",
    "trail": "check the audit trail, and find a text in it",
}


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """The argument parser. Only the given sub-command gets its arguments, so no other one is imported."""
    parser = argparse.ArgumentParser(prog="hcpcs", description="HCPCS codes for plain language.")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        if name != command:
            subparsers.add_parser(name, help=summary)
            continue
        module = importlib.import_module(f"api.commands.{name}")
        sub = subparsers.add_parser(
            name,
            help=summary,
            description=module.HELP,
            epilog=f"example: {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        Exit code: 0 done, 1 the work failed, 2 bad usage or bad input, 130 interrupted.
    """
    no_core_dumps()
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in words if word in COMMANDS), None)
    arguments = build_parser(command).parse_args(words)
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
