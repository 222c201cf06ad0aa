"""What the OpenAPI document says of each route: one row a route."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from api.cds.routes import Feedback, cards
from api.cds.routes import HookRequest as CdsCall
from api.fhir.outcome import FHIR_JSON
from api.fhir.parameters import Inputs
from api.fhir.valueset import expand
from api.health import Health
from api.nlm.fields import FIELDS
from api.nlm.routes import NlmSearch, read_request
from api.rest.messages import BatchBody, CodeDetail, CodePage, Releases, SuggestRequest
from api.rest.routes import code_detail, releases
from api.service import Service
from index.code_systems import LEVEL_II
from suggest.answer import Answer

Json = dict[str, Any]
JSON_BODY = ("400", "401", "413", "415", "422")
TEXT = "folding walker with wheels"


class Route(msgspec.Struct, frozen=True):
    """One route of the document."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    answer: str
    request: Any = None
    response: Any = None
    parameters: tuple[str, ...] = ()
    errors: tuple[str, ...] = ("401",)
    media_type: str = "application/json"
    takes: str = "application/json"


def _query(name: str, words: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "description": words, "schema": {"type": "string"} | schema}


def _flag(name: str, words: str) -> Json:
    return _query(name, words, type="boolean", default=False)


PARAMETERS: dict[str, Json] = {
    "code": {
        "name": "code",
        "in": "path",
        "required": True,
        "description": "A HCPCS code, in any letter case.",
        "schema": {"type": "string"},
        "example": "E0143",
    },
    "on": _query("on", "The day that decides the status; today when left out.", format="date"),
    "modifiers": _flag("modifiers", "Also list the modifiers of the release."),
    "section": _query("section", "Only codes of this section: a letter, or CPT."),
    "prefix": _query("prefix", "Only codes that begin so."),
    "cursor": _query("cursor", "`next_cursor` of the page before."),
    "include_terminated": _flag("include_terminated", "Also codes that have ended."),
    "limit": _query("limit", "Codes a page.", type="integer", minimum=1, maximum=500, default=50),
    "terms": _query("terms", "What was typed; several words must all match."),
    "maxList": _query("maxList", "Rows asked for; 500 when given empty.", type="integer", default=7),
    "count": _query("count", "Page size, 500 at most.", type="integer", default=7),
    "offset": _query("offset", "Rows left out at the start.", type="integer", default=0),
    "df": _query("df", "Fields of the display rows.", default="code,display"),
    "sf": _query("sf", "Fields to search.", default="code,short_desc,long_desc"),
    "cf": _query("cf", "Field of the codes.", default="code"),
    "ef": _query("ef", f"Extra fields, `field:alias`; of {', '.join(FIELDS)}."),
    "q": _query("q", "Constraint in query string syntax, for example `is_noc:false AND code:E*`."),
    "mode": _query("mode", "`terminology` for TerminologyCapabilities.", enum=["full", "terminology"]),
    "system": _query("system", "The code system's address.", examples=[LEVEL_II.address]),
    "fhir_code": _query("code", "The code."),
    "version": _query("version", "The release name."),
    "date": _query("date", "Date of service; today when left out.", format="date"),
    "property": _query("property", "Only these properties; may be repeated."),
    "url": _query("url", "Address of the code system or value set."),
    "display": _query("display", "A display to check."),
    "filter": _query("filter", "Plain words; the answer is ranked."),
    "fhir_count": _query("count", "Page size.", type="integer"),
    "activeOnly": _flag("activeOnly", "Only codes usable on the date."),
    "includeDesignations": _flag("includeDesignations", "Also the short description."),
    "resource_id": {
        "name": "resource_id",
        "in": "path",
        "required": True,
        "description": "The resource's id.",
        "schema": {"type": "string"},
    },
}


def _fhir(name: str, path: str, words: str, parameters: tuple[str, ...]) -> tuple[Route, Route]:
    shared: Json = {
        "path": path,
        "tag": "FHIR R4",
        "summary": words,
        "answer": "A FHIR resource; errors are OperationOutcome",
        "media_type": FHIR_JSON,
        "response": Json,
    }
    get = Route(
        name=name,
        method="get",
        description="Inputs in the query string.",
        parameters=parameters,
        **shared,
    )
    post = Route(
        name=f"{name}ByPost",
        method="post",
        description="Inputs in a Parameters resource.",
        request=Json,
        takes=FHIR_JSON,
        **shared,
    )
    return get, post


ROUTES: tuple[Route, ...] = (
    Route(
        "suggest",
        "post",
        "/v1/suggest",
        "REST v1",
        "Codes for a text",
        "Ranked codes with a calibrated confidence and the reason for each. Free text goes in the body, so "
        "that no address holds it.",
        "Ranked codes",
        SuggestRequest,
        Answer,
        errors=JSON_BODY,
    ),
    Route(
        "suggestBatch",
        "post",
        "/v1/suggest/batch",
        "REST v1",
        "Codes for several texts",
        "Up to 200 items in 1 MB. Answers come in the items' order; one that cannot be answered has `error`.",
        "One Answer for each item",
        BatchBody,
        list[Answer],
        errors=JSON_BODY,
    ),
    Route(
        "readCode",
        "get",
        "/v1/codes/{code}",
        "REST v1",
        "Everything known of a code",
        "Descriptions, dates, status, successors, neighbours and every field of the release.",
        "The code",
        None,
        CodeDetail,
        ("code", "on", "modifiers"),
        ("401", "404", "422"),
    ),
    Route(
        "browseCodes",
        "get",
        "/v1/codes",
        "REST v1",
        "Codes in tabular order",
        "Page by page; `next_cursor` is null on the last page.",
        "One page",
        None,
        CodePage,
        ("section", "prefix", "cursor", "on", "include_terminated", "limit"),
        ("401", "422"),
    ),
    Route(
        "readReleases",
        "get",
        "/v1/releases",
        "REST v1",
        "What is loaded",
        "Code sets, models and the manifest of the index.",
        "What is loaded",
        None,
        Releases,
    ),
    Route(
        "nlmSearch",
        "get",
        "/api/hcpcs/v3/search",
        "NLM Clinical Tables",
        "The Clinical Tables search call",
        "As the National Library of Medicine's HCPCS table, so that a form switches by changing its address.",
        "An array: total, codes, extra fields by name or null, display rows",
        None,
        list[Any],
        ("terms", "maxList", "count", "offset", "df", "sf", "cf", "ef", "q"),
        ("401", "422"),
    ),
    Route(
        "fhirMetadata",
        "get",
        "/fhir/metadata",
        "FHIR R4",
        "What the server can do",
        "A CapabilityStatement, or TerminologyCapabilities.",
        "A FHIR resource",
        None,
        Json,
        ("mode",),
        (),
        FHIR_JSON,
    ),
    *_fhir(
        "fhirLookup",
        "/fhir/CodeSystem/$lookup",
        "Everything known of a code",
        ("system", "fhir_code", "version", "date", "property"),
    ),
    *_fhir(
        "fhirValidateCode",
        "/fhir/CodeSystem/$validate-code",
        "Whether a code is in the code system",
        ("url", "fhir_code", "version", "display", "date"),
    ),
    *_fhir(
        "fhirExpand",
        "/fhir/ValueSet/$expand",
        "List a value set, or its best matches",
        ("url", "filter", "fhir_count", "offset", "activeOnly", "date", "includeDesignations"),
    ),
    *_fhir(
        "fhirValidateMember",
        "/fhir/ValueSet/$validate-code",
        "Whether a code is in a value set",
        ("url", "system", "fhir_code", "display", "date"),
    ),
    Route(
        "fhirSearchCodeSystem",
        "get",
        "/fhir/CodeSystem",
        "FHIR R4",
        "Find the code system",
        "By `url`, in any spelling.",
        "A Bundle",
        None,
        Json,
        ("url",),
        media_type=FHIR_JSON,
    ),
    Route(
        "fhirReadCodeSystem",
        "get",
        "/fhir/CodeSystem/{resource_id}",
        "FHIR R4",
        "The code system's resource",
        "Without its codes.",
        "A CodeSystem",
        None,
        Json,
        ("resource_id",),
        media_type=FHIR_JSON,
    ),
    Route(
        "fhirReadExtension",
        "get",
        "/fhir/StructureDefinition/{resource_id}",
        "FHIR R4",
        "A declared extension",
        "`score`, `confidence` or `no-good-match`.",
        "A StructureDefinition",
        None,
        Json,
        ("resource_id",),
        media_type=FHIR_JSON,
    ),
    Route(
        "cdsDiscovery",
        "get",
        "/cds-services",
        "CDS Hooks 2.0",
        "Discovery",
        "The one service, for order-select and order-sign.",
        "The services",
        None,
        Json,
        (),
        (),
    ),
    Route(
        "cdsCall",
        "post",
        "/cds-services/hcpcs-suggest",
        "CDS Hooks 2.0",
        "Codes for draft orders",
        "A card with at most three suggestions for each draft that has text but no HCPCS code; none when "
        "there is nothing good to say, or no time left.",
        "Cards",
        CdsCall,
        Json,
        errors=JSON_BODY,
    ),
    Route(
        "cdsFeedback",
        "post",
        "/cds-services/hcpcs-suggest/feedback",
        "CDS Hooks 2.0",
        "What became of cards",
        "Outcomes and accepted codes are counted; comments are not kept.",
        "Nothing",
        Feedback,
        Json,
        errors=JSON_BODY,
    ),
    Route(
        "live",
        "get",
        "/health/live",
        "Operation",
        "Alive",
        "The process answers.",
        "Alive",
        None,
        Health,
        (),
        (),
    ),
    Route(
        "ready",
        "get",
        "/health/ready",
        "Operation",
        "Ready",
        "Ready once a self-test query was answered; 503 before.",
        "Ready",
        None,
        Health,
        (),
        (),
    ),
    Route(
        "metrics",
        "get",
        "/metrics",
        "Operation",
        "Counts and times",
        "Prometheus text; labels hold no text.",
        "Metrics",
        None,
        str,
        media_type="text/plain",
    ),
    Route(
        "schema",
        "get",
        "/schema",
        "Operation",
        "This document",
        "OpenAPI 3.1.",
        "The document",
        None,
        Json,
        media_type="application/vnd.oai.openapi+json;version=3.1",
    ),
)


def examples(service: Service) -> dict[str, Any]:
    """Real answers of the loaded index by route name, and the requests that they answer."""
    answer = service.suggest(TEXT, 2)
    code = answer.suggestions[0].code if answer.suggestions else service.catalogue.records[0].code
    record = service.catalogue.get(code) or service.catalogue.records[0]
    url = f"{LEVEL_II.address}?fhir_vs"
    resource = {"resourceType": "DeviceRequest", "id": "1", "codeCodeableConcept": {"text": TEXT}}
    context = {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": resource}]}}
    instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
    call = msgspec.convert({"hook": "order-sign", "hookInstance": instance, "context": context}, CdsCall)
    found = cards(service, call, float("inf")) or []
    taken = [{"id": one["uuid"]} for card in found[:1] for one in card["suggestions"][:1]]
    feedback = {"card": str(UUID(instance)), "outcome": "accepted", "acceptedSuggestions": taken}
    inputs: dict[str, list[Any]] = {"url": [url], "filter": [TEXT], "count": [2]}
    return {
        "suggest request": {"text": TEXT, "k": 2},
        "suggest": msgspec.to_builtins(answer),
        "suggestBatch request": {"items": [{"text": TEXT, "k": 2}, {"text": "cane"}]},
        "readCode": msgspec.to_builtins(code_detail(service, record, answer.date_of_service)),
        "readReleases": msgspec.to_builtins(releases(service)),
        "nlmSearch": msgspec.json.decode(
            NlmSearch(service).answer(read_request({"terms": TEXT, "maxList": "2"}))
        ),
        "fhirExpand": expand(service, Inputs(inputs, inputs)),
        "cdsCall request": {"hook": "order-sign", "hookInstance": instance, "context": context},
        "cdsCall": {"cards": found},
        "cdsFeedback request": {"feedback": [feedback]},
    }
