"""Where the official files lie, when they lie anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("HCPCS_SHARED", Path(__file__).parents[2] / "shared")) / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official CMS files and labelled cases; skips the test where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(
            f"the official files are not at {SHARED}; set HCPCS_SHARED to the folder that holds data/"
        )
    return SHARED
