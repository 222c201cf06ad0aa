"""Downloading the current release, from a test server."""

from __future__ import annotations

import contextlib
import select
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.errors import DownloadError
from index.release.download import download_latest
from index.release.links import release_links
from index.release.quarter import Quarter
from index.release.release import read_release
from tests.release_files import SMALL, fixed_width, zipped

ON = date(2031, 5, 20)
CURRENT = "april-2031-alpha-numeric-hcpcs-file.zip"

Answer = Callable[[BaseHTTPRequestHandler], None]


def release_zip(name: str) -> bytes:
    return zipped({name: fixed_width(SMALL)})


def send(
    data: bytes, *, status: int = 200, kind: str = "application/zip", stated: int | None = None
) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data) if stated is None else stated))
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(data)

    return answer


class Cms:
    """A server: file name to answer; anything else is not found. `asked` lists the requests."""

    def __init__(self) -> None:
        self.files: dict[str, Answer] = {}
        self.asked: list[str] = []
        cms = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                file = self.path.rpartition("/")[2]
                cms.asked.append(f"{self.command} {file}")
                cms.files.get(file, send(b"none", status=404))(self)

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                """Write no log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/zip/"


@pytest.fixture
def cms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cms]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    cms = Cms()
    thread = threading.Thread(target=cms.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield cms
    cms.server.shutdown()
    cms.server.server_close()
    thread.join()


def test_the_current_quarter_is_kept_under_releases(cms: Cms, tmp_path: Path) -> None:
    """The complete zip is stored under its own name, with no message and no other file."""
    data = release_zip("HCPC2031_APR_ANWEB.txt")
    cms.files[CURRENT] = send(data)
    said: list[str] = []

    path = download_latest(tmp_path, ON, base_url=cms.url, notify=said.append)

    assert path == tmp_path / "releases" / CURRENT
    assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]
    assert read_release(path).name == "2031-04"
    assert cms.asked[0] == f"GET {CURRENT}"
    assert said == []


def test_older_patterns_and_quarters_are_tried_in_turn(cms: Cms, tmp_path: Path) -> None:
    """Addresses are tried newest quarter first; a refused one counts as missing; the fallback is reported."""
    cms.files[CURRENT] = send(b"no", status=403)
    cms.files["2031-alpha-numeric-hcpcs-file.zip"] = send(release_zip("HCPC2031_JAN_ANWEB.txt"))
    said: list[str] = []

    path = download_latest(tmp_path, ON, base_url=cms.url, notify=said.append)

    assert path.name == "2031-alpha-numeric-hcpcs-file.zip"
    assert cms.asked[:5] == [
        f"GET {CURRENT}",
        "GET 2031-hcpcs-alpha-numeric-file-april.zip",
        "GET january-2031-alpha-numeric-hcpcs-file.zip",
        "GET 2031-hcpcs-alpha-numeric-file-january.zip",
        "GET 2031-alpha-numeric-hcpcs-file.zip",
    ]
    assert said == ["CMS offers no file for 2031-04 at the known addresses; took the one of 2031-01"]


def test_the_next_quarter_is_told_of_when_it_is_offered(cms: Cms, tmp_path: Path) -> None:
    """A file that is not in effect yet is reported, not used."""
    cms.files[CURRENT] = send(release_zip("HCPC2031_APR_ANWEB.txt"))
    cms.files["july-2031-alpha-numeric-hcpcs-file.zip"] = send(release_zip("HCPC2031_JUL_ANWEB.txt"))
    said: list[str] = []

    assert download_latest(tmp_path, ON, base_url=cms.url, notify=said.append).name == CURRENT
    assert said == [
        "the release in effect from 2031-07-01 is offered already: "
        f"{cms.url}july-2031-alpha-numeric-hcpcs-file.zip"
    ]


def test_a_release_that_is_not_in_effect_is_passed_over(cms: Cms, tmp_path: Path) -> None:
    """A file under a current name that holds a later release is not used."""
    cms.files[CURRENT] = send(release_zip("HCPC2031_JUL_ANWEB.txt"))

    with pytest.raises(DownloadError, match="holds the release of 2031-07, which is not in effect yet"):
        download_latest(tmp_path, ON, base_url=cms.url)


def client_left(request: BaseHTTPRequestHandler, timeout_s: float) -> bool:
    """Wait until the client closes the connection; False if it has not done so in time."""
    readable, _, _ = select.select([request.connection], [], [], timeout_s)
    return bool(readable)


def silent(request: BaseHTTPRequestHandler) -> None:
    """Send the beginning of a file, then nothing until the client gives up."""
    send(b"PK\x03\x04", stated=1000)(request)
    client_left(request, timeout_s=30)


def dribble(request: BaseHTTPRequestHandler) -> None:
    """Send a byte from time to time until the client gives up."""
    send(b"PK\x03\x04", stated=1000)(request)
    with contextlib.suppress(OSError):
        while not client_left(request, timeout_s=0.05):
            request.wfile.write(b"x")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (send(b"no", status=403), "HTTP 403"),
        (send(b"no", status=404), "HTTP 404"),
        (send(b"no", status=503), "HTTP 503"),
        (send(b"<html>", kind="text/html"), "not a zip but text/html"),
        (send(b""), "an empty answer"),
        (send(release_zip("r.txt")[:200], stated=5000), "broke off after 200 of 5000 bytes"),
        (send(release_zip("r.txt")[:-40]), "the zip is a damaged or cut zip file"),
        (send(zipped({"readme.txt": b"hello"})), "the zip holds no release"),
        (send(b"PK", stated=10**9), "larger than 64 MB"),
        (silent, r"no answer for 0\.3 seconds"),
        (dribble, "too slow, gave up after"),
    ],
)
def test_what_failed_is_said_with_the_address_and_the_way_out(
    cms: Cms, tmp_path: Path, answer: Answer, message: str
) -> None:
    """Each failure names the address and how to give a file instead, and leaves no file."""
    cms.files[CURRENT] = answer

    with pytest.raises(DownloadError, match=message) as caught:
        download_latest(tmp_path, ON, base_url=cms.url, timeout_s=0.3, total_s=0.5)

    assert f"{cms.url}{CURRENT}" in str(caught.value)
    assert "hcpcs index build --release FILE" in str(caught.value)
    assert list((tmp_path / "releases").iterdir()) == []


def test_a_failed_download_leaves_the_release_from_before(cms: Cms, tmp_path: Path) -> None:
    """A file that is there already stays as it was when the new one is damaged."""
    existing = tmp_path / "releases" / CURRENT
    existing.parent.mkdir()
    existing.write_bytes(b"before")
    cms.files[CURRENT] = send(release_zip("r.txt")[:-40])

    with pytest.raises(DownloadError):
        download_latest(tmp_path, ON, base_url=cms.url)
    assert existing.read_bytes() == b"before"


def moved(to: str) -> Answer:
    """Say that the file is elsewhere."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", to)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


@pytest.mark.parametrize("elsewhere", ["http://localhost:{port}/zip/a.zip", "https://127.0.0.1:{port}/a.zip"])
def test_a_redirect_to_another_server_is_not_followed(cms: Cms, tmp_path: Path, elsewhere: str) -> None:
    """Nor one to another protocol; one on the same server is."""
    cms.files[CURRENT] = moved(elsewhere.format(port=cms.server.server_port))
    cms.files["a.zip"] = send(release_zip("HCPC2031_APR_ANWEB.txt"))
    with pytest.raises(DownloadError, match="it leads to another server"):
        download_latest(tmp_path, ON, base_url=cms.url)
    assert "GET a.zip" not in cms.asked

    cms.files[CURRENT] = moved(f"{cms.url}a.zip")
    download_latest(tmp_path, ON, base_url=cms.url)
    assert "GET a.zip" in cms.asked


def test_a_server_that_cannot_be_reached_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection and an address of another kind end at once."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_port
    server.server_close()

    with pytest.raises(DownloadError, match="cannot be reached"):
        download_latest(tmp_path, ON, base_url=f"http://127.0.0.1:{port}/")
    with pytest.raises(DownloadError, match="is no web address"):
        download_latest(tmp_path, ON, base_url="file:///etc/")


def test_a_folder_that_cannot_be_written_is_named(cms: Cms, tmp_path: Path) -> None:
    """When the data folder is a file, the error names it and not the server."""
    (tmp_path / "home").write_text("")

    with pytest.raises(DownloadError, match="releases cannot be written"):
        download_latest(tmp_path / "home", ON, base_url=cms.url)
    assert cms.asked == []


@pytest.mark.parametrize(
    ("day", "name", "before", "after"),
    [
        (date(2031, 1, 1), "2031-01", "2030-10", "2031-04"),
        (date(2031, 6, 30), "2031-04", "2031-01", "2031-07"),
        (date(2031, 12, 31), "2031-10", "2031-07", "2032-01"),
    ],
)
def test_quarters_follow_each_other(day: date, name: str, before: str, after: str) -> None:
    """A quarter begins on its first day, and the year changes in January."""
    quarter = Quarter.on(day)

    assert (quarter.name, quarter.before().name, quarter.after().name) == (name, before, after)


PAGE = """<html><body><h2>Quarterly update</h2>
<a href="/zip/july-2031-alpha-numeric-hcpcs-file.zip">July 2031 Alpha-Numeric HCPCS File (ZIP)</a>
<a href="/zip/hcpcs-q2.zip"> April 2031 <b>Alpha-Numeric</b> HCPCS File (ZIP)</a>
<a href="/zip/january-2031-alpha-numeric-hcpcs-file-updated.zip#top">the corrected file</a>
<a href="https://elsewhere.example/april-2031-alpha-numeric-hcpcs-file.zip">April 2031 Alpha-Numeric HCPCS</a>
<a href="/zip/april-2031-noc-codes.zip">April 2031 NOC codes</a>
<a>no address</a>
</body></html>"""


def test_links_of_the_page_are_found() -> None:
    """Those of alpha-numeric files on the same server, by the quarter in the name or in the words."""
    assert release_links(PAGE, "https://www.cms.gov/quarterly-update") == [
        ("2031-07", "https://www.cms.gov/zip/july-2031-alpha-numeric-hcpcs-file.zip"),
        ("2031-04", "https://www.cms.gov/zip/hcpcs-q2.zip"),
        ("2031-01", "https://www.cms.gov/zip/january-2031-alpha-numeric-hcpcs-file-updated.zip"),
    ]


def test_where_no_known_name_is_there_the_page_is_asked(cms: Cms, tmp_path: Path) -> None:
    """The newest release in effect; a later one is not taken, a link that fails leads to the next."""
    cms.files["quarterly-update"] = send(PAGE.encode(), kind="text/html")
    cms.files["hcpcs-q2.zip"] = send(b"gone", status=403)
    corrected = "january-2031-alpha-numeric-hcpcs-file-updated.zip"
    cms.files[corrected] = send(release_zip("HCPC2031_JAN_ANWEB.txt"))
    said: list[str] = []

    path = download_latest(
        tmp_path, ON, base_url=cms.url, page_url=f"{cms.url}quarterly-update", notify=said.append
    )

    assert path.name == corrected
    assert cms.asked[-4:-2] == ["GET hcpcs-q2.zip", f"GET {corrected}"]
    assert "CMS offers no file for 2031-04" in said[0]


@pytest.mark.parametrize(
    ("status", "said"), [(403, "quarterly-update: HTTP 403"), (200, "quarterly-update: no link to a release")]
)
def test_a_page_that_does_not_help_is_told(cms: Cms, tmp_path: Path, status: int, said: str) -> None:
    """In the one sentence that says how to give a file."""
    cms.files["quarterly-update"] = send(b"<html>Access denied</html>", status=status, kind="text/html")

    with pytest.raises(DownloadError, match=rf"{said}.*hcpcs index build --release FILE"):
        download_latest(tmp_path, ON, base_url=cms.url, page_url=f"{cms.url}quarterly-update")
