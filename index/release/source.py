"""Bytes of a file: reading within bounds, gunzipping, decoding."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from index.regular_files import NotRegularError, open_regular
from index.release.fields import CONTROLS
from index.release.problems import Problems

MAX_BYTES = 128 * 2**20
"""Largest file, and largest total of a zip's unpacked files; CMS's largest zip unpacks to 8 MB."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: Path, problems: Problems) -> bytes:
    """The bytes of a file.

    Raises:
        ReleaseFormatError: If it is absent, no ordinary file, unreadable, empty or larger than `MAX_BYTES`.
    """
    try:
        if path.is_dir():
            raise problems.fail("is a folder; name the release file in it")
        with open_regular(path) as file:
            data = file.read(MAX_BYTES + 1)
    except NotRegularError as error:
        raise problems.fail(error.strerror or "") from None
    except FileNotFoundError:
        raise problems.fail("there is no such file") from None
    except (OSError, ValueError) as error:
        raise problems.fail(f"cannot be read ({type(error).__name__})") from None
    if not data:
        raise problems.fail("is empty")
    if len(data) > MAX_BYTES:
        raise problems.fail(f"is larger than {MAX_BYTES // 2**20} MB, which no release is")
    return data


def gunzip(data: bytes, problems: Problems) -> bytes:
    """Unpack gzip data.

    Raises:
        ReleaseFormatError: If it is damaged, cut short, or unpacks to more than `MAX_BYTES`.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise problems.fail("is a damaged or cut gzip file; fetch it again") from None
    if len(unpacked) > MAX_BYTES:
        raise problems.fail(f"unpacks to more than {MAX_BYTES // 2**20} MB, which no release does")
    return unpacked


def decode(data: bytes, problems: Problems) -> str:
    """Text from bytes: UTF-8, UTF-16 with a byte order mark, or else Windows-1252, which CMS writes.

    Raises:
        ReleaseFormatError: If it contains NUL characters, so is no text.
    """
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise problems.fail("is binary data, not a release")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if "\ufffd" in text:
        _report_undecodable(text, problems)
    return text.translate(CONTROLS)


def _report_undecodable(text: str, problems: Problems) -> None:
    lines = [number for number, line in enumerate(text.split("\n"), start=1) if "\ufffd" in line]
    for number in lines[:20]:
        problems.add(number, "holds bytes that are neither UTF-8 nor Windows-1252; they read as \ufffd")
    if len(lines) > 20:
        problems.add(0, f"{len(lines) - 20} more lines hold such bytes")
