"""`/fhir/metadata`: CapabilityStatement and, with `mode=terminology`, TerminologyCapabilities.

Layout: https://hl7.org/fhir/R4/capabilitystatement.html, https://hl7.org/fhir/R4/terminologycapabilities.html
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from api.fhir.concepts import PROPERTIES
from api.fhir.extensions import CONFIDENCE, FHIR_VERSION, NO_GOOD_MATCH, SCORE
from api.fhir.parameters import Resource
from api.fhir.valueset import EXPAND
from api.service import Service
from index.code_systems import CODE_SYSTEMS

OPERATIONS = {
    "CodeSystem": {
        "lookup": "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
        "validate-code": "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
    },
    "ValueSet": {
        "expand": "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
        "validate-code": "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
    },
}
EXPAND_DESCRIPTIONS = {
    "url": "Address of an implicit value set",
    "valueSetVersion": "The name of the release",
    "filter": "Plain words; the answer is ranked, best first",
    "count": "Page size",
    "offset": "Concepts skipped at the start",
    "activeOnly": "Only codes usable on the date",
    "date": "Date of service; default: today",
    "includeDesignations": "Also the short description",
    "system-version": "SYSTEM|RELEASE; refused if another release is loaded",
}


def software_version() -> str:
    """The installed version of this project."""
    try:
        return version("hcpcs-suggest")
    except PackageNotFoundError:
        return "unknown"


def _head(service: Service, kind: str, name: str) -> Resource:
    return {
        "resourceType": kind,
        "name": name,
        "version": software_version(),
        "status": "active",
        "date": "2026-01-01",
        "kind": "instance",
        "description": _description(service),
        "software": {"name": "hcpcs-suggest", "version": software_version()},
        "implementation": {"description": f"Release {service.release}, model {service.model}"},
    }


def _description(service: Service) -> str:
    text = (
        "HCPCS codes for plain language. The order of an expansion with a filter is the ranking; each "
        f"concept carries the extensions {SCORE} and {CONFIDENCE}, the expansion {NO_GOOD_MATCH} when no "
        "candidate is likely. A suggestion is not a coverage decision."
    )
    return f"{text} {service.notice}".strip()


def capability_statement(service: Service) -> Resource:
    """The CapabilityStatement: which operations the server offers."""
    operations = [
        {
            "type": kind,
            "operation": [{"name": name, "definition": url} for name, url in OPERATIONS[kind].items()],
            **({"interaction": [{"code": "read"}, {"code": "search-type"}]} if kind == "CodeSystem" else {}),
            **({"searchParam": [{"name": "url", "type": "uri"}]} if kind == "CodeSystem" else {}),
        }
        for kind in OPERATIONS
    ]
    extensions = {"type": "StructureDefinition", "interaction": [{"code": "read"}]}
    return {
        **_head(service, "CapabilityStatement", "HCPCSSuggest"),
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "instantiates": ["http://hl7.org/fhir/CapabilityStatement/terminology-server"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "An API key as bearer token where the operator has set one"},
                "resource": [*operations, extensions],
            }
        ],
    }


def terminology_capabilities(service: Service) -> Resource:
    """The TerminologyCapabilities: code systems held and how they can be searched."""
    levels = {record.level for record in service.catalogue.records}
    addresses = [system.address for system in CODE_SYSTEMS if system.level in levels]
    return {
        **_head(service, "TerminologyCapabilities", "HCPCSSuggestTerminology"),
        "codeSystem": [
            {
                "uri": address,
                "version": [
                    {
                        "code": service.release,
                        "isDefault": True,
                        "compositional": False,
                        "property": [prop.code for prop in PROPERTIES],
                    }
                ],
                "subsumption": False,
            }
            for address in addresses
        ],
        "expansion": {
            "hierarchical": False,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name, "documentation": EXPAND_DESCRIPTIONS[name]} for name in EXPAND],
            "textFilter": "Ranked by meaning, words and spelling; at most 100 concepts",
        },
        "codeSearch": "all",
        "validateCode": {"translations": False},
    }
