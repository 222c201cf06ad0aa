"""Displays: the one in the language wanted, and whether a given one is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from api.terminology.concepts import EXTENSION, STANDARDS_STATUS, CodeSystem, Concept, Resource, value_of

HIDDEN = ("withdrawn", "deprecated")
PREFERRED = {
    "system": "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
    "code": "preferredForLanguage",
    "display": "Preferred For Language",
}


class Display(NamedTuple):
    """One text for a concept, its language, and its status where it is not to be used."""

    text: str
    language: str | None
    status: str | None = None


def languages_of(header: str | None) -> tuple[str, ...]:
    """The languages of an `Accept-Language` header or a `displayLanguage`, best first; `*` is left out.

    Raises:
        ValueError: If it is not one.
    """
    weighted = []
    for number, part in enumerate((header or "").split(",")):
        name, _, quality = part.strip().partition(";")
        name = name.strip()
        weight = float(quality.strip().removeprefix("q=").strip() or 1) if quality else 1.0
        if not all(piece.isalnum() and piece.isascii() for piece in name.split("-")) and name not in (
            "",
            "*",
        ):
            raise ValueError(name)
        if name and name != "*" and weight > 0:
            weighted.append((-weight, number, name))
    return tuple(name for _, _, name in sorted(weighted))


def excludes_others(header: str | None) -> bool:
    """Whether a list of languages ends with `*;q=0`: no display in any other."""
    return any("".join(part.split()) in ("*;q=0", "*;q=0.0") for part in (header or "").split(","))


def speaks(language: str | None, wanted: str) -> bool:
    """Whether a text's language is the wanted one, or a form of it."""
    if language is None:
        return False
    have, want = language.lower().split("-"), wanted.lower().split("-")
    return have[: len(want)] == want


def displays(system: CodeSystem, concept: Concept, given: Resource) -> Iterator[Display]:
    """Every text for a concept: the value set's own, the code system's display, its designations."""
    if given.get("display"):
        yield Display(given["display"], None)
    if concept.display:
        yield Display(concept.display, system.language)
    for designation in (*concept.designations, *given.get("designation", [])):
        status = next(
            (
                str(value_of(each))
                for each in designation.get("extension", [])
                if each.get("url") == STANDARDS_STATUS
            ),
            None,
        )
        yield Display(str(designation.get("value", "")), designation.get("language"), status)


def chosen(
    system: CodeSystem, concept: Concept, given: Resource, languages: Sequence[str], only: bool = False
) -> Display | None:
    """The display in the first wanted language that there is, else the default one; with `only` none else."""
    known = [each for each in displays(system, concept, given) if each.status not in HIDDEN]
    for wanted in languages:
        for each in known:
            if speaks(each.language, wanted):
                return each
    return None if only else next(iter(known), None)


def folded(text: str, blanks: bool = False) -> str:
    """A text without its case and, if asked, with single blanks."""
    return " ".join(text.casefold().split()) if blanks else text.casefold()


def quoted(known: Sequence[Display]) -> str:
    """The displays in a sentence, with their languages."""
    shown = [f"'{each.text}' ({each.language})" if each.language else f"'{each.text}'" for each in known]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def as_designations(concept: Concept, given: Resource) -> list[dict[str, Any]]:
    """The designations of a concept, those that the value set adds too, without where they come from."""
    return [_plain(each) for each in (*concept.designations, *given.get("designation", []))]


def _plain(designation: dict[str, Any]) -> dict[str, Any]:
    """A designation without its source and without extensions that are not FHIR's own."""
    plain = {name: value for name, value in designation.items() if name not in ("source", "extension")}
    known = [each for each in designation.get("extension", []) if str(each.get("url")).startswith(EXTENSION)]
    return {**({"extension": known} if known else {}), **plain}
