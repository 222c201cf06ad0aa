"""A code system in memory: its concepts, their hierarchy, and what their properties say of their use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from api.terminology.errors import TermError

Resource = dict[str, Any]

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
CONCEPT_PROPERTY = "http://hl7.org/fhir/concept-properties#"
STANDARDS_STATUS = f"{EXTENSION}structuredefinition-standards-status"
INACTIVE_STATUSES = ("inactive", "retired")
MAX_DEPTH = 64  # levels of concepts inside concepts


class Concept:
    """A code with what its code system says of it.

    Attributes:
        code: The code.
        display: Its default display; None if it has none.
        definition: Its definition; None if it has none.
        designations: FHIR designations; those of a supplement have its address under `source`.
        extensions: FHIR extensions.
        parents: Codes above it.
        children: Codes below it.
    """

    __slots__ = (
        "_properties",
        "children",
        "code",
        "definition",
        "designations",
        "display",
        "extensions",
        "parents",
    )

    def __init__(
        self,
        code: str,
        display: str | None = None,
        definition: str | None = None,
        designations: Sequence[Resource] = (),
        properties: Sequence[Resource] = (),
        extensions: Sequence[Resource] = (),
    ) -> None:
        self.code = code
        self.display = display
        self.definition = definition
        self.designations = list(designations)
        self._properties = list(properties)
        self.extensions = list(extensions)
        self.parents: list[str] = []
        self.children: list[str] = []

    @property
    def properties(self) -> list[Resource]:
        """FHIR properties: `code` and a `value[x]` each."""
        return self._properties


class CodeSystem:
    """A code system.

    Args:
        head: Its resource; `concept` in it is read apart.
        concepts: Its concepts in order.

    Attributes:
        head: Its resource without concepts.
        url: Canonical address.
        version: Its version; empty if it has none.
        concepts: Code -> concept, in order.
        case_sensitive: Whether codes that differ in case only are different.
        loose_displays: Whether a display may differ in blanks.
        quiet: Whether expansions leave out properties that nobody asked for.
        supplements: Addresses with version of the supplements that are part of it.
    """

    loose_displays = False
    quiet = False

    def __init__(self, head: Resource, concepts: Sequence[Concept]) -> None:
        self.head = head
        self.url: str = head.get("url") or ""
        self.version: str = head.get("version") or ""
        self.concepts: Mapping[str, Concept] = {concept.code: concept for concept in concepts}
        self.case_sensitive: bool = head.get("caseSensitive", True) is not False
        self.supplements: list[str] = []
        self._folded: dict[str, Concept] | None = None

    @property
    def canonical(self) -> str:
        """Address and version."""
        return f"{self.url}|{self.version}" if self.version else self.url

    @property
    def language(self) -> str | None:
        """Language of the displays."""
        return self.head.get("language")

    @property
    def content(self) -> str:
        """How much of the code system is here: `complete`, `fragment`, `supplement` ..."""
        return str(self.head.get("content", "complete"))

    def find(self, code: str) -> Concept | None:
        """The concept of a code, in any case where case does not count."""
        found = self.concepts.get(code)
        if found is not None or self.case_sensitive:
            return found
        if self._folded is None:
            self._folded = {each.code.casefold(): each for each in self.concepts.values()}
        return self._folded.get(code.casefold())

    def values(self, concept: Concept, name: str) -> list[Any]:
        """The values of a property of a concept."""
        return [value_of(each) for each in concept.properties if each.get("code") == name]

    def own_test(self, name: str, operator: str, value: str) -> Callable[[Concept], bool] | None:
        """The test of a filter that only this code system has; None for every other filter."""
        return None

    def property_named(self, name: str) -> str:
        """Code of the property that has the meaning of a standard one: by its address, else by its name."""
        for defined in self.head.get("property", []):
            if defined.get("uri") == f"{CONCEPT_PROPERTY}{name}":
                return str(defined["code"])
        return name

    def status(self, concept: Concept) -> str | None:
        """The status that the concept's properties, or its standards status, give it."""
        name = self.property_named("status")
        if found := self.values(concept, name):
            return str(found[0])
        return next(
            (str(value_of(each)) for each in concept.extensions if each.get("url") == STANDARDS_STATUS), None
        )

    def is_inactive(self, concept: Concept) -> bool:
        """Whether the concept is not to be used any more."""
        name = self.property_named("inactive")
        if self.values(concept, name)[:1] in ([True], ["true"]):
            return True
        return self.status(concept) in INACTIVE_STATUSES

    def is_abstract(self, concept: Concept) -> bool:
        """Whether the concept only groups others."""
        name = self.property_named("notSelectable")
        return self.values(concept, name)[:1] in ([True], ["true"])

    def descendants(self, code: str) -> Iterator[str]:
        """Codes below a code, each once."""
        seen, waiting = {code}, [code]
        while waiting:
            concept = self.concepts.get(waiting.pop())
            for child in concept.children if concept else ():
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
                    yield child

    def ancestors(self, code: str) -> Iterator[str]:
        """Codes above a code, each once."""
        seen, waiting = {code}, [code]
        while waiting:
            concept = self.concepts.get(waiting.pop())
            for parent in concept.parents if concept else ():
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
                    yield parent


def value_of(element: Mapping[str, Any]) -> Any:
    """The `value[x]` of a property, an extension or a parameter; None if it has none."""
    return next((value for name, value in element.items() if name.startswith("value")), None)


def code_system(resource: Resource) -> CodeSystem:
    """The code system of a resource.

    Raises:
        TermError: If it is not formed as a CodeSystem, or nested too deeply.
    """
    concepts: list[Concept] = []
    # Elements with their parents, the next one last: a stack, since the nesting comes from a request.
    waiting: list[tuple[Any, Concept | None, int]] = [(each, None, 1) for each in _listed(resource)]
    while waiting:
        item, parent, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise TermError(f"a CodeSystem is nested more than {MAX_DEPTH} levels deep", "too-costly")
        concept = _concept(item)
        concepts.append(concept)
        if parent is not None:
            concept.parents.append(parent.code)
            parent.children.append(concept.code)
        waiting.extend((each, concept, depth + 1) for each in _listed(item))
    system = CodeSystem({name: value for name, value in resource.items() if name != "concept"}, concepts)
    _link(system)
    return system


def _listed(element: Resource) -> list[Any]:
    """The concepts inside a CodeSystem or concept, last first."""
    listed = element.get("concept", [])
    if not isinstance(listed, list):
        raise TermError("the concepts of a CodeSystem are no list", "invalid")
    return listed[::-1]


def _concept(item: Any) -> Concept:
    """The concept of one element, without those inside it."""
    if not isinstance(item, dict) or not isinstance(item.get("code"), str):
        raise TermError("a CodeSystem has a concept without a code", "invalid")
    for name in ("designation", "property", "extension"):
        if not all(isinstance(each, dict) for each in item.get(name, [])):
            raise TermError(
                f"a concept of a CodeSystem has a '{name}' that is no list of elements", "invalid"
            )
    return Concept(
        item["code"],
        item.get("display"),
        item.get("definition"),
        item.get("designation", ()),
        item.get("property", ()),
        item.get("extension", ()),
    )


def _link(system: CodeSystem) -> None:
    """Adds the hierarchy that properties `parent`, `subsumedBy` and `child` state."""
    up = {system.property_named("parent"), "subsumedBy"}
    down = system.property_named("child")
    for concept in system.concepts.values():
        for each in concept.properties:
            other = system.concepts.get(str(value_of(each)))
            if other is None:
                continue
            child, parent = (concept, other) if each.get("code") in up else (other, concept)
            if (each.get("code") in up or each.get("code") == down) and parent.code not in child.parents:
                child.parents.append(parent.code)
                parent.children.append(child.code)


def supplemented(system: CodeSystem, supplement: CodeSystem) -> CodeSystem:
    """A code system with what a supplement adds to its concepts."""
    source = supplement.canonical
    concepts = []
    for concept in system.concepts.values():
        added = supplement.concepts.get(concept.code)
        copy = Concept(concept.code, concept.display, concept.definition)
        copy.parents, copy.children = concept.parents, concept.children
        more = [{**each, "source": source} for each in added.designations] if added else []
        copy.designations = [*concept.designations, *more]
        copy._properties = [*concept.properties, *(added.properties if added else ())]
        copy.extensions = [*concept.extensions, *(added.extensions if added else ())]
        if added and added.display:
            language = {"language": supplement.language} if supplement.language else {}
            copy.designations.append({**language, "value": added.display, "source": source})
        concepts.append(copy)
    properties = [*system.head.get("property", []), *supplement.head.get("property", [])]
    merged = CodeSystem({**system.head, **({"property": properties} if properties else {})}, concepts)
    merged.supplements = [*system.supplements, source]
    return merged
