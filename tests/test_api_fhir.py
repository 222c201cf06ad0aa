"""FHIR R4: every answer is valid by the model library and has the right content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from index.code_systems import LEVEL_I, LEVEL_II
from tests.fakes import OTHER_TEXT, OTHER_WARNING, RECORDS, FakeSuggester

ALL = f"{LEVEL_II.address}?fhir_vs"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        yield client


def checked(response: Any, kind: str, status: int = 200) -> Any:
    """The body, validated by the model library as that resource."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/fhir+json"
    body = response.json()
    assert body["resourceType"] == kind
    get_fhir_model_class(kind).model_validate(body)
    return body


def ask(client: TestClient[Litestar], path: str, kind: str, status: int = 200, **params: Any) -> Any:
    """One call by GET, and the same by POST: both must give the same answer."""
    by_get = checked(client.get(f"/fhir/{path}", params=params), kind, status)
    parameter = [
        {"name": name.replace("_", "-") if name == "system_version" else name, **typed(name, value)}
        for name, values in params.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    body = {"resourceType": "Parameters", "parameter": parameter}
    by_post = checked(client.post(f"/fhir/{path}", json=body), kind, status)
    for answer in (by_get, by_post):  # these two differ by nature
        answer.get("expansion", {}).pop("identifier", None)
        answer.get("expansion", {}).pop("timestamp", None)
    assert by_get == by_post
    return by_get


def typed(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    return {{"date": "valueDateTime", "url": "valueUri", "code": "valueCode"}.get(name, "valueString"): value}


def named(parameters: Any) -> dict[str, Any]:
    """Plain output parameters as name -> value."""
    return {
        part["name"]: next(value for key, value in part.items() if key.startswith("value"))
        for part in parameters["parameter"]
        if "part" not in part and "resource" not in part
    }


def issues(parameters: Any) -> list[tuple[str, str]]:
    """Severity and text of every issue of a validation."""
    outcome = next((p["resource"] for p in parameters["parameter"] if p["name"] == "issues"), {"issue": []})
    return [(issue["severity"], issue["details"]["text"]) for issue in outcome["issue"]]


def properties(parameters: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for part in parameters["parameter"]:
        if part["name"] == "property":
            code, value = part["part"]
            found.setdefault(code["valueCode"], []).append(
                next(v for key, v in value.items() if key.startswith("value"))
            )
    return found


def codes(value_set: Any) -> list[str]:
    return [concept["code"] for concept in value_set["expansion"].get("contains", [])]


def test_metadata_is_a_capability_statement(client: TestClient[Litestar]) -> None:
    """It names R4, JSON and every operation."""
    statement = checked(client.get("/fhir/metadata"), "CapabilityStatement")

    assert statement["fhirVersion"] == "4.0.1"
    operations = {
        (resource["type"], operation["name"])
        for resource in statement["rest"][0]["resource"]
        for operation in resource.get("operation", [])
    }
    assert operations == {
        ("CodeSystem", "lookup"),
        ("CodeSystem", "validate-code"),
        ("CodeSystem", "subsumes"),
        ("ValueSet", "expand"),
        ("ValueSet", "validate-code"),
        ("ValueSet", "batch-validate-code"),
        ("ConceptMap", "translate"),
    }


def test_terminology_capabilities_name_the_release(client: TestClient[Litestar]) -> None:
    """The code system's version is the release name."""
    capabilities = checked(
        client.get("/fhir/metadata", params={"mode": "terminology"}), "TerminologyCapabilities"
    )

    assert [(s["uri"], s["version"][0]["code"]) for s in capabilities["codeSystem"]] == [
        (LEVEL_II.address, "2026-01")
    ]
    named = [parameter["name"] for parameter in capabilities["expansion"]["parameter"]]
    assert {"filter", "property", "tx-resource", "check-system-version", "displayLanguage"} <= set(named)


@pytest.mark.parametrize("system", sorted(LEVEL_II.addresses))
def test_lookup_takes_every_spelling_of_the_system(client: TestClient[Litestar], system: str) -> None:
    """The canonical address, its https form and the OID name the same system."""
    answer = ask(client, "CodeSystem/$lookup", "Parameters", code="E0144", system=system)

    assert named(answer) == {
        "name": "HCPCSLevelII",
        "version": "2026-01",
        "display": "Walker that was replaced by another",
    }
    found = properties(answer)
    assert found["status"] == ["terminated"]
    assert found["inactive"] == [True]
    assert found["effectiveTo"] == ["2020-12-31"]
    assert found["successor"] == ["E0143"]


def test_lookup_on_a_date(client: TestClient[Litestar]) -> None:
    """The status is the one on the date asked for, and properties can be chosen."""
    answer = ask(
        client,
        "CodeSystem/$lookup",
        "Parameters",
        code="E0144",
        system=LEVEL_II.address,
        date="2020-01-01",
        property=["status", "section"],
    )

    assert properties(answer) == {"status": ["active"], "section": ["E"]}


def test_lookup_takes_a_coding(client: TestClient[Litestar]) -> None:
    """A Coding by POST instead of code and system."""
    coding = {"system": LEVEL_II.address, "code": "K0001", "version": "2026-01"}
    body = {"resourceType": "Parameters", "parameter": [{"name": "coding", "valueCoding": coding}]}
    answer = checked(client.post("/fhir/CodeSystem/$lookup", json=body), "Parameters")

    assert named(answer)["display"] == "Plain wheelchair"


@pytest.mark.parametrize(
    ("params", "status", "issue", "words"),
    [
        ({"code": "E9999", "system": LEVEL_II.address}, 404, "not-found", "no such code"),
        ({"code": "e0143", "system": LEVEL_II.address}, 404, "not-found", "upper case"),
        ({"code": "99213", "system": LEVEL_I.address}, 404, "not-found", "licence"),
        ({"code": "E0143", "system": "http://loinc.org"}, 404, "not-found", "not held"),
        ({"code": "E0143", "system": LEVEL_II.address, "version": "2019-01"}, 404, "not-found", "2026-01"),
        ({"code": "E0143"}, 400, "required", "'system' is needed"),
        ({"code": "E0143", "system": LEVEL_II.address, "date": "soon"}, 400, "value", "'date' must be"),
        ({"code": "E0143", "system": LEVEL_II.address, "colour": "red"}, 400, "not-supported", "'colour'"),
    ],
)
def test_lookup_errors_are_operation_outcomes(
    client: TestClient[Litestar], params: dict[str, str], status: int, issue: str, words: str
) -> None:
    """Each refusal has its status, its issue type and a sentence."""
    outcome = ask(client, "CodeSystem/$lookup", "OperationOutcome", status, **params)

    assert outcome["issue"][0]["code"] == issue
    assert words in outcome["issue"][0]["diagnostics"]


def test_validate_code_of_the_code_system(client: TestClient[Litestar]) -> None:
    """True with the display, false with the reason, and a hint for an ended code."""
    path = "CodeSystem/$validate-code"
    good = named(ask(client, path, "Parameters", url=LEVEL_II.address, code="E0143"))
    ended_answer = ask(client, path, "Parameters", url=LEVEL_II.address, code="E0144")
    ended = named(ended_answer)
    wrong = named(ask(client, path, "Parameters", url=LEVEL_II.address, code="E0143", display="Cane"))
    right = named(
        ask(client, path, "Parameters", url=LEVEL_II.address, code="E0143", display="folding  wheeled WALKER")
    )
    missing = named(ask(client, path, "Parameters", url=LEVEL_II.address, code="E9999"))

    assert good == {
        "result": True,
        "code": "E0143",
        "system": LEVEL_II.address,
        "version": "2026-01",
        "display": "Folding walker with wheels, height can be set",
    }
    assert (ended["result"], ended["inactive"], ended["status"]) == (True, True, "terminated")
    assert issues(ended_answer) == [
        (
            "warning",
            "The concept 'E0144' has a status of terminated and inactive and its use should be reviewed",
        ),
        ("information", "the code ended on 2020-12-31; CMS names E0143 in its place"),
    ]
    assert ended["message"] == "; ".join(text for _, text in issues(ended_answer))
    assert wrong["result"] is False
    assert "Valid display is one of 2 choices: 'Folding walker with wheels" in wrong["message"]
    assert right["result"] is True
    assert missing["result"] is False
    assert (
        missing["message"] == f"Unknown code 'E9999' in the CodeSystem '{LEVEL_II.address}' version '2026-01'"
    )


@pytest.mark.parametrize(
    "params", [{"url": "http://loinc.org"}, {"url": LEVEL_II.address, "version": "2019-01"}]
)
def test_an_unknown_system_or_version_is_no_error(
    client: TestClient[Litestar], params: dict[str, str]
) -> None:
    """The result is false, the issue says what is not held, and the canonical is named."""
    answer = ask(client, "CodeSystem/$validate-code", "Parameters", code="E0143", **params)

    assert named(answer)["result"] is False
    assert named(answer)["x-caused-by-unknown-system"] == "|".join(params.values())
    assert [severity for severity, _ in issues(answer)] == ["error"]


def test_a_wrong_display_can_be_a_warning(client: TestClient[Litestar]) -> None:
    """With `lenient-display-validation` the result stays true."""
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {
                "name": "coding",
                "valueCoding": {"system": LEVEL_II.address, "code": "E0143", "display": "Cane"},
            },
            {"name": "url", "valueUri": ALL},
            {"name": "lenient-display-validation", "valueBoolean": True},
        ],
    }
    answer = checked(client.post("/fhir/ValueSet/$validate-code", json=body), "Parameters")

    assert named(answer)["result"] is True
    assert [severity for severity, _ in issues(answer)] == ["warning"]


def test_expand_lists_the_whole_code_system(client: TestClient[Litestar]) -> None:
    """Without a filter: every code in order, the unusable ones marked."""
    value_set = ask(client, "ValueSet/$expand", "ValueSet", url=ALL)

    assert codes(value_set) == [record.code for record in RECORDS]
    assert value_set["expansion"]["total"] == len(RECORDS)
    inactive = [c["code"] for c in value_set["expansion"]["contains"] if c.get("inactive")]
    assert inactive == ["E0144", "L9900"]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("=section/E", ["E0100", "E0130", "E0143", "E0144", "E1399"]),
        ("=active/1986-06-01", ["E0100", "E0130", "J9999"]),
        ("=section/E/active/2026-01-01", ["E0100", "E0130", "E0143", "E1399"]),
        ("=section/L", ["L9900"]),
    ],
)
def test_implicit_value_sets(client: TestClient[Litestar], tail: str, expected: list[str]) -> None:
    """A section, what is usable on a date, and both."""
    assert codes(ask(client, "ValueSet/$expand", "ValueSet", url=ALL + tail)) == expected


def test_expand_with_a_filter_is_ranked(client: TestClient[Litestar]) -> None:
    """The order is the ranking; the declared extensions hold score and confidence."""
    value_set = ask(
        client, "ValueSet/$expand", "ValueSet", url=ALL, filter="folding walker with wheels", count=2
    )
    expansion = value_set["expansion"]

    assert codes(value_set) == ["E0143", "E0130"]
    assert expansion["total"] == 5
    assert expansion["contains"][0]["extension"] == [
        {"url": "urn:hcpcs-suggest:fhir:score", "valueDecimal": 1.0},
        {"url": "urn:hcpcs-suggest:fhir:confidence", "valueDecimal": 1.0},
    ]
    assert "folding" not in str(value_set["expansion"]["parameter"])
    for extension in ("score", "confidence", "no-good-match"):
        checked(client.get(f"/fhir/StructureDefinition/{extension}"), "StructureDefinition")


def test_expand_pages_and_options(client: TestClient[Litestar]) -> None:
    """`offset`, `count`, `activeOnly`, `date` and `includeDesignations` have an effect."""
    path = "ValueSet/$expand"
    second = ask(client, path, "ValueSet", url=ALL, filter="walker", count=1, offset=1)
    active = ask(client, path, "ValueSet", url=ALL, filter="walker", activeOnly=True)
    then = ask(client, path, "ValueSet", url=ALL, filter="walker", activeOnly=True, date="2020-01-01")
    words = ask(client, path, "ValueSet", url=ALL, filter="wheelchair", includeDesignations=True)
    none = ask(client, path, "ValueSet", url=ALL, count=0)

    assert codes(second) == ["E0143"]
    assert codes(active) == ["E0130", "E0143"]
    assert codes(then) == ["E0130", "E0143", "E0144"]
    assert words["expansion"]["contains"][0]["designation"][0]["value"] == "Plain wheelchair"
    assert (none["expansion"]["total"], codes(none)) == (len(RECORDS), [])


def test_expand_says_when_nothing_is_likely(client: TestClient[Litestar]) -> None:
    """No candidate: an empty expansion with the no-good-match extension."""
    expansion = ask(client, "ValueSet/$expand", "ValueSet", url=ALL, filter="xyzzy")["expansion"]

    assert expansion["total"] == 0
    assert expansion["extension"] == [{"url": "urn:hcpcs-suggest:fhir:no-good-match", "valueBoolean": True}]


def test_expand_says_to_which_other_system_a_text_belongs(client: TestClient[Litestar]) -> None:
    """With its probability, and what the answer warns of."""
    expansion = ask(client, "ValueSet/$expand", "ValueSet", url=ALL, filter=OTHER_TEXT)["expansion"]

    assert expansion["extension"] == [
        {"url": "urn:hcpcs-suggest:fhir:no-good-match", "valueBoolean": True},
        {"url": "urn:hcpcs-suggest:fhir:looks-like", "valueCode": "cpt"},
        {"url": "urn:hcpcs-suggest:fhir:looks-like-probability", "valueDecimal": 0.93},
        {"url": "urn:hcpcs-suggest:fhir:warning", "valueString": OTHER_WARNING},
    ]


@pytest.mark.parametrize(
    ("params", "status", "issue"),
    [
        ({}, 400, "required"),
        ({"url": "http://example.org/vs"}, 404, "not-found"),
        ({"url": f"{ALL}=active/2026-02-30"}, 400, "invalid"),
        ({"url": ALL, "displayLanguage": "not a language"}, 400, "value"),
        ({"url": f"{ALL}|2019-01"}, 404, "not-found"),
        ({"url": ALL, "count": "-1"}, 400, "value"),
        ({"url": ALL, "activeOnly": "perhaps"}, 400, "value"),
        ({"url": ALL, "filter": "a" * 2001}, 400, "too-long"),
        ({"url": ALL, "contextDirection": "incoming"}, 400, "not-supported"),
    ],
)
def test_expand_errors_are_operation_outcomes(
    client: TestClient[Litestar], params: dict[str, str], status: int, issue: str
) -> None:
    """Wrong inputs are refused, never ignored."""
    outcome = ask(client, "ValueSet/$expand", "OperationOutcome", status, **params)

    assert outcome["issue"][0]["code"] == issue


def test_validate_code_of_a_value_set(client: TestClient[Litestar]) -> None:
    """The result is membership; one member among the codings of a CodeableConcept is enough."""
    path = "ValueSet/$validate-code"
    inside = named(
        ask(client, path, "Parameters", url=f"{ALL}=section/E", code="E0143", system=LEVEL_II.address)
    )
    outside = named(
        ask(client, path, "Parameters", url=f"{ALL}=section/J", code="E0143", system=LEVEL_II.address)
    )
    concept = {
        "coding": [
            {"system": LEVEL_II.address, "code": "E9999"},
            {"system": LEVEL_II.address, "code": "K0001"},
        ]
    }
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "url", "valueUri": ALL},
            {"name": "codeableConcept", "valueCodeableConcept": concept},
        ],
    }
    mixed_answer = checked(client.post(f"/fhir/{path}", json=body), "Parameters")
    mixed = named(mixed_answer)

    assert inside["result"] is True
    assert outside["result"] is False
    assert outside["message"] == (
        f"The provided code '{LEVEL_II.address}#E0143' was not found in the value set "
        f"'{ALL}=section/J|2026-01'"
    )
    assert (mixed["result"], mixed["display"]) == (True, "Plain wheelchair")
    assert [severity for severity, _ in issues(mixed_answer)] == ["warning", "information"]


def test_a_star_stands_for_every_property(client: TestClient[Litestar]) -> None:
    """As if none were named."""
    params = {"code": "E0143", "system": LEVEL_II.address}
    every = client.get("/fhir/CodeSystem/$lookup", params={**params, "property": "*"}).json()

    assert every == client.get("/fhir/CodeSystem/$lookup", params=params).json()


def test_a_body_in_xml_is_refused(client: TestClient[Litestar]) -> None:
    """With an OperationOutcome that says what to send."""
    headers = {"Content-Type": "application/fhir+xml"}
    for path in ("ValueSet/$expand", "CodeSystem/$validate-code", ""):
        response = client.post(f"/fhir/{path}".rstrip("/"), content=b"<Parameters/>", headers=headers)
        outcome = checked(response, "OperationOutcome", 415)
        assert "JSON" in outcome["issue"][0]["details"]["text"]


def test_other_formats_are_refused(client: TestClient[Litestar]) -> None:
    """Three ways to ask for XML get the same refusal."""
    for response in (
        client.get("/fhir/metadata", params={"_format": "xml"}),
        client.get("/fhir/metadata", headers={"Accept": "application/fhir+xml"}),
        client.get("/fhir/CodeSystem/$lookup", params={"_format": "application/fhir+xml"}),
    ):
        checked(response, "OperationOutcome", 406)
    checked(client.get("/fhir/metadata", params={"_format": "json"}), "CapabilityStatement")


def test_framework_errors_are_operation_outcomes_too(client: TestClient[Litestar]) -> None:
    """No such address, no such method, no JSON, too large."""
    json_type = {"Content-Type": "application/fhir+json"}
    lookup = "/fhir/CodeSystem/$lookup"
    checked(client.get("/fhir/Patient/1"), "OperationOutcome", 404)
    checked(client.delete(lookup), "OperationOutcome", 405)
    checked(client.post(lookup, content=b"{", headers=json_type), "OperationOutcome", 400)
    checked(client.post(lookup, json={"resourceType": "Patient"}), "OperationOutcome", 422)
    checked(client.post(lookup, content=b" " * 1_100_000, headers=json_type), "OperationOutcome", 413)


def test_the_code_system_is_found_and_read(client: TestClient[Litestar]) -> None:
    """Search by any spelling; read by id; it declares its properties and holds no codes."""
    for url in LEVEL_II.addresses:
        bundle = checked(client.get("/fhir/CodeSystem", params={"url": url}), "Bundle")
        assert bundle["entry"][0]["resource"]["version"] == "2026-01"
    assert checked(client.get("/fhir/CodeSystem", params={"url": "http://loinc.org"}), "Bundle")["total"] == 0
    resource = checked(client.get("/fhir/CodeSystem/hcpcs-level-ii"), "CodeSystem")
    assert (resource["content"], resource["count"]) == ("not-present", 10)
    checked(client.get("/fhir/CodeSystem/other"), "OperationOutcome", 404)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({}, 400),
        ({"valueCode": "E0143", "valueString": "E0143"}, 400),
        ({"valueCode": None}, 422),
        ({"valueDecimal": 1.5}, 422),
        ({"valueCode": "E0143", "id": "a", "extension": [{"url": "urn:x", "valueString": "y"}]}, 200),
    ],
)
def test_an_input_has_one_value(client: TestClient[Litestar], value: Any, status: int) -> None:
    """One without, with two, with null or with a type that no input has is refused, never left out."""
    system = {"name": "system", "valueUri": LEVEL_II.address}
    body = {"resourceType": "Parameters", "parameter": [system, {"name": "code", **value}]}
    response = client.post(
        "/fhir/CodeSystem/$lookup", json=body, headers={"Content-Type": "application/fhir+json"}
    )

    assert response.status_code == status


def test_a_batch_of_validations_has_some(client: TestClient[Litestar]) -> None:
    """None at all is refused: FHIR has no empty lists."""
    response = client.post(
        "/fhir/ValueSet/$batch-validate-code",
        json={"resourceType": "Parameters", "parameter": []},
        headers={"Content-Type": "application/fhir+json"},
    )

    assert response.status_code == 400


def test_an_operation_of_an_unknown_concept_map_is_not_found(client: TestClient[Litestar]) -> None:
    """As of a code system or value set."""
    for kind, operation in (("ConceptMap", "translate"), ("CodeSystem", "lookup"), ("ValueSet", "expand")):
        assert client.get(f"/fhir/{kind}/0/${operation}", params={"code": "E0144"}).status_code == 404
    assert client.get("/fhir/ConceptMap/hcpcs-successors/$translate?code=E0144").status_code == 200
