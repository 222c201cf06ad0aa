"""The OpenAPI document is valid, complete and correct."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openapi_spec_validator import validate

from api.app import create_app
from api.http.limits import BATCH_ITEMS, MAX_K, TEXT_CHARACTERS
from api.settings import Settings
from tests.fakes import FakeSuggester

APP = create_app(FakeSuggester(), Settings(home=Path("unused")))
PAGE = ("/", "/static/{name}")  # the web page's own files are not part of the interface


@pytest.fixture(scope="module")
def document() -> Any:
    with TestClient(APP) as client:
        response = client.get("/schema")
    assert response.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    return response.json()


def test_the_document_is_valid(document: Any) -> None:
    """It is OpenAPI 3.1 by the specification's own schema."""
    validate(document)


def test_every_route_is_in_it(document: Any) -> None:
    """No route is missing and none is invented."""
    served = {
        (method.lower(), route.path_format)
        for route in APP.routes
        for method in getattr(route, "methods", ())
        if method in {"GET", "POST"}
        and route.path_format not in PAGE
        and not route.path_format.startswith("/page/")
    }
    told = {(method, path) for path, item in document["paths"].items() for method in item}

    assert told == served


def test_every_operation_is_described(document: Any) -> None:
    """Summary, description, id and answer; ids are unique, as client generators need."""
    operations = [operation for item in document["paths"].values() for operation in item.values()]

    assert all(o["summary"] and o["description"] and o["responses"]["200"] for o in operations)
    assert len({o["operationId"] for o in operations}) == len(operations)


def test_examples_fit_their_schemas(document: Any) -> None:
    """Each example is a real answer and validates against the schema beside it."""
    seen = 0
    for item in document["paths"].values():
        for operation in item.values():
            bodies = [operation.get("requestBody", {}), operation["responses"]["200"]]
            for media in (m for body in bodies for m in body.get("content", {}).values()):
                if "example" in media:
                    schema = {**media["schema"], "components": document["components"]}
                    jsonschema.validate(media["example"], schema)
                    seen += 1

    assert seen == 18
    example = document["paths"]["/v1/suggest"]["post"]["responses"]["200"]["content"]["application/json"][
        "example"
    ]
    assert example["suggestions"][0]["code"] == "E0143"


def test_fields_are_described(document: Any) -> None:
    """Descriptions of fields come from the structs; answers require every field."""
    schemas = document["components"]["schemas"]

    assert schemas["Why"]["properties"]["words"]["description"].startswith("Words of `term`")
    assert schemas["CodePage"]["properties"]["next_cursor"]["description"].startswith("Give it as `cursor`")
    assert "error" in schemas["Answer"]["required"]
    assert schemas["SuggestRequest"]["required"] == ["text"]


def test_every_bound_of_a_body_is_in_its_schema(document: Any) -> None:
    """Also bounds of inner types and of items that are decoded one by one."""
    schemas = document["components"]["schemas"]
    request = schemas["SuggestRequest"]["properties"]

    assert (request["text"]["minLength"], request["text"]["maxLength"]) == (1, TEXT_CHARACTERS)
    assert (request["k"]["minimum"], request["k"]["maximum"]) == (1, MAX_K)
    assert {"type": "integer", "minimum": 1, "maximum": 2} in request["level"]["anyOf"]
    assert request["sections"]["items"]["pattern"] == "^([A-CE-HJ-MP-V]|CPT)$"
    assert schemas["SuggestRequest"]["additionalProperties"] is False
    assert schemas["BatchRequest"]["properties"]["items"] == {
        "type": "array",
        "items": {
            "anyOf": [
                {"$ref": "#/components/schemas/SuggestRequest"},
                {"description": "Anything else is answered by an Answer with `error`."},
            ]
        },
        "minItems": 1,
        "maxItems": BATCH_ITEMS,
    }


def test_errors_are_those_that_the_routes_give(document: Any) -> None:
    """Problem details except on FHIR routes and `/mcp`; none in the framework's own format."""
    media_types = {
        (path.split("/")[1] if path.startswith(("/fhir", "/mcp")) else "", media_type)
        for path, item in document["paths"].items()
        for operation in item.values()
        for status, response in operation["responses"].items()
        if status != "200"
        for media_type in response.get("content", ())
    }

    assert media_types == {
        ("", "application/problem+json"),
        ("fhir", "application/fhir+json"),
        ("mcp", "application/json"),
    }


def test_the_document_is_kept(document: Any) -> None:
    """A second call gives the same bytes."""
    with TestClient[Litestar](APP) as client:
        assert client.get("/schema").content == client.get("/schema").content


def test_a_fhir_body_says_which_inputs_it_needs(document: Any) -> None:
    """A Parameters resource for `$lookup` has a system and a code or a coding, each once, of FHIR's types."""
    body = document["paths"]["/fhir/CodeSystem/$lookup"]["post"]["requestBody"]["content"]
    (media,) = body.values()
    schema = {**media["schema"], "components": document["components"]}
    valid = jsonschema.Draft202012Validator(schema).is_valid

    def asked(*inputs: dict[str, Any]) -> dict[str, Any]:
        return {"resourceType": "Parameters", "parameter": list(inputs)}

    code, system = {"name": "code", "valueCode": "E0143"}, {"name": "system", "valueUri": "urn:x"}
    assert valid(asked(code, system))
    assert valid(asked({"name": "coding", "valueCoding": {"system": "urn:x", "code": "E0143"}}))
    assert not valid(asked(code))
    assert not valid(asked(code, code, system))
    assert not valid(asked({"name": "code", "valueCode": None}, system))
    assert not valid(asked({"name": "unknown", "valueCode": "E0143"}, code, system))


def test_query_parameters_say_whether_they_must_be_there(document: Any) -> None:
    """Those of FHIR operations that cannot be answered without."""
    needed = {
        path: [each["name"] for each in item["get"].get("parameters", ()) if each["required"]]
        for path, item in document["paths"].items()
        if "$" in path and "get" in item
    }

    assert needed["/fhir/CodeSystem/$lookup"] == ["system", "code"]
    assert needed["/fhir/CodeSystem/{resource_id}/$lookup"] == ["resource_id", "code"]
    assert needed["/fhir/ValueSet/$expand"] == ["url"]
    assert needed["/fhir/ConceptMap/$translate"] == ["code"]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/cds-services"])
def test_an_unknown_query_parameter_is_refused(path: str) -> None:
    """Also where nothing is asked."""
    with TestClient[Litestar](APP) as client:
        assert client.get(path, params={"verbose": "1"}).status_code == 422
        assert client.get(path).status_code == 200


def test_ids_in_paths_have_an_example_that_is_held(document: Any) -> None:
    """Who tries an address of the document gets an answer."""
    with TestClient[Litestar](APP) as client:
        for path in ("/fhir/CodeSystem/{resource_id}", "/fhir/StructureDefinition/{resource_id}"):
            (parameter,) = document["paths"][path]["get"]["parameters"]
            assert client.get(path.format(resource_id=parameter["example"])).status_code == 200
        operation = document["paths"]["/fhir/ValueSet/{resource_id}/_history/{version_id}"]["get"]
        given = {each["name"]: each["example"] for each in operation["parameters"]}
        assert (
            client.get("/fhir/ValueSet/{resource_id}/_history/{version_id}".format(**given)).status_code
            == 200
        )
