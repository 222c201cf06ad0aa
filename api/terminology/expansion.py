"""`$expand`: the members of a value set as a ValueSet resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from api.terminology.compose import Composer, Member, canonical_of
from api.terminology.concepts import (
    CONCEPT_PROPERTY,
    EXTENSION,
    STANDARDS_STATUS,
    CodeSystem,
    Resource,
    value_of,
)
from api.terminology.displays import PREFERRED, Display, as_designations, chosen, displays
from api.terminology.errors import TermError
from api.terminology.options import Options
from api.terminology.statuses import warnings_of
from api.terminology.store import Store

VERSIONS = ("system-version", "check-system-version", "force-system-version")  # repeated where used
MAX_CODES = 50_000  # in one answer
# What describes the definition and not the codes; a client that wants it reads the value set.
LEFT_OUT = (
    *("compose", "contained", "contact", "copyright", "description", "expansion", "identifier", "meta"),
    *("publisher", "purpose", "resourceType", "text", "useContext", "jurisdiction"),
)
CARRIED = tuple(
    f"{EXTENSION}{name}"
    for name in (
        "rendering-style",
        "rendering-xhtml",
        "valueset-deprecated",
        "valueset-concept-definition",
        "structuredefinition-standards-status",
        "translation",
    )
)
# Property of an expansion -> address of its meaning, and the extensions that give its value, best first.
FROM_EXTENSIONS = {
    "order": ("order", ("valueset-conceptOrder", "codesystem-conceptOrder")),
    "label": ("label", ("valueset-label", "codesystem-label")),
    "weight": ("itemWeight", ("itemWeight",)),
}


def expand(store: Store, value_set: Resource, options: Options) -> Resource:
    """The expansion of a value set.

    Args:
        store: Where code systems and value sets come from.
        value_set: Its resource.
        options: Page, filter, languages, what each concept has.

    Raises:
        TermError: If it names what is not held, or is too large.
    """
    composer = Composer(store, options, expanding=True)
    supplements = composer.check_supplements(value_set)
    members = [member for member in composer.members(value_set) if _wanted(member, options)]
    page = members[options.offset :]
    if options.count is not None:
        page = page[: options.count]
    if len(page) > MAX_CODES:
        raise TermError(f"an expansion may have {MAX_CODES} codes; ask for pages with 'count'", "too-costly")
    writer = _Writer(options, value_set, list(composer.systems.values()))
    flat = options.exclude_nested or options.count is not None or options.offset
    nested = not flat and not value_set.get("compose", {}).get("exclude")
    contains = writer.tree(page) if nested else [writer.concept(member) for member in page]
    expansion: Resource = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "total": len(members),
        "parameter": _parameters(composer, supplements, value_set, options),
    }
    if any(echoed["name"] == "offset" for echoed in options.echo):
        expansion["offset"] = options.offset
    if fragments := [each for each in composer.systems.values() if each.content == "fragment"]:
        expansion["extension"] = [
            {"url": f"{EXTENSION}valueset-unclosed", "valueBoolean": True},
            *(
                {
                    "url": f"{EXTENSION}valueset-unclosed-reason",
                    "valueString": f"This extension is based on a fragment of the code system {each.url}",
                }
                for each in fragments
            ),
        ]
    if any(writer.status(member) for member in members):
        writer.defined.setdefault("status", f"{CONCEPT_PROPERTY}status")
    if writer.defined:
        expansion["property"] = [{"code": code, "uri": uri} for code, uri in writer.defined.items()]
    if contains:  # FHIR has no empty lists
        expansion["contains"] = contains
    return {"resourceType": "ValueSet", **_head(value_set), "expansion": expansion}


def _head(value_set: Resource) -> Resource:
    """What an expansion repeats of its value set; its status is among the warnings."""
    head = {name: value for name, value in value_set.items() if name not in LEFT_OUT}
    extensions = [each for each in head.pop("extension", []) if each.get("url") != STANDARDS_STATUS]
    return {**head, **({"extension": extensions} if extensions else {})}


def _wanted(member: Member, options: Options) -> bool:
    """Whether a member passes `activeOnly` and has every word of the filter."""
    if options.active_only and member.system.is_inactive(member.concept):
        return False
    if not options.text:
        return True
    words = options.text.casefold().split()
    texts = [
        member.concept.code,
        *(each.text for each in displays(member.system, member.concept, member.given)),
    ]
    return any(all(word in text.casefold() for word in words) for text in texts)


def _parameters(
    composer: Composer, supplements: Sequence[str], value_set: Resource, options: Options
) -> list[Resource]:
    """What was asked and what was used."""
    parameters = [
        each
        for each in options.echo
        if each["name"] not in VERSIONS or each["name"] in composer.used_parameters
    ]
    used = [("used-codesystem", canonical) for canonical in composer.systems]
    used += [("used-fragment", name) for name, each in composer.systems.items() if each.content == "fragment"]
    used += [("used-valueset", canonical) for canonical in composer.value_sets]
    merged = {each: None for system in composer.systems.values() for each in system.supplements}
    used += [("used-supplement", canonical) for canonical in merged]
    if composer.across_versions:
        parameters.append({"name": "versionsMatch", "valueBoolean": True})
    heads = [*(system.head for system in composer.systems.values()), *composer.value_sets.values(), value_set]
    used += [(f"warning-{word}", canonical) for head in heads for word, canonical in warnings_of(head)]
    return [*parameters, *({"name": name, "valueUri": canonical} for name, canonical in used)]


class _Writer:
    """Writes members as `contains`, and notes the properties that they have."""

    def __init__(self, options: Options, value_set: Resource, systems: Iterable[CodeSystem]) -> None:
        self.options, self.value_set = options, value_set
        self.defined: dict[str, str] = {}
        compose = value_set.get("compose", {})
        parts = [*compose.get("include", []), *compose.get("exclude", [])]
        named = {(part.get("system"), part.get("version")) for part in parts if part.get("version")}
        used = {(system.url, system.version) for system in systems}
        # Code systems of several versions: their concepts are shown with the version.
        self.several = {url for url, number in Counter(url for url, _ in named).items() if number > 1}
        self.several |= {url for url, number in Counter(url for url, _ in used).items() if number > 1}

    def tree(self, members: Sequence[Member]) -> list[Resource]:
        """Members below their parents, where those are members too."""
        written = [self.concept(member) for member in members]
        places = {(member.key[0], member.key[2]): row for row, member in enumerate(members) if member.nests}
        top = []
        for row, member in enumerate(members):
            parents = member.concept.parents if member.nests else []
            above = next(
                (places[member.key[0], code] for code in parents if (member.key[0], code) in places), None
            )
            # A later parent would close a circle of parents.
            if above is None or above >= row:
                top.append(written[row])
            else:
                written[above].setdefault("contains", []).append(written[row])
        return top

    def concept(self, member: Member) -> Resource:
        """One `contains`, without what is below it."""
        system, concept, given = member.system, member.concept, member.given
        written: Resource = {"system": system.url, "code": concept.code}
        if system.url in self.several:
            written["version"] = system.version
        extensions = _unique([*given.get("extension", []), *concept.extensions])
        carried = [
            each
            for each in extensions
            if each.get("url") in CARRIED
            and (each in given.get("extension", []) or not str(each.get("url")).endswith("standards-status"))
        ]
        if carried:
            written["extension"] = carried
        if system.is_abstract(concept):
            written["abstract"] = True
        if system.is_inactive(concept):
            written["inactive"] = True
        display = chosen(system, concept, given, self._languages(), self.options.languages_only)
        if display:
            written["display"] = display.text
        if self.options.designations and (listed := self._designations(member, display)):
            written["designation"] = listed
        if found := self._properties(member, extensions):
            written["property"] = found
        return written

    def _languages(self) -> tuple[str, ...]:
        own = self.value_set.get("language")
        return self.options.languages or ((own,) if own else ())

    def _designations(self, member: Member, display: Display | None) -> list[Resource]:
        """Designations, the code system's display among them where another one is shown."""
        shown = (display.text, display.language) if display else None
        listed = as_designations(member.concept, member.given)
        listed = [each for each in listed if (each.get("value"), each.get("language")) != shown]
        default = member.concept.display
        if default and shown != (default, member.system.language) and not member.given.get("display"):
            language = {"language": member.system.language} if member.system.language else {}
            listed.insert(0, {**language, "use": PREFERRED, "value": default})
        wanted = self.options.designation_filters
        return [each for each in listed if not wanted or any(_is(each, one) for one in wanted)]

    def _properties(self, member: Member, extensions: Sequence[Resource]) -> list[Resource]:
        system, concept = member.system, member.concept
        found: list[Resource] = []
        if "definition" in self.options.properties and concept.definition:
            found.append(self._noted("definition", {"valueString": concept.definition}))
        for name, (meaning, sources) in FROM_EXTENSIONS.items():
            value = _first(extensions, sources)
            if value is not None:
                element = "valueString" if isinstance(value, str) else "valueDecimal"
                found.append(self._noted(name, {element: value}, f"{CONCEPT_PROPERTY}{meaning}"))
        status = self.status(member)
        if status:
            found.append(self._noted("status", {"valueCode": status}))
        uris = {each.get("code"): each.get("uri") for each in system.head.get("property", [])}
        wanted = set(self.options.properties) | _of_supplements(member)
        for each in concept.properties:
            code = each.get("code")
            if code in wanted:
                value = {name: given for name, given in each.items() if name.startswith("value")}
                found.append(self._noted(str(code), value, uris.get(code)))
        return found

    def status(self, member: Member) -> str | None:
        """The status that a concept is shown with; None for none."""
        if member.system.quiet or "status" in self.options.properties:
            return None
        inactive = "inactive" if member.system.is_inactive(member.concept) else None
        status = member.system.status(member.concept) or inactive
        return None if status == "active" else status

    def _noted(self, code: str, value: Resource, uri: str | None = None) -> Resource:
        self.defined.setdefault(code, uri or f"{CONCEPT_PROPERTY}{code}")
        return {"code": code, **value}


def _of_supplements(member: Member) -> set[str]:
    """Properties that only a supplement defines: who asks for the supplement asks for them."""
    defined = member.system.head.get("property", [])
    return {str(each.get("code")) for each in defined if each.get("supplement")}


def _first(extensions: Iterable[Resource], names: Sequence[str]) -> Any:
    by_url = {each.get("url"): value_of(each) for each in extensions}
    return next((by_url[f"{EXTENSION}{name}"] for name in names if f"{EXTENSION}{name}" in by_url), None)


def _unique(extensions: Iterable[Resource]) -> list[Resource]:
    """Extensions, the first of each address."""
    found: dict[Any, Resource] = {}
    for each in extensions:
        found.setdefault(each.get("url"), each)
    return list(found.values())


def _is(designation: Resource, wanted: str) -> bool:
    """Whether a designation is of a language, or has a use."""
    address, _, code = wanted.partition("|")
    if address == "urn:ietf:bcp:47":
        return bool(designation.get("language") == code)
    use = designation.get("use", {})
    return bool(use.get("system") == address and use.get("code") == code)


__all__ = ["canonical_of", "expand"]
