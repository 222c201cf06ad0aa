"""Errors in the form of FHIR R4: `OperationOutcome`.

Layout: https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from api.http.problems import Failure

FHIR_JSON = "application/fhir+json"

# HTTP status -> issue type: https://hl7.org/fhir/R4/valueset-issue-type.html
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


def operation_outcome(failure: Failure) -> tuple[bytes, str]:
    """Encoded resource for one error, and its media type."""
    issue: dict[str, Any] = {
        "severity": "error",
        "code": failure.issue or ISSUE_TYPES.get(failure.status, "processing"),
        "details": {"text": failure.detail},
        "diagnostics": failure.detail,
    }
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [issue]}), FHIR_JSON
