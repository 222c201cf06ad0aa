"""Lines of a file in UTF-8, whatever Unicode form it was saved in."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

BOM = codecs.BOM_UTF8
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SAMPLE = 64  # bytes of the first line that show UTF-16 without a byte order mark


def utf8_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines of UTF-16 as lines of UTF-8 with a byte order mark, as spreadsheets want it; others unchanged."""
    iterator = iter(lines)
    first = next(iterator, None)
    if first is None:
        return
    encoding = _utf16(first)
    if encoding is None:
        yield first
        yield from iterator
    else:
        yield from _converted(chain([first], iterator), encoding)


def _utf16(first: bytes) -> str | None:
    """Which UTF-16 a file is, by its mark or by the zero bytes of its first letters; None for none."""
    marked = _UTF16.get(first[:2])
    if marked:
        return marked
    start = first[:_SAMPLE]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if min(even, odd) == 0 and max(even, odd) * 4 > len(start):
        return "utf-16-le" if odd else "utf-16-be"
    return None


def _converted(lines: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes of the given pieces, decoded together and cut at line feeds."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = BOM.decode()
    for piece in lines:
        text = decoder.decode(piece)
        *whole, rest = (rest + (text.removeprefix("\ufeff") if rest == "\ufeff" else text)).split("\n")
        for line in whole:
            yield f"{line}\n".encode(errors="replace")
    rest += decoder.decode(b"", final=True)
    if rest.removeprefix("\ufeff"):
        yield rest.encode(errors="replace")
