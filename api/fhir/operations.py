"""The FHIR operations: what answers each, and what the OpenAPI document says of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from litestar.params import ParameterKwarg

from api.fhir import codesystem, engine_operations, successors, valueset
from api.fhir.asking import ENGINE, ENGINE_EXPAND, ENGINE_VALIDATE, brings_resources, languages
from api.fhir.described_inputs import Needs, body_schema
from api.fhir.implicit import HL7_ALL, IMPLICIT
from api.fhir.own_system import OwnSystems
from api.fhir.parameters import MAX_COUNT, Inputs, Resource
from api.http.described import query_parameter
from api.http.limits import TEXT_CHARACTERS
from index.code_systems import LEVEL_II, system_at


class Operation(NamedTuple):
    """A FHIR operation.

    Attributes:
        name: Its id in the OpenAPI document.
        kind: Type of resource that it is of.
        code: Its name after `$`.
        summary: What it does.
        run: What answers it.
        known: Inputs that it uses.
        documented: Inputs that the OpenAPI document lists.
        example: Inputs of the example; empty for none.
        of_one: Input that the address of an instance sets; empty for an operation of the type alone.
        required: Inputs that a query string must have.
        more: Inputs of a body alone that the OpenAPI document lists.
        needs: Alternatives for a body; each names the inputs that it must have together.
    """

    name: str
    kind: str
    code: str
    summary: str
    run: Callable[[OwnSystems, Inputs], Resource]
    known: tuple[str, ...]
    documented: Mapping[str, ParameterKwarg]
    example: Mapping[str, list[Any]] = {}
    of_one: str = "url"
    required: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    needs: Needs = ()

    @property
    def path(self) -> str:
        """Its address."""
        return f"/fhir/{self.kind}/${self.code}"

    def body_schema(self) -> dict[str, Any]:
        """What the OpenAPI document says of the inputs in a body."""
        return body_schema(self.documented, self.more, self.needs)

    def of_instance(self) -> Operation:
        """The operation on one resource, whose address is not given."""
        return self._replace(
            documented={name: each for name, each in self.documented.items() if name != self.of_one},
            required=tuple(name for name in self.required if name != self.of_one),
            needs=tuple(tuple(name for name in each if name != self.of_one) for each in self.needs),
        )


def _look_up(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `$lookup`: of our own codes everything known, of others what their code system says."""
    coding = inputs.coding("coding")
    address = (coding.system if coding else inputs.text("system")) or ""
    if system_at(address) is None and brings_resources(inputs):
        return engine_operations.look_up_by_engine(systems, inputs)
    return codesystem.lookup(systems.service, inputs)


def _expand(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `$expand`: ranked where our own codes are filtered, else by the engine."""
    url = inputs.text("url") or ""
    own = IMPLICIT.fullmatch(url) or url.partition("|")[0] == HL7_ALL
    if own and not inputs.given("valueSet") and not inputs.given("property"):
        languages(inputs)  # one that is no language is refused; the displays are in English
        return valueset.expand(systems.service, inputs)
    if not url and not brings_resources(inputs):
        inputs.required_text("url")
    return engine_operations.expand_by_engine(systems, inputs)


def _validate_in_system(systems: OwnSystems, inputs: Inputs) -> Resource:
    return _hinted(systems, inputs, engine_operations.validate_in_system(systems, inputs))


def _validate_in_set(systems: OwnSystems, inputs: Inputs) -> Resource:
    return _hinted(systems, inputs, engine_operations.validate_in_set(systems, inputs))


def _hinted(systems: OwnSystems, inputs: Inputs, answer: Resource) -> Resource:
    """An answer with what is to be said of an ended code of ours: when it ended, and what replaced it."""
    parts = {part["name"]: part for part in answer["parameter"]}
    own = system_at(parts.get("system", {}).get("valueUri", ""))
    if own is None or "inactive" not in parts:
        return answer
    hint = codesystem.ended_hint(systems.service, parts["code"]["valueCode"], inputs.day("date"))
    if hint is None:
        return answer
    issue = {"severity": "information", "code": "informational", "details": {"text": hint}}
    parts["issues"]["resource"]["issue"].append(issue)
    parts["message"]["valueString"] += f"; {hint}"
    return answer


GIVEN = {"minLength": 1}
COUNTED = {"minimum": 0, "maximum": MAX_COUNT}
SYSTEM = query_parameter("The code system's address.", schema={**GIVEN, "examples": [LEVEL_II.address]})
URL = query_parameter("Address of the code system or value set.", schema=GIVEN)
CODE = query_parameter("The code.", schema={**GIVEN, "examples": ["E0143"]})
DAY = query_parameter("Date of service; today when left out.", schema={"format": "date"})
DISPLAY = query_parameter("A display to check.")
VERSION = query_parameter("The release name.")
LENIENT = query_parameter("A wrong display is only a warning.", bool, False)

LOOKUP = Operation(
    "fhirLookup",
    "CodeSystem",
    "lookup",
    "Everything known of a code",
    _look_up,
    ("code", "system", "version", "coding", "date", "property", "useSupplement", "codeSystem"),
    {
        "system": SYSTEM,
        "code": CODE,
        "version": VERSION,
        "date": DAY,
        "property": query_parameter("Only these properties; may be repeated."),
    },
    of_one="system",
    required=("system", "code"),
    more=("coding",),
    needs=(("system", "code"), ("coding",)),
)
VALIDATE_CODE = Operation(
    "fhirValidateCode",
    "CodeSystem",
    "validate-code",
    "Whether a code is in the code system",
    _validate_in_system,
    (
        "url",
        "system",
        "code",
        "display",
        "coding",
        "codeableConcept",
        "codeSystem",
        *ENGINE,
        *ENGINE_VALIDATE,
    ),
    {
        "url": URL,
        "code": CODE,
        "version": VERSION,
        "display": DISPLAY,
        "date": DAY,
        "lenient-display-validation": LENIENT,
    },
    required=("url", "code"),
    more=("coding", "codeableConcept"),
    needs=(("url", "code"), ("coding",), ("codeableConcept",)),
)
SUBSUMES = Operation(
    "fhirSubsumes",
    "CodeSystem",
    "subsumes",
    "How two codes of one code system are related",
    engine_operations.subsumes_by_engine,
    ("codeA", "codeB", "system", "version", "codingA", "codingB", "codeSystem", "date"),
    {
        "system": SYSTEM,
        "codeA": query_parameter("The first code.", schema={**GIVEN, "examples": ["E0143"]}),
        "codeB": query_parameter("The second code.", schema={**GIVEN, "examples": ["E0144"]}),
    },
    of_one="system",
    required=("system", "codeA", "codeB"),
    needs=(("system", "codeA", "codeB"),),
)
EXPAND = Operation(
    "fhirExpand",
    "ValueSet",
    "expand",
    "List a value set, or its best matches",
    _expand,
    ("url", "valueSetVersion", "excludeNotForUI", "excludePostCoordinated", *ENGINE, *ENGINE_EXPAND),
    {
        "url": URL,
        "filter": query_parameter(
            "Plain words; the answer is ranked.", schema={"maxLength": TEXT_CHARACTERS}
        ),
        "count": query_parameter("Page size.", int, schema=COUNTED),
        "offset": query_parameter("Rows left out at the start.", int, 0, schema=COUNTED),
        "activeOnly": query_parameter("Only codes usable on the date.", bool, False),
        "date": DAY,
        "includeDesignations": query_parameter("Also the short description.", bool, False),
        "property": query_parameter("Properties of each concept; may be repeated. The answer is not ranked."),
    },
    {"url": [f"{LEVEL_II.address}?fhir_vs"], "filter": ["folding walker with wheels"], "count": [2]},
    required=("url",),
    needs=(("url",),),
)
VALIDATE_MEMBER = Operation(
    "fhirValidateMember",
    "ValueSet",
    "validate-code",
    "Whether a code is in a value set",
    _validate_in_set,
    (
        *(
            "url",
            "valueSetVersion",
            "code",
            "system",
            "systemVersion",
            "display",
            "coding",
            "codeableConcept",
        ),
        *ENGINE,
        *ENGINE_VALIDATE,
    ),
    {
        "url": URL,
        "system": SYSTEM,
        "code": CODE,
        "display": DISPLAY,
        "date": DAY,
        "lenient-display-validation": LENIENT,
    },
    required=("system", "code"),
    more=("coding", "codeableConcept"),
    needs=(("system", "code"), ("coding",), ("codeableConcept",)),
)
VALIDATE_MEMBERS = Operation(
    "fhirValidateMembers",
    "ValueSet",
    "batch-validate-code",
    "Whether codes are in a value set, many in one call",
    engine_operations.validate_many,
    (*VALIDATE_MEMBER.known, "validation"),
    {},
    of_one="",
    more=("validation",),
    needs=(("validation",),),
)
TRANSLATE = Operation(
    "fhirTranslate",
    "ConceptMap",
    "translate",
    "From an ended code to those that replaced it",
    successors.translate_code,
    (*successors.R4, *successors.R4_TARGET, *successors.R5),
    {
        "system": query_parameter("The code system's address; it may be empty."),
        "code": CODE,
        "date": DAY,
        "reverse": query_parameter("From the code to the ended ones that it replaced.", bool, False),
    },
    required=("code",),
    more=("coding", "codeableConcept"),
    needs=(("code",), ("coding",), ("codeableConcept",)),
)
OPERATIONS = (LOOKUP, VALIDATE_CODE, SUBSUMES, EXPAND, VALIDATE_MEMBER, VALIDATE_MEMBERS, TRANSLATE)
