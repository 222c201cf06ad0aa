"""The texts of each code that a query is compared with, and the source of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from index.records import Record, Wording
from index.text.lexicon import Entry, codes_of
from index.text.words import normalise

TEMPLATE = "texts-2"
"""Version of which texts a code gets; an index folder with other texts is refused."""

MAX_EMBEDDED_CHARACTERS = 600
"""Characters of a descriptor that are embedded; the first words say what the code is."""

MAX_CODES_OF_TERM = 12
"""A lexicon term for more codes than this becomes no text of them: it is too general."""

EMBEDDED = {"lay", "synonym"}  # kinds of lexicon terms that get a vector; a name matches as a word only

LONG = "long description"
SHORT = "short description"
STARTER = "starter wording"
LEXICON = "lexicon"
WORDINGS = {
    "medium": "medium descriptor",
    "consumer": "consumer descriptor",
    "clinician": "clinician descriptor",
}
"""Source of each kind of `Wording`."""


class Text(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One text of a code.

    Attributes:
        row: Position of the code in the catalogue.
        source: One of `LONG`, `SHORT`, `STARTER`, `LEXICON` and those of `WORDINGS`; answers show it.
        text: The text as written in its source.
    """

    row: int
    source: str
    text: str


def texts_of(
    records: Sequence[Record],
    starter: Sequence[Record] = (),
    lexicon: Sequence[Entry] = (),
    wordings: Sequence[Wording] = (),
) -> tuple[list[Text], list[str]]:
    """All texts that a query is compared with, grouped by source; each form of a code occurs once.

    Args:
        records: The codes, ascending.
        starter: Records in the project's own words; codes that `records` lack are skipped.
        lexicon: Its terms become texts too, save those that need other words beside them.
        wordings: Further texts of the codes.

    Returns:
        The texts, and for each the normalised form of its first `MAX_EMBEDDED_CHARACTERS` characters.
    """
    rows = {record.code: row for row, record in enumerate(records)}
    texts: dict[tuple[int, str], Text] = {}
    for text in _all_texts(records, rows, starter, lexicon, wordings):
        form = normalise(text.text[:MAX_EMBEDDED_CHARACTERS])
        if form:
            texts.setdefault((text.row, form), text)
    return list(texts.values()), [form for _, form in texts]


def own(texts: Sequence[Text]) -> list[bool]:
    """Which texts are the code's own wording; lexicon terms are not, they match as terms."""
    return [text.source != LEXICON for text in texts]


def _all_texts(
    records: Sequence[Record],
    rows: dict[str, int],
    starter: Sequence[Record],
    lexicon: Sequence[Entry],
    wordings: Sequence[Wording],
) -> Iterator[Text]:
    yield from (Text(row, LONG, record.long_description) for row, record in enumerate(records))
    yield from (Text(row, SHORT, record.short_description) for row, record in enumerate(records))
    for record in starter:
        if record.code in rows:
            yield Text(
                rows[record.code], STARTER, f"{record.long_description} {record.short_description}".strip()
            )
    yield from (Text(rows[one.code], WORDINGS[one.kind], one.text) for one in wordings)
    codes = sorted(rows)
    for entry in lexicon:
        if entry.kind in EMBEDDED and not entry.needs:
            targets = codes_of(entry, codes)
            for code in targets if len(targets) <= MAX_CODES_OF_TERM else ():
                yield Text(rows[code], LEXICON, entry.term)
