"""The public Python surface is what `docs/python.md` says, and its example runs."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tests import public_surface
from tests.real_index import RealIndex


def test_the_page_has_the_surface_of_the_source() -> None:
    """A changed name, argument, field, type or default is a decision: write it with this command."""
    assert public_surface.shown() == public_surface.surface(), "run `python -m tests.public_surface`"


@pytest.mark.parametrize(
    "module", [name for name in public_surface.PUBLIC if name != "index.sentence_module"]
)
def test_every_name_can_be_imported(module: str) -> None:
    """From the module that the page names."""
    loaded = importlib.import_module(module)

    for member in public_surface.PUBLIC[module]:
        outer, _, inner = member.partition(".")
        assert not inner or hasattr(getattr(loaded, outer), inner)
        assert hasattr(loaded, outer)


def test_the_example_runs(real_index: RealIndex) -> None:
    """As it is written, on another index."""
    example = re.search(r"```python\n(.*?)```", public_surface.PAGE.read_text(), re.DOTALL)
    assert example is not None
    names: dict[str, object] = {"Path": Path}
    exec(example[1].replace(".hcpcs/indexes/starter", str(real_index.folder)), names)

    assert [answer.suggestions[0].section for answer in names["answers"]] == ["E", "E"]  # type: ignore[attr-defined]
    assert names["line"].code == "A4259"  # type: ignore[attr-defined]


def test_a_change_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A default, a type, a field more: each gives another page."""
    before = public_surface.surface()
    source = (public_surface.ROOT / "suggest/answer.py").read_text()
    for old, new in [
        ("k: int = 10", "k: int = 5"),
        ("on: date | None = None", "on: str | None = None"),
        ("    on: date", "    more: int = 0\n    on: date"),
    ]:
        assert old in source
        folder = tmp_path / "suggest"
        folder.mkdir(exist_ok=True)
        (folder / "answer.py").write_text(source.replace(old, new))
        monkeypatch.setattr(public_surface, "ROOT", tmp_path)
        monkeypatch.setattr(public_surface, "PUBLIC", {"suggest.answer": ("Ask",)})
        changed = public_surface.surface()
        monkeypatch.undo()
        assert changed.split("```")[1] not in before
