"""Settings from the environment, read once at the edge; each has a row in `docs/settings.md`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """What the environment decides.

    Attributes:
        home: `HCPCS_HOME`, the data folder: indexes, downloads, caches.
        index: `HCPCS_INDEX`, an index folder to use instead of the active one.
    """

    home: Path
    index: Path | None = None


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the `HCPCS_` settings; a missing one has the default that `docs/settings.md` names."""
    home = environ.get("HCPCS_HOME") or "~/.hcpcs"
    index = environ.get("HCPCS_INDEX")
    return Settings(home=Path(home).expanduser(), index=Path(index).expanduser() if index else None)
