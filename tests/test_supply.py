"""The supply chain: hashed lists that agree with the lock, licences, known vulnerabilities, bill of parts."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests import supply
from tests.supply import LOCK

ROOT = LOCK.parent
LISTS = sorted((ROOT / "requirements").glob("*.txt"))
TOOLS = ROOT / ".venv" / "tools" / "bin"


def normal(name: str) -> str:
    """A package's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    """Versions by package."""
    found = re.findall(r"^([^#=\s]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {normal(name): version for name, version in found}


def test_the_hashed_lists_agree_with_the_lock() -> None:
    """Every package of the lock in its version, but torch; `make lock` writes them."""
    lists = {path.stem: pins(path) for path in LISTS if path.stem != "excluded"}
    listed = {name: version for found in lists.values() for name, version in found.items()}
    lock = pins(LOCK)
    of_torch = {"torch", "mpmath", "networkx", "sympy"}  # torch, and what only torch needs

    assert sorted(lists) == ["answering", "full", "tools"]
    assert {name: lock[name] for name in listed} == listed
    of_spark = {"pandas", "py4j", "pyspark"}  # what only the extra `spark` needs
    assert set(lock) - set(listed) == of_torch | of_spark
    assert lists["answering"].items() <= lists["full"].items()


@pytest.mark.parametrize(
    "path", [path for path in LISTS if path.stem != "excluded"], ids=lambda path: path.stem
)
def test_every_listed_package_has_digests(path: Path) -> None:
    """Nothing but versions, environments and sha256: no address."""
    text = re.sub(r"^#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    entry = r"[a-z0-9-]+==[0-9][0-9A-Za-z.]*( ; [^\n\\]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+"

    assert re.fullmatch(f"({entry})+", text)


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", True),
        ("MPL-2.0 AND MIT", True),
        ("LGPL-3.0-only", True),
        ("LGPL-3.0-or-later", False),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", True),
        ("DFSG approved; MIT License", True),
        ("MIT AND GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_licences_are_allowed_by_list(licence: str, expected: bool) -> None:
    """All of an expression; of alternatives one."""
    assert supply.allowed(licence) is expected


def test_what_is_not_allowed_is_named() -> None:
    """With its licence; libraries of torch's build for graphics cards are not ours to hand on."""
    found = {"MIT": ["one"], "AGPL-3.0-only": ["two"], "Other/Proprietary License": ["nvidia-cublas"]}

    assert supply.refused(found) == ["two: AGPL-3.0-only"]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Two packages."""
    path = tmp_path / "constraints.txt"
    path.write_text("jinja2==3.1.6\nsix==1.17.0\n", encoding="utf-8")
    return path


def test_without_data_every_package_is_named_as_not_audited(tmp_path: Path, lock: Path) -> None:
    """Whether the auditor is missing, fails, or says that all is well with packages that it did not find."""
    auditor = tmp_path / "pip-audit"
    assert supply.audit(tmp_path, lock) == ([], ["jinja2", "six"])

    for line in (
        "exit 1",
        """echo '{"dependencies": [{"name": "jinja2", "skip_reason": "not found"},"""
        """ {"name": "six", "skip_reason": "not found"}], "fixes": []}'""",
    ):
        auditor.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        auditor.chmod(0o755)
        assert supply.audit(tmp_path, lock) == ([], ["jinja2", "six"])


@pytest.fixture
def advisories() -> Iterator[str]:
    """The address of a service that knows one vulnerability, of jinja2."""

    class Advisories(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            package = asked["package"]["name"]
            affected = [{"package": {"ecosystem": "PyPI", "name": package}, "versions": [asked["version"]]}]
            known = {"vulns": [{"id": "FIXTURE-2026-1", "details": "made up", "affected": affected}]}
            body = json.dumps(known if package == "jinja2" else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Advisories)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


def test_an_advisory_fails_the_check(
    advisories: str, lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real auditor, asked about two packages of which one has a vulnerability."""
    if not (TOOLS / "pip-audit").exists():
        pytest.skip("the tools are not installed; run: make check")
    monkeypatch.setattr(supply, "LOCK", lock)

    assert supply.main(TOOLS, "-s", "osv", "--osv-url", advisories) == 1
    printed = capsys.readouterr()
    assert printed.err == "known vulnerability: jinja2 3.1.6: FIXTURE-2026-1, mended in ?\n"
    assert "audited for known vulnerabilities: 2 of 2\n" in printed.out


def test_the_bill_of_materials_names_what_is_installed(tmp_path: Path) -> None:
    """By the tool that `make sbom` runs, with versions and licences."""
    if not (TOOLS / "cyclonedx-py").exists():
        pytest.skip("the tools are not installed; run: make check")
    out = tmp_path / "sbom.json"
    command = [TOOLS / "cyclonedx-py", "environment", "--no-validate", "--pyproject", ROOT / "pyproject.toml"]
    subprocess.run([*command, "-o", out, ROOT / ".venv"], check=True, capture_output=True)
    written = json.loads(out.read_text(encoding="utf-8"))
    found = {normal(part["name"]): part for part in written["components"]}

    assert (written["bomFormat"], written["metadata"]["component"]["name"]) == ("CycloneDX", "hcpcs-suggest")
    assert found["msgspec"]["version"] == pins(LOCK)["msgspec"]
    assert found["msgspec"]["licenses"]
