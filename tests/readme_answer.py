"""The answer in the README: `python -m tests.readme_answer` writes it again."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
TEXT, K = "sleep apnea machine", 3
_BLOCK = re.compile(r"(?<=<!-- answer: begin -->\n).*?(?=<!-- answer: end -->)", re.DOTALL)


def shown() -> str:
    """The answer block of the README."""
    found = _BLOCK.search(README.read_text(encoding="utf-8"))
    return "" if found is None else found[0]


def answer(home: Path) -> str:
    """The output of `hcpcs suggest` for the starter catalogue of a data folder, as a code block."""
    from api.building import build_index
    from api.commands.suggest import print_answer
    from index.home import Home
    from suggest.suggester import Suggester

    folder, *_ = build_index(Home(home), on=date(2026, 1, 15))
    out = io.StringIO()
    with redirect_stdout(out):
        print_answer(Suggester.load(folder).suggest([TEXT], K)[0])
    return f"```\n{out.getvalue().rstrip()}\n```\n"


def main() -> int:
    """Write the answer into the README."""
    with tempfile.TemporaryDirectory() as home:
        block = answer(Path(home))
    README.write_text(_BLOCK.sub(lambda _: block, README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
