"""From the inputs of an operation to the terminology engine's store, options and question."""

from __future__ import annotations

from typing import Any

from api.fhir.implicit_sets import held_value_set
from api.fhir.own_system import OwnSystems, own_address
from api.fhir.parameters import Inputs, Resource
from api.http.limits import TEXT_CHARACTERS
from api.http.problems import Refused
from api.terminology.coding import Asked, of_code, of_coding, of_concept
from api.terminology.displays import excludes_others, languages_of
from api.terminology.errors import TermError
from api.terminology.options import Options
from api.terminology.shapes import SHAPES, check_shape
from api.terminology.store import Store

VERSIONS = ("system-version", "check-system-version", "force-system-version")
# Inputs of the engine that both value set operations take.
ENGINE = (
    *VERSIONS,
    "default-valueset-version",
    "default-to-latest-version",
    "valueSet",
    "useSupplement",
    "activeOnly",
    "date",
)
ENGINE_EXPAND = (
    "excludeNested",
    "includeDefinition",
    "includeDesignations",
    "designation",
    "property",
    "count",
    "offset",
    "filter",
)
ENGINE_VALIDATE = (
    "lenient-display-validation",
    "valueset-membership-only",
    "inferSystem",
    "abstract",
    "version",
)
# Inputs that an expansion repeats -> element of their value.
ECHOED = {
    "filter": "valueString",
    "count": "valueInteger",
    "offset": "valueInteger",
    "activeOnly": "valueBoolean",
    "excludeNested": "valueBoolean",
    "includeDefinition": "valueBoolean",
    "includeDesignations": "valueBoolean",
    "displayLanguage": "valueCode",
    "designation": "valueString",
    "system-version": "valueUri",
    "check-system-version": "valueUri",
    "force-system-version": "valueUri",
    "default-valueset-version": "valueUri",
}


def brings_resources(inputs: Inputs) -> bool:
    """Whether a request brings, or names, resources of its own."""
    return any(map(inputs.given, ("tx-resource", "valueSet", "codeSystem", "conceptMap", "cache-id")))


def store_of(systems: OwnSystems, inputs: Inputs, kept: tuple[Resource, ...] = ()) -> Store:
    """The resources that a request can use.

    Args:
        systems: The server's own code systems.
        inputs: Those of the operation.
        kept: Resources that earlier requests brought under the same `cache-id`.
    """
    brought = [*kept, *inputs.resources("tx-resource"), *inputs.resources("codeSystem")]
    return Store(
        [_renamed(each) for each in brought],
        systems.held(inputs.day("date")),
        held_value_set(systems.service),
    )


def _renamed(resource: Resource) -> Resource:
    """A value set whose includes name our code systems by their canonical address; others as they are.

    Raises:
        TermError: If the resource is not formed as FHIR says.
    """
    check_shape(resource)
    if resource["resourceType"] != "ValueSet" or "compose" not in resource:
        return resource
    compose = dict(resource["compose"])
    for kind in ("include", "exclude"):
        if kind in compose:
            compose[kind] = [
                {**part, "system": own_address(part["system"])} if "system" in part else part
                for part in compose[kind]
            ]
    return {**resource, "compose": compose}


def inline_value_set(inputs: Inputs) -> Resource | None:
    """The value set that the request brings as `valueSet`, with those inside it; None if there is none."""
    given = inputs.element("valueSet", "a ValueSet")
    if given is None:
        return None
    if given.get("resourceType") != "ValueSet":
        raise Refused(400, "the parameter 'valueSet' must be a ValueSet", issue="value")
    renamed = _renamed(given)
    inner = [_renamed(each) for each in given.get("contained", []) if each["resourceType"] in SHAPES]
    return {**renamed, "contained": inner} if inner else renamed


def options_of(inputs: Inputs) -> Options:
    """How the operation is asked.

    Raises:
        Refused: 400 for a value that is not of its type.
    """
    text = inputs.text("filter") or ""
    if len(text) > TEXT_CHARACTERS:
        raise Refused(400, f"the parameter 'filter' may have {TEXT_CHARACTERS} characters", issue="too-long")
    return Options(
        languages=languages(inputs),
        languages_only=excludes_others(inputs.text("displayLanguage") or inputs.accept_language),
        system_versions=inputs.texts("system-version"),
        check_versions=inputs.texts("check-system-version"),
        force_versions=inputs.texts("force-system-version"),
        value_set_versions=inputs.texts("default-valueset-version"),
        supplements=inputs.texts("useSupplement"),
        active_only=inputs.flag("activeOnly"),
        exclude_nested=inputs.flag("excludeNested"),
        designations=inputs.flag("includeDesignations"),
        designation_filters=inputs.texts("designation"),
        properties=inputs.texts("property"),
        text=text.strip(),
        count=inputs.number("count"),
        offset=inputs.number("offset") or 0,
        echo=tuple(_echo(inputs)),
        infer_system=inputs.flag("inferSystem"),
        lenient_display=inputs.flag("lenient-display-validation"),
        membership_only=inputs.flag("valueset-membership-only"),
        abstract=inputs.flag("abstract") if inputs.given("abstract") else None,
        latest_by_default=inputs.flag("default-to-latest-version", True),
    )


def languages(inputs: Inputs) -> tuple[str, ...]:
    """The languages of `displayLanguage`, else of the request's `Accept-Language`.

    Raises:
        Refused: 400 for a text that is no list of languages.
    """
    given = inputs.text("displayLanguage")
    try:
        return languages_of(given if given is not None else inputs.accept_language)
    except ValueError:
        if given is None:
            return ()
        raise Refused(
            400, "the parameter 'displayLanguage' must be language tags such as en", issue="value"
        ) from None


def _echo(inputs: Inputs) -> list[Resource]:
    echoed: list[Resource] = []
    for name, element in ECHOED.items():
        for value in inputs.all(name):
            read: Any = value
            if element == "valueBoolean":
                read = inputs.flag(name)
            elif element == "valueInteger":
                read = inputs.number(name)
            echoed.append({"name": name, element: read})
    if inputs.accept_language and not inputs.given("displayLanguage"):
        echoed.append({"name": "displayLanguage", "valueCode": inputs.accept_language})
    return echoed


def asked_of(inputs: Inputs, system: str | None, version: str | None) -> Asked:
    """The codings that the request asks about: `codeableConcept`, else `coding`, else `code`.

    Raises:
        TermError: 400 if there is none.
    """
    concept = inputs.element("codeableConcept", "a CodeableConcept")
    if concept is not None:
        return of_concept(_own_codings(concept))
    coding = inputs.element("coding", "a Coding")
    if coding is not None:
        return of_coding(_own_coding(coding))
    code, infer = inputs.text("code"), inputs.flag("inferSystem")
    if not code or not (system or infer):
        raise TermError(
            "Unable to find code to validate (looked for coding | codeableConcept | code+system | "
            "code+inferSystem in parameters",
            "invalid",
            status=400,
        )
    return of_code(
        code, own_address(system or ""), version or "", inputs.text("display"), infer and not system
    )


def _own_coding(coding: Any) -> Any:
    if isinstance(coding, dict) and isinstance(coding.get("system"), str):
        return {**coding, "system": own_address(coding["system"])}
    return coding


def _own_codings(concept: Resource) -> Resource:
    codings = concept.get("coding")
    return (
        {**concept, "coding": [_own_coding(each) for each in codings]}
        if isinstance(codings, list)
        else concept
    )
