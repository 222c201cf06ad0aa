"""The languages that a value set asks for itself."""

from __future__ import annotations

from api.terminology.compose import expansion_parameter
from api.terminology.concepts import Resource
from api.terminology.displays import languages_of


def asked_languages(value_set: Resource) -> tuple[str, ...]:
    """The languages in which a value set asks to be expanded."""
    try:
        return languages_of(expansion_parameter(value_set, "displayLanguage"))
    except ValueError:
        return ()


def own_languages(value_set: Resource) -> tuple[str, ...]:
    """The languages in which a value set asks to be expanded, else the value set's own language."""
    language = value_set.get("language")
    return asked_languages(value_set) or ((str(language),) if language else ())
