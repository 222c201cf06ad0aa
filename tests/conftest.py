"""Fixtures for the official files, and options that select tests and set the number of random inputs."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import effort

if TYPE_CHECKING:
    from tests.page_desk import Desk
    from tests.real_index import RealIndex

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("HCPCS_SHARED", Path(__file__).parents[2] / "shared")) / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official CMS files and labelled cases; skips the test where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(
            f"the official files are not at {SHARED}; set HCPCS_SHARED to the folder that holds data/"
        )
    return SHARED


@pytest.fixture(scope="module", autouse=True)
def thawed() -> Iterator[None]:
    """Lets go of what a module loaded: a loaded index is kept from the garbage collector, as in a service."""
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, once for all tests of a module."""
    from tests.page_desk import chromium

    yield from chromium()


@pytest.fixture(scope="module")
def address(browser: Any) -> Iterator[str]:
    """A live service on the small catalogue of the page's tests."""
    from tests.page_desk import served

    yield from served()


@pytest.fixture
def desk(browser: Any, address: str) -> Iterator[Desk]:
    """A coder's browser; fails at the end if a request went elsewhere or a script failed."""
    from tests.page_desk import coder

    yield from coder(browser, address)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of `make test-long`."""
    parser.addoption(
        "--long",
        type=float,
        metavar="SHARE",
        help="run only the tests marked long or random, with this share of a whole long run's inputs",
    )


def stale_modules() -> list[str]:
    """Modules whose compiled file is older than the source that it would hide."""
    return sorted(
        str(source.relative_to(ROOT))
        for package in ("index", "suggest")
        for library in (ROOT / package).rglob(f"*{EXTENSION_SUFFIXES[0]}")
        for suffix in (".py", ".pyx")
        if (source := library.with_name(library.name.split(".")[0] + suffix)).exists()
        and source.stat().st_mtime > library.stat().st_mtime
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse compiled modules older than their source; set the number of random inputs before it is read."""
    if stale := stale_modules():
        pytest.exit(f"compiled before their source changed: {', '.join(stale)}; run the tests with make", 4)
    effort.set_share(config.getoption("--long"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the long tests in `make test`, and all tests without random inputs in `make test-long`."""
    if config.getoption("--long") is None:
        left_out = [item for item in items if item.get_closest_marker("long")]
    else:
        left_out = [item for item in items if not any(map(item.get_closest_marker, ("long", "random")))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tests with random inputs and the numbers of their inputs."""
    if effort.tried:
        terminalreporter.section("tried at random")
        for what, times in sorted(effort.tried.items()):
            terminalreporter.line(f"{times:>12,} {what}")


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory) -> RealIndex:
    """The official release with the development cases where present, else the starter with its own cases."""
    from tests.real_index import RealIndex

    return RealIndex(tmp_path_factory.mktemp("real"), SHARED if SHARED.is_dir() else None)
