"""The texts of a code that are worth matching, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from index.records import Record
from index.text.lexicon import Entry, codes_of
from index.text.words import normalise

TEMPLATE = "texts-2"
"""Version of which texts a code gets; an index folder with other texts is refused."""

LONGEST = 600  # characters of a descriptor that are embedded; the first words carry what the code is
SHARED_TERM = 12  # a lexicon term that stands for more codes than this is a hint, not a text of each

EMBEDDED = {"lay", "synonym"}  # kinds of lexicon terms that meaning can reach; a name is known or it is not

LONG = "long description"
SHORT = "short description"
STARTER = "starter wording"
LEXICON = "lexicon"


class Text(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One text of a code.

    Attributes:
        row: Position of the code in the catalogue.
        source: Where it comes from, as `Why.source` shows it.
        text: As written at the source.
    """

    row: int
    source: str
    text: str


def texts_of(
    records: Sequence[Record],
    starter: Sequence[Record] = (),
    lexicon: Sequence[Entry] = (),
) -> tuple[list[Text], list[str]]:
    """Every text worth matching, grouped by source; no code has one text twice.

    Args:
        records: The codes, ascending.
        starter: Records in the project's own words; those of other codes are passed over.
        lexicon: Its terms become texts too.

    Returns:
        The texts, and of each the normalised form of its first `LONGEST` characters.
    """
    rows = {record.code: row for row, record in enumerate(records)}
    found: dict[tuple[int, str], Text] = {}
    for text in _all(records, rows, starter, lexicon):
        form = normalise(text.text[:LONGEST])
        if form:
            found.setdefault((text.row, form), text)
    return list(found.values()), [form for _, form in found]


def own(texts: Sequence[Text]) -> list[bool]:
    """Which texts are their code's own; a term of the lexicon is found by its words, as a term."""
    return [text.source != LEXICON for text in texts]


def _all(
    records: Sequence[Record],
    rows: dict[str, int],
    starter: Sequence[Record],
    lexicon: Sequence[Entry],
) -> Iterator[Text]:
    yield from (Text(row, LONG, record.long_description) for row, record in enumerate(records))
    yield from (Text(row, SHORT, record.short_description) for row, record in enumerate(records))
    for record in starter:
        if record.code in rows:
            yield Text(
                rows[record.code], STARTER, f"{record.long_description} {record.short_description}".strip()
            )
    codes = sorted(rows)
    for entry in lexicon:
        if entry.kind in EMBEDDED:
            targets = codes_of(entry, codes)
            for code in targets if len(targets) <= SHARED_TERM else ():
                yield Text(rows[code], LEXICON, entry.term)
