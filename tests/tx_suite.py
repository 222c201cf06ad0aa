"""Runs the HL7 terminology ecosystem's tests, as they stand, against the service; `python -m tests.tx_suite`.

Each suite's code systems and value sets travel with the request as `tx-resource` parameters. The suite lies
in `suites/fhir-tx` beside the official files (see `HCPCS_SHARED` in CONTRIBUTING.md); it is not ours.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from tests.conftest import SHARED
from tests.fakes import FakeSuggester
from tests.tx_compare import difference

SUITE = SHARED.parent / "suites" / "fhir-tx"
PATHS = {
    "metadata": "metadata",
    "term-caps": "metadata?mode=terminology",
    "expand": "ValueSet/$expand",
    "validate-code": "ValueSet/$validate-code",
    "batch-validate": "ValueSet/$batch-validate-code",
    "cs-validate-code": "CodeSystem/$validate-code",
    "lookup": "CodeSystem/$lookup",
    "subsumes": "CodeSystem/$subsumes",
    "translate": "ConceptMap/$translate",
}


class Outcome(NamedTuple):
    """One test of the ecosystem and what came of it.

    Attributes:
        suite: Its suite.
        name: Its name.
        failure: The first difference; empty if it passed.
    """

    suite: str
    name: str
    failure: str


def load(name: str) -> Any:
    """A file of the suite."""
    return json.loads((SUITE / name).read_text(encoding="utf-8-sig"))


def general_tests() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Suite and test of every test in mode `general` whose files are here."""
    for suite in load("test-cases.json")["suites"]:
        if suite.get("mode", "general") != "general":
            continue
        for test in suite["tests"]:
            files = [*suite["setup"], test["response"], *filter(None, [test.get("request")])]
            if (
                test.get("mode", "general") == "general"
                and test.get("version", "4.0").startswith("4.0")
                and all((SUITE / name).exists() for name in files)
            ):
                yield suite, test


def request_of(suite: dict[str, Any], test: dict[str, Any]) -> dict[str, Any]:
    """The request's Parameters: the test's own, its suite's resources, its profile's parameters."""
    request = load(test["request"])
    setup = [{"name": "tx-resource", "resource": load(name)} for name in suite["setup"]]
    profile = load(test.get("profile", "parameters-default.json"))
    request["parameter"] = [*request["parameter"], *setup, *profile.get("parameter", [])]
    return dict(request)


def run(client: TestClient[Litestar], suite: dict[str, Any], test: dict[str, Any]) -> Outcome:
    """Ask the service, and compare its answer with the expected one."""
    path = f"/fhir/{PATHS[test['operation']]}"
    headers = {"Accept-Language": test["Accept-Language"]} if "Accept-Language" in test else {}
    if "request" in test:
        response = client.post(path, json=request_of(suite, test), headers=headers)
    else:
        response = client.get(path)
    wanted = test.get("http-code", "2xx")
    if str(response.status_code)[0] != wanted[0]:
        failure = f"status {response.status_code}, expected {wanted}: {response.text[:300]}"
    else:
        actual = scrubbed(response.json())
        failure = difference(load(test["response"]), actual, pattern="request" not in test)
    return Outcome(suite["name"], test["name"], failure)


def scrubbed(resource: Any) -> Any:
    """A response without what the published runner leaves out of the comparison."""
    resource.pop("meta", None)
    resource.pop("text", None)
    if resource.get("resourceType") == "OperationOutcome":
        for issue in resource["issue"]:
            issue.pop("diagnostics", None)
    return resource


def run_all(names: frozenset[str] = frozenset()) -> list[Outcome]:
    """Outcome of every general test, or of those of some suites."""
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        return [
            run(client, suite, test) for suite, test in general_tests() if not names or suite["name"] in names
        ]


def counts(outcomes: list[Outcome]) -> dict[str, tuple[int, int]]:
    """Suite -> tests passed and failed."""
    table: dict[str, tuple[int, int]] = {}
    for outcome in outcomes:
        passed, failed = table.get(outcome.suite, (0, 0))
        table[outcome.suite] = (passed, failed + 1) if outcome.failure else (passed + 1, failed)
    return table


def main(arguments: list[str]) -> int:
    """Print passed and failed by suite, with `-v` the failures."""
    parser = argparse.ArgumentParser(prog="python -m tests.tx_suite", description=__doc__)
    parser.add_argument("suites", nargs="*", help="only these")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what fails, and why")
    options = parser.parse_args(arguments)
    if not SUITE.is_dir():
        sys.stderr.write(f"the suite is not at {SUITE}\n")
        return 2
    outcomes = run_all(frozenset(options.suites))
    for outcome in outcomes:
        if outcome.failure and options.verbose:
            sys.stdout.write(f"{outcome.suite}/{outcome.name}: {outcome.failure}\n")
    for suite, (passed, failed) in counts(outcomes).items():
        sys.stdout.write(f"{suite:26}{passed:5} passed {failed:5} failed\n")
    failures = sum(bool(outcome.failure) for outcome in outcomes)
    sys.stdout.write(f"{'all':26}{len(outcomes) - failures:5} passed {failures:5} failed\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
