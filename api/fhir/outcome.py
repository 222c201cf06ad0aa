"""Errors as FHIR R4 says them: `OperationOutcome`."""

from __future__ import annotations

import msgspec

FHIR_JSON = "application/fhir+json"

# http://hl7.org/fhir/R4/valueset-issue-type.html
ISSUE_TYPES = {
    400: "invalid",
    401: "login",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    500: "exception",
    503: "transient",
}


def operation_outcome(status: int, detail: str, issue_type: str | None = None) -> bytes:
    """The encoded resource for one error.

    Args:
        status: HTTP status that goes with it.
        detail: What was wrong, never repeating free text.
        issue_type: A code of the issue-type value set, when the status does not say it.
    """
    return msgspec.json.encode(
        {
            "resourceType": "OperationOutcome",
            "issue": [
                {
                    "severity": "error",
                    "code": issue_type or ISSUE_TYPES.get(status, "processing"),
                    "diagnostics": detail,
                }
            ],
        }
    )
