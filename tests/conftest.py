"""Where the official files lie, when they lie anywhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.real_index import RealIndex

SHARED = Path(os.environ.get("HCPCS_SHARED", Path(__file__).parents[2] / "shared")) / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official CMS files and labelled cases; skips the test where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(
            f"the official files are not at {SHARED}; set HCPCS_SHARED to the folder that holds data/"
        )
    return SHARED


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory) -> RealIndex:
    """The official release with the development cases where they are, else the starter with its own."""
    from tests.real_index import RealIndex

    return RealIndex(tmp_path_factory.mktemp("real"), SHARED if SHARED.is_dir() else None)
