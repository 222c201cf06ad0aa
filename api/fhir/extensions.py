"""The extensions of an expansion, declared as StructureDefinitions.

Layout: https://hl7.org/fhir/R4/structuredefinition.html
"""

from __future__ import annotations

import msgspec

from api.fhir.parameters import Resource

FHIR_VERSION = "4.0.1"
PREFIX = "urn:hcpcs-suggest:fhir:"
SCORE = f"{PREFIX}score"
CONFIDENCE = f"{PREFIX}confidence"
NO_GOOD_MATCH = f"{PREFIX}no-good-match"
LOOKS_LIKE = f"{PREFIX}looks-like"
LOOKS_LIKE_PROBABILITY = f"{PREFIX}looks-like-probability"
WARNING = f"{PREFIX}warning"


class Extension(msgspec.Struct, frozen=True):
    """An extension.

    Attributes:
        url: Its address.
        type: FHIR type of its value.
        context: Element that carries it.
        description: What the value means.
    """

    url: str
    type: str
    context: str
    description: str


EXTENSIONS = (
    Extension(
        SCORE, "decimal", "ValueSet.expansion.contains", "Ranking score; higher is better, without a unit"
    ),
    Extension(
        CONFIDENCE,
        "decimal",
        "ValueSet.expansion.contains",
        "Calibrated probability, 0 to 1, that a coder would accept this code for the text",
    ),
    Extension(
        NO_GOOD_MATCH, "boolean", "ValueSet.expansion", "True when even the best candidate is unlikely"
    ),
    Extension(
        LOOKS_LIKE,
        "code",
        "ValueSet.expansion",
        "Other system that the text seems to belong to: cpt, cdt, icd, ndc, revenue or not-medical",
    ),
    Extension(
        LOOKS_LIKE_PROBABILITY, "decimal", "ValueSet.expansion", "Probability, 0 to 1, of that other system"
    ),
    Extension(WARNING, "string", "ValueSet.expansion", "What a person should read before using a code"),
)


def structure_definitions() -> dict[str, Resource]:
    """The StructureDefinition of each extension, by id."""
    return {extension.url.removeprefix(PREFIX): _structure_definition(extension) for extension in EXTENSIONS}


def _structure_definition(extension: Extension) -> Resource:
    name = extension.url.removeprefix(PREFIX)
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": extension.url,
        "name": "".join(word.title() for word in name.split("-")),
        "status": "active",
        "description": extension.description,
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": extension.context}],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {"element": _elements(extension)},
    }


def _elements(extension: Extension) -> list[Resource]:
    text = extension.description
    constraints: dict[str, Resource] = {
        "Extension": {"short": text, "definition": text},
        "Extension.extension": {"max": "0"},
        "Extension.url": {"fixedUri": extension.url},
        "Extension.value[x]": {"min": 1, "type": [{"code": extension.type}]},
    }
    return [{"id": path, "path": path, **constraint} for path, constraint in constraints.items()]
