"""Imports: index <- suggest <- eval <- api, no cycle of folders, no large library on the way to an answer."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("index", "suggest", "eval", "api")
HEAVY = {"torch", "sentence_transformers", "transformers", "sklearn", "scipy", "matplotlib", "openpyxl"}


CYTHON_IMPORT = re.compile(r"^\s*(?:from\s+(?P<source>[\w.]+)\s+c?import\b|c?import\s+(?P<names>[\w., ]+))")


def modules(package: str) -> list[Path]:
    """Every module of a package, compiled ones too."""
    return sorted(path for path in (ROOT / package).rglob("*") if path.suffix in {".py", ".pyx", ".pxd"})


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of each import of a module, also inside functions."""
    if path.suffix != ".py":
        yield from cython_imports(path)
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; name the module whole"
            yield node.lineno, node.module or ""


def cython_imports(path: Path) -> Iterator[tuple[int, str]]:
    """The same for Cython, which Python's own parser does not read."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := CYTHON_IMPORT.match(line):
            source = match["source"]
            assert not (source or "").startswith("."), f"{path}:{number} imports relatively"
            names = [source] if source else re.split(r"\s*,\s*", match["names"])
            yield from ((number, name.split(" ")[0]) for name in names)


def place(module: str) -> str:
    """Where a module of ours belongs: the folder in its package, or the module itself if it is in none."""
    return ".".join(module.split(".")[:2])


def folder_imports(package: str) -> dict[str, set[str]]:
    """For each folder of a package, and each module beside the folders, what it imports of the package."""
    graph: dict[str, set[str]] = {}
    for path in modules(package):
        here = place(".".join(path.relative_to(ROOT).with_suffix("").parts))
        own = {place(name) for _, name in imports(path) if name.startswith(f"{package}.")}
        graph.setdefault(here, set()).update(own - {here})
    return graph


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
def test_folders_do_not_import_each_other_in_a_circle(package: str) -> None:
    """The imports between the folders of a package have no cycle."""
    try:
        TopologicalSorter(folder_imports(package)).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_imports_of_compiled_modules_are_seen(tmp_path: Path) -> None:
    """All forms of Cython's imports, and nothing else."""
    path = tmp_path / "module.pyx"
    path.write_text(
        "cimport cython, numpy as cnp\n"
        "import numpy as np\n"
        "from libc.math cimport exp\n"
        "    from index.text.words import cut\n"
        "importance = 1\n"
        "# import nothing\n"
    )

    assert list(imports(path)) == [
        (1, "cython"),
        (1, "numpy"),
        (2, "numpy"),
        (3, "libc.math"),
        (4, "index.text.words"),
    ]
    assert [module for package in LAYERS for module in modules(package) if module.suffix == ".pyx"]


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


@pytest.mark.parametrize(
    "path",
    sorted(path for package in LAYERS for path in (ROOT / package).rglob("_*.pyx")),
    ids=lambda path: path.stem,
)
def test_help_explains_every_compiled_function(path: Path) -> None:
    """What a compiled module offers has its docstring where `help()` finds it, not in the stub alone."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    offered = {
        name: value
        for name, value in vars(module).items()
        if name[0] != "_" and callable(value) and getattr(value, "__module__", "") == module.__name__
    }
    methods = {
        f"{name}.{method}": function
        for name, value in offered.items()
        if isinstance(value, type)
        for method, function in vars(value).items()
        if method[0] != "_" and callable(function)
    }

    assert offered
    assert [name for name, value in (offered | methods).items() if not value.__doc__] == []
