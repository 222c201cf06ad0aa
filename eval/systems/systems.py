"""Systems by name: ours, the baselines, a run file, or a service with our call or that of NLM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from eval.case_results import SystemAnswer
from eval.cases.cases import Case
from eval.errors import MeasuredSystemError
from index.store.catalogue import Catalogue

BASELINES = ("all-words", "bm25", "dense", "rrf")
NAMES = ("default", *BASELINES)


class System(Protocol):
    """Something that ranks codes for a text.

    Attributes:
        name: Its name in tables and of its run folder.
    """

    name: str

    @property
    def identity(self) -> dict[str, Any]:
        """What else determines its answers, such as the checksum of the index manifest.

        A run is continued only by a system of the same identity. A system that can change while it is asked
        has `read_identity()` too, which looks again.
        """
        ...

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Rank at most k codes for the text of a case on its date, or on `on` where it has none."""
        ...


class SystemSetting(Protocol):
    """Inputs of systems; each is loaded when a system first needs it."""

    cache: Path
    on: date

    def catalogue(self) -> Catalogue:
        """Return the release that the baselines rank."""
        ...

    def suggester(self, folder: Path | None) -> Any:
        """Return our suggester on an index folder; None means the index of this run."""
        ...


def make_system(name: str, setting: SystemSetting) -> System:
    """Make a system from its name, path or address.

    Args:
        name: One of `NAMES`, an http(s) address, an index folder, or a TREC run file. `LABEL=NAME` gives the
            system another name, so that two indexes or services can be measured in one run.
        setting: Where codes, indexes and the cache come from.

    Raises:
        MeasuredSystemError: If the name is none of these.
    """
    label, target = _split_label(name)
    system = _make(target, setting)
    if label:
        system.name = label
    return system


def _split_label(name: str) -> tuple[str, str]:
    label, equals, target = name.partition("=")
    if equals and "/" not in label and ":" not in label:
        return label, target
    return "", name


def _make(target: str, setting: SystemSetting) -> System:
    from eval.systems import baselines, ours, remote, runfile

    makers: dict[str, Callable[[], System]] = {
        "default": lambda: ours.OurSystem(setting.suggester(None)),
        "all-words": lambda: baselines.AllWords(setting.catalogue(), setting.on),
        "bm25": lambda: baselines.Bm25(setting.catalogue(), setting.on),
        "dense": lambda: baselines.Dense(setting.catalogue(), setting.on, setting.cache),
        "rrf": lambda: baselines.Fused(setting.catalogue(), setting.on, setting.cache),
    }
    if target in makers:
        return makers[target]()
    if target.startswith(("http://", "https://")):
        return remote.make_remote(target)
    path = Path(target)
    if (path / "manifest.json").is_file():
        return ours.OurSystem(setting.suggester(path), name=path.resolve().name)
    if path.is_file():
        return runfile.RunFile(path)
    raise MeasuredSystemError(
        f"--system {target} is none of {', '.join(NAMES)}, no http address, no index folder and no run file"
    )


def check_names(systems: Sequence[System]) -> None:
    """Refuse two systems of the same name: their folders and table rows would be mixed.

    Raises:
        MeasuredSystemError: If a name occurs twice.
    """
    names = [system.name for system in systems]
    for name in names:
        if names.count(name) > 1:
            raise MeasuredSystemError(
                f"two systems are called {name}; give one another name: --system NEW={name}"
            )
