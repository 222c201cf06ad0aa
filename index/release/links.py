"""Links to releases on CMS's page of quarterly updates."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from index.release.quarter import MONTHS

_FILE = re.compile(r"[\w.-]+\.zip")
_DATED = re.compile(rf"({'|'.join(MONTHS.values())})\W+(20\d\d)|(20\d\d)\W.*?({'|'.join(MONTHS.values())})")
_MONTH = {name: number for number, name in MONTHS.items()}


def release_links(page: str, page_url: str) -> list[tuple[str, str]]:
    """Name of the quarter and address of each alpha-numeric HCPCS zip that a page links to, in its order.

    Links to other servers, or from a page over TLS to an address without it, are left out.
    """
    parser = _Links()
    parser.feed(page)
    home = urlsplit(page_url)
    found: dict[str, str] = {}
    for href, text in parser.links:
        address = urljoin(page_url, href).partition("#")[0]
        parts = urlsplit(address)
        file = parts.path.rpartition("/")[2]
        words = f"{file} {text}".lower()
        quarter = _quarter(file.lower()) or _quarter(text.lower())
        same = (parts.scheme, parts.netloc) == (home.scheme, home.netloc) and not parts.query
        if same and quarter and _FILE.fullmatch(file) and "hcpcs" in words and "alpha" in words:
            found.setdefault(address, quarter)
    return [(quarter, address) for address, quarter in found.items()]


def _quarter(words: str) -> str:
    """Name of the quarter that words tell, such as "january-2026"; empty if none."""
    found = _DATED.search(words)
    if found is None:
        return ""
    month, year = (found[1], found[2]) if found[1] else (found[4], found[3])
    return f"{year}-{_MONTH[month]:02}"


class _Links(HTMLParser):
    """Collects the addresses and the words of links."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._href = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._words = dict(attrs).get("href") or "", []

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.links.append((self._href, " ".join("".join(self._words).split())))
            self._href = ""
