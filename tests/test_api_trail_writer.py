"""The writer of the trail: one chain whoever writes, whatever the disk does."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from api.trail.errors import TrailError
from api.trail.files import trail_files
from api.trail.key import TrailKey, read_key, read_or_make_key
from api.trail.records import Started, now
from api.trail.verify import verify
from api.trail.writer import TrailWriter

KEY = TrailKey.of(b"k" * 32)


def started() -> Started:
    """A record."""
    return Started(now(), "2026-01", 1)


def events(folder: Path) -> list[str]:
    """The events of all lines, in order."""
    return [
        json.loads(line)["event"] for path in trail_files(folder) for line in path.read_bytes().splitlines()
    ]


def write_many(folder: Path, number: int) -> None:
    """What one process of the next test does."""
    writer = TrailWriter(folder, KEY, file_bytes=20_000)
    for _ in range(number):
        assert writer.append(started())
    writer.close()


def test_the_writer_that_filled_a_file_follows_another_into_the_next_one(tmp_path: Path) -> None:
    """The other one began the next file; nothing is lost."""
    first, second = (TrailWriter(tmp_path, KEY, file_bytes=1) for _ in range(2))
    written = [writer.append(started()) for writer in (first, second, first, first, second)]
    first.close()
    second.close()

    assert written == [True] * 5
    assert verify(tmp_path, KEY).findings == []


def test_processes_write_one_chain_without_loss(tmp_path: Path) -> None:
    """Four processes write 1,000 records each while the files are rotated: all are there, in order."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_many, args=(tmp_path, 1000)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    checked = verify(tmp_path, KEY)
    assert [process.exitcode for process in processes] == [0] * 4
    assert checked.findings == []
    assert events(tmp_path).count("start") == 4000
    assert checked.files > 10
    assert checked.records == 4000 + checked.files  # each file begins with a line of its own


def test_a_restart_continues_the_chain(tmp_path: Path) -> None:
    """In the same file, with the next number."""
    for _ in range(3):
        writer = TrailWriter(tmp_path, KEY)
        writer.append(started())
        writer.close()

    assert [path.name for path in trail_files(tmp_path)] == ["trail-000000000001.jsonl"]
    assert events(tmp_path) == ["open", "start", "start", "start"]
    assert verify(tmp_path, KEY).findings == []


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    """Folder, files and key."""
    folder, key = tmp_path / "a" / "trail", tmp_path / "key"
    read_or_make_key(key)
    TrailWriter(folder, KEY).append(started())

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir(), key)]
    assert modes == [0o700, 0o600, 0o600, 0o600]


def test_a_full_disk_leaves_no_torn_line_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A write that fits in part is taken back; the next record that fits says how many are missing."""
    writer = TrailWriter(tmp_path, KEY)
    writer.append(started())
    whole = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, data: whole(file, data[:20]))
        assert [writer.append(started()) for _ in range(3)] == [False] * 3
    assert writer.append(started())

    checked = verify(tmp_path, KEY)
    assert events(tmp_path) == ["open", "start", "lost", "start"]
    assert (checked.findings, checked.unrecorded) == ([], 3)
    assert [record.message for record in caplog.records] == [
        "the trail cannot be written: no space left on device; requests are counted until it can"
    ]


def test_a_failing_disk_does_not_raise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers go on; the record is counted as lost."""
    writer = TrailWriter(tmp_path, KEY)

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as failing:
        failing.setattr(os, "write", fail)
        assert not writer.append(started())
    assert writer.append(started())
    assert verify(tmp_path, KEY).unrecorded == 1


def test_a_torn_line_is_named_and_the_chain_goes_on(tmp_path: Path) -> None:
    """As after a power failure: the cut line is found, the next record follows the last whole one."""
    TrailWriter(tmp_path, KEY).append(started())
    (path,) = trail_files(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"event":"start","at"')
    writer = TrailWriter(tmp_path, KEY)
    writer.append(started())

    assert [str(finding) for finding in verify(tmp_path, KEY).findings] == [
        "trail-000000000001.jsonl line 3: is cut or is no record"
    ]


def test_an_empty_file_is_used(tmp_path: Path) -> None:
    """As after a kill between making a file and its first line."""
    (tmp_path / "trail-000000000001.jsonl").touch()
    TrailWriter(tmp_path, KEY).append(started())

    assert events(tmp_path) == ["open", "start"]
    assert verify(tmp_path, KEY).findings == []


def test_a_cut_or_removed_file_is_noticed_while_the_service_runs(tmp_path: Path) -> None:
    """The writer goes on from its own last number, so that the gap shows."""
    writer = TrailWriter(tmp_path, KEY)
    for _ in range(5):
        writer.append(started())
    (path,) = trail_files(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    os.truncate(path, len(b"".join(lines[:3])))
    writer.append(started())
    assert [str(finding) for finding in verify(tmp_path, KEY).findings] == [
        "trail-000000000001.jsonl line 4: 3 records are missing before record 7"
    ]

    path.unlink()
    writer.append(started())
    assert [path.name for path in trail_files(tmp_path)] == ["trail-000000000008.jsonl"]
    assert verify(tmp_path, KEY).first == 8


def test_a_link_in_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    """So that nobody makes the service write elsewhere."""
    (tmp_path / "trail").mkdir()
    (tmp_path / "trail" / "lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(TrailError, match="cannot be written"):
        TrailWriter(tmp_path / "trail", KEY)
    assert not (tmp_path / "elsewhere").exists()


def test_the_key_is_made_once_and_checked(tmp_path: Path) -> None:
    """Two processes get the same one; a short one is refused without being shown."""
    assert read_or_make_key(tmp_path / "key") == read_or_make_key(tmp_path / "key")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    (tmp_path / "short").write_text("swordfish")
    with pytest.raises(TrailError, match="at least 32 bytes") as caught:
        read_key(tmp_path / "short")
    assert "swordfish" not in str(caught.value)
    with pytest.raises(TrailError, match="no such file"):
        read_key(tmp_path / "none")
