"""A coding to be validated, with the paths of its elements in the request."""

from __future__ import annotations

from typing import Any

import msgspec

from api.terminology.concepts import Resource
from api.terminology.errors import TermError

MAX_CODINGS = 100  # in one concept


class GivenCoding(msgspec.Struct, frozen=True):
    """A coding and where it stands.

    Attributes:
        system: Its code system; empty if it has none.
        version: Its version; empty if it has none.
        code: Its code.
        display: Its display; None if it has none.
        at: FHIRPath of the coding itself.
        inside: FHIRPath before the name of an element, with its dot.
    """

    system: str
    version: str
    code: str
    display: str | None
    at: str
    inside: str

    def path(self, element: str) -> str:
        """FHIRPath of one of its elements."""
        return f"{self.inside}{element}"

    @property
    def shown(self) -> str:
        """System, version and code in one, for a message."""
        versioned = f"{self.system}|{self.version}" if self.version else self.system
        return f"{versioned}#{self.code}"


class Asked(msgspec.Struct, frozen=True):
    """What a validation is asked about.

    Attributes:
        codings: The codings, of which one must be valid.
        concept: The CodeableConcept as given; None for a code or a Coding.
        infer_system: Whether a code without a system may get that of the value set.
    """

    codings: tuple[GivenCoding, ...]
    concept: Resource | None = None
    infer_system: bool = False


def of_code(code: str, system: str, version: str, display: str | None, infer_system: bool = False) -> Asked:
    """A code with its system apart."""
    return Asked((GivenCoding(system, version, code, display, "", ""),), infer_system=infer_system)


def of_coding(coding: Any) -> Asked:
    """A Coding.

    Raises:
        TermError: If it is not formed as one.
    """
    return Asked((_given(coding, "Coding"),))


def of_concept(concept: Any) -> Asked:
    """A CodeableConcept.

    Raises:
        TermError: If it is not formed as one, or has no coding.
    """
    codings = concept.get("coding", []) if isinstance(concept, dict) else None
    if not isinstance(codings, list) or not codings:
        raise TermError("the codeableConcept has no coding to check", "required", status=400)
    if len(codings) > MAX_CODINGS:
        raise TermError(f"a codeableConcept may have {MAX_CODINGS} codings", "too-costly")
    given = tuple(_given(coding, f"CodeableConcept.coding[{row}]") for row, coding in enumerate(codings))
    return Asked(given, concept)


def _given(coding: Any, at: str) -> GivenCoding:
    system, version, code, display = (
        _text(coding, name) for name in ("system", "version", "code", "display")
    )
    return GivenCoding(system or "", version or "", code or "", display, at, f"{at}.")


def _text(coding: Any, name: str) -> str | None:
    text = coding.get(name) if isinstance(coding, dict) else 0
    if text is None or isinstance(text, str):
        return text
    raise TermError("a coding has elements of another type than FHIR gives them", "invalid", status=400)
