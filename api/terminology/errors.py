"""What is refused, and the issues that an answer reports, with the ecosystem's message ids.

Texts and ids: https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/messages.html
"""

from __future__ import annotations

from typing import Any

import msgspec

ISSUE_TYPES = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
MAX_NAMED = 300  # characters of what an error repeats of its request
MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"


class Issue(msgspec.Struct, frozen=True):
    """One issue of an answer.

    Attributes:
        severity: `error`, `warning` or `information`.
        code: FHIR issue type.
        kind: Code of the ecosystem's issue type; empty for none.
        text: What is the matter.
        message_id: Name of the message; empty for none.
        path: FHIRPath of the input; empty for none.
        told: Whether the answer's `message` repeats it.
    """

    severity: str
    code: str
    kind: str
    text: str
    message_id: str = ""
    path: str = ""
    told: bool = True

    def as_fhir(self) -> dict[str, Any]:
        """The `issue` of an OperationOutcome."""
        issue: dict[str, Any] = {"severity": self.severity, "code": self.code, "details": {"text": self.text}}
        if self.message_id:
            issue = {"extension": [{"url": MESSAGE_ID, "valueString": self.message_id}], **issue}
        if self.kind:
            coding = [{"system": ISSUE_TYPES, "code": self.kind}]
            issue["details"] = {"coding": coding, "text": self.text}
        if self.path:
            issue["location"] = issue["expression"] = [self.path]
        return issue


def named(given: str) -> str:
    """An address, version or code of the request in an error text; what has blanks may be anybody's words."""
    return given if len(given) <= MAX_NAMED and not any(map(str.isspace, given)) else "(not repeated)"


class TermError(Exception):
    """An operation that cannot be answered.

    Args:
        text: What is wrong and what to do.
        code: FHIR issue type.
        kind: Code of the ecosystem's issue type.
        message_id: Name of the message.
        path: FHIRPath of the input.
        status: HTTP status.
    """

    def __init__(
        self,
        text: str,
        code: str = "invalid",
        kind: str = "",
        message_id: str = "",
        path: str = "",
        status: int = 422,
    ) -> None:
        super().__init__(text)
        self.issue = Issue("error", code, kind, text, message_id, path)
        self.status = status
