"""Which items a text enumerates."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Record
from index.store.forward import ForwardIndex
from index.store.terms import TermIndex
from index.store.texts import texts_of
from index.text.lexicon import Entry
from suggest.expansion import Expander
from suggest.items import Best, BestOf, Items, Span
from suggest.reader import Query, Reader

RECORDS = [
    Record("E0001", "Walker, folding, with wheels"),
    Record("E0002", "Commode chair with fixed arms"),
    Record("E0003", "Shower chair"),
    Record("E0004", "Wheelchair with elevating leg rests"),
    Record("E0005", "Gloves, sterile, per pair"),
    Record("E0006", "Tape, hook and loop"),
    Record("E0007", "Foley catheter"),
    Record("E0008", "Drainage bag"),
]
CODES = [record.code for record in RECORDS]
TERMS = (
    "walker",
    "commode",
    "shower chair",
    "wheelchair",
    "gloves",
    "tape",
    "foley",
    "drainage bag",
    "leg rests",
)
ROWS = dict(zip(TERMS, (0, 1, 2, 3, 4, 5, 6, 7, 3), strict=True))
TEXTS, FORMS = texts_of(RECORDS)
TABLE = TermIndex.from_texts(TEXTS, ForwardIndex.from_forms(FORMS), len(RECORDS))
LEXICON = [Entry(term, (), "lay", (CODES[row],)) for term, row in ROWS.items()]
READER = Reader(Expander(LEXICON, (), CODES), TABLE)
ITEMS = Items(READER, TABLE)


def best_of(queries: Sequence[Query]) -> list[Best | None]:
    """The code of the first known term of each text; none is likely where there is no term."""
    rows = [next((hit.meaning.rows[0] for hit in query.hits), None) for query in queries]
    return [Best(0, 0.1, refused=True) if row is None else Best(row, 0.95, refused=False) for row in rows]


def spans(text: str, whole: Best | None = None, best: BestOf = best_of) -> tuple[Span, ...]:
    """The spans of a text's items, by the best code of the whole text and of its pieces."""
    return ITEMS.spans(text, whole or best_of([READER.read(text)])[0], best)


def items(text: str) -> list[str]:
    """The items of a text, as typed."""
    return [text[start:stop] for start, stop in spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("walker, commode and shower chair", ["walker", "commode", "shower chair"]),
        ("1) foley 16fr 2) drainage bag", ["foley 16fr", "drainage bag"]),
        ("foley + drainage bag", ["foley", "drainage bag"]),
        ("walker\ncommode\n\nshower chair", ["walker", "commode", "shower chair"]),
        ("walker; commode", ["walker", "commode"]),
        ("discharge: walker and commode.", ["walker", "commode"]),
        ("gloves / tape", ["gloves", "tape"]),
        ("walker plus commode with shower chair", ["walker", "commode with shower chair"]),
        ("walker,commode", ["walker", "commode"]),
        ("WALKER, COMMODE", ["WALKER", "COMMODE"]),
        ("walker\u00a0and\u00a0commode", ["walker", "commode"]),  # blanks that do not break a line
    ],
)
def test_things_that_stand_by_themselves_are_items(text: str, expected: list[str]) -> None:
    """Whatever separates them; an introduction is none of them."""
    assert items(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "walker",
        "hook and loop tape",
        "gloves, sterile, pair",
        "wheelchair with elevating leg rests",
        "walker, folding, with wheels",
        "walker (folding, commode)",
        "walker, and she needs a commode",
        "walker with shower chair",
        "WALKER,COMMODE",
        "walker, walker",
        "WALKER, BLUE 7",
        "walker, failed the commode and shower chair",
        "walker, commode not tolerated, shower chair broke",
        "walker, 10 or fewer tape",
        "walker, foldable w/ commode",
        "Zorplex: 25 Vial In 1 Carton / 2 Ml In 1 Vial",
        "walker, " * 60,
        "",
    ],
)
def test_one_thing_is_not_cut(text: str) -> None:
    """Its parts, its description, and what one code holds together."""
    assert items(text) == []


def test_nothing_is_ranked_where_there_is_no_separator() -> None:
    """An ordinary text costs nothing but the look for one."""

    def never(queries: Sequence[Query]) -> list[Best | None]:
        raise AssertionError(queries)

    assert spans("walker folding", Best(0, 0.9, refused=False), never) == ()
    assert spans("walker, blue", Best(0, 0.9, refused=False), never) == ()
    assert ITEMS.spans("walker, commode", None, never) == ()


def test_a_piece_that_is_unlikely_is_no_item() -> None:
    """Each needs a code of its own."""

    def doubtful(queries: Sequence[Query]) -> list[Best | None]:
        return [Best(i, 0.95 if i else 0.2, refused=False) for i, _ in enumerate(queries)]

    whole = Best(7, 0.5, refused=False)

    assert spans("walker, commode", whole, doubtful) == ()
    assert [tuple(span) for span in spans("walker, commode, foley", whole, doubtful)] == [
        (8, 15),
        (17, 22),
    ]


@pytest.mark.parametrize(("whole", "found"), [(0.85, 2), (0.95, 0)])
def test_a_text_that_surely_has_one_code_needs_likelier_items(whole: float, found: int) -> None:
    """The whole of a text may say its one code well, whatever its pieces resemble."""

    def fair(queries: Sequence[Query]) -> list[Best | None]:
        return [Best(i, 0.7, refused=False) for i, _ in enumerate(queries)]

    assert len(spans("walker, commode", Best(7, whole, refused=False), fair)) == found


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*TERMS, ",", " and ", ";", "\n", " + ", "(", ")", " w/ ", "é"]), max_size=12)
)
def test_items_are_in_order_and_do_not_overlap(pieces: list[str]) -> None:
    """For any text."""
    text = "".join(pieces)
    found = spans(text)

    assert all(0 <= start < stop <= len(text) for start, stop in found)
    assert all(first.stop <= second.start for first, second in zip(found, found[1:], strict=False))
    assert len(found) != 1
