"""Digests of source code: a change of any code that decides a result changes its key."""

from __future__ import annotations

from pathlib import Path

import pytest

import index.digest
from index.digest import ROOT, file_sha256, source_digest, sources


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project: `suggest.outer` imports `index.text.inner`, which runs a compiled module."""
    files = {
        "index/__init__.py": "",
        "index/alone.py": "ALONE = 1\n",
        "index/text/__init__.py": "",
        "index/text/inner.py": "def late():\n    from index.text._fast import run\n",
        "index/text/_fast.pyx": "from index.text cimport _types\nimport numpy as np\n",
        "index/text/_types.pxd": "ctypedef int number\n",
        "suggest/__init__.py": "",
        "suggest/outer.py": "import json\nimport index.text.inner\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(index.digest, "ROOT", tmp_path)
    return tmp_path


def digest(*names: str) -> str:
    """As in a new process: clears the cached digests."""
    return source_digest.__wrapped__(*names)


def covered(*names: str) -> list[str]:
    """Paths below the project's folder."""
    return [path.relative_to(index.digest.ROOT).as_posix() for path in sources(*names)]


def test_a_digest_of_a_file_is_that_of_sha256sum(tmp_path: Path) -> None:
    """FIPS 180-4, the example of three letters."""
    (tmp_path / "abc").write_bytes(b"abc")

    assert file_sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_module_stands_for_all_that_it_imports(project: Path) -> None:
    """Also inside functions, compiled modules and their declarations; ascending by path."""
    assert covered("suggest.outer") == [
        "index/text/__init__.py",
        "index/text/_fast.pyx",
        "index/text/_types.pxd",
        "index/text/inner.py",
        "suggest/outer.py",
    ]


def test_a_package_stands_for_all_its_modules(project: Path) -> None:
    """Those of folders below it too."""
    assert covered("index") == [
        "index/__init__.py",
        "index/alone.py",
        "index/text/__init__.py",
        "index/text/_fast.pyx",
        "index/text/_types.pxd",
        "index/text/inner.py",
    ]


@pytest.mark.parametrize("name", ["suggest/outer.py", "index/text/_fast.pyx", "index/text/_types.pxd"])
def test_a_changed_source_changes_the_digest(project: Path, name: str) -> None:
    """Python, Cython and its declarations alike."""
    before = digest("suggest.outer")
    (project / name).write_text((project / name).read_text() + "# changed\n")

    assert digest("suggest.outer") != before


def test_a_renamed_module_changes_the_digest(project: Path) -> None:
    """The path is part of the digest, not only the bytes."""
    before = digest("index")
    (project / "index/alone.py").rename(project / "index/other.py")

    assert digest("index") != before


def test_other_modules_do_not_change_the_digest(project: Path) -> None:
    """Code that a module never runs does not invalidate its results."""
    before = digest("suggest.outer")
    (project / "index/alone.py").write_text("ALONE = 2\n")

    assert digest("suggest.outer") == before


def test_a_name_without_source_is_an_error(project: Path) -> None:
    """A list that names a module which no longer exists must not become shorter silently."""
    with pytest.raises(ValueError, match=r"index\.gone has no source"):
        source_digest.__wrapped__("index.gone")


@pytest.mark.parametrize(
    ("name", "compiled"),
    [("index.encoder", "index/_encoder.pyx"), ("index.store.profiles", "index/text/_phrases.pyx")],
)
def test_what_builds_cache_depends_on_the_normal_form_and_on_compiled_code(name: str, compiled: str) -> None:
    """Both were missing from hand-kept lists before."""
    held = {path.relative_to(ROOT).as_posix() for path in sources(name)}

    own = f"{name.replace('.', '/')}.py"
    assert {own, compiled, "index/text/words.py", "index/text/_normal.pyx"} <= held
