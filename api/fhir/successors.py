"""`ConceptMap/$translate` from ended codes to those that replaced them, and the map as a resource."""

from __future__ import annotations

from datetime import date

from api.fhir.asking import store_of
from api.fhir.own_system import OwnSystems, own_address
from api.fhir.parameters import Inputs, Resource
from api.http.problems import Refused
from api.service import Service
from api.terminology.coding import MAX_CODINGS
from api.terminology.shapes import check_shape
from api.terminology.translation import Question, translate
from index.code_systems import LEVEL_II
from index.successors import Replacement

MAP_ID = "hcpcs-successors"
MAP_URL = "urn:hcpcs-suggest:fhir:ConceptMap:hcpcs-successors"
R4 = (
    "url",
    "conceptMap",
    "conceptMapVersion",
    "code",
    "system",
    "version",
    "source",
    "coding",
    "codeableConcept",
)
R4_TARGET = ("target", "targetsystem", "reverse", "date")
R5 = (
    "sourceCode",
    "sourceSystem",
    "sourceCoding",
    "sourceCodeableConcept",
    "sourceScope",
    "targetCode",
    "targetCoding",
    "targetCodeableConcept",
    "targetScope",
    "targetSystem",
)


def translate_code(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `$translate`, by R4's inputs or R5's.

    Raises:
        Refused: 400 if there is no code to translate; 404 for a concept map that is not held.
    """
    service, on = systems.service, inputs.day("date")
    question = _question(inputs)
    store = store_of(systems, inputs)
    for given in inputs.resources("conceptMap"):
        check_shape(given)
        store.add(given)
    known = {str(each.get("url")) for each in store.concept_maps} | {MAP_URL}
    if question.map_url and question.map_url.partition("|")[0] not in known:
        raise Refused(404, f"this concept map is not held; there is {MAP_URL}")
    more = [concept_map(service, on, {code for _, code in question.codes}, question.reverse)]
    return translate(store, question, more)


def _question(inputs: Inputs) -> Question:
    as_r5 = any(map(inputs.given, R5))
    reverse = inputs.flag("reverse") or any(
        map(inputs.given, ("targetCode", "targetCoding", "targetCodeableConcept"))
    )
    side = ("target" if reverse else "source") if as_r5 else ""
    names = [
        f"{side}{name}" if side else f"{name[0].lower()}{name[1:]}"
        for name in ("CodeableConcept", "Coding", "Code")
    ]
    concept, coding = inputs.element(names[0], "a CodeableConcept"), inputs.element(names[1], "a Coding")
    code = inputs.text(names[2])
    if concept is not None:
        codings = concept.get("coding", [])
    elif coding is not None:
        codings = [coding]
    elif code:
        system = inputs.text(f"{side}System" if side else "system")
        codings = [{"system": system or "", "code": code}]
    else:
        raise Refused(400, f"the parameter {names[2]!r} is needed", issue="required")
    if not isinstance(codings, list) or not all(isinstance(each, dict) for each in codings):
        raise Refused(400, f"the parameter {names[0]!r} must be a CodeableConcept", issue="value")
    if len(codings) > MAX_CODINGS:
        raise Refused(400, f"a CodeableConcept may have {MAX_CODINGS} codings", issue="too-costly")
    pairs = tuple((own_address(str(each.get("system", ""))), str(each.get("code", ""))) for each in codings)
    target = inputs.text("targetSystem" if as_r5 else "targetsystem") or ""
    return Question(pairs, own_address(target), reverse, inputs.text("url") or "", as_r5)


def concept_map(service: Service, on: date, codes: set[str], reverse: bool = False) -> Resource:
    """The map from codes that ended to those to use instead on a day.

    Args:
        service: Holds the records.
        on: The day.
        codes: The ended codes, or with `reverse` those that replaced them.
        reverse: Whether the codes are targets.
    """
    if reverse:
        codes = {ended for code in codes for ended in service.predecessors.get(code, ())}
    elements = []
    for code in sorted(codes):
        record = service.catalogue.get(code)
        if record is None or record.status(on) != "terminated":
            continue
        targets = [_target(service, one) for one in service.catalogue.instead_of(code, on)]
        if targets:
            elements.append({"code": code, "display": record.long_description, "target": targets})
    groups = [{"source": LEVEL_II.address, "target": LEVEL_II.address, "element": elements}]
    return {**head(service), **({"group": groups} if elements else {})}


def _target(service: Service, one: Replacement) -> Resource:
    record = service.catalogue.get(one.code)
    comment = "named by CMS" if one.named_by == "CMS" else f"proposed, {one.probability:.0%} likely"
    return {
        "code": one.code,
        **({"display": record.long_description} if record is not None else {}),
        # CMS says which code to use instead, not that both mean the same.
        "equivalence": "relatedto",
        "comment": comment,
    }


def head(service: Service) -> Resource:
    """The map's resource without its groups."""
    return {
        "resourceType": "ConceptMap",
        "id": MAP_ID,
        "url": MAP_URL,
        "version": service.release,
        "name": "HCPCSSuccessors",
        "title": "Ended HCPCS codes and the codes to use instead",
        "status": "active",
        **({"description": service.notice} if service.notice else {}),
        "sourceUri": f"{LEVEL_II.address}?fhir_vs",
        "targetUri": f"{LEVEL_II.address}?fhir_vs",
    }


def whole_map(service: Service, on: date) -> Resource:
    """The map of every ended code."""
    return concept_map(service, on, {record.code for record in service.catalogue.records})
