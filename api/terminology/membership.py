"""Whether a code is in a value set, without expanding the whole of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.terminology import versions
from api.terminology.coding import GivenCoding
from api.terminology.compose import Composer, check_imports, expansion_parameter, parts_of
from api.terminology.concepts import CodeSystem, Concept, Resource
from api.terminology.displays import displays
from api.terminology.errors import Issue, TermError
from api.terminology.options import pinned


class Membership:
    """Membership in one value set.

    Args:
        composer: Works out versions, filters and imports.
        value_set: The value set.

    Attributes:
        active_only: Whether the value set itself leaves out inactive codes.
        addresses: The code systems that it includes, itself or by an import.
    """

    def __init__(self, composer: Composer, value_set: Resource) -> None:
        self._composer, self._value_set = composer, value_set
        self._known: dict[tuple[int, str, str], tuple[bool, Resource]] = {}
        self.active_only = value_set.get("compose", {}).get("inactive") is False
        self.addresses = list(dict.fromkeys(str(include["system"]) for _, include in self._includes()))

    def _includes(self) -> Iterator[tuple[Resource, Resource]]:
        """Value set and include of every include with a system, those of imports too, each value set once."""
        seen: set[int] = set()
        waiting = [self._value_set]
        while waiting and len(seen) < 200:
            value_set = waiting.pop(0)
            if id(value_set) in seen:
                continue
            seen.add(id(value_set))
            for _, include in parts_of(value_set, "include"):
                self._composer.store.work(1)
                if "system" in include:
                    yield value_set, include
                for canonical in include.get("valueSet", []):
                    try:
                        waiting.append(self._composer.value_set(canonical, value_set))
                    except TermError:  # said when membership is decided
                        continue

    def systems_of(self, code: str) -> list[str]:
        """The code systems in which a code is a member."""
        found = []
        for address in self.addresses:
            system = self._composer.store.system(address, self._version(address) or "")
            concept = system.find(code) if system is not None else None
            if concept is not None and self.has(system, concept, code)[0]:
                found.append(address)
        return found

    def _version(self, address: str) -> str | None:
        """The version that the first include of a code system comes to; None if it does not include it."""
        for _, include in self._includes():
            if include["system"] == address:
                return self._composer.version_of(address, str(include.get("version", "")))
        return None

    def version_for(self, given: GivenCoding) -> str:
        """The version in which to look for a coding: its own if an include takes it, else the include's."""
        named = [
            self._composer.version_of(given.system, str(include.get("version", "")))
            for _, include in self._includes()
            if include["system"] == given.system
        ]
        if not named:
            return given.version
        held = [each.version for each in self._composer.store.systems(given.system)]
        taken = [versions.latest(held, each) for each in named]
        if given.version and any(
            each == given.version or (versions.is_pattern(pattern) and versions.fits(given.version, pattern))
            for each, pattern in zip(taken, named, strict=True)
        ):
            return given.version
        newest = sorted(set(filter(None, taken)), key=versions.order, reverse=True)
        if len(newest) < 2:
            return newest[0] if newest else given.version
        systems = [self._composer.store.system(given.system, each) for each in newest]
        with_code = [(each, concept) for each in systems if each and (concept := each.find(given.code))]
        inside = [each for each in with_code if self._surely_has(*each, given.code)]
        # A display says which of the versions is meant.
        meant = (system.version for system, concept in inside if _shows(system, concept, given.display))
        first = next(iter((*inside, *with_code)), None)
        return next(meant, first[0].version if first else newest[0])

    def _surely_has(self, system: CodeSystem, concept: Concept, code: str) -> bool:
        """Whether a concept is a member; also false where that cannot be decided."""
        try:
            return self.has(system, concept, code)[0]
        except TermError:
            return False

    def unknown_version(self, given: GivenCoding) -> str | None:
        """The version of a code system that is included and nobody holds, where no other is included."""
        named = [
            self._composer.version_of(given.system, str(include.get("version", "")))
            for _, include in self._includes()
            if include["system"] == given.system
        ]
        held = [each.version for each in self._composer.store.systems(given.system)]
        if not named or not held or any(versions.latest(held, each) is not None for each in named):
            return None
        return named[0]

    def mismatch(self, given: GivenCoding, expected: str) -> Iterable[Issue]:
        """What is to be said where the value set's version is not the coding's."""
        includes = [include for _, include in self._includes() if include["system"] == given.system]
        if not includes or (expected == given.version and self.unknown_version(given) is None):
            return
        asked = str(includes[0].get("version", ""))
        version = self._composer.version_of(given.system, asked)
        start = f"The code system '{given.system}' version"
        end = f"in the ValueSet include is different to the one in the value ('{given.version}')"
        path = given.path("version")
        if not version:
            yield Issue(
                "warning",
                "invalid",
                "vs-invalid",
                f"{start} '{expected}' for the versionless include {end}",
                "VALUESET_VALUE_MISMATCH_DEFAULT",
                path,
                False,
            )
        elif version != asked:
            text = f"{start} '{version}' resulting from the version '{asked}' {end}"
            yield Issue("error", "invalid", "vs-invalid", text, "VALUESET_VALUE_MISMATCH_CHANGED", path)
        else:
            yield Issue(
                "error",
                "invalid",
                "vs-invalid",
                f"{start} '{version}' {end}",
                "VALUESET_VALUE_MISMATCH",
                path,
            )

    def has(self, system: CodeSystem | None, concept: Concept | None, code: str) -> tuple[bool, Resource]:
        """Whether a concept is a member, and what the value set says of it.

        Raises:
            TermError: If the value set names what is not held.
        """
        return self._has(self._value_set, system, concept, code, ())

    def _has(
        self,
        value_set: Resource,
        system: CodeSystem | None,
        concept: Concept | None,
        code: str,
        above: tuple[int, ...],
    ) -> tuple[bool, Resource]:
        check_imports(value_set, above)
        self._composer.store.work(1)
        key = (id(value_set), system.canonical if system else "", concept.code if concept else "")
        if key not in self._known:
            self._known[key] = self._decided(value_set, system, concept, code, above)
        return self._known[key]

    def _decided(
        self,
        value_set: Resource,
        system: CodeSystem | None,
        concept: Concept | None,
        code: str,
        above: tuple[int, ...],
    ) -> tuple[bool, Resource]:
        inner = (*above, id(value_set))
        inside: Resource | None = None
        for path, include in parts_of(value_set, "include"):
            given = self._by(value_set, include, path, system, concept, code, inner)
            inside = given if inside is None else inside
        for path, exclude in parts_of(value_set, "exclude"):
            if (
                inside is not None
                and self._by(value_set, exclude, path, system, concept, code, inner) is not None
            ):
                return False, {}
        if inside is None or system is None or concept is None:
            return False, {}
        if value_set.get("compose", {}).get("inactive") is False and above and system.is_inactive(concept):
            return False, {}
        return True, inside

    def _by(
        self,
        value_set: Resource,
        include: Resource,
        path: str,
        system: CodeSystem | None,
        concept: Concept | None,
        code: str,
        above: tuple[int, ...],
    ) -> Resource | None:
        """What one include says of a concept; None if the concept does not pass it."""
        said: Resource | None = {}
        for canonical in include.get("valueSet", []):
            imported = self._composer.imported(value_set, canonical)
            inside, given = self._has(imported, system, concept, code, above)
            said = {**given, **(said or {})} if inside and said is not None else None
        if "system" not in include:
            return said if include.get("valueSet") else None
        if system is None or concept is None or include["system"] != system.url:
            # The filters are looked at all the same, so that a broken value set is always refused.
            self._check(value_set, include, path)
            return None
        version = self._composer.version_of(system.url, str(include.get("version", "")))
        if version and not versions.fits(system.version, version):
            other = self._other_version(value_set, include, path, system.url, version)
            concept = other.find(code) if other is not None else None
            if other is None or concept is None:
                return None
            system = other
        if "concept" in include:
            same = (each for each in include["concept"] if system.find(str(each.get("code", ""))) is concept)
            listed = next(same, None)
            return {**listed, **said} if listed is not None and said is not None else None
        self._composer.store.work(1)
        tests = self._composer.tests(system, include, path)
        return said if all(test(concept) for test in tests) else None

    def _other_version(
        self, value_set: Resource, include: Resource, path: str, address: str, version: str
    ) -> CodeSystem | None:
        """The code system of an exclude of another version, where that counts too."""
        if ".exclude[" not in path or "concept" in include:
            return None
        if expansion_parameter(value_set, "versionsMatch") == "false":
            return None
        return self._composer.store.system(address, version)

    def _check(self, value_set: Resource, include: Resource, path: str) -> None:
        if include.get("filter"):
            held = self._composer.store.system(str(include["system"]))
            if held is not None:
                self._composer.tests(held, include, path)


def _shows(system: CodeSystem, concept: Concept, display: str | None) -> bool:
    """Whether a text is a display of a concept; case does not count."""
    return display is not None and any(
        each.text.casefold() == display.casefold() for each in displays(system, concept, {})
    )


__all__ = ["Membership", "pinned"]
