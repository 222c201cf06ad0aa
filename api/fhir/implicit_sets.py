"""Value sets that the server holds, as resources: those that their address defines, and HL7's own."""

from __future__ import annotations

from collections.abc import Callable

from api.fhir.implicit import ImplicitValueSet, value_set
from api.fhir.own_system import ACTIVE_ON
from api.fhir.parameters import Resource
from api.http.problems import Refused
from api.service import Service

ALL_ID = "hcpcs-level-ii"


def as_resource(service: Service, members: ImplicitValueSet) -> Resource:
    """The ValueSet resource of an implicit value set."""
    filters = []
    if members.section:
        filters.append({"property": "section", "op": "=", "value": members.section})
    if members.active_on:
        filters.append({"property": ACTIVE_ON, "op": "=", "value": members.active_on.isoformat()})
    include = {"system": members.system.address, **({"filter": filters} if filters else {})}
    return {
        "resourceType": "ValueSet",
        "url": members.url,
        "version": service.release,
        "name": "".join(
            part.title() for part in ("Codes", members.section or "", "Active" if members.active_on else "")
        ),
        "status": "active",
        **({"description": service.notice} if service.notice else {}),
        "compose": {"include": [include]},
    }


def held_value_set(service: Service) -> Callable[[str, str], Resource | None]:
    """A function that gives the server's value set of an address and version; None if there is none."""

    def of(address: str, version: str) -> Resource | None:
        try:
            return as_resource(service, value_set(service, address, version or None))
        except Refused:
            return None

    return of
