"""Every parser of bytes that come from outside, as a function of bytes, with inputs that it reads."""

from __future__ import annotations

import asyncio
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple
from urllib.parse import quote

from api.app import create_app
from api.audit.columns import recognise
from api.batch.readers import CsvReader, JsonLinesReader
from api.callers.file import read_callers
from api.examples import read_examples
from api.settings import Settings
from api.trail.key import TrailKey
from api.trail.records import FIRST_PREVIOUS, Opened, Position, line_of, now
from api.trail.verify import verify
from eval.cases.cases import read_cases
from eval.cases.codes import CodeTextError, parse_codes
from index.errors import HcpcsError
from index.release.cpt import read_cpt
from index.release.links import release_links
from index.release.release import read_release
from index.tables.read import read_tables
from tests.fakes import FakeSuggester
from tests.price_files import HOSPITAL_3, TALL, TALL_ROWS, item, price_tree
from tests.release_files import SMALL, TITLES, book_row, fixed_width, xlsx, zipped
from tests.table_files import csv_bytes, mue_rows

MAX_MESSAGE = 2000
KEY = TrailKey.of(b"k" * 32)
SHEET = "xl/worksheets/sheet1.xml"


class Parser(NamedTuple):
    """A parser and where its inputs start.

    Attributes:
        run: Returns for every input; what it raises is a fault.
        seeds: Inputs that it reads.
    """

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


@cache
def folder() -> Path:
    """Where this process writes the files that are read; in memory where Linux offers it."""
    memory = Path("/dev/shm")
    return Path(mkdtemp(prefix="parsed-", dir=memory if memory.is_dir() else None))


def file(
    read: Callable[[Path], Any], name: str, wrap: Callable[[bytes], bytes] = bytes
) -> Callable[[bytes], None]:
    """A parser of a file of that name: it returns, or raises one sentence."""

    def run(data: bytes) -> None:
        path = folder() / name.partition(".")[2] / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(wrap(data))
        try:
            read(path)
        except HcpcsError as error:
            assert 0 < len(str(error)) < MAX_MESSAGE
            assert "\n" not in str(error)

    return run


PRICES = (HOSPITAL_3 + TALL + TALL_ROWS).encode()
PRICE_TREE = price_tree("3.0.0", [item("ZORBLAX", ("E0143", "HCPCS"))])


def own_lines(path: Path) -> None:
    """The lines of a site's file."""
    read_examples([path], [])


BOOK = xlsx({"A": [TITLES, book_row("A0001", "Invented")]})


def as_sheet(data: bytes) -> bytes:
    """A workbook whose first sheet is this XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book, zipfile.ZipFile(out, "w") as made:
        for name in book.namelist():
            made.writestr(name, data if name == SHEET else book.read(name))
    return out.getvalue()


def sheet() -> bytes:
    """The XML of a sheet."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book:
        return book.read(SHEET)


def rows_of(reader: Callable[[Iterable[bytes]], Iterable[Any]]) -> Callable[[bytes], None]:
    """A parser of the lines of a batch, whose columns are then told apart as in an audit."""

    def run(data: bytes) -> None:
        try:
            read = reader(data.splitlines(keepends=True))
            rows = list(read)
            names = getattr(read, "columns", ()) or tuple(
                {name: None for row in rows for name in row.columns}
            )
            recognise(names, rows, {})
        except HcpcsError as error:
            assert "\n" not in str(error)

    return run


def codes(data: bytes) -> None:
    """The codes of a case."""
    try:
        parse_codes(data.decode(errors="replace"), ("A0001", "E0002", "K0003"))
    except CodeTextError as error:
        assert error.reason


class App:
    """The service with a fake suggester, called without a connection."""

    def __init__(self) -> None:
        self._app = create_app(FakeSuggester(), Settings(home=folder()))
        self._loop = asyncio.new_event_loop()

    def status(self, method: str, path: str, query: bytes = b"", body: bytes = b"") -> int:
        """The status of one request with a JSON body."""
        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
        }
        scope |= {"raw_path": path.encode(), "query_string": query, "headers": headers, "scheme": "http"}
        scope |= {"server": ("localhost", 80), "client": ("127.0.0.1", 1), "root_path": "", "state": {}}
        found: list[int] = []
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            # After its body the client waits for the answer.
            return next(messages, None) or await self._loop.create_future()

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                found.append(message["status"])

        self._loop.run_until_complete(self._app(scope, receive, send))  # type: ignore[arg-type]
        return found[0]


app = cache(App)


def body(path: str) -> Callable[[bytes], None]:
    """The body of a route."""

    def run(data: bytes) -> None:
        assert app().status("POST", path, body=data) < 500

    return run


def query(path: str) -> Callable[[bytes], None]:
    """The query string of a route."""

    def run(data: bytes) -> None:
        assert app().status("GET", path, query=data) < 500

    return run


def nlm_query(data: bytes) -> None:
    """The query language of the NLM call."""
    asked = b"terms=walker&q=" + quote(data).encode()
    assert app().status("GET", "/api/hcpcs/v3/search", query=asked) < 500


def trail(path: Path) -> None:
    """An audit trail of one file."""
    verify(path.parent, KEY)


def trail_line() -> bytes:
    """The first line of a trail."""
    return line_of(Opened(now(), FIRST_PREVIOUS), Position(0, FIRST_PREVIOUS), KEY)[0]


def links(data: bytes) -> None:
    """The page on which releases are listed."""
    release_links(data.decode(errors="replace"), "https://www.cms.gov/a/page")


TEXT = fixed_width(SMALL)
CSV = b"HCPC,Long Description,Short Description,Effective Date\nA0001,Invented bandage,Bandage,20200101\n"
CASES = b"query,codes,date\nbandage,A0001,2026-01-02\ncrutch,E0002;K0003,\n"
JSON_CASES = (
    b'{"query": "bandage", "codes": ["A0001"]}\n'
    b'{"query": "crutch", "codes": "E0002-E0004", "date": "2026-01-02"}\n'
)
MUE = csv_bytes(
    mue_rows("Practitioner Services", [("A0001", 3, "2 Date of Service Edit: Policy", "Invented")])
)
CALLERS = b"""[[key]]
name = "one"
sha256 = "%s"
scopes = ["suggest", "codes"]
expires = 2027-01-01
per_minute = 60
[[issuer]]
issuer = "https://login.example.org"
audience = "hcpcs"
jwks = "https://login.example.org/jwks.json"
algorithms = ["RS256"]
""" % (b"0" * 64)
PARAMETERS = (
    b'{"resourceType": "Parameters", "parameter": [{"name": "code", "valueCode": "E0143"}, {"name": "system",'
    b' "valueUri": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"}]}'
)
CODING = (
    b'{"resourceType": "Parameters", "parameter": [{"name": "coding", "valueCoding": {"code": "E0143",'
    b' "system": "urn:oid:2.16.840.1.113883.6.285"}}, {"name": "date", "valueDateTime": "2026-01-01"}]}'
)
ORDER = (
    b'{"hook": "order-select", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": {"userId":'
    b' "P/1", "patientId": "1", "selections": ["DeviceRequest/1"], "draftOrders": {"resourceType": "Bundle",'
    b' "entry": [{"resource": {"resourceType": "DeviceRequest", "id": "1", "codeCodeableConcept":'
    b' {"text": "walker"}}}]}}}'
)
FEEDBACK = (
    b'{"feedback": [{"card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "outcome": "overridden",'
    b' "overrideReason": {"reason": {"code": "other-code"}, "userComment": "no"}}]}'
)
ITEMS = b'{"items": [{"text": "walker", "k": 3}, {"text": "cane", "date_of_service": "2026-01-02"}]}'
FHIR = b"http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

PARSERS = {
    "releases, fixed width": Parser(file(read_release, "HCPC2031_APR.txt"), (TEXT,)),
    "releases, CSV": Parser(file(read_release, "HCPC2031_APR.csv"), (CSV,)),
    "releases, JSON": Parser(
        file(read_release, "hcpcs-2031-04.json"),
        (b'[{"code": "A0001", "long_description": "Invented bandage", "short_description": "Bandage"}]',),
    ),
    "releases, zip": Parser(file(read_release, "a.zip"), (zipped({"HCPC2031_APR.txt": TEXT[:700]}),)),
    "releases, gzip": Parser(file(read_release, "HCPC2031_APR.csv.gz"), (gzip.compress(CSV),)),
    "releases, workbook": Parser(file(read_release, "a.xlsx", as_sheet), (sheet(),)),
    "lists of Level I codes": Parser(file(read_cpt, "cpt.txt"), (b"code,description\n12345,Paw\n",)),
    "pages that list releases": Parser(
        links,
        (b'<a href="/files/zip/january-2026-alpha-numeric-hcpcs-file.zip">January 2026 Alpha-Numeric</a>',),
    ),
    "cases, CSV": Parser(file(read_cases, "cases.csv"), (CASES,)),
    "cases, JSON Lines": Parser(file(read_cases, "cases.jsonl"), (JSON_CASES,)),
    "cases, TREC": Parser(file(read_cases, "cases.qrels"), (b"1 0 A0001 1\n2 0 E0002 1\n",)),
    "cases, workbook": Parser(file(read_cases, "cases.xlsx", as_sheet), (sheet(),)),
    "own lines, CSV": Parser(file(own_lines, "own.csv"), (PRICES, b"code,desc\nE0143,walker\n")),
    "own lines, JSON": Parser(file(own_lines, "own.json"), (PRICE_TREE,)),
    "codes of a case": Parser(codes, (b"A0001, E0002-K0003 or K0003-RR",)),
    "tables about codes": Parser(file(read_tables, "mue.csv"), (MUE,)),
    "batches, CSV": Parser(
        rows_of(CsvReader), (b'id;text;HCPCS;units\n1;walker;E0143;1\n2;"cane; with\ntip";E0100;2\n',)
    ),
    "batches, JSON Lines": Parser(
        rows_of(JsonLinesReader), (b'{"text": "walker", "hcpcs": "E0143"}\n\n{"a": [1]}\n',)
    ),
    "callers files": Parser(file(read_callers, "callers.toml"), (CALLERS,)),
    "audit trails": Parser(file(trail, "trail-000000000001.jsonl"), (trail_line(),)),
    "NLM queries": Parser(nlm_query, (b'code:E* AND (walker OR "folding walker") -is_noc:true',)),
    "NLM calls": Parser(
        query("/api/hcpcs/v3/search"), (b"terms=walker&maxList=5&df=code,display&ef=obsolete:x&q=code:E*",)
    ),
    "FHIR expansions": Parser(
        query("/fhir/ValueSet/$expand"), (b"url=" + FHIR + b"?fhir_vs&filter=walker&count=3",)
    ),
    "FHIR look-ups": Parser(
        query("/fhir/CodeSystem/$lookup"), (b"system=" + FHIR + b"&code=E0143&property=status",)
    ),
    "FHIR bodies": Parser(body("/fhir/CodeSystem/$lookup"), (PARAMETERS, CODING)),
    "CDS Hooks calls": Parser(body("/cds-services/hcpcs-suggest"), (ORDER,)),
    "CDS Hooks feedback": Parser(body("/cds-services/hcpcs-suggest/feedback"), (FEEDBACK,)),
    "bodies of suggest": Parser(body("/v1/suggest"), (b'{"text": "walker", "k": 3, "sections": ["E"]}',)),
    "bodies of batch": Parser(body("/v1/suggest/batch"), (ITEMS,)),
}
