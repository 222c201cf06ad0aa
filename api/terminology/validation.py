"""`$validate-code`: whether a code is in a code system or value set, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from api.terminology import versions
from api.terminology.answers import Subject, answer
from api.terminology.coding import Asked, GivenCoding
from api.terminology.compose import Composer, canonical_of
from api.terminology.concepts import CodeSystem, Concept, Resource
from api.terminology.display_check import check_display
from api.terminology.errors import Issue, TermError
from api.terminology.findings import Finding, concept_issues, deprecated_in_set, unknown_code, unknown_version
from api.terminology.languages import own_languages
from api.terminology.membership import Membership
from api.terminology.options import Options
from api.terminology.statuses import status_issues
from api.terminology.store import Store


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
    return answer(asked, validator.subject, findings, validator.statuses(findings))


class _Validator:
    def __init__(self, store: Store, value_set: Resource | None, asked: Asked, options: Options) -> None:
        self.store, self.value_set, self.asked, self.options = store, value_set, asked, options
        self.composer = Composer(store, options)
        self.supplements = self.composer.check_supplements(value_set or {})
        self.membership = None if value_set is None else Membership(self.composer, value_set)
        self.languages = options.languages or own_languages(value_set or {})

    @property
    def subject(self) -> Subject:
        """What the answer says of the whole validation."""
        return Subject(self.name if self.value_set is not None else None, self.languages)

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
            found.issues.append(unknown_version(self.store, given, missing))
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
            found.issues.append(unknown_code(system, given))

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
            yield unknown_version(self.store, given, given.version)
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
            found.issues.append(unknown_version(self.store, given, version))
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
        found.issues.extend(concept_issues(system, concept, given))
        if self.value_set is not None and found.inside:
            found.issues.extend(deprecated_in_set(found, self.name))
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
