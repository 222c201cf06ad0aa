"""Who may call: keys, tokens, scopes, expiry, rotation, slowed failures and limits."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import KeySet
from litestar import Litestar
from litestar.testing import TestClient

import api.callers.file
import api.callers.recognise
import api.http.keys
from api.app import create_app
from api.callers import jwks
from api.callers.file import CallersError, read_callers
from api.callers.table import SharedTable, make_table
from api.cds.routes import EXAMPLE_CALL
from api.settings import Settings
from tests.fakes import FakeSuggester
from tests.tokens import (
    CDS_ENTRY,
    CDS_PATH,
    ISSUER_ENTRY,
    access_token,
    cds_token,
    elliptic,
    key_entry,
    rsa,
    write_keys,
)

SUGGEST_KEY, BATCH_KEY, ALL_KEY = "s" * 32, "b" * 32, "a" * 32
BODY = {"text": "folding walker"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals wait a millisecond, and the callers file is looked at for each request."""
    monkeypatch.setattr(api.http.keys, "FAILED_KEY_DELAY_S", 0.001)
    monkeypatch.setattr(api.http.keys, "FAILED_KEYS_PER_MINUTE", 10_000)
    monkeypatch.setattr(api.callers.recognise, "LOOK_AGAIN_S", 0.0)


@contextmanager
def serving(path: Path | None, **settings: Any) -> Iterator[TestClient[Litestar]]:
    """The app with a callers file."""
    app = create_app(FakeSuggester(), Settings(home=Path("unused"), callers=path, **settings))
    with TestClient(app) as client:
        yield client


def write(path: Path, text: str) -> Path:
    """Replace a file in one step, as an operator does."""
    aside = path.with_suffix(".new")
    aside.write_text(text)
    return aside.replace(path)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def suggest(client: TestClient[Litestar], token: str, path: str = "/v1/suggest", body: Any = BODY) -> int:
    return client.post(path, json=body, headers=bearer(token)).status_code


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("suggest", {"/v1/suggest", "/api/hcpcs/v3/search", "/fhir/ValueSet/$expand"}),
        ("batch", {"/v1/suggest/batch"}),
        ("codes", {"/v1/codes", "/v1/releases", "/fhir/CodeSystem", "/schema"}),
        ("metrics", {"/metrics"}),
        ("admin", {"/v1/suggest", "/api/hcpcs/v3/search", "/fhir/ValueSet/$expand", "/v1/suggest/batch",
                   "/v1/codes", "/v1/releases", "/fhir/CodeSystem", "/schema", "/metrics"}),
    ],
)  # fmt: skip
def test_a_scope_opens_its_routes_and_no_other(tmp_path: Path, scope: str, allowed: set[str]) -> None:
    """403 names the scope that is missing; no route is open to a key without its scope."""
    posts = {"/v1/suggest": BODY, "/v1/suggest/batch": {"items": [BODY]}}
    gets = ["/api/hcpcs/v3/search?terms=cane", "/v1/codes", "/v1/releases", "/schema", "/metrics"]
    gets += [
        "/fhir/CodeSystem",
        "/fhir/ValueSet/$expand?url=http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets?fhir_vs",
    ]
    file = write(tmp_path / "callers.toml", key_entry(SUGGEST_KEY, scope))
    with serving(file) as client:
        statuses = {path: suggest(client, SUGGEST_KEY, path, body) for path, body in posts.items()}
        for path in gets:
            statuses[path.partition("?")[0]] = client.get(path, headers=bearer(SUGGEST_KEY)).status_code

    assert {path for path, status in statuses.items() if status == 200} == allowed
    assert {status for path, status in statuses.items() if path not in allowed} <= {403}


def test_every_route_but_the_open_ones_asks_for_a_key(tmp_path: Path) -> None:
    """Without a key each route of the document is 401, except health, discovery and FHIR's metadata."""
    with serving(write(tmp_path / "callers.toml", key_entry(ALL_KEY, "admin"))) as client:
        paths = client.get("/schema", headers=bearer(ALL_KEY)).json()["paths"]
        answers = {
            (method, path): client.request(method, path.replace("{", "").replace("}", "")).status_code
            for path, item in paths.items()
            for method in item
        }

    let_in = {path for (_, path), status in answers.items() if status != 401}
    smart = "/.well-known/smart-configuration"
    assert let_in == {"/health/live", "/health/ready", "/cds-services", "/fhir/metadata", smart}


def test_keys_are_rotated_without_a_restart(tmp_path: Path) -> None:
    """A key counts from the moment it is in the file until it is not; a broken file changes nothing."""
    file = write(tmp_path / "callers.toml", key_entry(SUGGEST_KEY, "suggest"))
    with serving(file, api_key="o" * 32) as client:
        seen = [suggest(client, SUGGEST_KEY)]
        write(file, key_entry(BATCH_KEY, "suggest"))
        seen += [suggest(client, SUGGEST_KEY), suggest(client, BATCH_KEY)]
        write(file, "broken [")
        seen += [suggest(client, BATCH_KEY), suggest(client, "o" * 32)]
        file.unlink()
        seen += [suggest(client, BATCH_KEY)]

    assert seen == [200, 401, 200, 200, 200, 200]


@pytest.mark.parametrize(
    ("expires", "status"),
    [("2020-01-01", 401), ("2999-01-01", 200), ("2020-01-01T00:00:00Z", 401), ("2999-01-01T00:00:00", 200)],
)
def test_a_key_expires(tmp_path: Path, expires: str, status: int) -> None:
    """On its day, or at its moment."""
    file = write(tmp_path / "callers.toml", key_entry(SUGGEST_KEY, "suggest", more=f"expires = {expires}"))
    with serving(file) as client:
        assert suggest(client, SUGGEST_KEY) == status


def test_the_name_of_the_caller_is_known_inside(tmp_path: Path) -> None:
    """For the audit trail; a key itself is nowhere."""
    from litestar import Request, get

    @get("/who", sync_to_thread=False)
    def who(request: Request[Any, Any, Any]) -> str:
        return str(request.scope["state"]["caller"])

    file = write(tmp_path / "callers.toml", key_entry(SUGGEST_KEY, "suggest", name="ward 7"))
    app = create_app(FakeSuggester(), Settings(home=Path("unused"), callers=file), [who])
    with TestClient(app) as client:
        assert client.get("/who", headers=bearer(SUGGEST_KEY)).text == "ward 7"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[key]]\nname = 'a'", "missing required field `sha256` - at `$.key[0]`"),
        (key_entry(ALL_KEY, "root"), "key 1: scopes must be some of suggest, batch, codes, admin, metrics"),
        ("[[key]]\nname='a'\nsha256='plain-key'\nscopes=['admin']", "key 1: sha256 must be 64 hexadecimal"),
        (key_entry(ALL_KEY, "admin") * 2, "two keys are the same"),
        (ISSUER_ENTRY + "algorithms = ['HS256']", "algorithms must be some of"),
        (ISSUER_ENTRY + "algorithms = ['none']", "algorithms must be some of"),
        (ISSUER_ENTRY.replace("login.json", "http://login.example.org/keys"), "an https address"),
        (key_entry(ALL_KEY, "admin", more="expires = 'zebrafish'"), "key 1: expires must be a date"),
        ("secret = 'zebrafish'\n[", "is not TOML"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, text: str, message: str) -> None:
    """The sentence names the file and the entry, and repeats no value."""
    file = write(tmp_path / "callers.toml", text)

    with pytest.raises(CallersError) as caught:
        read_callers(file)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)
    assert "zebrafish" not in str(caught.value)
    assert "plain-key" not in str(caught.value)


def test_tokens_without_their_library_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, not at the first token."""
    monkeypatch.setattr(api.callers.file, "find_spec", lambda name: None)
    file = write(tmp_path / "callers.toml", ISSUER_ENTRY)

    with pytest.raises(CallersError, match="install the extra 'auth'"):
        read_callers(file)


def test_wrong_keys_are_slowed_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many wrong keys of one address the next are 429; a right key counts all the time."""
    monkeypatch.setattr(api.http.keys, "FAILED_KEYS_PER_MINUTE", 3)
    monkeypatch.setattr(api.http.keys, "FAILED_KEY_DELAY_S", 0.05)
    with serving(write(tmp_path / "callers.toml", key_entry(SUGGEST_KEY, "suggest"))) as client:
        started = time.perf_counter()
        statuses = [suggest(client, "wrong") for _ in range(3)]
        took = time.perf_counter() - started
        refused = client.post("/v1/suggest", json=BODY, headers=bearer("wrong"))
        right = suggest(client, SUGGEST_KEY)

    assert statuses == [401] * 3
    assert took >= 0.15
    assert (refused.status_code, right) == (429, 200)
    assert 1 <= int(refused.headers["retry-after"]) <= 20


def test_a_caller_has_a_rate(tmp_path: Path) -> None:
    """`RateLimit` counts down, 429 says when to come again; another caller is not affected."""
    entries = key_entry(SUGGEST_KEY, "suggest", name="slow", more="per_minute = 3")
    entries += key_entry(BATCH_KEY, "suggest", name="free")
    with serving(write(tmp_path / "callers.toml", entries)) as client:
        answers = [client.post("/v1/suggest", json=BODY, headers=bearer(SUGGEST_KEY)) for _ in range(4)]
        other = client.post("/v1/suggest", json=BODY, headers=bearer(BATCH_KEY))

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[3].headers["ratelimit-policy"] == '"caller";q=3;w=60'
    assert 15 <= int(answers[3].headers["retry-after"]) <= 20
    assert answers[3].json()["type"] == "urn:hcpcs-suggest:problem:too-many-requests"
    assert (other.status_code, "ratelimit" in other.headers) == (200, False)


def test_a_rate_holds_without_keys() -> None:
    """`HCPCS_RATE_LIMIT` counts by address; health is not counted."""
    with serving(None, rate_limit=2) as client:
        statuses = [client.post("/v1/suggest", json=BODY).status_code for _ in range(3)]
        assert [client.get("/health/live").status_code for _ in range(5)] == [200] * 5

    assert statuses == [200, 200, 429]


def test_processes_count_together(tmp_path: Path) -> None:
    """Two tables over one file are one count; a used token is used for both."""
    make_table(tmp_path / "table")
    one, two = SharedTable(tmp_path / "table"), SharedTable(tmp_path / "table")

    allowed = [table.take("caller", 4)[0] for table in (one, two, one, two, one, two)]

    assert allowed == [True] * 4 + [False] * 2
    assert [table.first("jti", 60) for table in (one, two)] == [True, False]
    assert one.first("jti of the past", -1)
    assert one.first("jti of the past", 1)


def test_a_full_table_forgets_the_oldest_first() -> None:
    """Many names do not lift the limit of the one that calls now, and memory does not grow."""
    table = SharedTable()
    for number in range(40_000):
        table.take(f"address {number}", 60_000)
    allowed = [table.take("caller", 2)[0] for _ in range(3)]

    assert allowed == [True, True, False]


class Issuing:
    """A callers file with an issuer and a CDS client, and their private keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.login, self.ehr = rsa("login-1"), elliptic("ehr-1")
        write_keys(folder / "login.json", self.login)
        write_keys(folder / "ehr.json", self.ehr)
        self.file = write(folder / "callers.toml", ISSUER_ENTRY + CDS_ENTRY + key_entry(ALL_KEY, "admin"))


@pytest.fixture
def issuing(tmp_path: Path) -> Issuing:
    return Issuing(tmp_path)


def test_a_signed_token_counts_beside_keys(issuing: Issuing) -> None:
    """With its scopes only, again and again, also in a list of audiences; keys count as before."""
    token = access_token(issuing.login)
    listed = access_token(issuing.login, aud=["other", "hcpcs"], scope=None, scp=["batch", "else"])
    with serving(issuing.file) as client:
        assert [suggest(client, token) for _ in range(3)] == [200] * 3
        assert client.get("/v1/codes", headers=bearer(token)).status_code == 403
        assert suggest(client, listed, "/v1/suggest/batch", {"items": [BODY]}) == 200
        assert suggest(client, ALL_KEY) == 200


def unsigned(token: str, **header: Any) -> str:
    """A token whose header is replaced and whose signature is left out."""
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{encoded}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda key: access_token(key, exp=int(time.time()) - 120), id="expired"),
        pytest.param(lambda key: access_token(key, exp=None), id="without an end"),
        pytest.param(lambda key: access_token(key, exp="never"), id="an end that is no time"),
        pytest.param(lambda key: access_token(key, nbf=int(time.time()) + 300), id="not yet"),
        pytest.param(lambda key: access_token(key, aud="other"), id="wrong audience"),
        pytest.param(lambda key: access_token(key, aud=None), id="no audience"),
        pytest.param(lambda key: access_token(key, iss="https://evil.example.org"), id="wrong issuer"),
        pytest.param(lambda key: access_token(key, iss=None), id="no issuer"),
        pytest.param(lambda key: access_token(key, "RS512"), id="algorithm not listed"),
        pytest.param(lambda key: access_token(rsa("login-1")), id="another key of the same name"),
        pytest.param(lambda key: access_token(rsa("login-9")), id="unknown key"),
        pytest.param(lambda key: unsigned(access_token(key), alg="RS256", crit=["x"]), id="critical header"),
        pytest.param(lambda key: unsigned(access_token(key), alg="none"), id="none"),
        pytest.param(lambda key: unsigned(access_token(key), alg="RS256", kid="login-1"), id="no signature"),
        pytest.param(lambda key: unsigned(access_token(key), alg="HS256", kid="login-1"), id="shared secret"),
        pytest.param(lambda key: access_token(key)[:-8] + "AAAAAAAA", id="changed signature"),
        pytest.param(lambda key: access_token(key) + "A" * 9000, id="too long"),
        pytest.param(lambda key: "..", id="empty"),
        pytest.param(lambda key: "a.b.c", id="no JSON"),
        pytest.param(lambda key: "W10.W10.W10", id="lists"),
    ],
)  # fmt: skip
def test_a_token_that_does_not_hold_is_refused(issuing: Issuing, make: Any) -> None:
    """401, and nothing of the token is repeated."""
    token = make(issuing.login)
    with serving(issuing.file) as client:
        response = client.post("/v1/suggest", json=BODY, headers=bearer(token))

    assert response.status_code == 401
    assert len(token) < 10 or token not in response.text


def test_a_token_without_our_scope_may_nothing(issuing: Issuing) -> None:
    """A token of the right issuer for another purpose is known, and refused."""
    with serving(issuing.file) as client:
        assert suggest(client, access_token(issuing.login, scope="openid profile")) == 403
        assert suggest(client, access_token(issuing.login, scope={"suggest": 1})) == 403


def test_keys_of_an_issuer_are_rotated(issuing: Issuing) -> None:
    """A new key counts once it is published, the old one until it is taken away."""
    new = rsa("login-2")
    with serving(issuing.file) as client:
        seen = [suggest(client, access_token(key)) for key in (issuing.login, new)]
        write_keys(issuing.folder / "login.json", issuing.login, new)
        seen += [suggest(client, access_token(key)) for key in (issuing.login, new)]
        write_keys(issuing.folder / "login.json", new)
        seen += [suggest(client, access_token(key)) for key in (issuing.login, new)]

    assert seen == [200, 401, 200, 200, 401, 200]


def call(client: TestClient[Litestar], token: str, path: str = CDS_PATH) -> int:
    return client.post(path, json=EXAMPLE_CALL, headers=bearer(token)).status_code


def test_a_cds_client_calls_once_with_each_token(issuing: Issuing) -> None:
    """Its token is for the called address and counts once; it opens nothing else."""
    with serving(issuing.file) as client:
        token = cds_token(issuing.ehr)
        assert [call(client, token), call(client, token)] == [200, 401]
        assert suggest(client, cds_token(issuing.ehr)) == 401
        assert suggest(client, cds_token(issuing.ehr, "/v1/suggest")) == 401


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda key: cds_token(key, "/cds-services/other"), id="another address"),
        pytest.param(lambda key: cds_token(key, aud="https://codes.example.org"), id="no path"),
        pytest.param(lambda key: cds_token(key, jti=None), id="no id"),
        pytest.param(lambda key: cds_token(key, iat=None), id="no beginning"),
        pytest.param(lambda key: cds_token(key, exp=int(time.time()) + 3600), id="an hour"),
        pytest.param(lambda key: cds_token(key, exp=int(time.time()) - 120), id="expired"),
        pytest.param(lambda key: cds_token(elliptic("ehr-1")), id="another key"),
        pytest.param(lambda key: cds_token(elliptic("x"), header={"jku": "https://evil.example"}), id="jku"),
    ],
)  # fmt: skip
def test_a_cds_token_that_does_not_hold_is_refused(issuing: Issuing, make: Any) -> None:
    """By the specification's rules."""
    with serving(issuing.file) as client:
        assert call(client, make(issuing.ehr)) == 401


def test_keys_from_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read once, again for an unknown key but not at once, and stay when that fails; no redirect."""
    old, new = rsa("1"), rsa("2")
    published: list[Any] = [[old], OSError(), b"x" * (jwks.MAX_BYTES + 1), b"{}", [old, new]]
    asked = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        answer = published.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return (
            answer
            if isinstance(answer, bytes)
            else json.dumps(KeySet(answer).as_dict(private=False)).encode()
        )

    monkeypatch.setattr(jwks, "_fetch", fetch)
    keys = jwks.PublicKeys("https://login.example.org/keys", Path())

    async def kids(kid: str) -> list[str | None]:
        found = await keys.having(kid)
        return [key.kid for key in found.keys] if found else []

    assert asyncio.run(kids("1")) == ["1"]
    assert [asyncio.run(kids("2")) for _ in range(3)] == [["1"]] * 3
    assert len(asked) == 1
    monkeypatch.setattr(jwks, "AGAIN_S", 0)
    assert [asyncio.run(kids("2")) for _ in range(4)] == [["1"], ["1"], ["1"], ["1", "2"]]
    assert asyncio.run(kids("2")) == ["1", "2"]
    assert asked == ["https://login.example.org/keys"] * 5
    assert jwks.NoRedirect().redirect_request(None, None, 302, "", {}, "https://evil.example.org") is None
