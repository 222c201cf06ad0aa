"""The extensions that expansions carry, declared as StructureDefinitions.

Layout: https://hl7.org/fhir/R4/structuredefinition.html
"""

from __future__ import annotations

from api.fhir.concepts import CONFIDENCE, NO_GOOD_MATCH, SCORE
from api.fhir.parameters import Resource

FHIR_VERSION = "4.0.1"


def structure_definitions() -> dict[str, Resource]:
    """The declared extensions by id."""
    contexts = "ValueSet.expansion.contains"
    return {
        "score": _extension("score", SCORE, "decimal", contexts, "Ranking score; higher is better, no unit"),
        "confidence": _extension(
            "confidence",
            CONFIDENCE,
            "decimal",
            contexts,
            "Calibrated probability, 0 to 1, that a coder would accept this code for the text",
        ),
        "no-good-match": _extension(
            "no-good-match",
            NO_GOOD_MATCH,
            "boolean",
            "ValueSet.expansion",
            "True when even the best candidate is unlikely",
        ),
    }


def _extension(name: str, url: str, kind: str, context: str, words: str) -> Resource:
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": url,
        "name": "".join(word.title() for word in name.split("-")),
        "status": "active",
        "description": words,
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": context}],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Extension", "path": "Extension", "short": words, "definition": words},
                {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
                {"id": "Extension.url", "path": "Extension.url", "fixedUri": url},
                {
                    "id": "Extension.value[x]",
                    "path": "Extension.value[x]",
                    "min": 1,
                    "type": [{"code": kind}],
                },
            ]
        },
    }
