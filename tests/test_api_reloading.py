"""A service moves to another index when told, without a failed or a mixed answer, and not before."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.__main__ import main
from api.app import create_app
from api.live import LiveApp
from api.reloading import Supply, SupplyError, Watch
from api.settings import Settings
from index.home import Home
from tests.fakes import FakeSuggester
from tests.live import running
from tests.release_files import SMALL, fixed_width, head
from tests.test_api_commands_serve import serving
from tests.waiting import wait_until

NAMES = {"2026-01": "A0001", "2026-04": "E0009"}
"""Two releases, and the code that the first alone and the second alone has for a bandage."""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")


@pytest.fixture
def releases(tmp_path: Path) -> dict[str, Path]:
    """Files of the two releases."""
    january, april = tmp_path / "HCPC2026_JAN_ANWEB.txt", tmp_path / "HCPC2026_APR_ANWEB.txt"
    january.write_bytes(fixed_width(SMALL))
    april.write_bytes(fixed_width([SMALL[0], head("E0009", "Invented bandage for a large dog"), *SMALL[4:]]))
    return {"2026-01": january, "2026-04": april}


def build(release: Path, *words: str) -> None:
    """Make an index, and let it answer if it lies in the data folder."""
    assert main(["index", "build", "--release", str(release), *words]) == 0


class Asking:
    """Asks a service all the time, from several threads; the answers as release and codes.

    Attributes:
        answers: What came: release in the body, release in the header, codes.
        failures: What else came.
    """

    def __init__(self, address: str) -> None:
        self.answers: list[tuple[str, str, tuple[str, ...]]] = []
        self.failures: list[str] = []
        self._address, self._ended = address, threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(3)]

    @contextmanager
    def asking(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in self._threads:
                thread.join(30)

    def _ask(self) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            # A connection of its own for each few questions, so that every worker is asked.
            with httpx.Client(base_url=self._address, timeout=30) as client:
                for _ in range(3):
                    self._ask_once(client, f"invented bandage for a large dog number {number}")

    def _ask_once(self, client: httpx.Client, text: str) -> None:
        try:
            answer = client.post("/v1/suggest", json={"text": text, "k": 2})
            body = answer.json()
            codes = tuple(suggestion["code"] for suggestion in body["suggestions"])
            self.answers.append((body["release"], answer.headers["x-hcpcs-release"], codes))
        except (httpx.HTTPError, KeyError, ValueError) as error:
            self.failures.append(repr(error))

    def moved(self, release: str, answers: int = 40) -> bool:
        """Whether the last answers all come from a release."""
        last = self.answers[-answers:]
        return len(last) == answers and all(answer[0] == release for answer in last)


def check(asked: Asking) -> None:
    """No answer failed, and each is of one release: body, header and codes."""
    assert asked.failures == []
    for release, header, codes in asked.answers:
        assert header == release
        assert NAMES[release] in codes
        assert not set(codes) & {code for name, code in NAMES.items() if name != release}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_service_moves_to_the_active_index(
    releases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    """Under load, there and back; every worker."""
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))
    build(releases["2026-01"])
    with serving("--workers", workers, module="api", HCPCS_HOME=str(tmp_path / "home")) as (_, address):
        asked = Asking(address)
        with asked.asking():
            wait_until(lambda: asked.moved("2026-01"), what="answers of January")
            build(releases["2026-04"])
            wait_until(lambda: asked.moved("2026-04"), what="answers of April")
            assert main(["index", "activate", "2026-01"]) == 0
            wait_until(lambda: asked.moved("2026-01"), what="answers of January again")

    check(asked)
    assert {answer[0] for answer in asked.answers} == set(NAMES)


def test_an_index_replaced_behind_the_workers_changes_nothing(
    releases: dict[str, Path], tmp_path: Path
) -> None:
    """Not even for a worker that was killed and started again; SIGHUP tells them."""
    build(releases["2026-01"], "--out", str(tmp_path / "mine"))
    with serving(
        "--workers", "2", "--index", str(tmp_path / "mine"), module="api", HCPCS_HOME=str(tmp_path / "home")
    ) as (process, address):
        asked = Asking(address)
        build(releases["2026-04"], "--out", str(tmp_path / "mine"))
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if children.is_file():
            before = children.read_text().split()
            for child in before:
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)
            wait_until(lambda: len(set(children.read_text().split()) - set(before)) >= 2, what="new workers")
        with asked.asking():
            wait_until(lambda: asked.moved("2026-01"), what="answers after the workers' death")
            asked.failures.clear()
            asked.answers.clear()
            wait_until(lambda: len(asked.answers) > 60, what="answers of the new workers")
            assert {answer[0] for answer in asked.answers} == {"2026-01"}
            process.send_signal(signal.SIGHUP)
            wait_until(lambda: asked.moved("2026-04"), what="answers of April")
    check(asked)


def test_an_index_that_cannot_be_loaded_changes_nothing(
    releases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service goes on with the one that it has."""
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))
    build(releases["2026-01"])
    build(releases["2026-04"])
    home = Home(tmp_path / "home")
    supply = Supply(tmp_path, None, Settings(home=home.path))
    supply.publish()
    named = supply.file.read_text()
    (home.indexes / "2026-01" / "texts.jsonl").write_bytes(b"")
    home.serve("2026-01")

    with pytest.raises(Exception, match=r"texts\.jsonl is damaged"):
        supply.publish()
    assert supply.file.read_text() == named
    assert [path.name for path in tmp_path.glob("index-*")] == ["index-1"]


def test_a_checked_copy_is_not_kept_in_memory(releases: dict[str, Path], tmp_path: Path) -> None:
    """The supervisor loads each copy once; half an hour of changes had cost it a gigabyte."""
    build(releases["2026-01"], "--out", str(tmp_path / "mine"))
    supply = Supply(tmp_path / "work", tmp_path / "mine", Settings(home=tmp_path / "home"))
    frozen = []
    for _ in range(4):
        supply.publish()
        frozen.append(gc.get_freeze_count())

    assert frozen[3] - frozen[2] < 1000


def test_a_copy_that_cannot_be_written_is_told(releases: dict[str, Path], tmp_path: Path) -> None:
    """One sentence, and what to do."""
    build(releases["2026-01"], "--out", str(tmp_path / "mine"))
    (tmp_path / "file").write_text("mine")

    with pytest.raises(SupplyError, match="copy of the index cannot be written .* with TMPDIR"):
        Supply(tmp_path / "file", tmp_path / "mine", Settings(home=tmp_path / "home")).publish()


def test_a_watch_tells_each_change_once(tmp_path: Path) -> None:
    """And goes on after an error."""
    calls: list[int] = []

    def changed() -> None:
        calls.append(1)
        raise OSError("fails each time")

    watch = Watch(tmp_path / "active", changed)
    watch.start()
    for number in (1, 2):
        (tmp_path / f"new-{number}").write_text("x" * number)
        (tmp_path / f"new-{number}").replace(tmp_path / "active")
        wait_until(lambda number=number: len(calls) == number, what="the call")
    watch.tell()
    wait_until(lambda: len(calls) == 3, what="the last call")
    watch.end()
    watch.join(10)


def test_requests_end_where_they_began(tmp_path: Path) -> None:
    """The old app ends after its last request; the counts go on."""
    settings = Settings(home=tmp_path)
    live = LiveApp(create_app(FakeSuggester(), settings))
    first = live.app
    with running(live) as address:
        httpx.post(f"{address}/v1/suggest", json={"text": "walker"})
        live.replace(create_app(FakeSuggester(), settings, metrics=first.state.service.metrics))
        httpx.post(f"{address}/v1/suggest", json={"text": "walker"})
        counts = httpx.get(f"{address}/metrics").text

    assert live.app is not first
    assert 'route="/v1/suggest",status="200"} 2.0' in counts
