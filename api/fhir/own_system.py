"""The catalogue as a code system of the terminology engine, on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from api.fhir.codesystem import code_system
from api.fhir.concepts import LANGUAGE, PROPERTIES, VALUE_ELEMENTS, designations
from api.service import Service
from api.terminology.concepts import CodeSystem, Concept, Resource
from api.terminology.errors import TermError
from index.code_systems import CODE_SYSTEMS, LEVEL_II, system_at, system_of_code
from index.records import Record

ACTIVE_ON = "activeOn"  # a filter property: the code may be used on a date


class RecordConcept(Concept):
    """A record as a concept; its properties are read when they are asked for."""

    __slots__ = ("_on", "_service", "record")

    def __init__(self, service: Service, record: Record, on: date) -> None:
        super().__init__(record.code, record.long_description, designations=designations(record))
        self._service, self._on, self.record = service, on, record

    @property
    def properties(self) -> list[Resource]:
        """The code system's properties on the day."""
        found = []
        for prop in PROPERTIES:
            values = prop.read(self._service, self.record, self._on)
            for value in values if isinstance(values, tuple) else (values,):
                if value is not None and value != "":
                    plain = value.isoformat() if isinstance(value, date) else value
                    found.append({"code": prop.code, VALUE_ELEMENTS[prop.code]: plain})
        return found


class OwnSystem(CodeSystem):
    """HCPCS Level II, or CPT where the index holds it, on a day."""

    loose_displays = True
    quiet = True

    def __init__(self, service: Service, level: int, on: date) -> None:
        records = [record for record in service.catalogue.records if record.level == level]
        concepts = [
            RecordConcept(service, service.catalogue.record_on(record.code, on) or record, on)
            for record in records
        ]
        address = next(system.address for system in CODE_SYSTEMS if system.level == level)
        head = {**code_system(service), "url": address, "language": LANGUAGE}
        if level != LEVEL_II.level:
            head["name"] = "CPT"
        super().__init__(head, concepts)
        self._service, self._on = service, on

    def status(self, concept: Concept) -> str | None:
        """`terminated` or `future`; None for a code that may be used."""
        status = self._service.catalogue.status_on(concept.code, self._on)
        return None if status in (None, "active") else str(status)

    def is_inactive(self, concept: Concept) -> bool:
        """Whether the code may not be used on the day."""
        return self.status(concept) is not None

    def is_abstract(self, concept: Concept) -> bool:
        """No code only groups others."""
        return False

    def values(self, concept: Concept, name: str) -> list[Any]:
        """The values of one property, without reading the others."""
        assert isinstance(concept, RecordConcept)
        prop = next((each for each in PROPERTIES if each.code == name), None)
        if prop is None:
            return []
        values = prop.read(self._service, concept.record, self._on)
        listed = values if isinstance(values, tuple) else (values,)
        plain = [value.isoformat() if isinstance(value, date) else value for value in listed]
        return [value for value in plain if value is not None and value != ""]

    def own_test(self, name: str, operator: str, value: str) -> Callable[[Concept], bool] | None:
        """The test of `activeOn = DATE`.

        Raises:
            TermError: For a value that is no date.
        """
        if name != ACTIVE_ON or operator != "=":
            return None
        try:
            on = date.fromisoformat(value)
        except ValueError:
            raise TermError("the value of a filter 'activeOn' must be a date such as 2026-01-01") from None
        return lambda concept: isinstance(concept, RecordConcept) and concept.record.status(on) == "active"


def own_address(address: str) -> str:
    """The canonical address of a system of ours in any accepted form; any other address as it is."""
    system = system_at(address)
    return address if system is None else system.address


class OwnSystems:
    """The code systems of a service, made when first asked for on a day.

    Args:
        service: Holds the records.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self._of = lru_cache(maxsize=3)(lambda level, on: OwnSystem(service, level, on))
        self.levels = frozenset(system_of_code(record.code).level for record in service.catalogue.records)

    def held(self, on: date) -> Callable[[str], list[CodeSystem]]:
        """A function that gives the code systems of an address."""

        def of(address: str) -> list[CodeSystem]:
            system = system_at(address)
            return [self._of(system.level, on)] if system is not None and system.level in self.levels else []

        return of
