"""`$validate-code`: whether a code is in a code system or value set, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from api.terminology import versions
from api.terminology.coding import Asked, GivenCoding
from api.terminology.compose import Composer, canonical_of, expansion_parameter, known_versions
from api.terminology.concepts import EXTENSION, CodeSystem, Concept, Resource, value_of
from api.terminology.display_check import check_display
from api.terminology.displays import chosen, languages_of
from api.terminology.errors import Issue, TermError
from api.terminology.membership import Membership
from api.terminology.options import Options
from api.terminology.statuses import status_issues
from api.terminology.store import Store

DEPRECATED_IN_SET = (f"{EXTENSION}valueset-deprecated", f"{EXTENSION}structuredefinition-standards-status")


class Finding(msgspec.Struct):
    """What was found about one coding.

    Attributes:
        given: The coding, with its system where it was inferred.
        system: Its code system; None if not held.
        concept: Its concept; None if there is none.
        of_set: What the value set says of the concept.
        issues: What is to be said.
        inside: Whether it is a member; None if that could not be decided.
        unknown: Canonicals that nobody holds, each with the name of its output parameter.
    """

    given: GivenCoding
    system: CodeSystem | None = None
    concept: Concept | None = None
    of_set: Resource = msgspec.field(default_factory=dict)
    issues: list[Issue] = msgspec.field(default_factory=list)
    inside: bool | None = None
    unknown: list[tuple[str, str]] = msgspec.field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether an issue is an error."""
        return any(issue.severity == "error" for issue in self.issues)


def validate(store: Store, value_set: Resource | None, asked: Asked, options: Options) -> Resource:
    """The answer of `$validate-code` as Parameters.

    Args:
        store: Where code systems and value sets come from.
        value_set: The value set; None to check in the codings' own code systems.
        asked: The codings, of which one must be valid.
        options: Languages, versions, leniency.

    Raises:
        TermError: If the value set cannot be used at all.
    """
    validator = _Validator(store, value_set, asked, options)
    findings = [validator.check(coding) for coding in asked.codings]
    return _answer(validator, findings)


class _Validator:
    def __init__(self, store: Store, value_set: Resource | None, asked: Asked, options: Options) -> None:
        self.store, self.value_set, self.asked, self.options = store, value_set, asked, options
        self.composer = Composer(store, options)
        self.supplements = self.composer.check_supplements(value_set or {})
        self.membership = None if value_set is None else Membership(self.composer, value_set)
        self.languages = options.languages or _own_languages(value_set or {})

    @property
    def name(self) -> str:
        """The value set, for a message."""
        return canonical_of(self.value_set or {}) or "(unidentified)"

    def check(self, given: GivenCoding) -> Finding:
        """What is to be said of one coding."""
        found = Finding(given)
        if not given.system and self.asked.infer_system and self.membership is not None:
            given = found.given = self._inferred(found)
        if given.system:
            self._find(found)
        elif not found.issues and not self.options.membership_only:
            found.issues.append(
                Issue(
                    "warning",
                    "invalid",
                    "invalid-data",
                    "Coding has no system. A code with no system has no defined meaning, and it cannot be "
                    "validated. A system should be provided",
                    "Coding_has_no_system__cannot_validate",
                    given.at or "code",
                )
            )
        if self.membership is not None:
            self._check_membership(found)
        elif found.concept is None and not found.failed:
            found.inside = found.system is not None and found.system.content == "fragment"
        if found.concept is not None and found.system is not None:
            self._check_concept(found, found.system, found.concept)
        return found

    def _inferred(self, found: Finding) -> GivenCoding:
        """The coding with the one system of the value set in which its code is."""
        assert self.membership is not None
        code = found.given.code
        addresses = self.membership.systems_of(code)
        if len(addresses) == 1:
            return msgspec.structs.replace(found.given, system=addresses[0])
        start = f"The System URI could not be determined for the code '{code}' in the ValueSet '{self.name}'"
        if addresses:
            text, name = (
                f"{start}: value set expansion has multiple matches: [{', '.join(addresses)}]",
                ("Unable_to_resolve_system__value_set_has_multiple_matches"),
            )
        else:
            text, name = (
                f"{start}: none of its code systems has it: [{', '.join(self.membership.addresses)}]",
                ("UNABLE_TO_INFER_CODESYSTEM"),
            )
        found.issues.append(Issue("error", "not-found", "cannot-infer", text, name, found.given.path("code")))
        return found.given

    def _find(self, found: Finding) -> None:
        """Looks for the code system and the concept of a coding."""
        given = found.given
        expected = self.membership.version_for(given) if self.membership is not None else ""
        found.issues.extend(self._version_issues(found, expected))
        missing = self.membership.unknown_version(given) if self.membership is not None else None
        if missing is not None:
            found.unknown.append(("x-caused-by-unknown-system", f"{given.system}|{missing}"))
            found.issues.append(_unknown_version(self.store, given, missing))
            expected = given.version or self.composer.version_of(given.system, "")
        system = self.store.system(given.system, expected or given.version, self._supplements(given.system))
        if self.membership is not None and missing is None and system is not None:
            refused = self.composer.version_refused(given.system, system.version, given.path("version"))
            found.issues.extend([refused.issue] if refused else [])
        if system is None:
            self._unknown_system(found)
            return
        if system.content == "supplement":
            found.issues.append(
                Issue(
                    "error",
                    "invalid",
                    "invalid-data",
                    f"CodeSystem {system.canonical} is a supplement, "
                    "so can't be used as a value in Coding.system",
                    "CODESYSTEM_CS_NO_SUPPLEMENT",
                    given.path("system"),
                )
            )
            return
        found.system, found.concept = system, system.find(given.code)
        self.store.work(1)
        if found.concept is None and not self.options.membership_only:
            found.issues.append(_unknown_code(system, given))

    def _supplements(self, address: str) -> list[str]:
        system = self.store.system(address)
        more = self.store.supplements_in_language(system, self.languages) if system else []
        return [*self.supplements, *more]

    def _version_issues(self, found: Finding, expected: str) -> Iterable[Issue]:
        """What is to be said of the coding's version."""
        given = found.given
        if not given.version or self.options.membership_only:
            return
        held = [each.version for each in self.store.systems(given.system)]
        if held and versions.latest(held, given.version) is None:
            found.unknown.append(("x-caused-by-unknown-system", f"{given.system}|{given.version}"))
            yield _unknown_version(self.store, given, given.version)
        if self.membership is not None:
            yield from self.membership.mismatch(given, expected)

    def _unknown_system(self, found: Finding) -> None:
        given = found.given
        if self.options.membership_only:
            return
        relative = ":" not in given.system
        if relative:
            found.issues.append(
                Issue(
                    "error",
                    "invalid",
                    "invalid-data",
                    "Coding.system must be an absolute reference, not a local reference",
                    "Terminology_TX_System_Relative",
                    given.path("system"),
                )
            )
        if self.store.is_value_set(given.system):
            found.issues.append(
                Issue(
                    "error",
                    "invalid",
                    "invalid-data",
                    f"The Coding references a value set, not a code system ('{given.system}')",
                    "Terminology_TX_System_ValueSet2",
                    given.path("system"),
                )
            )
            return
        if any(issue.message_id.startswith("UNKNOWN_CODESYSTEM") for issue in found.issues):
            return
        included = self.membership is None or given.system in self.membership.addresses
        version = given.version
        name = "x-caused-by-unknown-system" if included else "x-unknown-system"
        versioned = version and self.store.systems(given.system)
        found.unknown.append((name, f"{given.system}|{version}" if versioned else given.system))
        if version:
            found.issues.append(_unknown_version(self.store, given, version))
            return
        shown = f"'{given.system}'" if included or relative else given.system
        found.issues.append(
            Issue(
                "error",
                "not-found",
                "not-found",
                f"A definition for CodeSystem {shown} could not be found, so the code cannot be validated",
                "UNKNOWN_CODESYSTEM",
                given.path("system"),
            )
        )
        if included:
            found.inside = None

    def _check_membership(self, found: Finding) -> None:
        """Adds whether the coding is in the value set."""
        assert self.membership is not None
        blamed = any(name == "x-caused-by-unknown-system" for name, _ in found.unknown)
        if blamed and (found.system is None or self.membership.unknown_version(found.given) is not None):
            return
        try:
            found.inside, found.of_set = self.membership.has(found.system, found.concept, found.given.code)
        except TermError as error:
            if error.issue.code != "not-found":
                raise
            found.issues.append(error.issue)
            if error.issue.message_id.startswith("UNKNOWN_CODESYSTEM"):
                found.unknown.extend(("x-caused-by-unknown-system", each) for each in self.composer.unknown)
            return
        if found.system is not None and found.concept is None and found.system.content == "fragment":
            found.inside = found.system.url in self.membership.addresses
            if found.inside:
                return
        if self._refused(found) or not found.inside:
            found.inside = False
            found.issues.append(self._not_inside(found.given))

    def _refused(self, found: Finding) -> bool:
        """Whether a member is refused: it is inactive where only active ones are asked for, or abstract."""
        system, concept, given = found.system, found.concept, found.given
        if system is None or concept is None or self.membership is None:
            return False
        active_only = self.options.active_only or self.membership.active_only
        if active_only and system.is_inactive(concept) and (found.inside or self.membership.active_only):
            found.issues.append(
                Issue(
                    "error",
                    "business-rule",
                    "code-rule",
                    f"The concept '{concept.code}' is valid but is not active",
                    "STATUS_CODE_WARNING_CODE",
                    given.path("code"),
                )
            )
            return True
        if found.inside and self.options.abstract is False and system.is_abstract(concept):
            found.issues.append(
                Issue(
                    "error",
                    "business-rule",
                    "code-rule",
                    f"Code '{system.url}#{concept.code}' is abstract, and not allowed in this context",
                    "ABSTRACT_CODE_NOT_ALLOWED",
                    given.path("code"),
                )
            )
            return True
        return False

    def _not_inside(self, given: GivenCoding) -> Issue:
        shown = given.shown if given.display is None else f"{given.shown} ('{given.display}')"
        text = f"The provided code '{shown}' was not found in the value set '{self.name}'"
        name = "None_of_the_provided_codes_are_in_the_value_set_one"
        if self.asked.concept is not None:
            return Issue(
                "information", "code-invalid", "this-code-not-in-vs", text, name, given.path("code"), False
            )
        return Issue("error", "code-invalid", "not-in-vs", text, name, given.path("code"))

    def _check_concept(self, found: Finding, system: CodeSystem, concept: Concept) -> None:
        """Adds what is to be said of a concept: its status, its case, its display."""
        given = found.given
        if self.options.membership_only:
            return
        if given.code != concept.code:
            found.issues.append(
                Issue(
                    "information",
                    "business-rule",
                    "code-rule",
                    f"The code '{given.code}' differs from the correct code '{concept.code}' by case. "
                    f"Although the code system '{system.canonical}' is case insensitive, implementers are "
                    "strongly encouraged to use the correct case anyway",
                    "CODE_CASE_DIFFERENCE",
                    given.path("code"),
                    False,
                )
            )
        found.issues.extend(_status(system, concept, given))
        if self.value_set is not None and found.inside:
            found.issues.extend(_deprecated_here(found, self.name))
        if given.display is not None:
            issue = check_display(
                system, concept, found.of_set, given, self.languages, self.options.lenient_display
            )
            found.issues.extend([issue] if issue else [])

    def statuses(self, findings: Sequence[Finding]) -> list[Issue]:
        """What is to be said of the status of the resources that a valid coding rests on."""
        heads = [
            found.system.head for found in findings if found.system is not None and found.inside is not False
        ]
        if self.value_set is not None:
            heads = [self.value_set, *self.composer.value_sets.values(), *heads]
        found: dict[str, Issue] = {}
        for head in heads:
            for issue in status_issues(head):
                found.setdefault(issue.text, issue)
        return list(found.values())


def asked_languages(value_set: Resource) -> tuple[str, ...]:
    """The languages in which a value set asks to be expanded."""
    try:
        return languages_of(expansion_parameter(value_set, "displayLanguage"))
    except ValueError:
        return ()


def _own_languages(value_set: Resource) -> tuple[str, ...]:
    """The same, else the value set's own language."""
    language = value_set.get("language")
    return asked_languages(value_set) or ((str(language),) if language else ())


def _unknown_code(system: CodeSystem, given: GivenCoding) -> Issue:
    version = f" version '{system.version}'" if system.version else ""
    if system.content == "fragment":
        return Issue(
            "warning",
            "code-invalid",
            "invalid-code",
            f"Unknown Code '{given.code}' in the CodeSystem '{system.url}'{version} - note that the "
            "code system is labeled as a fragment, so the code may be valid in some other fragment",
            "UNKNOWN_CODE_IN_FRAGMENT",
            given.path("code"),
            False,
        )
    return Issue(
        "error",
        "code-invalid",
        "invalid-code",
        f"Unknown code '{given.code}' in the CodeSystem '{system.url}'{version}",
        "Unknown_Code_in_Version" if version else "Unknown_Code_in",
        given.path("code"),
    )


def _unknown_version(store: Store, given: GivenCoding, version: str) -> Issue:
    known = known_versions(store, given.system)
    tail = f"Valid versions: {known}" if known else "No versions of this code system are known"
    return Issue(
        "error",
        "not-found",
        "not-found",
        f"A definition for CodeSystem '{given.system}' version '{version}' could not be found, so the code "
        f"cannot be validated. {tail}",
        "UNKNOWN_CODESYSTEM_VERSION" if known else "UNKNOWN_CODESYSTEM_VERSION_NONE",
        given.path("system"),
    )


def _status(system: CodeSystem, concept: Concept, given: GivenCoding) -> Iterable[Issue]:
    status = system.status(concept)
    if system.is_inactive(concept):
        shown = "inactive" if status in (None, "inactive", "active") else f"{status} and inactive"
        yield Issue(
            "warning",
            "business-rule",
            "code-comment",
            f"The concept '{concept.code}' has a status of {shown} and its use should be reviewed",
            "INACTIVE_CONCEPT_FOUND",
            given.at or "code",
        )
    elif status == "deprecated":
        yield Issue(
            "warning",
            "business-rule",
            "code-comment",
            f"The concept '{concept.code}' is deprecated and its use should be reviewed",
            "DEPRECATED_CONCEPT_FOUND",
            given.path("code"),
        )


def _deprecated_here(found: Finding, name: str) -> Iterable[Issue]:
    extensions = {each.get("url"): value_of(each) for each in found.of_set.get("extension", [])}
    values = [extensions.get(url) for url in DEPRECATED_IN_SET]
    if found.system is not None and (values[0] in (True, "true") or values[1] == "deprecated"):
        yield Issue(
            "warning",
            "business-rule",
            "code-comment",
            f"The presence of the concept '{found.given.code}' in the system '{found.system.url}' in the "
            f"value set {name} is marked with a status of deprecated and its use should be reviewed",
            "CONCEPT_DEPRECATED_IN_VALUESET",
            found.given.path("code"),
            False,
        )


def _answer(validator: _Validator, findings: Sequence[Finding]) -> Resource:
    """The output parameters."""
    in_concept = validator.asked.concept is not None
    inside = [found for found in findings if found.inside]
    valid = [found for found in inside if not found.failed]
    issues = [issue for found in findings for issue in found.issues]
    if valid:  # one valid coding is enough: what is wrong with the others is only a warning
        issues = [
            issue if found in valid else _at_most_warning(issue)
            for found in findings
            for issue in found.issues
        ]
    if (
        validator.value_set is not None
        and in_concept
        and not inside
        and all(found.inside is False for found in findings)
    ):
        text = f"No valid coding was found for the value set '{validator.name}'"
        issues.append(Issue("error", "code-invalid", "not-in-vs", text, "TX_GENERAL_CC_ERROR_MESSAGE"))
    issues += validator.statuses(findings)
    issues = list(dict.fromkeys(issues))
    failed = any(issue.severity == "error" for issue in issues)
    if validator.value_set is None:
        result = not failed and any(found.concept is not None or found.inside for found in findings)
    else:
        result = not failed and bool(inside)
    shown = (valid or inside or (findings if not in_concept else []))[:1]
    parts: list[Resource] = [{"name": "result", "valueBoolean": result}]
    for found in shown:
        parts += _about(found, validator)
    if in_concept:
        parts.append({"name": "codeableConcept", "valueCodeableConcept": validator.asked.concept})
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


def _about(found: Finding, validator: _Validator) -> list[Resource]:
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
    display = chosen(system, concept, found.of_set, validator.languages)
    if display:
        parts.append({"name": "display", "valueString": display.text})
    if system.is_inactive(concept):
        parts.append({"name": "inactive", "valueBoolean": True})
    status = system.status(concept)
    if status == "deprecated" or (status not in (None, "inactive") and system.is_inactive(concept)):
        parts.append({"name": "status", "valueCode": status})
    return parts
