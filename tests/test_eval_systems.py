import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import Settings
from eval.case_results import SystemAnswer
from eval.errors import MeasuredSystemError
from eval.systems.baselines import AllWords, Bm25, Dense, Fused
from eval.systems.remote import RemoteNlm, RemoteSuggest, make_remote
from eval.systems.runfile import RunFile
from eval.systems.systems import check_names, make_system
from tests.eval_fakes import BOOK, DAY, FixedSystem, case
from tests.fakes import FakeManifest, FakeSuggester
from tests.live import running


class Setting:
    """The inputs of `make_system`, as fakes."""

    on = DAY

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.folders: list[Path | None] = []

    def catalogue(self):
        return BOOK

    def suggester(self, folder):
        self.folders.append(folder)
        return FakeSuggester()


def ask(system, text, k=5):
    return system.rank(case("1", ["E0143"], text), k, DAY).codes


def test_all_words_wants_every_word_as_a_beginning():
    """Prefixes match, one additional word finds nothing, ended codes are never returned."""
    system = AllWords(BOOK, DAY)
    assert ask(system, "fold walk") == ("E0143",)
    assert ask(system, "walker without whe") == ("E0130",)
    assert ask(system, "walker purple") == ()
    assert ask(system, "replaced") == ()
    assert ask(system, '"*()') == ()


def test_bm25_wants_any_word_and_stems():
    """`folded walkers` finds the folding walker; codes without a common word are not returned."""
    system = Bm25(BOOK, DAY)
    assert ask(system, "folded purple walkers")[0] == "E0143"
    assert ask(system, "purple") == ()
    assert len(ask(system, "walker cane syringe equipment", k=2)) == 2


@pytest.mark.model
def test_dense_finds_by_meaning_and_keeps_its_vectors(tmp_path):
    """Plain MiniLM on the long descriptions; the second start reads the vectors from the cache."""
    system = Dense(BOOK, DAY, tmp_path)
    assert ask(system, "stick for walking")[0] == "E0100"
    (cached,) = tmp_path.glob("eval-dense-*.npy")
    stamp = cached.stat().st_mtime_ns
    assert ask(Fused(BOOK, DAY, tmp_path), "cane with tip")[0] == "E0100"
    assert cached.stat().st_mtime_ns == stamp


def test_ours_carries_confidence_and_refusal(tmp_path):
    """The row has the suggester's own confidence, `no_good_match` and error."""
    system = make_system("default", Setting(tmp_path))
    answer = system.rank(case("1", ["E0143"], "folding walker"), 3, DAY)
    assert answer.codes[0] == "E0143" and answer.confidence == 1.0 and answer.no_good_match is False
    empty = system.rank(case("2", ["E0143"], " "), 3, DAY)
    assert (empty.codes, empty.confidence, empty.error) == ((), None, "the text is empty")
    assert set(system.identity) == {"index_manifest", "index_manifest_sha256", "model"}


def test_a_run_file_answers_by_id(tmp_path):
    """Best score first, a code once; a case that it does not hold is unanswered."""
    (tmp_path / "other.trec").write_text("1 Q0 e0130 2 1.5 x\n1 Q0 E0143 1 2.5 x\n1 Q0 E0130 3 0.5 x\n")
    system = RunFile(tmp_path / "other.trec")
    assert system.name == "other"
    assert ask(system, "anything") == ("E0143", "E0130")
    assert system.rank(case("2", ["E0143"]), 5, DAY) == SystemAnswer()


def test_names_paths_and_labels(tmp_path):
    """Every way to name a system, and what an unknown name says."""
    (tmp_path / "run.trec").write_text("1 Q0 E0143 1 1 x\n")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "manifest.json").write_text("{}")
    setting = Setting(tmp_path)
    systems = [
        make_system(name, setting)
        for name in ("default", "bm25", "all-words", str(tmp_path / "run.trec"), f"new={tmp_path / 'index'}")
    ]
    assert [system.name for system in systems] == ["default", "bm25", "all-words", "run", "new"]
    assert setting.folders == [None, tmp_path / "index"]
    assert make_system("http://127.0.0.1:1/x", setting).name == "127.0.0.1-1"
    with pytest.raises(MeasuredSystemError, match="magic is none of default, all-words, bm25, dense, rrf"):
        make_system("magic", setting)


def test_two_systems_of_one_name_are_refused():
    """Their folders would be the same."""
    with pytest.raises(MeasuredSystemError, match="two systems are called fixed"):
        check_names([FixedSystem({}), FixedSystem({})])


def test_our_own_service_is_measured_over_http():
    """`POST /v1/suggest` of a real server gives codes, confidence and refusal; a bad text fails alone."""
    with running(create_app(FakeSuggester(), Settings(home=Path("unused")))) as address:
        system = make_remote(address)
        assert isinstance(system, RemoteSuggest)
        answer = system.rank(case("1", ["E0143"], "folding walker"), 3, DAY)
        assert answer.codes[0] == "E0143" and answer.confidence == 1.0 and answer.no_good_match is False
        assert system.rank(case("2", ["E0143"], "x" * 3000), 3, DAY).codes == ()
        system.close()


def test_the_nlm_call_is_measured_over_http():
    """An address that ends in /search gets the NLM call."""
    with running(create_app(FakeSuggester(), Settings(home=Path("unused")))) as address:
        system = make_remote(f"{address}/api/hcpcs/v3/search")
        assert isinstance(system, RemoteNlm)
        assert ask(system, "folding walker", k=2)[0] == "E0143"
        system.close()


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that gives the same answer to every request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [(500, b"{}", "with status 500"), (200, b'{"hello": 1}', "does not answer with an Answer")],
)
def test_a_service_that_answers_otherwise_stops_the_run(status, body, message):
    """One sentence, no zeros in its place."""
    with answering(status, body) as address, pytest.raises(MeasuredSystemError, match=message):
        ask(make_remote(address), "walker")


def test_a_service_that_refuses_a_text_fails_that_case_only():
    """A 422 is an error of the case."""
    with answering(422, b"{}") as address:
        assert make_remote(address).rank(case("1", ["E0143"]), 5, DAY).error == "refused with status 422"


def test_a_service_that_is_not_there_is_told():
    """The address is named."""
    with pytest.raises(MeasuredSystemError, match=r"http://127\.0\.0\.1:9 does not answer"):
        ask(make_remote("http://127.0.0.1:9"), "walker")


def identity_of(codes, path=""):
    """What a system says of a service whose index holds so many codes, without the address."""
    suggester = FakeSuggester()
    suggester.manifest = FakeManifest(codes=codes)
    with running(create_app(suggester, Settings(home=Path("unused")))) as address:
        system = make_remote(address + path)
        identity = dict(system.identity)
        assert system.read_identity() == identity
        system.close()
    assert identity.pop("address") == address + path
    return identity


@pytest.mark.parametrize("path", ["", "/v1/suggest", "/api/hcpcs/v3/search"])
def test_a_service_is_known_by_release_model_and_index(path):
    """The same release and model on another index is another system, on both calls."""
    identity = identity_of(9, path)
    assert (identity["release"], identity["model"]) == ("2026-01", "fake-1")
    assert len(identity["index_manifest_sha256"]) == 64
    assert identity == identity_of(9, path) and identity != identity_of(8, path)


@pytest.mark.parametrize("answer", [(404, b"{}"), (200, b"<html>"), (200, b"[1]")])
def test_a_service_that_does_not_say_what_it_is_is_known_by_its_address(answer):
    """Other makers' services can be measured too."""
    with answering(*answer) as address:
        assert make_remote(address).identity == {"address": address}
