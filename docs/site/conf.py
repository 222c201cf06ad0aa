"""Sphinx's settings for the documentation site: the pages of `docs/`, and a reference from the docstrings.

`make docs` builds it. The packages are read, not imported: the site's environment needs no library of theirs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("index", "suggest", "eval", "api")

project = "HCPCS code suggestion"
extensions = ["myst_parser", "sphinx.ext.napoleon", "autoapi.extension"]
html_theme = "furo"
html_title = project
exclude_patterns = ["site", "pictures"]
myst_heading_anchors = 4
default_role = "code"  # docstrings write names between single backticks

autoapi_dirs = [str(ROOT / name) for name in PACKAGES]
autoapi_root = "reference"
autoapi_options = ["members", "show-module-summary"]
autoapi_add_toctree_entry = False
autoapi_ignore = ["*/_[a-z]*.py", "*.pyi"]
autoapi_python_class_content = "class"
# A name in a docstring may be that of several attributes.
suppress_warnings = ["autoapi.python_import_resolution", "ref.python"]

ORDER = ("cli", "page", "ehr", "api", "data", "evaluation")  # pages that most people need, first
OUTSIDE = re.compile(r"\[([^\]]+)\]\((\.\./[^)]+)\)")  # a file of the project that is no page of the site


def toctree() -> str:
    """The table of contents: tutorials, pages, reference."""
    names = sorted(path.stem for path in (ROOT / "docs").glob("*.md") if path.stem != "index")
    pages = [*ORDER, *(name for name in names if name not in ORDER)]
    lessons = [f"tutorials/{path.stem}" for path in sorted((ROOT / "docs" / "tutorials").glob("*.md"))]
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{chr(10).join(entries)}\n```\n"
        for caption, entries in (
            ("Tutorials", lessons),
            ("Pages", pages),
            ("Reference", [f"reference/{package}/index" for package in PACKAGES]),
        )
    )


def prepare(app: Any, name: str, source: list[str]) -> None:
    """Give the first page its table of contents, and name files outside the site without a link."""
    inside = {path.stem for path in (ROOT / "docs").glob("*.md")}

    def named(link: re.Match[str]) -> str:
        page = Path(link[2].partition("#")[0])
        kept = name.startswith("tutorials/") and page.stem in inside and len(page.parts) == 2
        kept = kept or page.suffix in {".png", ".svg"}
        return link[0] if kept else f"{link[1]} (`{page.as_posix().removeprefix('../').removeprefix('../')}`)"

    source[0] = OUTSIDE.sub(named, source[0])
    if name == "index":
        source[0] += toctree()


def setup(app: Any) -> None:
    """Register what is above."""
    app.connect("source-read", prepare)
