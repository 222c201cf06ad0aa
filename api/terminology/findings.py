"""What is found about one coding of a validation, and the issues that say so."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from api.terminology.coding import GivenCoding
from api.terminology.compose import known_versions
from api.terminology.concepts import EXTENSION, CodeSystem, Concept, Resource, value_of
from api.terminology.errors import Issue
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


def unknown_code(system: CodeSystem, given: GivenCoding) -> Issue:
    """The issue of a code that its code system does not have; a fragment may leave it out."""
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


def unknown_version(store: Store, given: GivenCoding, version: str) -> Issue:
    """The issue of a version of a code system that nobody holds."""
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


def concept_issues(system: CodeSystem, concept: Concept, given: GivenCoding) -> Iterable[Issue]:
    """What is to be said of a concept that is inactive or deprecated."""
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


def deprecated_in_set(found: Finding, name: str) -> Iterable[Issue]:
    """What is to be said of a concept that the value set itself calls deprecated."""
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
