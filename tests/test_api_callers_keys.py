"""`hcpcs callers`: keys are made, rotated and removed; the rest of the file stays as it is."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import api.callers.keys
import api.callers.recognise
from api.__main__ import main
from api.callers.file import CallersError, Key, read_callers
from api.callers.keys import add_key, remove_keys, rotate_key
from tests.test_api_callers import serving, suggest
from tests.tokens import ISSUER_ENTRY, key_entry

OLD = "o" * 32
COMMENTED = f"""# Callers of the north site; ask Pat before a change.
{key_entry(OLD, "suggest", "codes", name="ehr", more="per_minute = 600")}
# The billing system.
[[key]] # second
name = "billing"
sha256 = "{hashlib.sha256(b"b" * 32).hexdigest()}"
scopes = [
  "batch",
]
expires = 2020-01-01   # has ended

# Tokens
{ISSUER_ENTRY}"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A callers file that a person wrote."""
    path = tmp_path / "callers.toml"
    path.write_text(COMMENTED)
    return path


def command(*words: str | Path) -> int:
    return main(["callers", *map(str, words)])


def keys(path: Path, name: str) -> list[Key]:
    return [key for key in read_callers(path).key if key.name == name]


def test_a_key_is_made_shown_once_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is made; it holds the digest, only its owner may read it, and the service takes the key."""
    path = tmp_path / "callers.toml"
    words = ("--scopes", "codes,suggest", "--expires", "2099-01-01", "--per-minute", "600", "--file", path)
    assert command("add", "ehr", *words) == 0
    out, err = capsys.readouterr()
    secret = out.strip()

    assert re.fullmatch(r"hcpcs_[A-Za-z0-9_-]{43}", secret)
    assert err == f"hcpcs: the key of ehr is shown this once; {path} has its digest\n"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    assert path.read_text() == (
        f'[[key]]\nname = "ehr"\nsha256 = "{digest}"\nscopes = ["suggest", "codes"]\n'
        "expires = 2099-01-01\nper_minute = 600\n"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["callers.toml"]
    with serving(path) as client:
        assert suggest(client, secret) == 200


def test_keys_are_rotated_while_the_service_runs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old and new key count during the overlap; the new one has the scopes and the limit of the old."""
    monkeypatch.setattr(api.callers.recognise, "LOOK_AGAIN_S", 0.0)
    before = datetime.now(UTC)
    with serving(file) as client:
        new, end = rotate_key(file, "ehr", None, timedelta(days=7))
        during = [suggest(client, OLD), suggest(client, new)]
        newest, _ = rotate_key(file, "ehr", None, timedelta())
        after = [suggest(client, OLD), suggest(client, new), suggest(client, newest)]

    assert (during, after) == ([200, 200], [401, 401, 200])
    assert timedelta(days=7) - timedelta(seconds=2) < end - before < timedelta(days=7, minutes=5)
    assert [(key.scopes, key.per_minute) for key in keys(file, "ehr")] == [(("suggest", "codes"), 600)] * 3
    assert keys(file, "ehr")[-1].expires is None


def test_the_rest_of_the_file_stays_as_it_is(file: Path) -> None:
    """Comments, order and entries of others, also after a change and its opposite."""
    add_key(file, "lab", ("suggest",), date(2099, 1, 1), None)
    rotate_key(file, "billing", None, timedelta(days=1))
    text = file.read_text()
    assert text.startswith(COMMENTED.rstrip("\n"))
    assert keys(file, "billing")[0].expires == date(2020, 1, 1)  # had ended before

    remove_keys(file, "lab")
    assert remove_keys(file, "billing") == 2
    text = file.read_text()
    assert [key.name for key in read_callers(file).key] == ["ehr"]
    assert ISSUER_ENTRY in text
    assert all(line in text for line in COMMENTED.splitlines() if line.startswith("# "))


def test_permissions_and_links_stay(file: Path) -> None:
    """A file that a group reads is still read by it; a link still leads to the file."""
    file.chmod(0o640)
    link = file.with_name("link.toml")
    link.symlink_to(file)
    add_key(link, "lab", ("suggest",), None, None)

    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert len(keys(file, "lab")) == 1


def test_several_commands_at_once_lose_nothing(file: Path) -> None:
    """Twenty keys by ten threads; each change is made on the file of the one before."""
    adders = [
        threading.Thread(
            target=lambda n=n: [add_key(file, f"app {n} {m}", ("suggest",), None, None) for m in (1, 2)]
        )
        for n in range(10)
    ]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()

    assert len(read_callers(file).key) == 2 + 20


def test_a_command_that_fails_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether writing fails, or the change would say something else than is meant."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space left"):
            add_key(file, "lab", ("suggest",), None, None)
    inline = file.with_name("inline.toml")
    inline.write_text(f'key = [{{name = "a", sha256 = "{"0" * 64}", scopes = ["suggest"]}}]\n')
    for change in (lambda: add_key(inline, "b", ("suggest",), None, None), lambda: remove_keys(inline, "a")):
        with pytest.raises(CallersError):
            change()

    assert file.read_text() == COMMENTED
    assert read_callers(inline).key[0].name == "a"
    assert sorted(path.name for path in file.parent.iterdir()) == ["callers.toml", "inline.toml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "ehr"], "has a key for ehr; 'hcpcs callers rotate' gives it a new one"),
        (["add", 'x"]'], "a caller's name has 1 to 64 letters"),
        (["add", "anonymous"], "is none of HCPCS_API_KEY, anonymous, unknown"),
        (["add", "lab", "--expires", "2020-01-01"], "a day that has come"),
        (["add", "lab", "--per-minute", "0"], "--per-minute must be at least 1"),
        (["rotate", "lab"], "has no key of this name; 'hcpcs callers list' shows the names"),
        (["rotate", "ehr", "--overlap", "-1"], "--overlap must be 0 to 365 days"),
        (["remove", "lab"], "has no key of this name"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    file: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2; the file stays."""
    assert command(*words, "--file", file) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert (out, err.count("\n"), file.read_text()) == ("", 1, COMMENTED)


def test_without_a_file_the_command_says_how_to_name_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A pipe in its place is told too, and nothing waits for it."""
    monkeypatch.delenv("HCPCS_CALLERS", raising=False)
    assert command("list") == 2
    assert "set HCPCS_CALLERS, or name it with --file" in capsys.readouterr().err
    os.mkfifo(tmp_path / "pipe")
    assert command("add", "ehr", "--file", tmp_path / "pipe") == 2
    assert "is not a regular file" in capsys.readouterr().err


def test_an_unknown_scope_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """All scopes are named."""
    with pytest.raises(SystemExit) as end:
        command("add", "ehr", "--scopes", "suggest,everything")
    assert end.value.code == 2
    assert "scopes are some of suggest, batch, codes, admin, metrics" in capsys.readouterr().err


def test_keys_are_listed_without_their_digests(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, scopes, expiry and whether they count."""
    assert command("list", "--file", file) == 0
    table = capsys.readouterr().out
    assert command("list", "--json", "--file", file) == 0
    rows = json.loads(capsys.readouterr().out)

    digest = hashlib.sha256(OLD.encode()).hexdigest()
    assert rows[0] == {
        "name": "ehr",
        "scopes": "suggest,codes",
        "expires": "never",
        "per_minute": "600",
        "state": "counts",
        "sha256": digest[:8],
    }
    assert (rows[1]["name"], rows[1]["expires"], rows[1]["state"]) == ("billing", "2020-01-01", "expired")
    assert digest not in table
    assert table.splitlines()[0].split() == ["name", "scopes", "expires", "per_minute", "state", "sha256"]


def test_with_json_the_key_is_in_the_object(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both for a new caller and for a rotation."""
    assert command("add", "lab", "--json", "--file", file) == 0
    added = json.loads(capsys.readouterr().out)
    assert command("rotate", "lab", "--expires", "2099-01-01", "--json", "--file", file) == 0
    rotated = json.loads(capsys.readouterr().out)

    assert (added["name"], added["expires"], added["file"]) == ("lab", None, str(file))
    assert rotated["expires"] == "2099-01-01"
    assert {key.sha256 for key in keys(file, "lab")} == {
        hashlib.sha256(each["key"].encode()).hexdigest() for each in (added, rotated)
    }
