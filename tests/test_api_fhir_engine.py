"""FHIR operations on code systems and value sets of the request, mixed with ours, and their bounds."""

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
from index.code_systems import LEVEL_II
from tests.fakes import FakeSuggester

OURS = LEVEL_II.address
COLOURS: dict[str, Any] = {
    "resourceType": "CodeSystem",
    "url": "http://example.org/colours",
    "version": "1",
    "status": "active",
    "content": "complete",
    "language": "en",
    "property": [{"code": "warm", "type": "boolean"}],
    "concept": [
        {
            "code": "red",
            "display": "Red",
            "designation": [{"language": "de", "value": "Rot"}],
            "property": [{"code": "warm", "valueBoolean": True}],
            "concept": [{"code": "pink", "display": "Pink"}],
        },
        {"code": "blue", "display": "Blue"},
    ],
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(FakeSuggester(), Settings(home=Path("unused")))) as client:
        yield client


def ask(client: TestClient[Litestar], path: str, *parameters: dict[str, Any], status: int = 200) -> Any:
    """The answer of a POST."""
    body = {"resourceType": "Parameters", "parameter": list(parameters)}
    response = client.post(f"/fhir/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


def brought(resource: Any) -> dict[str, Any]:
    return {"name": "tx-resource", "resource": resource}


def value_set(**compose: Any) -> dict[str, Any]:
    resource = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    return {"name": "valueSet", "resource": resource}


def codes(expanded: Any) -> list[str]:
    return [concept["code"] for concept in expanded["expansion"].get("contains", [])]


def named(answer: Any) -> dict[str, Any]:
    return {
        part["name"]: next((v for key, v in part.items() if key.startswith("value")), None)
        for part in answer["parameter"]
    }


def filtered(property_name: str, operator: str, value: str, system: str = OURS) -> dict[str, Any]:
    """An include with one filter."""
    return {"system": system, "filter": [{"property": property_name, "op": operator, "value": value}]}


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ({"system": OURS, "concept": [{"code": "E0143"}, {"code": "X0000"}]}, ["E0143"]),
        (filtered("section", "=", "J"), ["J1815", "J9999"]),
        (filtered("section", "in", "K,L"), ["K0001", "L9900"]),
        (filtered("code", "regex", "E01.*"), ["E0100", "E0130", "E0143", "E0144"]),
        (filtered("notOtherwiseClassified", "=", "true"), ["E1399", "J9999"]),
        (filtered("activeOn", "=", "1986-06-01"), ["E0100", "E0130", "J9999"]),
        ({"system": "urn:oid:2.16.840.1.113883.6.285", "concept": [{"code": "K0001"}]}, ["K0001"]),
        ({"valueSet": [f"{OURS}?fhir_vs=section/K"]}, ["K0001"]),
        (filtered("concept", "is-a", "red", COLOURS["url"]), ["red"]),
        (filtered("warm", "=", "true", COLOURS["url"]), ["red"]),
    ],
)
def test_an_include_of_ours_or_of_the_request(
    client: TestClient[Litestar], include: dict[str, Any], expected: list[str]
) -> None:
    """Concepts, filters and imports work for our codes as for a code system that the request brings."""
    assert codes(ask(client, "ValueSet/$expand", brought(COLOURS), value_set(include=[include]))) == expected


def test_a_mixed_value_set_expands_with_its_excludes(client: TestClient[Litestar]) -> None:
    """Both systems in one flat expansion, which names what it used."""
    expanded = ask(
        client,
        "ValueSet/$expand",
        brought(COLOURS),
        value_set(
            include=[{"system": "http://example.org/colours"}, {"valueSet": [f"{OURS}?fhir_vs=section/E"]}],
            exclude=[{"system": OURS, "concept": [{"code": "E0143"}]}],
        ),
        {"name": "activeOnly", "valueBoolean": True},
    )

    assert codes(expanded) == ["red", "pink", "blue", "E0100", "E0130", "E1399"]
    used = [p["valueUri"] for p in expanded["expansion"]["parameter"] if p["name"].startswith("used-")]
    assert used == [
        "http://example.org/colours|1",
        f"{OURS}|2026-01",
        f"{OURS}?fhir_vs=section/E|2026-01",
    ]
    get_fhir_model_class("ValueSet").model_validate(expanded)


def test_an_expansion_nests_where_there_is_a_hierarchy(client: TestClient[Litestar]) -> None:
    """Unless it is asked to be flat, or paged."""
    everything = [brought(COLOURS), value_set(include=[{"system": "http://example.org/colours"}])]
    nested_tree = ask(client, "ValueSet/$expand", *everything)
    flat = ask(client, "ValueSet/$expand", *everything, {"name": "excludeNested", "valueBoolean": True})
    paged = ask(client, "ValueSet/$expand", *everything, {"name": "count", "valueInteger": 2})

    assert codes(nested_tree) == ["red", "blue"]
    assert codes({"expansion": nested_tree["expansion"]["contains"][0]}) == ["pink"]
    assert codes(flat) == ["red", "pink", "blue"]
    assert (codes(paged), paged["expansion"]["total"]) == (["red", "pink"], 3)


def test_displays_in_the_language_asked_for(client: TestClient[Litestar]) -> None:
    """By `displayLanguage`, and by `Accept-Language`."""
    include = value_set(include=[{"system": "http://example.org/colours", "concept": [{"code": "red"}]}])
    expanded = ask(
        client,
        "ValueSet/$expand",
        brought(COLOURS),
        include,
        {"name": "displayLanguage", "valueCode": "de-CH, de;q=0.9"},
    )

    assert expanded["expansion"]["contains"][0]["display"] == "Rot"


def test_properties_are_r5s_or_extensions(client: TestClient[Litestar]) -> None:
    """R4 has no properties in an expansion: with `fhirVersion=4.0` they are extensions."""
    params = {"url": f"{OURS}?fhir_vs=section/K", "property": "section"}
    modern = client.get("/fhir/ValueSet/$expand", params=params).json()
    accept = {"Accept": "application/fhir+json; fhirVersion=4.0"}
    plain = client.get("/fhir/ValueSet/$expand", params=params, headers=accept).json()

    assert modern["expansion"]["contains"][0]["property"] == [{"code": "section", "valueString": "K"}]
    extension = plain["expansion"]["contains"][0]["extension"][0]
    assert extension["url"].endswith("extension-ValueSet.expansion.contains.property")
    assert extension["extension"][1] == {"url": "value", "valueString": "K"}
    get_fhir_model_class("ValueSet").model_validate(plain)
    old = client.get("/fhir/metadata", headers={"Accept": "application/fhir+json; fhirVersion=3.0"})
    assert old.status_code == 406


def test_codes_of_the_request_are_looked_up_and_compared(client: TestClient[Litestar]) -> None:
    """`$lookup`, `$subsumes` and `$validate-code` answer for a code system of the request."""
    system = {"name": "system", "valueUri": "http://example.org/colours"}
    looked = ask(client, "CodeSystem/$lookup", brought(COLOURS), system, {"name": "code", "valueCode": "red"})
    pair = [{"name": "codeA", "valueCode": "red"}, {"name": "codeB", "valueCode": "pink"}]
    related = ask(client, "CodeSystem/$subsumes", brought(COLOURS), system, *pair)
    coding = {"name": "coding", "valueCoding": {"system": "http://example.org/colours", "code": "green"}}
    wrong = ask(client, "CodeSystem/$validate-code", brought(COLOURS), coding)

    assert named(looked)["display"] == "Red"
    assert named(related)["outcome"] == "subsumes"
    assert named(wrong)["result"] is False


def test_an_ended_code_translates_to_its_successor(client: TestClient[Litestar]) -> None:
    """And back; a code that has not ended has no match."""
    for params, code in (
        ({"code": "E0144"}, "E0143"),
        ({"code": "E0143", "reverse": "true"}, "E0144"),
    ):
        answer = client.get("/fhir/ConceptMap/$translate", params={"system": OURS, **params}).json()
        get_fhir_model_class("Parameters").model_validate(answer)
        match = {part["name"]: part for part in answer["parameter"][-1]["part"]}
        assert (named(answer)["result"], match["equivalence"]["valueCode"]) == (True, "relatedto")
        assert match["concept"]["valueCoding"]["code"] == code
    for params in ({"code": "E0143"}, {"code": "E0144", "date": "2020-01-01"}):
        answer = client.get("/fhir/ConceptMap/$translate", params={"system": OURS, **params}).json()
        assert named(answer)["result"] is False


def test_what_was_brought_is_kept_under_its_cache_id(client: TestClient[Litestar]) -> None:
    """A later request only names it; another name finds nothing."""
    include = value_set(include=[{"system": "http://example.org/colours", "concept": [{"code": "red"}]}])
    first = ask(client, "ValueSet/$expand", brought(COLOURS), include, {"name": "cache-id", "valueId": "one"})
    second = ask(client, "ValueSet/$expand", include, {"name": "cache-id", "valueId": "one"})
    other = ask(client, "ValueSet/$expand", include, {"name": "cache-id", "valueId": "two"}, status=422)

    assert codes(first) == codes(second) == ["red"]
    assert other["issue"][0]["code"] == "not-found"


def test_a_batch_answers_each_entry(client: TestClient[Litestar]) -> None:
    """In order, with an outcome for what is refused; more than 25 entries are refused."""
    get = {"request": {"method": "GET", "url": f"CodeSystem/$lookup?system={OURS}&code=K0001"}}
    unknown = {"request": {"method": "GET", "url": "Patient/1"}}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [get, unknown]}
    answer = client.post("/fhir", json=bundle).json()
    many = client.post("/fhir", json={**bundle, "entry": [get] * 26})

    get_fhir_model_class("Bundle").model_validate(answer)
    assert named(answer["entry"][0]["resource"])["display"] == "Plain wheelchair"
    assert answer["entry"][1]["response"]["status"] == "404"
    assert many.status_code == 400


def test_resources_are_found_read_and_paged(client: TestClient[Litestar]) -> None:
    """Search by GET and by form, pages with links, read with `ETag`, vread, and 304."""
    page = client.get("/fhir/ValueSet", params={"_count": 2, "_offset": 1}).json()
    form = client.post("/fhir/ValueSet/_search", data={"url": f"{OURS}?fhir_vs=section/E"}).json()
    read = client.get("/fhir/ValueSet/hcpcs-section-e")
    again = client.get("/fhir/ValueSet/hcpcs-section-e", headers={"If-None-Match": read.headers["ETag"]})
    old = client.get("/fhir/ValueSet/hcpcs-section-e/_history/2019-01")

    assert (page["total"], len(page["entry"])) == (7, 2)
    assert [link["relation"] for link in page["link"]] == ["self", "next"]
    assert [entry["resource"]["id"] for entry in form["entry"]] == ["hcpcs-section-e"]
    assert read.headers["ETag"] == 'W/"2026-01"'
    assert read.json()["meta"] == {"versionId": "2026-01"}
    assert (again.status_code, again.content) == (304, b"")
    assert old.status_code == 404
    assert client.get("/fhir/ValueSet", params={"publisher": "x"}).status_code == 400
    expanded = client.get("/fhir/ValueSet/hcpcs-section-e/$expand", params={"count": 1}).json()
    assert codes(expanded) == ["E0100"]


def colours(number: int) -> dict[str, Any]:
    """A code system of many concepts with the same display."""
    concepts = [{"code": f"c{row}", "display": "a" * 24} for row in range(number)]
    return {**COLOURS, "concept": concepts}


def nested(depth: int) -> dict[str, Any]:
    concept: dict[str, Any] = {"code": "deepest"}
    for row in range(depth):
        concept = {"code": f"d{row}", "concept": [concept]}
    return {**COLOURS, "concept": [concept]}


SOME_FILTER = {"property": "code", "op": "=", "value": "x"}
ALL_COLOURS = {"system": "http://example.org/colours"}
SELF = {
    "resourceType": "ValueSet",
    "url": "http://example.org/self",
    "status": "active",
    "compose": {"include": [{"valueSet": ["http://example.org/self"]}]},
}


def regex(expression: str) -> dict[str, Any]:
    return {**ALL_COLOURS, "filter": [{"property": "display", "op": "regex", "value": expression}]}


@pytest.mark.parametrize(
    ("resource", "include", "issue"),
    [
        (colours(1000), regex("(a|aa)+b"), "too-costly"),
        (colours(1000), regex("(?:a{1,1000}){1,1000}b"), "too-costly"),
        (colours(1), regex("a" * 501), "too-costly"),
        (colours(1), regex("("), "invalid"),
        (nested(65), ALL_COLOURS, "too-costly"),
        (SELF, {"valueSet": ["http://example.org/self"]}, "processing"),
        (colours(2000), {**ALL_COLOURS, "filter": [SOME_FILTER] * 250}, "too-costly"),
        ({"resourceType": "Patient", "status": "active"}, ALL_COLOURS, "not-supported"),
        ({**COLOURS, "concept": [{"code": 5}]}, ALL_COLOURS, "invalid"),
        ({**COLOURS, "concept": "red"}, ALL_COLOURS, "invalid"),
        (COLOURS, {"system": "http://example.org/unknown"}, "not-found"),
        (COLOURS, filtered("activeOn", "=", "soon"), "invalid"),
    ],
)
def test_what_a_request_brings_is_bounded(
    client: TestClient[Litestar], resource: dict[str, Any], include: dict[str, Any], issue: str
) -> None:
    """Expressions that never end, depth, circles, size and wrong types are refused with an issue."""
    for path in ("ValueSet/$expand", "ValueSet/$validate-code"):
        coding = {"system": "http://example.org/colours", "code": "c1"}
        extra = [{"name": "coding", "valueCoding": coding}] if "validate" in path else []
        body = {
            "resourceType": "Parameters",
            "parameter": [brought(resource), value_set(include=[include]), *extra],
        }
        response = client.post(f"/fhir/{path}", json=body)
        found = response.json()["issue"][0]["code"] if response.status_code == 422 else "answered"
        # A validation looks at one concept: what is only too much for all of them is answered.
        assert found == issue or ("validate" in path and found == "answered"), response.text


def test_too_many_resources_and_codings_are_refused(client: TestClient[Litestar]) -> None:
    """200 resources in a request, 100 codings in a concept, 100 validations in a call."""
    include = value_set(include=[ALL_COLOURS])
    concept = {"coding": [{"system": OURS, "code": "E0143"}] * 101}
    given = {"name": "codeableConcept", "valueCodeableConcept": concept}
    one = {"name": "validation", "resource": {"resourceType": "Parameters"}}

    ask(client, "ValueSet/$expand", *[brought(COLOURS)] * 201, include, status=422)
    ask(client, "ValueSet/$validate-code", include, given, status=422)
    ask(client, "ValueSet/$batch-validate-code", include, *[one] * 101, status=400)


def test_no_error_repeats_the_name_of_an_unknown_field(client: TestClient[Litestar]) -> None:
    """What is wrong with a resource is told by its path and types."""
    resource = {**COLOURS, "concept": [{"code": ["patient Jane Doe"]}]}
    answer = ask(client, "ValueSet/$expand", brought(resource), value_set(include=[ALL_COLOURS]), status=422)

    assert "Jane" not in str(answer)
    assert "$.concept[0].code" in answer["issue"][0]["details"]["text"]


LATER = COLOURS | {
    "version": "2",
    "concept": [{"code": "red", "display": "Crimson"}, {"code": "green", "display": "Green"}],
}
BOTH_VERSIONS: dict[str, Any] = {
    "include": [{"system": COLOURS["url"], "version": version} for version in ("1", "2")]
}


@pytest.mark.parametrize(("asked", "count"), [("true", 4), ("false", 5)])
def test_versions_of_a_code_are_merged_where_the_value_set_says_so(
    client: TestClient[Litestar], asked: str, count: int
) -> None:
    """`versionsMatch`: a code of two versions is one, with the display of the later."""
    inner = [{"url": "name", "valueCode": "versionsMatch"}, {"url": "value", "valueString": asked}]
    url = "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter"
    wanted = value_set(extension=[{"url": url, "extension": inner}], **BOTH_VERSIONS)
    wanted["resource"]["url"] = "http://example.org/both"
    expanded = ask(
        client,
        "ValueSet/$expand",
        wanted,
        brought(COLOURS),
        brought(LATER),
        {"name": "excludeNested", "valueBoolean": True},
    )

    assert expanded["expansion"]["total"] == count
    shown = {each["display"] for each in expanded["expansion"]["contains"] if each["code"] == "red"}
    assert shown == ({"Crimson"} if asked == "true" else {"Red", "Crimson"})


@pytest.mark.parametrize(("display", "version"), [("Red", "1"), ("Crimson", "2"), ("crimson", "2")])
def test_a_display_says_which_version_is_meant(
    client: TestClient[Litestar], display: str, version: str
) -> None:
    """A coding without a version, of a code that two versions in the value set have."""
    coding = {"system": COLOURS["url"], "code": "red", "display": display}
    answer = ask(
        client,
        "ValueSet/$validate-code",
        value_set(**BOTH_VERSIONS),
        brought(COLOURS),
        brought(LATER),
        {"name": "coding", "valueCoding": coding},
    )

    assert (named(answer)["result"], named(answer)["version"]) == (True, version)
