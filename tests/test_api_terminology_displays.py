"""Languages of displays."""

from __future__ import annotations

import pytest

from api.terminology.displays import excludes_others, languages_of, speaks


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        (None, ()),
        ("de,it,zh", ("de", "it", "zh")),
        ("en, en-AU; q=0.4", ("en", "en-AU")),
        ("fr;q=0.1,de", ("de", "fr")),
        ("de, *; q=0", ("de",)),
        ("*", ()),
    ],
)
def test_languages_are_sorted_by_quality(header: str | None, languages: tuple[str, ...]) -> None:
    """Best first; a star stands for no language."""
    assert languages_of(header) == languages


@pytest.mark.parametrize("header", ["not a language", "de;q=high", "de_CH"])
def test_what_is_no_list_of_languages_is_refused(header: str) -> None:
    """The caller says so where it was asked for, and ignores it in a header."""
    with pytest.raises(ValueError):
        languages_of(header)


def test_a_form_of_a_language_speaks_it() -> None:
    """But not the reverse, nor another language that begins alike."""
    assert speaks("de-CH", "de")
    assert not speaks("de", "de-CH")
    assert not speaks("den", "de")
    assert not speaks(None, "de")
    assert excludes_others("de, *; q=0")
    assert not excludes_others("de,*")
