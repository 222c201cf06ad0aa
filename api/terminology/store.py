"""The resources that one request can use: its own, and what the server holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import thread_time
from typing import Any

from api.terminology import versions
from api.terminology.concepts import CodeSystem, Resource, code_system, supplemented
from api.terminology.errors import TermError

MAX_RESOURCES = 200
MAX_WORK = 400_000  # concepts looked at for one request
MAX_SECONDS = 3.0  # of processor time for one request

Held = Callable[[str], Sequence[CodeSystem]]
HeldValueSet = Callable[[str, str], Resource | None]


class Store:
    """Code systems, value sets and concept maps by address.

    Args:
        resources: Those of the request, in order.
        held: Gives the server's own code systems of an address.
        held_value_set: Gives the server's own value set of an address and version.

    Attributes:
        concept_maps: Those of the request.
        value_sets: Those of the request.

    Raises:
        TermError: If a resource is not well formed, or there are too many.
    """

    def __init__(
        self,
        resources: Sequence[Resource] = (),
        held: Held = lambda address: (),
        held_value_set: HeldValueSet = lambda address, version: None,
    ) -> None:
        if len(resources) > MAX_RESOURCES:
            raise TermError(f"a request may bring {MAX_RESOURCES} resources", "too-costly")
        self._held, self._held_value_set = held, held_value_set
        self._systems: dict[str, list[CodeSystem]] = {}
        self.value_sets: list[Resource] = []
        self.concept_maps: list[Resource] = []
        self._merged: dict[tuple[str, ...], CodeSystem] = {}
        self._work, self._next_look = 0, 0
        self._end = thread_time() + MAX_SECONDS
        for resource in resources:
            self.add(resource)

    def add(self, resource: Resource) -> None:
        """Takes a resource in; a later one replaces an earlier one of the same address and version.

        Raises:
            TermError: If it is not well formed, or of another type.
        """
        kind = resource.get("resourceType")
        if kind == "CodeSystem":
            system = code_system(resource)
            listed = self._systems.setdefault(system.url, [])
            listed[:] = [each for each in listed if each.version != system.version] + [system]
        elif kind == "ValueSet":
            self.value_sets.append(resource)
        elif kind == "ConceptMap":
            self.concept_maps.append(resource)
        else:
            raise TermError(
                "a request may bring CodeSystem, ValueSet and ConceptMap resources", "not-supported"
            )

    def work(self, concepts: int) -> None:
        """Counts concepts looked at.

        Raises:
            TermError: When a request asks for more than is done for one.
        """
        self._work += concepts
        late = False
        if self._work >= self._next_look:  # the clock is read now and then only
            self._next_look = self._work + 1_000
            late = thread_time() > self._end
        if late or self._work > MAX_WORK:
            raise TermError("the request is too large to be answered; ask for fewer codes", "too-costly")

    def systems(self, address: str) -> list[CodeSystem]:
        """Every version of a code system; the request's own hide the server's."""
        return self._systems.get(address) or list(self._held(address))

    def is_value_set(self, address: str) -> bool:
        """Whether an address is a value set's."""
        return self.value_set(address) is not None

    def system(self, address: str, version: str = "", supplements: Iterable[str] = ()) -> CodeSystem | None:
        """The code system of an address, of the latest version that fits; None if not held."""
        held = {each.version: each for each in self.systems(address)}
        chosen = versions.latest(held, version)
        if chosen is None:
            return None
        return self._with(held[chosen], tuple(supplements))

    def _with(self, system: CodeSystem, supplements: tuple[str, ...]) -> CodeSystem:
        wanted = [
            each
            for canonical in supplements
            if (each := self.supplement(canonical)) and _supplements(each, system)
        ]
        if not wanted:
            return system
        key = (system.canonical, *(each.canonical for each in wanted))
        if key not in self._merged:
            merged = system
            for each in wanted:
                self.work(len(merged.concepts))
                merged = supplemented(merged, each)
            self._merged[key] = merged
        return self._merged[key]

    def supplement(self, canonical: str) -> CodeSystem | None:
        """A supplement by its address; None if it is not held or is none."""
        address, version = versions.split(canonical)
        found = self.system(address, version)
        return found if found is not None and found.content == "supplement" else None

    def supplements_in_language(self, system: CodeSystem, languages: Sequence[str]) -> list[str]:
        """Supplements that only add displays in a wanted language."""
        return [
            each.canonical
            for listed in self._systems.values()
            for each in listed
            if each.content == "supplement" and each.language in languages and _supplements(each, system)
        ]

    def value_set(self, address: str, version: str = "") -> Resource | None:
        """The value set of an address, of the latest version that fits; None if not held."""
        own = {str(each.get("version") or ""): each for each in self.value_sets if each.get("url") == address}
        chosen = versions.latest(own, version)
        return self._held_value_set(address, version) if chosen is None else own[chosen]


def _supplements(supplement: CodeSystem, system: CodeSystem) -> bool:
    address, version = versions.split(str(supplement.head.get("supplements", "")))
    return address == system.url and (not version or versions.fits(system.version, version))


def contained(value_set: Resource, reference: str) -> Resource | None:
    """The value set that `#id` names inside another one; None if there is none."""
    inner: Any = value_set.get("contained", [])
    found: Any = next((each for each in inner if f"#{each.get('id')}" == reference), None)
    return found if found and found.get("resourceType") == "ValueSet" else None
