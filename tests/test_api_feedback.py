"""What users took goes into a database, with what was shown; SQLite and PostgreSQL alike."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.feedback.database import FeedbackError, open_database
from api.feedback.export import as_cases, as_rows
from api.feedback.records import Pick, Shown, ShownCode
from api.feedback.store import FeedbackStore, open_store
from api.settings import Settings, load_settings
from tests.fakes import FakeSuggester
from tests.waiting import wait_until

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

KEY = b"k" * 32
TEXT = "Folding  walker"
LIST = Shown(
    request_id="r1",
    channel="rest",
    text=TEXT,
    codes=(ShownCode(1, "E0130", 0.5), ShownCode(2, "E0143", 0.25)),
    line_id="77",
    on=date(2026, 1, 2),
    release="2026-01",
    model="m",
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server of this machine, started for the tests."""
    pytest.importorskip("psycopg")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL's server is not installed (Debian: postgresql)")
    if os.getuid() == 0 and not shutil.which("runuser"):
        pytest.skip("PostgreSQL's server does not run as root, and runuser is not here")
    with tempfile.TemporaryDirectory(prefix="hcpcs-pg-") as folder:
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if as_user:
            shutil.chown(folder, "postgres")
        tools, data = found[-1].parent, f"{folder}/data"

        def call(tool: str, *arguments: str) -> None:
            subprocess.run([*as_user, str(tools / tool), *arguments], check=True, capture_output=True)

        call("initdb", "-D", data, "-A", "trust", "-U", "hcpcs", "--no-sync")
        call(
            "pg_ctl",
            "-D",
            data,
            "-w",
            "-l",
            f"{folder}/log",
            "-o",
            f"-k {folder} -c listen_addresses=",
            "start",
        )
        try:
            yield f"postgresql+psycopg://hcpcs@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/picks.db"
    address: str = request.getfixturevalue("postgres")
    _drop(address)
    return address


def _drop(address: str) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(address)
    with engine.begin() as connection:
        for table in ("picks", "shown_codes", "shown", "alembic_version"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table} CASCADE"))
    engine.dispose()


OPENED: list[FeedbackStore] = []


@pytest.fixture(autouse=True)
def _close_stores() -> Iterator[None]:
    """Close what a test opened."""
    yield
    while OPENED:
        OPENED.pop().close()


def store_of(address: str, kept: str = "text") -> FeedbackStore:
    """A store on a database, closed after the test."""
    OPENED.append(FeedbackStore(open_database(address), kept, KEY))
    return OPENED[-1]


def test_a_pick_comes_back_with_what_was_shown(address: str) -> None:
    """Positions are kept, and the position of the code that was taken."""
    store = store_of(address)
    store.add_pick(LIST, Pick("accepted", "E0143", 2))
    store.close()

    (pick,) = store_of(address).picks()

    assert (pick.text, pick.shown, pick.code, pick.position) == (TEXT, ("E0130", "E0143"), "E0143", 2)
    assert list(as_cases([pick])) == [
        {
            "id": "pick-1",
            "query": TEXT,
            "codes": ["E0143"],
            "source": "rest",
            "kind": "accepted",
            "date": "2026-01-02",
        }
    ]
    assert next(as_rows([pick]))["shown"] == ["E0130", "E0143"]


def test_a_pick_finds_the_list_of_its_request(address: str) -> None:
    """A list that the service kept itself; the client names the request only."""
    store = store_of(address)
    store.add_shown(LIST)
    store.add_pick(msgspec.structs.replace(LIST, codes=(), text=""), Pick("accepted", "E0143"))

    (pick,) = store.picks()

    assert (pick.text, pick.shown, pick.position) == (TEXT, ("E0130", "E0143"), 2)


@pytest.mark.parametrize("kept", ["hash", "none"])
def test_the_site_decides_what_is_kept_of_a_text(address: str, kept: str) -> None:
    """A keyed hash that is equal for equal texts, or nothing."""
    store = store_of(address, kept)
    store.add_pick(LIST, Pick("accepted", "E0143", 2))

    (pick,) = store.picks()

    assert pick.text is None
    assert pick.text_hash == (store.text_hash("folding walker") if kept == "hash" else None)
    assert list(as_cases([pick])) == []


def test_opening_again_keeps_what_is_there(address: str) -> None:
    """The migration runs once."""
    store_of(address).add_pick(LIST, Pick("overridden"))

    assert [pick.outcome for pick in store_of(address).picks()] == ["overridden"]


def test_silent_answers_come_back(address: str) -> None:
    """Apart from what users saw."""
    store = store_of(address)
    store.add_shown(LIST, msgspec.structs.replace(LIST, silent=True, line_id="78"))

    (answer,) = store.silent_answers()

    assert (answer.line_id, answer.text, answer.codes) == ("78", TEXT, LIST.codes)


WRITER = """
import sys
from api.feedback.database import open_database
from api.feedback.records import Pick, Shown
from api.feedback.store import FeedbackStore, open_store
store = FeedbackStore(open_database(sys.argv[1]), "text", b"k" * 32)
for n in range(100_000):
    shown = Shown(request_id=str(n), channel="rest", text="", codes=())
    store.add_pick(shown, Pick("accepted", "E0143"))
    print(n, flush=True)
"""


def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed(address: str) -> None:
    """Killed with SIGKILL while it writes."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, address], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(40):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split("\n")[:-1]
        process.wait()
    acknowledged = int(rest[-1]) if rest else last

    kept = sum(1 for _ in store_of(address).picks())

    assert kept in (acknowledged + 1, acknowledged + 2)  # one may have been written and not yet told


def test_a_database_that_cannot_be_opened_is_told_without_its_password() -> None:
    """The address may hold one."""
    pytest.importorskip("psycopg")
    with pytest.raises(FeedbackError) as told:
        open_database("postgresql+psycopg://me:secret@127.0.0.1:1/none")

    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:  # type: ignore[type-arg]
    """A service that keeps feedback and answers."""
    settings = load_settings(
        {
            "HCPCS_HOME": str(tmp_path),
            "HCPCS_ALLOWED_HOSTS": "*",
            "HCPCS_FEEDBACK": "1",
            "HCPCS_FEEDBACK_TEXT": "text",
            "HCPCS_SHADOW": "1",
        }
    )
    with TestClient(create_app(FakeSuggester(), settings)) as client:
        yield client


def of_service(tmp_path: Path) -> FeedbackStore:
    """The store of the service."""
    return store_of(f"sqlite:///{tmp_path}/feedback.db")


def test_the_service_keeps_picks(client: TestClient, tmp_path: Path) -> None:  # type: ignore[type-arg]
    """Over HTTP, with the outcome told from what was shown."""
    body = {"request_id": "a", "text": TEXT, "shown": ["E0130", "E0143"], "taken": "E0143"}

    answers = [
        client.post("/v1/feedback", json=body),
        client.post("/v1/feedback", json={**body, "taken": "E0100"}),
        client.post("/v1/feedback", json={**body, "taken": None}),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"kept": True})] * 3
    assert [(pick.outcome, pick.code, pick.position) for pick in of_service(tmp_path).picks()] == [
        ("accepted", "E0143", 2),
        ("other-code", "E0100", None),
        ("overridden", "", None),
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [({"taken": None, "outcome": "accepted"}, "$.outcome"), ({"confidences": [0.5]}, "$.confidences")],
)
def test_feedback_that_contradicts_itself_is_refused(
    client: TestClient,  # type: ignore[type-arg]
    change: dict[str, object],
    path: str,
) -> None:
    """The error names the field."""
    body = {"shown": ["E0130", "E0143"], "taken": "E0143"}

    answer = client.post("/v1/feedback", json={**body, **change})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == path


def test_answers_are_kept_silently(client: TestClient, tmp_path: Path) -> None:  # type: ignore[type-arg]
    """Where the site wants a pilot without risk."""
    assert client.post("/v1/suggest", json={"text": TEXT}).status_code == 200

    store = of_service(tmp_path)
    wait_until(lambda: [one.text for one in store.silent_answers()] == [TEXT])


def test_answers_of_a_batch_request_are_kept_silently(client: TestClient, tmp_path: Path) -> None:  # type: ignore[type-arg]
    """Each of them, but not an item that was refused."""
    items = [{"text": "one walker"}, {"text": 3}, {"text": "two walkers"}]
    assert client.post("/v1/suggest/batch", json={"items": items}).status_code == 200

    store = of_service(tmp_path)
    wait_until(lambda: [one.text for one in store.silent_answers()] == ["one walker", "two walkers"])


def test_a_service_without_the_setting_has_no_such_route() -> None:
    """Nothing is kept unless the site says so."""
    with TestClient(create_app(FakeSuggester(), Settings(Path("none")))) as client:
        assert client.post("/v1/feedback", json={"taken": "E0143"}).status_code in (404, 405)


def test_kept_answers_are_compared_with_what_was_billed(address: str, tmp_path: Path) -> None:
    """Hashes of texts are enough: neither database nor comparison holds a text."""
    from api.shadow import compare_with_billed

    settings = Settings(tmp_path, feedback=address, feedback_text="hash")
    store = open_store(settings)
    assert store is not None
    store.add_shown(msgspec.structs.replace(LIST, silent=True, line_id=""))
    store.close()
    billed = tmp_path / "claims.csv"
    billed.write_text("query,codes,date\nFOLDING WALKER,E0130,2026-01-02\n")

    found = compare_with_billed(billed, {}, None, "id", settings)

    assert (found.unjoined, found.total.first.hits) == (0, 1)
