"""Whether the display that comes with a code is one of the code's, in the languages wanted."""

from __future__ import annotations

from collections.abc import Sequence

from api.terminology.coding import GivenCoding
from api.terminology.concepts import CodeSystem, Concept, Resource
from api.terminology.displays import HIDDEN, Display, displays, folded, quoted, speaks
from api.terminology.errors import Issue


def check_display(
    system: CodeSystem,
    concept: Concept,
    of_set: Resource,
    given: GivenCoding,
    languages: Sequence[str],
    lenient: bool,
) -> Issue | None:
    """What is to be said of a display; None if it is right.

    Args:
        system: The code system.
        concept: The concept.
        of_set: What the value set says of it.
        given: The coding, which has a display.
        languages: Those wanted; empty for any.
        lenient: Whether a wrong display is only a warning.
    """
    text = given.display or ""
    every = list(dict.fromkeys(displays(system, concept, of_set)))
    known = [each for each in every if each.status not in HIDDEN]
    wanted = [each for each in known if not languages or any(speaks(each.language, one) for one in languages)]
    if _has(wanted or known, text, system.loose_displays):
        if wanted or not system.language:
            return None
        return _none_in_language(system, given, languages)
    severity = "warning" if lenient else "error"
    path, code = given.path("display"), f"{system.url}#{given.code}"
    hidden = next(
        (each for each in every if each.status in HIDDEN and folded(each.text) == folded(text)), None
    )
    if hidden is not None:
        return _no_longer(concept, given, wanted)
    shown = "'" + ", ".join(languages) + "'" if languages else "'--'"
    if not wanted and languages:
        return Issue(
            severity,
            "invalid",
            "invalid-display",
            f"Wrong Display Name '{text}' for {code}. There are no valid display names found for language(s) "
            f"{shown}. Default display is '{concept.display}'",
            "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR",
            path,
        )
    name = "Display_Name_for__should_be_one_of__instead_of"
    start = f"Wrong Display Name '{text}' for {code}"
    if _has(wanted, text, True):
        name = "Display_Name_WS_for__should_be_one_of__instead_of"
        start = f"Wrong whitespace in Display Name '{text}' for {code}"
    # A designation without a language is accepted, but is not one to be proposed.
    wanted = [each for each in wanted if each.language or each.text == concept.display] or wanted
    choices = f"one of {len(wanted)} choices: {quoted(wanted)}" if len(wanted) > 1 else quoted(wanted)
    return Issue(
        severity,
        "invalid",
        "invalid-display",
        f"{start}. Valid display is {choices} (for the language(s) {shown})",
        name,
        path,
    )


def _has(known: Sequence[Display], text: str, blanks: bool) -> bool:
    return any(folded(each.text, blanks) == folded(text, blanks) for each in known)


def _none_in_language(system: CodeSystem, given: GivenCoding, languages: Sequence[str]) -> Issue:
    return Issue(
        "information",
        "invalid",
        "invalid-display",
        f"There are no valid display names found for the code {system.url}#{given.code} for language(s) "
        f"'{', '.join(languages)}'. The display is '{given.display}' which is a valid display for the "
        "default language",
        "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK",
        given.path("display"),
    )


def _no_longer(concept: Concept, given: GivenCoding, known: Sequence[Display]) -> Issue:
    """A display that was right once."""
    correct = ", ".join(f'"{each.text}"' for each in known)
    return Issue(
        "warning",
        "invalid",
        "display-comment",
        f"'{given.display}' is no longer considered a correct display for code '{concept.code}' "
        f"(status = deprecated). The correct display is one of {correct}.",
        "INACTIVE_DISPLAY_FOUND",
        given.path("display"),
        False,
    )
