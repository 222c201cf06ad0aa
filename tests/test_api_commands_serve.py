"""`hcpcs serve` as a process: what it binds, how it starts, how it stops."""

from __future__ import annotations

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

ROOT = Path(__file__).parents[1]


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
        wait_until_ready(address)
        yield process, address
    finally:
        process.terminate()  # not killed: a supervisor that is leaves its workers behind
        process.wait(30)
        process.stderr.close()


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health/ready", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the service did not become ready")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_key(host: str) -> None:
    """This machine's own addresses are served without a key."""
    assert is_loopback(host)
    check_exposure(host, api_key="", without_key=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "myhost"])
def test_beyond_loopback_a_key_or_a_word_is_needed(host: str) -> None:
    """Other addresses are refused without a key, unless the operator says that this is meant."""
    with pytest.raises(SettingsError, match="HCPCS_API_KEY is not set"):
        check_exposure(host, api_key="", without_key=False)
    check_exposure(host, api_key="k" * 16, without_key=False)
    check_exposure(host, api_key="", without_key=True)


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


def test_sigterm_finishes_what_was_accepted() -> None:
    """A request under way when SIGTERM comes is answered whole, then the process ends with code 0."""
    answers: list[httpx.Response] = []
    with serving(FAKE_DELAY_S="1.0") as (process, address):
        body = {"items": [{"text": "folding walker with wheels"}]}
        ask = threading.Thread(
            target=lambda: answers.append(httpx.post(f"{address}/v1/suggest/batch", json=body, timeout=20))
        )
        ask.start()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        ask.join(20)
        code = process.wait(20)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{address}/health/live", timeout=2)

    assert answers[0].json()[0]["suggestions"][0]["code"] == "E0143"
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
