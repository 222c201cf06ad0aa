"""Download of the current release from CMS."""

from __future__ import annotations

import http.client
import logging
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tqdm import tqdm

from index.errors import DownloadError, ReleaseFormatError
from index.records import Release
from index.release.links import release_links
from index.release.quarter import Quarter
from index.release.release import read_release

BASE_URL = "https://www.cms.gov/files/zip/"
PAGE_URL = "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update"
"""CMS's page of quarterly updates, whose links are tried when no known name has a file."""
MAX_BYTES = 64 * 2**20
"""Largest file accepted; CMS's zip of January 2026 has 3 MB."""

INSTEAD = (
    "download CMS's alpha-numeric HCPCS file yourself (on cms.gov, under HCPCS quarterly update) "
    "and give it: hcpcs index build --release FILE"
)
MAX_PAGE_BYTES = 4 * 2**20
MAX_LINKS = 12  # that are tried
_AGENT = "hcpcs-suggest (reads the quarterly HCPCS file)"
_CHUNK = 2**16
_QUARTERS = 4

logger = logging.getLogger(__name__)


class _NoReleaseError(Exception):
    """There is no release at an address; the next one is tried."""


class _Limits(NamedTuple):
    timeout_s: float
    deadline: float  # of time.monotonic
    progress: bool


def download_latest(
    home: Path,
    on: date,
    *,
    base_url: str = BASE_URL,
    page_url: str | None = None,
    progress: bool | None = None,
    timeout_s: float = 30.0,
    total_s: float = 600.0,
    notify: Callable[[str], None] = logger.warning,
) -> Path:
    """Download the newest release that is in effect on a date into `home/releases/`.

    The addresses that CMS has used are tried one after another, the newest quarter first, then three quarters
    back; then the links of CMS's page of quarterly updates, as far as they lead to the same server. The file
    is written aside, read as a release, and only then renamed into place.

    Args:
        home: The data folder.
        on: The date on which the release must be in effect; usually today.
        base_url: Where the zips are, ending with a slash.
        page_url: The page of quarterly updates; by default CMS's, and none for another `base_url`.
        progress: Whether to show a progress bar; by default when stderr is a terminal.
        timeout_s: Longest wait in seconds for the server's next bytes.
        total_s: Longest time in seconds for the whole download.
        notify: Called with a sentence when only an older quarter is there, and when the next quarter's file
            is there already.

    Returns:
        Path of the zip.

    Raises:
        DownloadError: If no address has a release, a transfer breaks off or stalls, or the zip is damaged.
            The message says what failed at which address and how to give a file instead.
    """
    if urlsplit(base_url).scheme not in {"http", "https"}:
        raise DownloadError(f"{base_url} is no web address; {INSTEAD}")
    shown = sys.stderr.isatty() if progress is None else progress
    limits = _Limits(timeout_s, time.monotonic() + total_s, shown)
    wanted = Quarter.on(on)
    page = page_url or (PAGE_URL if base_url == BASE_URL else None)
    path, release = _first_offered(home / "releases", wanted, base_url, page, limits)
    if release.name != wanted.name:
        notify(f"CMS offers no file for {wanted.name} at the known addresses; took the one of {release.name}")
    if address := _offered_next(wanted.after(), base_url, limits):
        notify(f"the release in effect from {wanted.after().starts} is offered already: {address}")
    return path


def _first_offered(
    folder: Path, quarter: Quarter, base_url: str, page_url: str | None, limits: _Limits
) -> tuple[Path, Release]:
    newest, failures = quarter.name, []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for _ in range(_QUARTERS):
            for file in quarter.files():
                try:
                    return _fetch(base_url + file, folder / file, newest, limits)
                except _NoReleaseError as failure:
                    failures.append(f"{base_url + file}: {failure}")
            quarter = quarter.before()
        for address in _linked(page_url, newest, limits, failures) if page_url else ():
            try:
                return _fetch(address, folder / address.rpartition("/")[2], newest, limits)
            except _NoReleaseError as failure:
                failures.append(f"{address}: {failure}")
    except OSError as error:
        raise DownloadError(
            f"{folder} cannot be written ({error.strerror or error}); free it and retry"
        ) from None
    raise DownloadError(f"no release could be downloaded ({'; '.join(failures)}); {INSTEAD}")


def _linked(page_url: str, newest: str, limits: _Limits, failures: list[str]) -> list[str]:
    """The addresses of releases that a page links to, the newest first, none later than `newest`."""
    try:
        with _open(page_url, "GET", limits) as response:
            page = response.read(MAX_PAGE_BYTES).decode("utf-8", errors="replace")
    except urllib.error.HTTPError as error:
        error.close()
        failures.append(f"{page_url}: HTTP {error.code}")
        return []
    except (OSError, http.client.HTTPException) as error:
        failures.append(f"{page_url}: cannot be read ({type(error).__name__})")
        return []
    links = [(quarter, address) for quarter, address in release_links(page, page_url) if quarter <= newest]
    if not links:
        failures.append(f"{page_url}: no link to a release in effect")
    return [address for _, address in sorted(links, key=lambda link: link[0], reverse=True)][:MAX_LINKS]


def _fetch(address: str, path: Path, newest: str, limits: _Limits) -> tuple[Path, Release]:
    """Download from one address, check the file, and rename it into place."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".partial-") as aside:
        part = Path(aside, path.name)
        _save(address, part, limits)
        try:
            release = read_release(part)
        except ReleaseFormatError as error:
            reason = str(error).removeprefix(f"{part}: ")
            raise DownloadError(f"{address}: the zip {reason}; {INSTEAD}") from None
        if release.name > newest:
            raise _NoReleaseError(f"holds the release of {release.name}, which is not in effect yet")
        part.replace(path)
    return path, release


def _save(address: str, part: Path, limits: _Limits) -> None:
    try:
        with _open(address, "GET", limits) as response, part.open("wb") as file:
            _copy(address, response, file.write, limits)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in {403, 404, 410}:
            raise _NoReleaseError(f"HTTP {error.code}") from None
        raise DownloadError(f"{address}: HTTP {error.code}; {INSTEAD}") from None
    except TimeoutError:
        raise DownloadError(f"{address}: no answer for {limits.timeout_s:g} seconds; {INSTEAD}") from None
    except http.client.HTTPException:
        raise DownloadError(f"{address}: the transfer broke off; {INSTEAD}") from None
    except urllib.error.URLError as error:
        reason = "no answer in time" if isinstance(error.reason, TimeoutError) else error.reason
        raise DownloadError(f"{address}: cannot be reached ({reason}); {INSTEAD}") from None
    except ConnectionError:
        raise DownloadError(f"{address}: the connection broke; {INSTEAD}") from None


def _open(address: str, method: str, limits: _Limits) -> http.client.HTTPResponse:
    request = urllib.request.Request(address, headers={"User-Agent": _AGENT}, method=method)
    opener = urllib.request.build_opener(_SameServer)
    response: http.client.HTTPResponse = opener.open(request, timeout=limits.timeout_s)
    return response


class _SameServer(urllib.request.HTTPRedirectHandler):
    """Follows a redirect on the server that was named, by the same protocol, and no other."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """The next request; raises `URLError` for an address elsewhere."""
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            fp.close()
            raise urllib.error.URLError("it leads to another server")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _copy(
    address: str, response: http.client.HTTPResponse, write: Callable[[bytes], object], limits: _Limits
) -> None:
    stated = response.length
    if stated is not None and stated > MAX_BYTES:
        raise DownloadError(f"{address}: larger than {MAX_BYTES // 2**20} MB, so no release; {INSTEAD}")
    label = address.rpartition("/")[2]
    with tqdm(total=stated, unit="B", unit_scale=True, desc=label, disable=not limits.progress) as bar:
        received = 0
        # read1 returns what has arrived; read would wait until a slow server has sent a whole chunk.
        while chunk := response.read1(_CHUNK):
            if received == 0 and not chunk.startswith(b"PK"):
                raise _NoReleaseError(f"not a zip but {response.headers.get_content_type()}")
            received += len(chunk)
            if received > MAX_BYTES:
                raise DownloadError(
                    f"{address}: larger than {MAX_BYTES // 2**20} MB, so no release; {INSTEAD}"
                )
            if time.monotonic() > limits.deadline:
                raise DownloadError(f"{address}: too slow, gave up after {received} bytes; {INSTEAD}")
            write(chunk)
            bar.update(len(chunk))
    if received == 0:
        raise _NoReleaseError("an empty answer")
    if stated is not None and received < stated:
        raise DownloadError(f"{address}: broke off after {received} of {stated} bytes; {INSTEAD}")


def _offered_next(quarter: Quarter, base_url: str, limits: _Limits) -> str | None:
    """The address of a coming quarter's zip, if the server has one."""
    for file in quarter.files()[:2]:
        try:
            with _open(base_url + file, "HEAD", limits) as response:
                if "html" not in response.headers.get_content_type():
                    return base_url + file
        except urllib.error.HTTPError as error:
            error.close()
        except (OSError, http.client.HTTPException):
            continue  # only a hint for the user: the wanted release was downloaded already
    return None
