"""A marked phrase, and the forms in which it could have been written somewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

WORDS = ("zyqvrax", "welphint")  # in no dictionary, lexicon or release
PHRASE = f"{WORDS[0]} {WORDS[1]}"


def forms() -> dict[str, bytes]:
    """What is searched for, by its name; all in lower case where case does not matter."""
    found: dict[str, bytes] = {}
    for word in WORDS:
        raw = word.encode()
        found[word] = raw
        found[f"{word} backwards"] = raw[::-1]
        found[f"{word} as hex"] = raw.hex().encode()
        found[f"{word} as \\u"] = "".join(f"\\u{ord(c):04x}" for c in word).encode()
        found[f"{word} as %"] = "".join(f"%{ord(c):02x}" for c in word).encode()
        found[f"{word} as entities"] = "".join(f"&#{ord(c)};" for c in word).encode()
        found[f"{word} as UTF-16"] = word.encode("utf-16-le")
        found[f"{word} as UTF-32"] = word.encode("utf-32-le")
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, PHRASE.encode())
        found[f"{name} without a key"] = digest.hexdigest()[:16].encode()
    return found


def base64_forms() -> dict[str, bytes]:
    """The phrase's words in base64 at each of the three places that they can have, without the edges."""
    found = {}
    for word in WORDS:
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + word.encode())
            found[f"{word} as base64, {shift}"] = encoded[4 if shift else 0 : -4]
    digest = hashlib.sha256(PHRASE.encode()).digest()
    return found | {"sha256 in base64": base64.b64encode(digest)[:16]}


def leaks(data: bytes) -> list[str]:
    """The names of the forms that some bytes hold."""
    lower = data.lower()
    found = [name for name, form in forms().items() if form in lower]
    return found + [name for name, form in base64_forms().items() if form in data]


def leaks_in(folder: Path) -> Iterator[str]:
    """What the files below a folder hold, and their names."""
    for path in folder.rglob("*"):
        for name in leaks(str(path.relative_to(folder)).encode()):
            yield f"{name} in the name {path}"
        if path.is_file():
            for name in leaks(path.read_bytes()):
                yield f"{name} in {path}"


def in_address(text: str = PHRASE) -> str:
    """The phrase in an address."""
    return quote(text, safe="")
