"""`/fhir/metadata`: CapabilityStatement and, with `mode=terminology`, TerminologyCapabilities.

Layout: https://hl7.org/fhir/R4/capabilitystatement.html, https://hl7.org/fhir/R4/terminologycapabilities.html
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from api.fhir.concepts import PROPERTIES
from api.fhir.extensions import CONFIDENCE, FHIR_VERSION, NO_GOOD_MATCH, SCORE
from api.fhir.held import KINDS
from api.fhir.operations import EXPAND, OPERATIONS
from api.fhir.parameters import EVERYWHERE, Resource
from api.service import Service
from index.code_systems import CODE_SYSTEMS

DATE = "2026-11-26"
TESTS = "1.9.0"  # version of the ecosystem's tests that the server is held against
FEATURE = "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature"
FEATURES = "http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition"
URL = "https://hcpcs-suggest.invalid/fhir/CapabilityStatement"
DEFINITIONS = "http://hl7.org/fhir/OperationDefinition"
SEARCHED = (("url", "uri"), ("_id", "token"), ("name", "string"), ("version", "token"), ("status", "token"))
EXPAND_DESCRIPTIONS = {
    "url": "Address of a value set: implicit, or brought by the request",
    "valueSetVersion": "Version of the value set",
    "valueSet": "A value set to expand",
    "tx-resource": "Code systems and value sets that the request brings",
    "cache-id": "Name under which one process keeps what a request brought, as long as there is room",
    "filter": "Plain words; of our own codes the answer is ranked, best first",
    "count": "Page size",
    "offset": "Concepts skipped at the start",
    "activeOnly": "Only codes usable on the date",
    "date": "Date of service; default: today",
    "includeDesignations": "Also designations",
    "designation": "Only these designations: languages, or uses",
    "includeDefinition": "Definitions are in the expansion's properties",
    "property": "Properties of each concept; R5, in extensions with 'fhirVersion=4.0'",
    "displayLanguage": "Languages of displays, as in Accept-Language",
    "excludeNested": "A flat expansion",
    "useSupplement": "A supplement to use",
    "system-version": "SYSTEM|VERSION for an include without version",
    "check-system-version": "SYSTEM|VERSION that the version used must fit",
    "force-system-version": "SYSTEM|VERSION to use whatever the include says",
    "default-valueset-version": "VALUESET|VERSION for an import without version",
}


def software_version() -> str:
    """The installed version of this project."""
    try:
        return version("hcpcs-suggest")
    except PackageNotFoundError:
        return "unknown"


def _head(service: Service, kind: str, name: str, title: str) -> Resource:
    return {
        "resourceType": kind,
        "url": f"{URL.rpartition('/')[0]}/{kind}/{name}",
        "name": name,
        "title": title,
        "version": software_version(),
        "status": "active",
        "date": DATE,
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


def _feature(definition: str, **value: object) -> Resource:
    inner = [{"url": "definition", "valueCanonical": definition}, {"url": "value", **value}]
    return {"url": FEATURE, "extension": inner}


def capability_statement(service: Service) -> Resource:
    """The CapabilityStatement: which operations the server offers."""
    kinds = [
        {
            "type": kind,
            "interaction": [{"code": code} for code in ("read", "vread", "search-type")],
            "searchParam": [{"name": name, "type": type_} for name, type_ in SEARCHED],
            "operation": [
                {"name": each.code, "definition": f"{DEFINITIONS}/{kind}-{each.code}"}
                for each in OPERATIONS
                if each.kind == kind
            ],
        }
        for kind in KINDS
    ]
    extensions = {"type": "StructureDefinition", "interaction": [{"code": "read"}]}
    head = _head(service, "CapabilityStatement", "HCPCSSuggest", "HCPCS code suggestion")
    return {
        **head,
        "software": {**head["software"], "releaseDate": DATE},
        "extension": [
            _feature("http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version", valueCode=TESTS),
            _feature(f"{FEATURES}/CodeSystemAsParameter", valueBoolean=True),
        ],
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "instantiates": ["http://hl7.org/fhir/CapabilityStatement/terminology-server"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "An API key as bearer token where the operator has set one"},
                "resource": [*kinds, extensions],
                "interaction": [{"code": "batch"}],
                "operation": [
                    {"name": "versions", "definition": f"{DEFINITIONS}/CapabilityStatement-versions"}
                ],
            }
        ],
    }


def terminology_capabilities(service: Service) -> Resource:
    """The TerminologyCapabilities: code systems held and how they can be searched."""
    levels = {record.level for record in service.catalogue.records}
    addresses = [system.address for system in CODE_SYSTEMS if system.level in levels]
    known = [name for name in (*EXPAND.known, *EVERYWHERE) if name in EXPAND_DESCRIPTIONS]
    return {
        **_head(service, "TerminologyCapabilities", "HCPCSSuggestTerminology", "HCPCS terminology"),
        "codeSystem": [
            {
                "uri": address,
                "version": [
                    {
                        "code": service.release,
                        "isDefault": True,
                        "compositional": False,
                        "language": ["en"],
                        "filter": [
                            {"code": each.code, "op": ["=", "in", "not-in", "regex", "exists"]}
                            for each in PROPERTIES
                        ],
                        "property": [prop.code for prop in PROPERTIES],
                    }
                ],
                "subsumption": True,
            }
            for address in addresses
        ],
        "expansion": {
            "hierarchical": True,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name, "documentation": EXPAND_DESCRIPTIONS[name]} for name in known],
            "textFilter": "Ranked by meaning, words and spelling; at most 100 concepts",
        },
        "codeSearch": "all",
        "validateCode": {"translations": True},
        "translation": {"needsMap": False},
    }


def versions() -> Resource:
    """The answer of `$versions`: the versions of FHIR that the server speaks."""
    named = {"version": FHIR_VERSION.rpartition(".")[0], "default": FHIR_VERSION.rpartition(".")[0]}
    parts = [{"name": name, "valueString": value} for name, value in named.items()]
    return {"resourceType": "Parameters", "parameter": parts}
