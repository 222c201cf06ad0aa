"""The records of a trail, and the form of a line.

A line is one JSON object. Its last two fields are `seq`, which counts from 1 without gaps over all files, and
`mac`, the authentication code of the line and of the line before it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from api.trail.key import TrailKey

FILE_NAME = re.compile(r"trail-(\d{12})\.jsonl")  # the number is the `seq` of the first line
FIRST_PREVIOUS = "0" * 32
LINE_END = re.compile(rb',"seq":(?P<seq>\d{1,15}),"mac":"(?P<mac>[0-9a-f]{32})"\}\n\Z')
ENCODE = msgspec.json.Encoder().encode


class Request(msgspec.Struct, frozen=True, tag_field="event", tag="request"):
    """One request.

    Attributes:
        at: When its answer was ready, UTC.
        who: Name of the caller's key or token; `anonymous` without one.
        address: Address that the request came from.
        method: HTTP method.
        route: Route template such as `/v1/codes/{code}`, never the address as typed.
        status: HTTP status; 0 if no answer was sent.
        outcome: `answered`, `refused` (4xx), `failed` (5xx) or `gone` (no answer was sent).
        codes: Number of codes in the answer.
        texts: Keyed digest of each text that was asked.
        release: Release that answered.
        ms: Milliseconds from the request's head to its ready answer.
        request_id: As in the `X-Request-ID` header.
        worker: Process id.
    """

    at: datetime
    who: str
    address: str
    method: str
    route: str
    status: int
    outcome: str
    codes: int
    texts: list[str]
    release: str
    ms: float
    request_id: str
    worker: int


class Started(msgspec.Struct, frozen=True, tag_field="event", tag="start"):
    """A worker process began to answer."""

    at: datetime
    release: str
    worker: int


class Stopped(msgspec.Struct, frozen=True, tag_field="event", tag="stop"):
    """A worker process ended as it should."""

    at: datetime
    worker: int


class Opened(msgspec.Struct, frozen=True, tag_field="event", tag="open"):
    """The first line of a file. `previous` is the code of the last line of the file before."""

    at: datetime
    previous: str


class Refused(msgspec.Struct, frozen=True, tag_field="event", tag="refused"):
    """Requests that the server refused before anybody was asked who calls: alike, and within one second.

    Attributes:
        at: When the record was written, UTC.
        since: When the first of them was refused, UTC.
        route: Route template; `(no route)` for other addresses and where the address had not arrived.
        status: HTTP status of the answers.
        reason: Why, one word such as `busy`.
        address: Address that the connections came from; `several` where too many did.
        requests: How many.
        worker: Process id.
        who: Always `unknown`.
        outcome: Always `refused`.
    """

    at: datetime
    since: datetime
    route: str
    status: int
    reason: str
    address: str
    requests: int
    worker: int
    who: str = "unknown"
    outcome: str = "refused"


class Lost(msgspec.Struct, frozen=True, tag_field="event", tag="lost"):
    """So many requests of a worker could not be recorded; `reason` is the operating system's."""

    at: datetime
    requests: int
    reason: str
    worker: int


Record = Request | Started | Stopped | Opened | Refused | Lost
DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class Position(NamedTuple):
    """A place in the chain: the number and the code of a record."""

    seq: int
    mac: str


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def body_of(record: Record, seq: int) -> bytes:
    """The line of a record up to its code."""
    return b'%b,"seq":%d' % (ENCODE(record)[:-1], seq)


def line_of(record: Record, after: Position, key: TrailKey) -> tuple[bytes, Position]:
    """The line of the record that follows a position, and its own position."""
    body = body_of(record, after.seq + 1)
    mac = key.code(after.mac, body)
    return b'%b,"mac":"%b"}\n' % (body, mac.encode()), Position(after.seq + 1, mac)


def position_of(tail: bytes) -> Position | None:
    """The position of the last line of some bytes, or None if they do not end with a whole line."""
    match = LINE_END.search(tail)
    return Position(int(match["seq"]), match["mac"].decode()) if match else None
