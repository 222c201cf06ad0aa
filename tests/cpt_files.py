"""Made-up CPT files in the AMA's layouts: invented codes, and texts in the words of no one but us."""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Mapping, Sequence

NOTICE = (
    "Licensed to nobody 2026. All codes and texts here are invented.",
    "The owner is at Invented Street 1,",
    "60611 Nowhere; ask there before you copy.",
)
TEXTS = {
    "12345": ("Grooming of a large dog, with washing of the ears; first hour", "Groom dog first hour"),
    "12346": ("Grooming of a large dog, with washing of the ears; each further hour", "Groom dog addl hour"),
    "1234F": ("Paw inspected and found dry (kennel programme)", "Paw dry"),
}
"""Code -> long and short text."""


def tabbed(texts: Mapping[str, str], notice: Sequence[str] = NOTICE) -> bytes:
    """`LONGULT.txt`: a notice, a blank line, then code, tab and text; CRLF and Windows-1252."""
    lines = [*notice, "", *(f"{code}\t{text}" for code, text in texts.items())]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def padded(texts: Mapping[str, str], width: int = 28, notice: Sequence[str] = NOTICE) -> bytes:
    """`SHORTU.txt` (width 28) and `MEDU.txt` (48): code in columns 1-5, text from column 7."""
    lines = [*notice, "", *(f"{code} {text[:width].upper():{width}}" for code, text in texts.items())]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def numbered(texts: Mapping[str, str], between_words: bool = False) -> bytes:
    """`LONGULF.txt`: code in 1-5, number of the record in 6-7, text from column 9, 80 columns."""
    lines = [*NOTICE, ""]
    for code, text in texts.items():
        pieces = (
            textwrap.wrap(text, 72) if between_words else [text[i : i + 72] for i in range(0, len(text), 72)]
        )
        lines += [f"{code}{place:02} {piece:72}" for place, piece in enumerate(pieces, 1)]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def headed(rows: Sequence[Sequence[str]], delimiter: str = "\t") -> bytes:
    """`ConsumerDescriptor.txt` and the like: a header and rows."""
    return "".join(f"{delimiter.join(row)}\r\n" for row in rows).encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of files by path."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()
