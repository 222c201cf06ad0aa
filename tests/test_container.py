"""The container file: what a linter and a reader can say of it without a daemon."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "Containerfile").read_text().splitlines()


HADOLINT = shutil.which("hadolint", path=f"{ROOT / '.venv' / 'tools' / 'bin'}:{os.environ.get('PATH', '')}")


@pytest.mark.skipif(HADOLINT is None, reason="hadolint comes with `make check`, for Linux on x86-64")
def test_hadolint_finds_nothing() -> None:
    """Its rules of Dockerfiles, and those of ShellCheck for the commands in them."""
    done = subprocess.run(
        [str(HADOLINT), ROOT / "Containerfile"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_it_runs_as_another_user_than_root_and_tells_its_health() -> None:
    """By number, so that an orchestrator can check it; the health check asks for readiness."""
    assert [line for line in LINES if line.startswith("USER")] == ["USER 10001"]
    assert any("/health/ready" in line for line in LINES)


def test_what_is_copied_is_there_and_not_ignored() -> None:
    """Every file that the build takes from the project; compiled modules of this machine are none of them."""
    copied = [word for line in LINES if line.startswith("COPY ") and "--from" not in line
              for word in line.split()[1:-1]]  # fmt: skip
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert all((ROOT / name).exists() and f"!{name}" in ignored for name in copied)
    assert "**/*.so" in ignored
    assert "-c constraints.txt" in "\n".join(LINES)
