"""The composition of a value set: which concepts it includes and excludes.

Meaning: https://hl7.org/fhir/R4/valueset.html#compositions
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from api.terminology import versions
from api.terminology.concepts import EXTENSION, CodeSystem, Concept, Resource, value_of
from api.terminology.errors import TermError, named
from api.terminology.filters import Test, test_of
from api.terminology.options import Options, pinned
from api.terminology.store import Store, contained

MAX_IMPORTS = 20  # value sets inside value sets
MAX_INCLUDES = 200  # includes and excludes of one value set
EXPANSION_PARAMETER = f"{EXTENSION}valueset-expansion-parameter"
SUPPLEMENT = f"{EXTENSION}valueset-supplement"


class Member(msgspec.Struct, frozen=True, eq=False):
    """A concept in a value set.

    Attributes:
        system: Its code system.
        concept: The concept.
        given: What the value set itself says of it: `display`, `designation`, `extension`.
        nests: Whether it may stand below its parent in an expansion.
    """

    system: CodeSystem
    concept: Concept
    given: Resource
    nests: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same member."""
        return self.system.url, self.system.version, self.concept.code


class Composer:
    """Works out the composition of value sets for one request.

    Args:
        store: Where code systems and value sets come from.
        options: Versions, supplements and languages.
        expanding: Whether the value sets are expanded, which a message says.

    Attributes:
        systems: Canonical -> code systems that were used.
        value_sets: Canonical -> value sets that were imported.
        across_versions: Whether a concept of one version stood for one of another.
        used_parameters: Names of the version parameters that had an effect.
        unknown: Canonicals of code systems that an include names and nobody holds.
    """

    def __init__(self, store: Store, options: Options, expanding: bool = False) -> None:
        self.store, self.options, self._expanding = store, options, expanding
        self.systems: dict[str, CodeSystem] = {}
        self.value_sets: dict[str, Resource] = {}
        self.unknown: list[str] = []
        self.across_versions = False
        self.used_parameters: set[str] = set()
        self._members: dict[int, list[Member]] = {}
        self._tests: dict[tuple[int, str], list[Test]] = {}

    def value_set(self, canonical: str, inside: Resource | None = None) -> Resource:
        """The value set of an address.

        Raises:
            TermError: If it is not held.
        """
        if canonical.startswith("#") and inside is not None and (found := contained(inside, canonical)):
            return found
        address, version = versions.split(canonical)
        version = version or pinned(self.options.value_set_versions, address) or ""
        found = self.store.value_set(address, version)
        if found is None:
            shown = f"{address}|{version}" if version else address
            if (
                self._expanding
                and version
                and pinned(self.options.value_set_versions, address) == version
                and "|" not in canonical
            ):
                raise TermError(
                    f"The value set '{named(address)}' of the pinned version '{named(version)}' could not be "
                    "found",
                    "not-found",
                    "not-found",
                    "VS_EXP_IMPORT_UNK_PINNED",
                )
            raise TermError(
                f"A definition for the value Set '{named(shown)}' could not be found",
                "not-found",
                "not-found",
                "Unable_to_resolve_value_Set_",
            )
        return found

    def check_supplements(self, value_set: Resource) -> tuple[str, ...]:
        """The supplements that a value set and the request ask for.

        Raises:
            TermError: If one is not held.
        """
        own = [
            str(value_of(each)) for each in value_set.get("extension", []) if each.get("url") == SUPPLEMENT
        ]
        wanted = (*own, *self.options.supplements)
        for canonical in wanted:
            if self.store.supplement(canonical) is None:
                raise TermError(
                    f"Required supplement not found: {named(canonical)}",
                    "not-found",
                    "not-found",
                    "VALUESET_SUPPLEMENT_MISSING",
                )
        return wanted

    def system_of(self, include: Resource, value_set: Resource) -> CodeSystem | None:
        """The code system of an include, of the version that it comes to; None if not held."""
        address, asked = str(include["system"]), str(include.get("version", ""))
        version = self.version_of(address, asked)
        found = self.store.system(address, version, self.check_supplements(value_set))
        if found is None:
            self.unknown.append(f"{address}|{version}" if version else address)
        elif self.options.languages and (
            more := self.store.supplements_in_language(found, self.options.languages)
        ):
            found = self.store.system(address, version, [*self.check_supplements(value_set), *more])
        return found

    def version_of(self, address: str, asked: str) -> str:
        """The version, or pattern, of a code system that an include with a version comes to."""
        forced = self._pinned("force-system-version", self.options.force_versions, address)
        if forced is not None:
            return forced
        if asked:
            return asked
        for name, pairs in (
            ("system-version", self.options.system_versions),
            ("check-system-version", self.options.check_versions),
        ):
            found = self._pinned(name, pairs, address)
            if found is not None:
                return found
        return ""

    def _pinned(self, name: str, pairs: tuple[str, ...], address: str) -> str | None:
        """The version that a parameter gives a code system, which is noted as used."""
        version = pinned(pairs, address)
        if version is not None:
            self.used_parameters.add(name)
        return version

    def version_refused(self, address: str, version: str, path: str = "") -> TermError | None:
        """The error of a version that `check-system-version` does not allow; None if it does."""
        check = pinned(self.options.check_versions, address)
        if check is None or not version or versions.fits(version, check):
            return None
        return TermError(
            f"The version '{named(version)}' is not allowed for system '{named(address)}': required to be "
            f"'{named(check)}' by a "
            "version-check parameter",
            "exception",
            "version-error",
            "VALUESET_VERSION_CHECK",
            path,
        )

    def members(self, value_set: Resource, above: Sequence[int] = ()) -> list[Member]:
        """Every member of a value set, in order, each once.

        Args:
            value_set: Its resource.
            above: Identities of the value sets that import this one.

        Raises:
            TermError: If it names what is not held, imports itself, or is too large.
        """
        self._enter(value_set, above)
        if id(value_set) not in self._members:
            self._members[id(value_set)] = self._work_out(value_set, above)
        return self._members[id(value_set)]

    def _work_out(self, value_set: Resource, above: Sequence[int]) -> list[Member]:
        chosen: dict[tuple[str, str, str], Member] = {}
        for path, include in parts_of(value_set, "include"):
            for member in self._included(value_set, include, path, above):
                chosen.setdefault(member.key, member)
        asked = expansion_parameter(value_set, "versionsMatch")
        if asked == "true":
            chosen = self._merged(chosen)
        match = asked != "false"
        for path, exclude in parts_of(value_set, "exclude"):
            keys = {member.key for member in self._included(value_set, exclude, path, above)}
            # A whole code system, or a filter, excludes codes in every version; listed codes in their own.
            codes = {(key[0], key[2]) for key in keys} if match and "concept" not in exclude else set()
            left = {k: one for k, one in chosen.items() if k not in keys and (k[0], k[2]) not in codes}
            self.across_versions |= len(chosen) - len(left) > len(keys & set(chosen))
            chosen = left
        inactive_too = value_set.get("compose", {}).get("inactive", True)
        return [
            member
            for member in chosen.values()
            if inactive_too or not member.system.is_inactive(member.concept)
        ]

    def _merged(self, chosen: dict[tuple[str, str, str], Member]) -> dict[tuple[str, str, str], Member]:
        """Of the members that differ only in the version, the one of the latest."""
        best: dict[tuple[str, str], Member] = {}
        for (address, version, code), member in chosen.items():
            held = best.get((address, code))
            if held is None or versions.order(version) > versions.order(held.system.version):
                best[address, code] = member
        self.across_versions |= len(best) < len(chosen)
        return {member.key: member for member in best.values()}

    def _enter(self, value_set: Resource, above: Sequence[int]) -> None:
        check_imports(value_set, above)
        compose = value_set.get("compose", {})
        if len(compose.get("include", [])) + len(compose.get("exclude", [])) > MAX_INCLUDES:
            raise TermError(f"a value set may have {MAX_INCLUDES} includes and excludes", "too-costly")

    def _included(
        self, value_set: Resource, include: Resource, path: str, above: Sequence[int]
    ) -> Iterator[Member]:
        """The members of one include or exclude: of its system, if any, and in all of its value sets."""
        imports = [self.imported(value_set, canonical) for canonical in include.get("valueSet", [])]
        inside = [self.members(each, (*above, id(value_set))) for each in imports]
        if "system" in include:
            keys = [{member.key for member in members} for members in inside]
            for member in self._of_system(value_set, include, path):
                if all(member.key in each for each in keys):
                    yield member
        elif inside:
            keys = [{member.key for member in members} for members in inside[1:]]
            for member in inside[0]:
                self.store.work(1)
                if all(member.key in each for each in keys):
                    yield msgspec.structs.replace(member, nests=False)

    def imported(self, value_set: Resource, canonical: str) -> Resource:
        """A value set that an include imports, noted as used."""
        found = self.value_set(canonical, value_set)
        if not canonical.startswith("#"):
            self.value_sets[canonical_of(found)] = found
        return found

    def _of_system(self, value_set: Resource, include: Resource, path: str) -> Iterator[Member]:
        system = self.system_of(include, value_set)
        if system is None:
            raise self._unknown_system(include)
        if refused := self.version_refused(system.url, system.version):
            raise refused
        self.systems[system.canonical] = system
        if "concept" in include:
            self.store.work(len(include["concept"]))
            for given in include["concept"]:
                concept = system.find(str(given.get("code", "")))
                if concept is not None:
                    yield Member(system, concept, given, False)
            return
        tests = self.tests(system, include, path)
        self.store.work(len(system.concepts) * (1 + len(tests)))
        nests = bool(tests) or not self.options.text
        for concept in system.concepts.values():
            if all(test(concept) for test in tests):
                yield Member(system, concept, {}, nests)

    def _unknown_system(self, include: Resource) -> TermError:
        address = str(include["system"])
        version = self.version_of(address, str(include.get("version", "")))
        if not version:
            return TermError(
                f"A definition for CodeSystem '{named(address)}' could not be found, "
                "so the value set cannot be expanded",
                "not-found",
                "not-found",
                "UNKNOWN_CODESYSTEM_EXP",
            )
        known = known_versions(self.store, address)
        tail = f"Valid versions: {known}" if known else "No versions of this code system are known"
        return TermError(
            f"A definition for CodeSystem '{named(address)}' version '{named(version)}' could not be found, "
            f"so the value set cannot be expanded. {tail}",
            "not-found",
            "not-found",
            "UNKNOWN_CODESYSTEM_VERSION_EXP" if known else "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE",
        )

    def tests(self, system: CodeSystem, include: Resource, path: str) -> list[Test]:
        """The filters of an include as tests, each made once."""
        key = (id(include), system.canonical)
        if key not in self._tests:
            self._tests[key] = [
                test_of(system, given, f"{path}.filter[{number}]")
                for number, given in enumerate(include.get("filter", []))
            ]
        return self._tests[key]


def check_imports(value_set: Resource, above: Sequence[int]) -> None:
    """Check the way to an imported value set; `above` holds the ids of those that import it.

    Raises:
        TermError: If it imports itself, or too many stand above it.
    """
    if id(value_set) in above:
        raise TermError("a value set imports itself", "processing", "vs-invalid")
    if len(above) >= MAX_IMPORTS:
        raise TermError(f"value sets are imported more than {MAX_IMPORTS} levels deep", "too-costly")


def expansion_parameter(value_set: Resource, name: str) -> str | None:
    """What a value set itself asks for as a parameter of its expansion; None if it does not."""
    compose = value_set.get("compose", {})
    for extension in (*compose.get("extension", []), *value_set.get("extension", [])):
        if extension.get("url") == EXPANSION_PARAMETER:
            named = {each.get("url"): value_of(each) for each in extension.get("extension", [])}
            if named.get("name") == name:
                return str(named.get("value", ""))
    return None


def known_versions(store: Store, address: str) -> str:
    """The versions held of a code system, for a message."""
    held = sorted((each.version for each in store.systems(address) if each.version), key=versions.order)
    return " or ".join([", ".join(held[:-1]), held[-1]] if len(held) > 1 else held)


def parts_of(value_set: Resource, kind: str) -> Iterator[tuple[str, Resource]]:
    """Path and element of every include or exclude."""
    compose: Any = value_set.get("compose", {})
    for number, part in enumerate(compose.get(kind, [])):
        yield f"ValueSet.compose.{kind}[{number}]", part


def canonical_of(resource: Resource) -> str:
    """Address of a resource, with its version where it has one."""
    version = resource.get("version")
    return f"{resource.get('url', '')}|{version}" if version else str(resource.get("url", ""))
