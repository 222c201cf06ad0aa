"""Loading the suggester of an index folder into a process that answers."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from suggest.suggester import Suggester

GC_THRESHOLD = 50_000  # container objects allocated between two collections; an answer has about forty


def load_suggester(folder: Path) -> Suggester:
    """The suggester of an index folder.

    Raises:
        ArtifactError: If the folder is missing or damaged; the message names the file.
    """
    from suggest.suggester import Suggester

    with _rare_garbage_collection():
        return Suggester.load(folder)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Keep the garbage collector from what is loaded, and run it rarely: answers hold no reference cycles."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
