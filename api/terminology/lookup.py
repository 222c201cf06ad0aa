"""`$lookup`: what a code system says of a code. `$subsumes`: how two of its codes are related."""

from __future__ import annotations

from collections.abc import Sequence

from api.terminology.compose import known_versions
from api.terminology.concepts import CodeSystem, Concept, Resource
from api.terminology.displays import PREFERRED, chosen
from api.terminology.errors import TermError, named
from api.terminology.options import Options
from api.terminology.store import Store


def find_system(store: Store, address: str, version: str, options: Options) -> CodeSystem:
    """The code system of an address with the supplements asked for.

    Raises:
        TermError: 404 if it is not held in that version, or a supplement is not.
    """
    for canonical in options.supplements:
        if store.supplement(canonical) is None:
            raise TermError(
                f"Required supplement not found: {named(canonical)}",
                "not-found",
                "not-found",
                "VALUESET_SUPPLEMENT_MISSING",
                status=404,
            )
    system = store.system(address, version, options.supplements)
    if system is None:
        known = known_versions(store, address)
        text = (
            f"the version of the code system is not held; there is {known}"
            if known
            else ("this code system is not held; send it as 'tx-resource'")
        )
        raise TermError(text, "not-found", "not-found", status=404)
    return system


def find_concept(system: CodeSystem, code: str) -> Concept:
    """The concept of a code.

    Raises:
        TermError: 404 if there is none.
    """
    concept = system.find(code)
    if concept is None:
        raise TermError("the code system has no such code", "not-found", "invalid-code", status=404)
    return concept


def look_up(store: Store, address: str, version: str, code: str, options: Options) -> Resource:
    """The answer of `$lookup` as Parameters.

    Raises:
        TermError: 404 for an unknown code, system or supplement.
    """
    system = find_system(store, address, version, options)
    concept = find_concept(system, code)
    parts: list[Resource] = [{"name": "name", "valueString": system.head.get("name", "")}]
    if system.version:
        parts.append({"name": "version", "valueString": system.version})
    display = chosen(system, concept, {}, options.languages)
    parts.append({"name": "display", "valueString": display.text if display else concept.code})
    parts.append({"name": "code", "valueCode": concept.code})
    parts.append({"name": "system", "valueUri": system.url})
    if concept.definition:
        parts.append({"name": "definition", "valueString": concept.definition})
    parts.append({"name": "abstract", "valueBoolean": system.is_abstract(concept)})
    parts += [_designation(each) for each in _designations(system, concept)]
    parts += _properties(system, concept, options.properties)
    parts += [{"name": "used-supplement", "valueCanonical": each} for each in system.supplements]
    return {"resourceType": "Parameters", "parameter": parts}


def _designations(system: CodeSystem, concept: Concept) -> list[Resource]:
    listed = list(concept.designations)
    if concept.display and system.language:
        listed.append({"language": system.language, "use": PREFERRED, "value": concept.display})
    return listed


def _designation(given: Resource) -> Resource:
    elements = {
        "language": "valueCode",
        "use": "valueCoding",
        "source": "valueCanonical",
        "value": "valueString",
    }
    inner = [{"name": name, element: given[name]} for name, element in elements.items() if name in given]
    return {"name": "designation", "part": inner}


def _properties(system: CodeSystem, concept: Concept, wanted: Sequence[str]) -> list[Resource]:
    """The properties asked for; `inactive` when none is."""
    known: list[Resource] = [{"code": "inactive", "valueBoolean": system.is_inactive(concept)}]
    known += [{"code": "parent", "valueCode": code} for code in concept.parents]
    known += [{"code": "child", "valueCode": code} for code in concept.children]
    known += [each for each in concept.properties if each.get("code") not in ("inactive", "parent", "child")]
    names = set(wanted or ("inactive",))
    return [
        {
            "name": "property",
            "part": [
                {"name": "code", "valueCode": each["code"]},
                {
                    "name": "value",
                    **{name: value for name, value in each.items() if name.startswith("value")},
                },
            ],
        }
        for each in known
        if "*" in names or each["code"] in names
    ]


def subsumes(store: Store, address: str, version: str, codes: tuple[str, str], options: Options) -> Resource:
    """The answer of `$subsumes` as Parameters.

    Raises:
        TermError: 404 for an unknown code or system.
    """
    system = find_system(store, address, version, options)
    first, second = (find_concept(system, code).code for code in codes)
    if first == second:
        outcome = "equivalent"
    elif first in system.ancestors(second):
        outcome = "subsumes"
    elif second in system.ancestors(first):
        outcome = "subsumed-by"
    else:
        outcome = "not-subsumed"
    return {"resourceType": "Parameters", "parameter": [{"name": "outcome", "valueCode": outcome}]}
