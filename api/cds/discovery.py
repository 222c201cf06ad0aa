"""What the services say of themselves, to CDS Hooks clients and by the Da Vinci CRD guide (2.2).

Guide: https://hl7.org/fhir/us/davinci-crd/ (its version and configuration extensions). The service answers
with likely billing codes; it makes no statement about coverage and declares no card of that type.
"""

from __future__ import annotations

from typing import Any

from api.cds.messages import DISPATCH, HOOKS, HookRequest
from api.cds.resources import Json
from api.http.limits import CDS_CARD_CONFIDENCE, CDS_MAX_CARDS

SERVICE = "hcpcs-suggest"
"""Answers every hook; the listed services answer one each."""
CRD_VERSION = "2.2"
CONFIGURATION = "davinci-crd.configuration"
OPTIONS: tuple[Json, ...] = (
    {
        "code": "claim",
        "type": "boolean",
        "name": "Claim guidance",
        "description": "Whether cards with likely HCPCS codes are returned.",
        "default": True,
    },
    {
        "code": "max-cards",
        "type": "integer",
        "name": "Maximum cards",
        "description": "The most cards of one answer, in the order of what is ordered.",
        "default": CDS_MAX_CARDS,
    },
)
_DRAFTS = "context.draftOrders.entry.resource"
_MEDICATIONS = f"Medication?_id={{{{{_DRAFTS}.ofType(MedicationRequest).medication.resolve().id}}}}"
_DEVICES = f"Device?_id={{{{{_DRAFTS}.ofType(DeviceRequest).code.resolve().id}}}}"
_DISPATCHED = {
    "deviceRequests": "DeviceRequest",
    "medicationRequests": "MedicationRequest",
    "nutritionOrders": "NutritionOrder",
    "serviceRequests": "ServiceRequest",
    "visionPrescriptions": "VisionPrescription",
}


def service_of(hook: str) -> str:
    """Id of the service that answers one hook."""
    return f"hcpcs-{hook}"


def services() -> list[Json]:
    """One service for each hook, for the discovery answer."""
    return [_described(hook) for hook in HOOKS]


def _described(hook: str) -> Json:
    what = "dispatched orders" if hook == DISPATCH else "draft orders"
    return {
        "hook": hook,
        "id": service_of(hook),
        "title": "HCPCS codes for orders in plain words",
        "description": (
            f"Suggests up to three HCPCS codes for {what} that have no billing code: drugs for "
            "MedicationRequest, equipment and supplies for DeviceRequest and SupplyRequest, services for "
            "ServiceRequest, formulas for NutritionOrder, lenses for VisionPrescription. Silent where "
            f"the codes together are less than {CDS_CARD_CONFIDENCE:.0%} likely."
        ),
        "usageRequirements": (
            "The prefetched orders."
            if hook == DISPATCH
            else "None; prefetch helps where orders refer to others."
        ),
        "prefetch": _prefetch(hook),
        "extension": {
            "davinci-crd.version": [CRD_VERSION],
            "davinci-crd.configuration-options": list(OPTIONS),
        },
    }


def _prefetch(hook: str) -> dict[str, str]:
    """The queries of the guide for the resources that are read."""
    if hook != DISPATCH:
        return {"medications": _MEDICATIONS, "devices": _DEVICES}
    queries = {
        name: f"{kind}?_id={{{{context.dispatchedOrders.resolve().ofType({kind}).id}}}}"
        for name, kind in _DISPATCHED.items()
    }
    return queries | {
        "devices": "Device?_id={{%deviceRequests.entry.resource.code.resolve().id}}",
        "medications": "Medication?_id={{%medicationRequests.entry.resource.medication.resolve().id}}",
    }


def _configured(request: HookRequest) -> dict[str, Any]:
    value = (request.extension or {}).get(CONFIGURATION)
    return value if isinstance(value, dict) else {}


def wants_cards(request: HookRequest) -> bool:
    """Whether the client's configuration leaves the cards on."""
    return _configured(request).get("claim") is not False


def card_limit(request: HookRequest) -> int:
    """The most cards that the client's configuration allows; a value that makes no sense is ignored."""
    limit = _configured(request).get("max-cards")
    usable = isinstance(limit, int) and not isinstance(limit, bool) and 0 <= limit < CDS_MAX_CARDS
    return limit if usable and isinstance(limit, int) else CDS_MAX_CARDS


def smart_configuration(base: str) -> Json:
    """What SMART App Launch discovery says here: no launch, no token endpoint of its own, and what is beside.

    Args:
        base: Address of the service, without a slash at its end.
    """
    return {
        "capabilities": [],
        "grant_types_supported": [],
        "code_challenge_methods_supported": ["S256"],
        "associated_endpoints": [
            {"url": f"{base}/fhir", "capabilities": []},
            {"url": f"{base}/cds-services", "capabilities": []},
        ],
        "davinci_crd_hook_endpoint": f"{base}/cds-services",
    }
