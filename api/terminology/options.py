"""How an operation is asked: what the parameters of the request come to."""

from __future__ import annotations

from typing import Any

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of expansions and validations.

    Attributes:
        languages: Languages in which displays are wanted, best first; empty for any.
        languages_only: Whether a concept without a display in one of them is shown without display.
        system_versions: `SYSTEM|VERSION` for an include without version.
        check_versions: `SYSTEM|VERSION` that the version used must fit.
        force_versions: `SYSTEM|VERSION` to use whatever the include says.
        value_set_versions: `VALUESET|VERSION` for an import without version.
        supplements: Supplements that must be used.
        active_only: No inactive codes.
        exclude_nested: A flat expansion.
        designations: Whether an expansion has designations.
        designation_filters: Only these designations: languages, or `SYSTEM|CODE` of their use.
        properties: Properties that an expansion has.
        text: Words that a display must have.
        count: Concepts in a page; None for all.
        offset: Concepts before the page.
        echo: The parameters that the expansion repeats, as FHIR.
        infer_system: Whether a code without a system gets that of the value set.
        lenient_display: Whether a wrong display is a warning.
        membership_only: Whether a validation says nothing but membership.
        abstract: Whether an abstract code is valid; None where it is not asked.
        latest_by_default: Whether an include without version takes the latest of several.
    """

    languages: tuple[str, ...] = ()
    languages_only: bool = False
    system_versions: tuple[str, ...] = ()
    check_versions: tuple[str, ...] = ()
    force_versions: tuple[str, ...] = ()
    value_set_versions: tuple[str, ...] = ()
    supplements: tuple[str, ...] = ()
    active_only: bool = False
    exclude_nested: bool = False
    designations: bool = False
    designation_filters: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    text: str = ""
    count: int | None = None
    offset: int = 0
    echo: tuple[dict[str, Any], ...] = ()
    infer_system: bool = False
    lenient_display: bool = False
    membership_only: bool = False
    abstract: bool | None = None
    latest_by_default: bool = True


def pinned(pairs: tuple[str, ...], address: str) -> str | None:
    """The version that `ADDRESS|VERSION` pairs give an address; None if they do not name it."""
    return next(
        (version for pair in pairs for url, _, version in [pair.partition("|")] if url == address), None
    )
