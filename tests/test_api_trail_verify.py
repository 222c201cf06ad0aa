"""`hcpcs trail verify`: every edit, gap and swap is found, and its line named."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path

import pytest

from api.__main__ import main
from api.trail.files import trail_files
from api.trail.key import TrailKey
from api.trail.records import Request, now
from api.trail.verify import Finding, verify
from api.trail.writer import TrailWriter
from tests.effort import inputs, tried

KEY = TrailKey.of(b"k" * 32)
RECORDS = 12


def request(text: str) -> Request:
    """A record of a request for a text."""
    texts = [KEY.digest(text)]
    return Request(
        now(), "anonymous", "", "POST", "/v1/suggest", 200, "answered", 5, texts, "2026-01", 0.8, "id", 1
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trail of two files: lines 1 to 6 and 7 to 14, each beginning with an `open` line."""
    path = tmp_path / "trail"
    writer = TrailWriter(path, KEY, file_bytes=1400)
    for number in range(RECORDS):
        writer.append(request(f"text {number}"))
    return path


def findings(folder: Path, expected: str = "") -> list[Finding]:
    return verify(folder, KEY, expected).findings


def test_a_whole_trail_is_whole(folder: Path) -> None:
    """With its counts."""
    checked = verify(folder, KEY)

    assert checked.findings == []
    assert (checked.requests, checked.first) == (RECORDS, 1)
    assert checked.files > 1
    assert checked.records == RECORDS + checked.files
    assert checked.last.startswith(f"{checked.records}:")


@pytest.mark.random
def test_any_changed_byte_is_found(folder: Path) -> None:
    """Each byte of the trail changed to another: the check fails, in that line or the next."""
    wrong = []
    for path in trail_files(folder):
        whole = path.read_bytes()
        places = range(len(whole))
        chosen = random.Random(4711).sample(places, min(len(whole), inputs(150, 100_000)))
        for place in chosen:
            tried["changed bytes of a trail"] += 1
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            line = whole[:place].count(b"\n") + 1
            lines = {finding.line for finding in findings(folder) if finding.file == path.name}
            if not lines & {line, line + 1}:
                wrong.append((path.name, place))
        path.write_bytes(whole)
    # A line that ends the file wrongly is still read as one, so the change of the last byte is found too.
    assert wrong == []


@pytest.mark.parametrize("change", ["removed", "repeated", "swapped"])
def test_any_line_removed_repeated_or_moved_is_found(folder: Path, change: str) -> None:
    """Every line but a removed last one, which only --expect can show."""
    last = verify(folder, KEY).last
    files = trail_files(folder)
    for path in files:
        lines = path.read_bytes().splitlines(keepends=True)
        for place in range(len(lines)):
            changed = list(lines)
            if change == "removed":
                del changed[place]
            elif change == "repeated":
                changed.insert(place, lines[place])
            elif place + 1 < len(lines):
                changed[place : place + 2] = [lines[place + 1], lines[place]]
            else:
                continue
            path.write_bytes(b"".join(changed))
            is_last = change == "removed" and path == files[-1] and place == len(lines) - 1
            assert bool(findings(folder)) is not is_last, (path.name, place)
            assert findings(folder, last), (path.name, place)
        path.write_bytes(b"".join(lines))
    assert findings(folder, last) == []


def test_a_removed_file_in_the_middle_is_found_and_a_moved_first_one_is_told(tmp_path: Path) -> None:
    """Finished files may be moved away from the beginning only."""
    writer = TrailWriter(tmp_path, KEY, file_bytes=700)
    for number in range(6):
        writer.append(request(f"text {number}"))
    first, second, third, *_ = trail_files(tmp_path)
    whole = second.read_bytes()
    second.unlink()
    missing = len(whole.splitlines())
    assert [finding.problem for finding in findings(tmp_path)] == [
        f"{missing} records are missing before record {int(third.stem[-12:])}"
    ]
    second.write_bytes(whole)
    first.unlink()
    checked = verify(tmp_path, KEY)
    assert (checked.findings, checked.first) == ([], int(second.stem[-12:]))


def test_another_key_does_not_verify(folder: Path) -> None:
    """A trail that was written anew without the secret."""
    assert len(verify(folder, TrailKey.of(b"x" * 32)).findings) == verify(folder, KEY).records


def test_the_command_says_what_is_wrong_and_where(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0 for a whole trail, 1 for a damaged one, 2 without a trail or key."""
    (tmp_path / "trail.key").write_bytes(b"k" * 32)
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path))
    assert main(["trail", "verify"]) == 0
    said = capsys.readouterr().out.splitlines()
    checked = verify(folder, KEY)
    assert said == [
        f"whole: {checked.records} records, 12 of them requests, in {checked.files} files",
        f"last record: {checked.last}",
    ]
    assert main(["trail", "verify", "--expect", checked.last]) == 0

    path = trail_files(folder)[0]
    path.write_bytes(path.read_bytes().replace(b'"status":200', b'"status":500', 1))
    capsys.readouterr()
    assert main(["trail", "verify", str(folder), "--key", str(tmp_path / "trail.key")]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "trail-000000000001.jsonl line 2: was changed, or was not written with this key, "
        "or the line before it was changed"
    )
    assert main(["trail", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["line"] == 2

    assert main(["trail", "verify", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"hcpcs: {tmp_path / 'none'}: no such file or directory\n"


def test_the_requests_of_a_text_are_found(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its digest; another text has none."""
    (tmp_path / "trail.key").write_bytes(b"k" * 32)
    monkeypatch.setenv("HCPCS_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO("text 7\n"))
    assert main(["trail", "find"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["texts"] == [KEY.digest("text 7")]

    monkeypatch.setattr(sys, "stdin", io.StringIO("text 77"))
    assert main(["trail", "find", str(folder)]) == 1
