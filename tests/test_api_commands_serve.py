"""`hcpcs serve` as a process: what it binds, how it starts, how it stops."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.__main__ import main
from api.commands.serve import check_exposure, is_loopback
from api.settings import SettingsError
from tests.fakes import HELD_TEXT, HOLD_FOLDER, START_FOLDER
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]
BODY = b'{"text": "folding walker"}'


@contextmanager
def serving(
    *arguments: str, module: str = "tests.serve_fake", **environ: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve` on a free port, with the fake suggester or as it is; gives the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, "serve", "--port", "0", *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = re.search(r"http://[^/]+", process.stderr.readline())
        assert found is not None
        address = found[0]
        wait_until(lambda: is_ready(address), 120, what="the service's readiness")
        yield process, address
    finally:
        process.terminate()  # not killed: a killed supervisor would leave its workers running
        process.wait(120)
        process.stderr.close()


def is_ready(address: str) -> bool:
    """Whether the service answers and has passed its self-test."""
    try:
        return httpx.get(f"{address}/health/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def refuses_connections(address: str) -> bool:
    """Whether nothing listens at the address any more."""
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) != 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_key(host: str) -> None:
    """This machine's own addresses are served without a key."""
    assert is_loopback(host)
    check_exposure(host, checks_callers=False, without_key=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "myhost"])
def test_beyond_loopback_a_key_or_a_word_is_needed(host: str) -> None:
    """Other addresses are refused without a key, unless the operator gives `--without-key`."""
    with pytest.raises(SettingsError, match="HCPCS_API_KEY is not set"):
        check_exposure(host, checks_callers=False, without_key=False)
    check_exposure(host, checks_callers=True, without_key=False)
    check_exposure(host, checks_callers=False, without_key=True)


def test_the_refusal_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hcpcs serve --host 0.0.0.0` without a key ends with code 2 and says what to do."""
    monkeypatch.delenv("HCPCS_API_KEY", raising=False)

    assert main(["serve", "--host", "0.0.0.0"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--without-key" in error


def test_a_taken_port_is_told() -> None:
    """A port in use ends the command with one sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "tests.serve_fake", "serve", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 2
    assert (
        done.stderr
        == f"hcpcs: cannot bind 127.0.0.1 port {port}: address already in use; try another --port\n"
    )


def test_sigterm_finishes_what_was_accepted(tmp_path: Path) -> None:
    """A request in progress when SIGTERM comes gets its whole answer; then the process ends with code 0."""
    responses: list[httpx.Response] = []
    with serving(**{HOLD_FOLDER: str(tmp_path)}) as (process, address):
        body = {"items": [{"text": HELD_TEXT}]}
        request = threading.Thread(
            target=lambda: responses.append(httpx.post(f"{address}/v1/suggest/batch", json=body, timeout=60))
        )
        request.start()
        wait_until((tmp_path / "asked").exists, what="the request")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses_connections(address), what="the end of listening")
        (tmp_path / "released").touch()
        request.join(60)
        code = process.wait(60)

    assert responses[0].json()[0]["suggestions"][0]["code"] == "E0143"
    assert code == 0


def test_the_log_on_stderr_holds_no_text() -> None:
    """What the process writes has no text, path or query string of a request."""
    with serving() as (process, address):
        httpx.post(f"{address}/v1/suggest", json={"text": "zebrafish"})
        httpx.get(f"{address}/v1/codes/zebrafish?on=zebrafish")
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.stderr is not None
        log = process.stderr.read()

    assert "POST /v1/suggest 200" in log
    assert "zebrafish" not in log


class Clients:
    """Clients that ask again and again on open connections, until the service is gone or `stop` is set.

    Attributes:
        answered: Answers with status 200.
        lost: Requests that were sent on an open connection and got no answer.
        other: Other statuses.
    """

    def __init__(self, address: str, count: int) -> None:
        self._address = address.removeprefix("http://")
        self.answered = self.lost = 0
        self.other: list[int] = []
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until all have ended."""
        for thread in self._threads:
            thread.join(60)

    def _ask(self) -> None:
        while not self.stop.is_set():
            connection = http.client.HTTPConnection(self._address, timeout=30)
            try:
                connection.connect()
            except OSError:  # the service is gone: this request was never accepted
                return
            try:
                self._ask_on(connection)
            except (OSError, http.client.HTTPException):
                with self._lock:
                    self.lost += 1
            finally:
                connection.close()

    def _ask_on(self, connection: http.client.HTTPConnection) -> None:
        closing = False
        while not (closing or self.stop.is_set()):
            connection.request("POST", "/v1/suggest", BODY, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            closing = response.getheader("connection") == "close"
            with self._lock:
                self.answered += response.status == 200
                self.other += [] if response.status == 200 else [response.status]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_under_load_loses_nothing(workers: str) -> None:
    """Clients on open connections get an answer to each request, the last one with `Connection: close`."""
    with serving("--workers", workers, HCPCS_ACCESS_LOG="0") as (process, address):
        clients = Clients(address, 8)
        wait_until(lambda: clients.answered > 200, what="the load")
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        took = time.monotonic() - asked
        clients.join()

    assert (clients.lost, clients.other, code) == (0, [], 0)
    assert took < 10


def test_sigterm_while_a_worker_starts_loses_nothing(tmp_path: Path) -> None:
    """A worker that answers goes on until one that still starts has ended, which holds the socket too."""
    with serving("--workers", "2", HCPCS_ACCESS_LOG="0", **{START_FOLDER: str(tmp_path)}) as (
        process,
        address,
    ):
        wait_until((tmp_path / "starting").exists, what="the second worker")
        clients = Clients(address, 8)
        wait_until(lambda: clients.answered > 200, what="the load")
        process.send_signal(signal.SIGTERM)
        wait_until((tmp_path / "told").exists, what="the end of the second worker")
        seen = clients.answered
        wait_until(lambda: clients.answered > seen + 20, what="answers of the first worker")
        (tmp_path / "started").touch()
        code = process.wait(30)
        clients.join()

    assert (clients.lost, clients.other, code) == (0, [], 0)


def test_sigterm_ends_within_its_bound() -> None:
    """A client whose body never arrives does not keep the service up beyond its time."""
    with serving(FAKE_GRACE_S="1") as (process, address):
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(b"POST /v1/suggest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
            wait_until(lambda: is_ready(address), what="an answer to another client")
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            code = process.wait(20)

    assert code == 0
    assert time.monotonic() - asked < 8


def children(pid: int) -> set[int]:
    """Worker processes of a supervisor."""
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(p) for p in pids if b"resource_tracker" not in command_line(p)}


def command_line(pid: str) -> bytes:
    """The command line of a process; of one that has just ended, nothing."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
def test_a_killed_worker_is_replaced_under_load() -> None:
    """`kill -9` of one of two workers loses at most the request in progress on each of its connections."""
    with serving("--workers", "2", HCPCS_ACCESS_LOG="0") as (process, address):
        wait_until(lambda: len(children(process.pid)) == 2, what="two workers")
        before = children(process.pid)
        clients = Clients(address, 8)
        wait_until(lambda: clients.answered > 200, what="the load")
        os.kill(min(before), signal.SIGKILL)
        seen = clients.answered
        wait_until(lambda: clients.answered > seen + 200, what="answers of the other worker")
        wait_until(lambda: len(children(process.pid) - {min(before)}) == 2, what="the new worker")
        clients.stop.set()
        clients.join()
        assert is_ready(address)

    assert clients.lost <= 8
    assert clients.other == []
