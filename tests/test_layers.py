"""One arrow: index <- suggest <- eval <- api, and nothing heavy on the way to an answer."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("index", "suggest", "eval", "api")
HEAVY = {"torch", "sentence_transformers", "transformers", "sklearn", "scipy", "matplotlib", "openpyxl"}


def modules(package: str) -> list[Path]:
    """Every module of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of each import of a module, wherever it stands in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; name the module whole"
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("package", LAYERS)
def test_imports_point_to_lower_layers_only(package: str) -> None:
    """A lower layer never knows a higher one, not even inside a function."""
    higher = LAYERS[LAYERS.index(package) + 1 :]
    upward = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imports(path)
        if name.split(".")[0] in {*higher, "tests", "benchmarks"}
    ]
    assert upward == []


@pytest.mark.parametrize("package", LAYERS)
def test_no_module_unpickles(package: str) -> None:
    """Loading an index or weights never runs code that came with them."""
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imports(path)
        if name.split(".")[0] in {"pickle", "joblib", "shelve", "dill", "marshal"}
    ]
    assert found == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the starter index."""
    from datetime import date

    from api.building import build_index
    from index.home import Home

    path = tmp_path_factory.mktemp("home")
    build_index(Home(path), on=date(2026, 1, 15))
    return path


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["code", "E0601"], HEAVY | {"faiss", "lightgbm", "litestar", "bm25s", "numpy"}),
        (["suggest", "bipap"], HEAVY | {"litestar", "uvicorn", "lightgbm", "bm25s"}),
        (["index", "list"], HEAVY | {"litestar", "faiss", "lightgbm"}),
        (["--help"], HEAVY | {"litestar", "faiss", "lightgbm", "numpy"}),
    ],
)
def test_a_command_imports_only_what_it_needs(home: Path, words: list[str], absent: set[str]) -> None:
    """Answering imports neither torch nor sentence-transformers; looking up imports no search library."""
    script = (
        "import sys\n"
        "from api.__main__ import main\n"
        "try:\n    code = main(sys.argv[1:])\n"
        "except SystemExit as end:\n    code = end.code or 0\n"
        "sys.stderr.write(' '.join(sorted(sys.modules)))\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        env={**os.environ, "HCPCS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert sorted(absent & set(done.stderr.split())) == []


def api_folder(name: str) -> str:
    """Folder of a module of `api/`, or the module itself where it lies in none."""
    first = name.split(".")[1]
    return f"{first}/" if (ROOT / "api" / first).is_dir() else first


def test_folders_of_api_have_no_circle_of_imports() -> None:
    """No folder of `api/` imports, by whatever way, what imports it; a CycleError names the circle."""
    uses: dict[str, set[str]] = {}
    for path in modules("api"):
        folder = api_folder(".".join(path.relative_to(ROOT).with_suffix("").parts))
        used = {api_folder(name) for _, name in imports(path) if name.startswith("api.")}
        uses.setdefault(folder, set()).update(used - {folder})

    TopologicalSorter(uses).prepare()
