"""What `hcpcs suggest` prints beside the codes."""

from __future__ import annotations

import msgspec
import pytest

from api.commands.suggest import print_answer
from suggest.answer import LooksLike
from tests.fakes import OTHER_TEXT, OTHER_WARNING, FakeSuggester
from tests.page_data import RICH_TEXT, PageSuggester


def test_the_other_system_and_warnings_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Then what to try."""
    (answer,) = FakeSuggester().suggest([OTHER_TEXT])
    assert answer.looks_like == LooksLike("cpt", 0.93)
    print_answer(answer)

    assert capsys.readouterr().out.splitlines()[:4] == [
        OTHER_TEXT,
        "  looks like CPT (93%): HCPCS Level II has no code for it",
        f"  note: {OTHER_WARNING}",
        "  no good match; try the item's plain name, its generic name, or its size and unit",
    ]


def test_modifiers_come_before_the_codes_and_the_rest_below(capsys: pytest.CaptureFixture[str]) -> None:
    """Codes that are not told apart, the text as typed, and the items."""
    (answer,) = PageSuggester().suggest([RICH_TEXT], k=1)
    print_answer(msgspec.structs.replace(answer, suggestions=answer.suggestions[:1]))
    lines = capsys.readouterr().out.splitlines()

    assert lines[1] == "  modifier LT: Left side (the text names LT)"
    assert lines[2].startswith("   1. E0100")
    assert lines[4] == "  the text does not tell apart E0100, E0130"
    assert lines[5] == "  for the text as typed:"
    assert lines[6].startswith("   1. E0100")
    assert (lines[8], lines[11], lines[12]) == ("  item: cane", "  item: xyzzy", "      no good match")
