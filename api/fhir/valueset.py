"""`ValueSet/$expand` of implicit value sets: all codes, or with `filter` the best matches.

Operation: https://hl7.org/fhir/R4/valueset-operations.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from api.fhir.concepts import check_version, designations, system_address
from api.fhir.extensions import (
    CONFIDENCE,
    LOOKS_LIKE,
    LOOKS_LIKE_PROBABILITY,
    NO_GOOD_MATCH,
    SCORE,
    WARNING,
)
from api.fhir.implicit import ImplicitValueSet, value_set
from api.fhir.parameters import Inputs, Resource
from api.http.limits import MAX_K, TEXT_CHARACTERS
from api.http.problems import Refused
from api.service import Service
from api.trail.notes import note_codes, note_texts
from index.records import Record
from suggest.answer import Answer, Ask, Filters, Suggestion


def expand(service: Service, inputs: Inputs) -> Resource:
    """The answer of `$expand`: the codes of a value set, or with `filter` its best matches, best first.

    Raises:
        Refused: 404 for an unknown value set or version; 400 for wrong inputs.
    """
    members = value_set(service, inputs.required_text("url"), inputs.text("valueSetVersion"))
    for given in inputs.all("system-version"):
        check_version(service, str(given).partition("|")[2])
    text = inputs.text("filter")
    if text and len(text) > TEXT_CHARACTERS:
        raise Refused(400, f"the parameter 'filter' may have {TEXT_CHARACTERS} characters", issue="too-long")
    on = members.active_on or inputs.day("date")
    active_only = inputs.flag("activeOnly")
    if text and text.strip():
        return _ranked(service, members, inputs, text, on, active_only)
    records = [
        record
        for record in service.catalogue.records
        if members.contains(record) and (not active_only or record.status(on) == "active")
    ]
    page = _page(inputs, records)
    contains = [_concept(record, on, inputs.flag("includeDesignations")) for record in page]
    return _resource(service, members, inputs, on, len(records), contains)


def _ranked(
    service: Service, members: ImplicitValueSet, inputs: Inputs, text: str, on: date, active_only: bool
) -> Resource:
    filters = Filters(
        level=members.system.level,
        sections=(members.section,) if members.section else (),
        include_terminated=not active_only,
    )
    note_texts((text,))
    answer = service.suggest(text, Ask(MAX_K, on, filters))
    matches = [
        (suggestion, record)
        for suggestion in answer.suggestions
        if (record := service.catalogue.record_on(suggestion.code, on)) is not None
        and members.contains(record)
        and (_fits(answer) or _has_words(record, text))
    ]
    with_designations = inputs.flag("includeDesignations")
    contains = [
        {**_concept(record, on, with_designations), "extension": _extensions(suggestion)}
        for suggestion, record in _page(inputs, matches)
    ]
    note_codes(len(contains))
    resource = _resource(service, members, inputs, on, len(matches), contains)
    resource["expansion"]["parameter"].append({"name": "ranked-at-most", "valueInteger": MAX_K})
    if extensions := _about(answer):  # FHIR has no empty lists
        resource["expansion"]["extension"] = extensions
    return resource


def _fits(answer: Answer) -> bool:
    """Whether the ranking is of use: a candidate is likely, and the text is about medicine."""
    other = answer.looks_like.system if answer.looks_like else ""
    return not answer.no_good_match and other != "not-medical"


def _has_words(record: Record, text: str) -> bool:
    """Whether a record has every word of a text, or a word that begins so: what a plain text filter finds."""
    known = f"{record.code} {record.long_description} {record.short_description}".casefold().split()
    return all(any(word.startswith(start) for word in known) for start in text.casefold().split())


def _about(answer: Answer) -> list[Resource]:
    """What the answer says of the text as a whole."""
    extensions: list[Resource] = []
    if answer.no_good_match:
        extensions.append({"url": NO_GOOD_MATCH, "valueBoolean": True})
    if answer.looks_like:
        extensions.append({"url": LOOKS_LIKE, "valueCode": answer.looks_like.system})
        extensions.append({"url": LOOKS_LIKE_PROBABILITY, "valueDecimal": answer.looks_like.probability})
    return extensions + [{"url": WARNING, "valueString": warning} for warning in answer.warnings]


def _extensions(suggestion: Suggestion) -> list[Resource]:
    return [
        {"url": SCORE, "valueDecimal": round(suggestion.score, 6)},
        {"url": CONFIDENCE, "valueDecimal": round(suggestion.confidence, 6)},
    ]


def _page(inputs: Inputs, items: Sequence[Any]) -> Sequence[Any]:
    offset = inputs.number("offset") or 0
    count = inputs.number("count")
    return items[offset:] if count is None else items[offset : offset + count]


def _concept(record: Record, on: date, with_designations: bool) -> Resource:
    concept: Resource = {
        "system": system_address(record),
        "code": record.code,
        "display": record.long_description,
    }
    if record.status(on) != "active":
        concept["inactive"] = True
    if with_designations and record.short_description:
        concept["designation"] = designations(record)
    return concept


def _resource(
    service: Service,
    members: ImplicitValueSet,
    inputs: Inputs,
    on: date,
    total: int,
    contains: Sequence[Resource],
) -> Resource:
    """The ValueSet resource of an expansion; it does not repeat the text of the filter."""
    expansion: Resource = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "total": total,
        "offset": inputs.number("offset") or 0,
        "parameter": [
            {"name": "version", "valueUri": f"{members.system.address}|{service.release}"},
            {"name": "used-codesystem", "valueUri": f"{members.system.address}|{service.release}"},
            {"name": "model", "valueString": service.model},
            {"name": "date", "valueDateTime": on.isoformat()},
            {"name": "activeOnly", "valueBoolean": inputs.flag("activeOnly")},
        ],
    }
    count = inputs.number("count")
    if count is not None:
        expansion["parameter"].append({"name": "count", "valueInteger": count})
    if contains:  # FHIR has no empty lists
        expansion["contains"] = list(contains)
    return {
        "resourceType": "ValueSet",
        "url": members.url,
        "version": service.release,
        "status": "active",
        **({"description": service.notice} if service.notice else {}),
        "expansion": expansion,
    }
