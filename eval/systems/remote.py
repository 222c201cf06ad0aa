"""A service over HTTP as a measured system: ours (`POST /v1/suggest`), or one with the NLM call."""

from __future__ import annotations

import hashlib
import http.client
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from eval.case_results import SystemAnswer
from eval.cases.cases import Case
from eval.errors import MeasuredSystemError

TIMEOUT_S = 30.0
OUR_PATH = "/v1/suggest"
RELEASES_PATH = "/v1/releases"
NLM_PATH = "/api/hcpcs/v3/search"


def make_remote(address: str) -> RemoteSuggest | RemoteNlm:
    """Make the system of an address: the NLM call if it ends in `/search`, else `POST /v1/suggest`."""
    if urlsplit(address).path.rstrip("/").endswith("/search"):
        return RemoteNlm(address)
    return RemoteSuggest(address)


class _Service:
    """A service on one persistent connection, which is opened once more if the service has closed it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if not parts.hostname:
            raise MeasuredSystemError(f"--system {address} is not a complete http address")
        self.name = parts.netloc.replace(":", "-")
        self.address = address
        self._connection_type = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._host = (parts.hostname, parts.port)
        self._connection: http.client.HTTPConnection | None = None
        self._base = ""

    def fetch(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Send one request, and return status and body.

        Raises:
            MeasuredSystemError: If the service cannot be reached; the run stops and can be continued.
        """
        headers = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if body else {})
        for attempt in (1, 2):
            try:
                if self._connection is None:
                    self._connection = self._connection_type(*self._host, timeout=TIMEOUT_S)
                self._connection.request(method, path, body, headers)
                response = self._connection.getresponse()
                return response.status, response.read()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt == 2:
                    reason = type(error).__name__
                    raise MeasuredSystemError(
                        f"{self.address} does not answer ({reason});"
                        " the answers so far are kept, and the same command with the same --out continues"
                    ) from error
        raise AssertionError("unreachable")

    @cached_property
    def identity(self) -> dict[str, Any]:
        """The address, and what the service said it was when this was first read."""
        return self.read_identity()

    def read_identity(self) -> dict[str, Any]:
        """Ask the service what it is: release, model, and the digest of its index's manifest.

        A service that does not know `/v1/releases` is known by its address alone.
        """
        identity: dict[str, Any] = {"address": self.address}
        status, body = self.fetch("GET", self._base + RELEASES_PATH)
        try:
            loaded = msgspec.json.decode(body, type=dict[str, Any]) if status == 200 else {}
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return identity
        identity |= {name: loaded[name] for name in ("release", "model") if name in loaded}
        if "manifest" in loaded:
            manifest = msgspec.json.encode(loaded["manifest"], order="sorted")
            identity["index_manifest_sha256"] = hashlib.sha256(manifest).hexdigest()
        return identity

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _RemoteSuggestion(msgspec.Struct):
    code: str
    confidence: float | None = None


class _RemoteAnswer(msgspec.Struct):
    suggestions: list[_RemoteSuggestion]
    no_good_match: bool | None = None
    error: str | None = None


class RemoteSuggest(_Service):
    """A service with our call `POST /v1/suggest`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        path = urlsplit(address).path.rstrip("/")
        self._base = path.removesuffix(OUR_PATH)
        self._path = self._base + OUR_PATH

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Ask for one text; a text that the service refuses (400, 413, 422) is an error of this case only."""
        request = {"text": case.query, "k": k, "date_of_service": (case.date or on).isoformat()}
        status, body = self.fetch("POST", self._path, msgspec.json.encode(request))
        if status in (400, 413, 422):
            return SystemAnswer(error=f"refused with status {status}")
        if not 200 <= status < 300:
            raise MeasuredSystemError(f"{self.address} answered {self._path} with status {status}")
        try:
            answer = msgspec.json.decode(body, type=_RemoteAnswer)
        except msgspec.MsgspecError as error:
            raise MeasuredSystemError(f"{self.address} does not answer with an Answer: {error}") from error
        codes = tuple(dict.fromkeys(suggestion.code for suggestion in answer.suggestions))
        first = answer.suggestions[0].confidence if answer.suggestions else None
        return SystemAnswer(codes, first, answer.no_good_match, answer.error)


class RemoteNlm(_Service):
    """A service with the NLM Clinical Tables call, whose answer is `[total, [codes], extra, displays]`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        parts = urlsplit(address)
        self._path, self._query = parts.path, parse_qsl(parts.query)
        self._base = parts.path.rstrip("/").removesuffix(NLM_PATH)

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Ask for one text; the call takes no date of service and states no confidence."""
        query = urlencode([*self._query, ("terms", case.query), ("maxList", str(k)), ("cf", "code")])
        status, body = self.fetch("GET", f"{self._path}?{query}")
        if status in (400, 413, 414, 422):
            return SystemAnswer(error=f"refused with status {status}")
        if not 200 <= status < 300:
            raise MeasuredSystemError(f"{self.address} answered with status {status}")
        try:
            codes = msgspec.json.decode(body)[1]
            return SystemAnswer(tuple(dict.fromkeys(msgspec.convert(codes, list[str])))[:k])
        except (msgspec.MsgspecError, LookupError, TypeError) as error:
            raise MeasuredSystemError(f"{self.address} does not answer as the NLM call does") from error
