"""schemathesis holds the service against its OpenAPI document: every operation, all checks, stateful too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.effort import inputs, tried
from tests.test_api_commands_serve import ROOT, serving

SCHEMATHESIS = "schemathesis==4.32.5"
PHASES = "examples,coverage,fuzzing,stateful"
FEW, MANY = 1, 20  # random requests of an operation, beside those that the document's bounds suggest
# What no operation creates is named, so that requests reach it.
CONFIGURATION = """
[[operations]]
include-path-regex = "^/fhir/CodeSystem/[{]"
parameters = { "path.resource_id" = "hcpcs-level-ii", "path.version_id" = "2026-01" }
[[operations]]
include-path-regex = "^/fhir/ValueSet/[{]"
parameters = { "path.resource_id" = "hcpcs-section-e", "path.version_id" = "2026-01" }
[[operations]]
include-path-regex = "^/fhir/ConceptMap/[{]"
parameters = { "path.resource_id" = "hcpcs-successors", "path.version_id" = "2026-01" }
[[operations]]
include-path-regex = "^/fhir/StructureDefinition/[{]"
parameters = { "path.resource_id" = "score" }
[[operations]]
include-path-regex = "^/cds-services/[{]"
parameters = { "path.service_id" = "hcpcs-suggest" }
"""

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of schemathesis, in an environment of its own: its needs clash with the lock."""
    folder = tmp_path_factory.mktemp("schemathesis")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", SCHEMATHESIS]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(
            f"{SCHEMATHESIS} cannot be installed here, so the document is not held against the service"
        )
    return folder / "bin" / "schemathesis"


@pytest.fixture(scope="module")
def report(command: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What schemathesis found, on the starter catalogue."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "schemathesis.toml").write_text(CONFIGURATION)
    build = [sys.executable, "-m", "api", "index", "build", "--release", "starter", "--out", folder / "index"]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    options = ["--phases", PHASES, "--checks", "all", "--seed", "1", "--continue-on-failure", "--no-shrink"]
    options += ["--max-examples", str(inputs(FEW, MANY)), "--report", "json", "--report-json-path", "r.json"]
    options += ["--wait-for-schema", "60", "--request-timeout", "60"]  # also on a machine that does much else
    with serving(module="api", HCPCS_INDEX=str(folder / "index"), HCPCS_ACCESS_LOG="0") as (_, address):
        run = [command, "run", f"{address}/schema", *options]
        done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads((folder / "r.json").read_text())
    assert found["operations"], done.stdout[-3000:] + done.stderr[-3000:]
    operations, cases = found["operations"]["tested"], found["test_cases"]["generated"]
    tried[f"requests of schemathesis to {operations} operations, their answers with all checks"] += cases
    return found


def test_every_operation_does_what_the_document_says(report: dict[str, Any]) -> None:
    """No server error, no status, type, header or body that is not documented, nothing wrong is taken."""
    operations = report["operations"]

    assert failures(report, taken=False) == {}
    assert report["errors"] == []
    assert operations["selected"] == operations["tested"] == operations["total"] > 50


def test_what_the_document_allows_is_taken(report: dict[str, Any]) -> None:
    """No request that is valid by the document is refused."""
    assert failures(report, taken=True) == {}


def failures(report: dict[str, Any], taken: bool) -> dict[str, list[str]]:
    """Operations by the kind of their failure: only refusals of valid requests, or all others."""
    return {
        failure["title"]: failure["operations"]
        for failure in report["failures"]
        if (failure["type"] == "RejectedPositiveData") == taken
    }
