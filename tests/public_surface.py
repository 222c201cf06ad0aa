"""The public Python surface: `python -m tests.public_surface` writes it into `docs/python.md` again."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "python.md"
PUBLIC: dict[str, tuple[str, ...]] = {
    "suggest.suggester": ("Suggester.load", "Suggester.suggest"),
    "suggest.answer": (
        "Ask",
        "Filters",
        "Answer",
        "Suggestion",
        "Why",
        "Correction",
        "LooksLike",
        "Item",
        "ModifierSuggestion",
    ),
    "suggest.claim.line": ("claim_line", "ClaimAsk", "ClaimLine", "Expected"),
    "suggest.claim.limits": ("Limit", "Fee"),
    "index.records": ("Record", "Modifier", "Status"),
    "index.successors": ("Proposal", "Replacement"),
    "index.store.catalogue": (
        "read_catalogue",
        "Catalogue.get",
        "Catalogue.record_on",
        "Catalogue.status_on",
        "Catalogue.instead_of",
        "Catalogue.neighbours",
    ),
    "index.release.release": ("read_release",),
    "index.text.words": ("normalise",),
    "index.encoder": ("load_encoder", "Encoder"),
    "index.sentence_module": ("sentence_transformer",),
    "index.errors": (
        "HcpcsError",
        "ReleaseFormatError",
        "DownloadError",
        "ArtifactError",
        "OtherVersionError",
        "EncoderError",
        "QueryError",
    ),
}
"""What a program may use, by module; a method is named after its class."""

_BLOCK = re.compile(r"(?<=<!-- surface: begin -->\n).*?(?=<!-- surface: end -->)", re.DOTALL)


def shown() -> str:
    """The surface as the page shows it."""
    found = _BLOCK.search(PAGE.read_text(encoding="utf-8"))
    return "" if found is None else found[0]


def surface() -> str:
    """The surface as the source has it: signatures and fields with types, a code block for each module."""
    return "\n".join(_module(name, members) for name, members in PUBLIC.items())


def _module(name: str, members: tuple[str, ...]) -> str:
    path = ROOT / f"{name.replace('.', '/')}.py"
    body = ast.parse(path.read_text(encoding="utf-8")).body
    shown: list[str] = []
    for member in members:
        outer, _, inner = member.partition(".")
        node = _find(body, outer)
        if inner and isinstance(node, ast.ClassDef):
            heading = f"class {outer}:"
            shown += [] if heading in shown else [heading]
            shown += ["    " + line for line in _stub(_find(node.body, inner))]
        else:
            shown += _stub(node)
    return f"`{name}`\n\n```text\n" + "\n".join(shown) + "\n```\n"


def _find(body: list[ast.stmt], name: str) -> ast.stmt:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return node
        if isinstance(node, ast.ImportFrom) and name in {each.name for each in node.names}:
            return ast.parse(f"def {name}(text: str) -> str: ...").body[0]  # of a compiled module
    raise LookupError(f"nothing is named {name}")


def _stub(node: ast.stmt) -> list[str]:
    """A function as its signature; a class as its fields, properties and methods that are public."""
    if isinstance(node, ast.FunctionDef):
        decorators = [f"@{ast.unparse(each)}" for each in node.decorator_list]
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return [*decorators, f"def {node.name}({ast.unparse(node.args)}){returns}: ..."]
    if not isinstance(node, ast.ClassDef):
        return [ast.unparse(node)]
    bases = [ast.unparse(base) for base in node.bases]
    inner: list[str] = []
    for each in node.body:
        if isinstance(each, ast.AnnAssign):
            inner.append(ast.unparse(each))
        elif isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
            inner += _stub(each)
    head = f"class {node.name}({', '.join(bases)}):" if bases else f"class {node.name}:"
    return [head, *("    " + line for line in inner)] if inner else [f"{head} ..."]


def main() -> None:
    """Write the page's block."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_BLOCK.sub(lambda _: surface(), page), encoding="utf-8")


if __name__ == "__main__":
    main()
