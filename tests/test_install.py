"""A serving install: in a clean virtual environment, without torch, small, and answering."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_MB = 400
SOURCES = ("index", "suggest", "eval", "api", "pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE")

pytestmark = [
    pytest.mark.install,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        os.environ.get("CI") != "true", reason="makes a virtual environment, which takes minutes: set CI=true"
    ),
]


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    """Standard output of a command that must succeed."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    done = subprocess.run(
        command, cwd=cwd, env={**inherited, **environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `bin` of an environment that holds the project as a wheel, from the lock."""
    folder = tmp_path_factory.mktemp("install")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        else:
            shutil.copy(path, source)
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    pip = (python, "-m", "pip")
    install = (*pip, "install", "--quiet", "--no-deps", "--only-binary", ":all:")
    run(*install, "--require-hashes", "-r", ROOT / "requirements" / "answering.txt", cwd=folder)
    # As `make wheel` does; then nothing may be compiled: a compiler that fails stands in for none.
    wheel = (*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder / "dist", source)
    run(*wheel, cwd=folder)
    (built,) = (folder / "dist").glob("hcpcs_suggest-*.whl")
    run(*install, built, cwd=folder, CC="false", CXX="false")
    return folder / "venv" / "bin"


def test_it_is_small(installed: Path) -> None:
    """Everything in site-packages, pip included."""
    (packages,) = (installed.parent / "lib").glob("python3*/site-packages")
    size = sum(path.lstat().st_size for path in packages.rglob("*"))

    assert size < MAX_MB * 1e6


def test_it_has_no_torch(installed: Path) -> None:
    """Nor what comes with it."""
    script = (
        "from importlib.util import find_spec\n"
        "print([name for name in ('torch', 'sentence_transformers', 'transformers') if find_spec(name)])"
    )

    assert run(installed / "python", "-c", script, cwd=installed) == "[]\n"


def test_it_builds_and_answers(installed: Path, tmp_path: Path) -> None:
    """From the wheel alone: weights, catalogue, lexicon and page are in it."""
    hcpcs, home = installed / "hcpcs", str(tmp_path / "home")
    manifest = json.loads(run(hcpcs, "index", "build", "--json", cwd=tmp_path, HCPCS_HOME=home))
    answer = json.loads(run(hcpcs, "suggest", "wheelchair", "--json", cwd=tmp_path, HCPCS_HOME=home))

    assert manifest["counts"]["codes"] >= 1200
    assert manifest["counts"]["lexicon"] >= 1000
    assert len(answer["suggestions"]) == 10
    assert "E0601" in run(hcpcs, "code", "E0601", cwd=tmp_path, HCPCS_HOME=home)


def test_its_service_has_the_page(installed: Path, tmp_path: Path) -> None:
    """The app is made without a file of the clone."""
    script = (
        "from pathlib import Path\n"
        "from litestar.testing import TestClient\n"
        "from api.app import create_app\n"
        "from api.loading import open_suggester\n"
        "from api.settings import Settings\n"
        f"settings = Settings(home=Path({str(tmp_path / 'home')!r}))\n"
        "with TestClient(create_app(open_suggester(None, settings), settings)) as client:\n"
        "    posted = client.post('/v1/suggest', json={'text': 'walker'})\n"
        "    print(client.get('/').status_code, posted.status_code)\n"
    )

    assert run(installed / "python", "-W", "ignore", "-c", script, cwd=tmp_path) == "200 200\n"


def test_the_wheel_is_reproducible(installed: Path, tmp_path: Path) -> None:
    """From two folders; few modules are compiled, without optimization."""
    environ = {"SOURCE_DATE_EPOCH": "1760000000", "HCPCS_COMPILE_ARGS": "-O0", "HCPCS_PLAIN_PYTHON": "1"}
    digests = []
    built = shutil.ignore_patterns("build")
    for name in ("one", "another-folder"):
        shutil.copytree(installed.parents[1] / "source", tmp_path / name, ignore=built)
        pip = (installed / "python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
        run(*pip, "-w", tmp_path, tmp_path / name, cwd=tmp_path, **environ)
        (wheel,) = tmp_path.glob("*.whl")
        digests.append(hashlib.sha256(wheel.read_bytes()).hexdigest())
        wheel.unlink()

    assert digests[0] == digests[1]


def test_another_encoder_says_what_to_install(installed: Path, tmp_path: Path) -> None:
    """One sentence that names the extra."""
    command = [installed / "hcpcs", "index", "build", "--encoder", "minilm"]
    environ = {**os.environ, "HCPCS_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "pip install 'hcpcs-suggest[encoders]'" in done.stderr
    assert done.stderr.count("\n") == 1
