"""The resources that the server holds by type and id: code systems, value sets, the map of successors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property

from api.fhir.codesystem import CODE_SYSTEM_ID, code_system
from api.fhir.implicit import HL7_ALL, value_set
from api.fhir.implicit_sets import ALL_ID, as_resource
from api.fhir.own_system import own_address
from api.fhir.parameters import Resource
from api.fhir.successors import MAP_ID, head, whole_map
from api.http.problems import Refused
from api.service import Service
from index.code_systems import LEVEL_II

KINDS = ("CodeSystem", "ValueSet", "ConceptMap")
EXAMPLE_IDS = {
    "CodeSystem": CODE_SYSTEM_ID,
    "ValueSet": ALL_ID,
    "ConceptMap": MAP_ID,
}  # one that is held, by type


class Held:
    """The server's own resources.

    Args:
        service: Holds the records.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    @cached_property
    def _made(self) -> dict[str, dict[str, Callable[[], Resource]]]:
        """Type -> id -> what makes the resource."""
        service = self._service
        sets = {
            ALL_ID: f"{LEVEL_II.address}?fhir_vs",
            HL7_ALL.rpartition("/")[2]: HL7_ALL,
            **{
                f"hcpcs-section-{each.lower()}": f"{LEVEL_II.address}?fhir_vs=section/{each}"
                for each in self._sections
            },
        }
        return {
            "CodeSystem": {CODE_SYSTEM_ID: lambda: code_system(service)},
            "ValueSet": {name: (lambda url=url: self._set(url)) for name, url in sets.items()},  # type: ignore[misc]
            "ConceptMap": {MAP_ID: lambda: whole_map(service, date.today())},
        }

    @property
    def _sections(self) -> list[str]:
        return sorted(
            {record.section for record in self._service.catalogue.records if record.level == LEVEL_II.level}
        )

    def _set(self, url: str) -> Resource:
        return as_resource(self._service, value_set(self._service, url, None))

    def read(self, kind: str, name: str, version: str | None = None) -> Resource:
        """The resource of a type and id.

        Raises:
            Refused: 404 if there is none, or not of that version.
        """
        if name not in self._made[kind]:
            raise Refused(404, f"there is no such {kind}; there are {', '.join(self._made[kind])}")
        if version is not None and version != self._service.release:
            raise Refused(404, f"this version is not held; the one held is {self._service.release}")
        return self._with_version(kind, name)

    def _with_version(self, kind: str, name: str) -> Resource:
        resource = self._made[kind][name]()
        meta = {"versionId": self._service.release}
        return {
            "resourceType": kind,
            "id": name,
            "meta": meta,
            **{k: v for k, v in resource.items() if k != "id"},
        }

    def url(self, kind: str, name: str) -> str:
        """The canonical address of a resource.

        Raises:
            Refused: 404 if there is none.
        """
        if kind == "ConceptMap" and name == MAP_ID:  # its groups take time to make
            return str(head(self._service)["url"])
        return str(self.read(kind, name)["url"])

    def found(self, kind: str, wanted: dict[str, str]) -> list[Resource]:
        """The resources of a type that fit every search parameter, concept maps without their groups."""
        if kind == "ConceptMap":
            known = [head(self._service)]
        else:
            known = [self._with_version(kind, name) for name in self._made[kind]]
        return [each for each in known if all(_fits(each, name, value) for name, value in wanted.items())]


def _fits(resource: Resource, name: str, value: str) -> bool:
    if name == "url":
        url, _, version = value.partition("|")
        same = resource["url"] in (url, own_address(url))
        return same and (not version or resource.get("version") == version)
    if name == "_id":
        return bool(resource["id"] in value.split(","))
    if name in ("name", "title"):
        return str(resource.get(name, "")).casefold().startswith(value.casefold())
    return bool(str(resource.get(name, "")) in value.split(","))
