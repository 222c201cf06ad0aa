"""The output parameters of a validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from api.terminology.coding import Asked
from api.terminology.concepts import Resource
from api.terminology.displays import chosen
from api.terminology.errors import Issue
from api.terminology.findings import Finding


class Subject(msgspec.Struct, frozen=True):
    """What a validation is about beside its codings.

    Attributes:
        value_set: The value set's name for messages; None for none.
        languages: Languages of displays.
    """

    value_set: str | None
    languages: tuple[str, ...]


def answer(
    asked: Asked, subject: Subject, findings: Sequence[Finding], statuses: Sequence[Issue]
) -> Resource:
    """The output parameters.

    Args:
        asked: What was asked about.
        subject: The value set, if any, and the languages.
        findings: What was found about each coding, in order.
        statuses: What is to be said of the resources that a valid coding rests on.
    """
    in_concept = asked.concept is not None
    inside = [found for found in findings if found.inside]
    valid = [found for found in inside if not found.failed]
    issues = [issue for found in findings for issue in found.issues]
    if valid:  # one valid coding is enough: what is wrong with the others is only a warning
        issues = [
            issue if any(found is one for one in valid) else _at_most_warning(issue)
            for found in findings
            for issue in found.issues
        ]
    if (
        subject.value_set is not None
        and in_concept
        and not inside
        and all(found.inside is False for found in findings)
    ):
        text = f"No valid coding was found for the value set '{subject.value_set}'"
        issues.append(Issue("error", "code-invalid", "not-in-vs", text, "TX_GENERAL_CC_ERROR_MESSAGE"))
    issues += statuses
    issues = list(dict.fromkeys(issues))
    failed = any(issue.severity == "error" for issue in issues)
    if subject.value_set is None:
        result = not failed and any(found.concept is not None or found.inside for found in findings)
    else:
        result = not failed and bool(inside)
    shown = (valid or inside or (findings if not in_concept else []))[:1]
    parts: list[Resource] = [{"name": "result", "valueBoolean": result}]
    for found in shown:
        parts += _about(found, subject.languages)
    if in_concept:
        parts.append({"name": "codeableConcept", "valueCodeableConcept": asked.concept})
    unknown = dict.fromkeys(each for found in findings for each in found.unknown)
    parts += [{"name": name, "valueCanonical": canonical} for name, canonical in unknown]
    told = sorted({issue.text for issue in issues if issue.told})
    if told:
        parts.append({"name": "message", "valueString": "; ".join(told)})
    if issues:
        outcome = {"resourceType": "OperationOutcome", "issue": [issue.as_fhir() for issue in issues]}
        parts.append({"name": "issues", "resource": outcome})
    return {"resourceType": "Parameters", "parameter": parts}


def _at_most_warning(issue: Issue) -> Issue:
    return msgspec.structs.replace(issue, severity="warning") if issue.severity == "error" else issue


def _about(found: Finding, languages: Sequence[str]) -> list[Resource]:
    """Code, system, version, display and status of a coding."""
    given, system, concept = found.given, found.system, found.concept
    parts: list[dict[str, Any]] = [{"name": "code", "valueCode": given.code}]
    if given.system:
        parts.append({"name": "system", "valueUri": given.system})
    if system is not None and system.version:
        parts.append({"name": "version", "valueString": system.version})
    if system is None or concept is None:
        return parts
    if concept.code != given.code:
        parts.append({"name": "normalized-code", "valueCode": concept.code})
    display = chosen(system, concept, found.of_set, languages)
    if display:
        parts.append({"name": "display", "valueString": display.text})
    if system.is_inactive(concept):
        parts.append({"name": "inactive", "valueBoolean": True})
    status = system.status(concept)
    if status == "deprecated" or (status not in (None, "inactive") and system.is_inactive(concept)):
        parts.append({"name": "status", "valueCode": status})
    return parts
