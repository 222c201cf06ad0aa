"""The compiled features: calculated by hand, and against plain Python on random queries."""

from __future__ import annotations

from math import log, log1p
from typing import Any

import numpy as np
import pytest

from index.store.profiles import PROFILE, Profiles
from index.store.roles import DENIED, HEAD, STATED
from index.store.terms import TermIndex
from index.text.attributes import GROUPS, bit
from index.text.quantities import DIMENSIONS, Quantity
from suggest.candidates import Candidates
from suggest.code_columns import CodeColumns
from suggest.expansion import Hit, Meaning
from suggest.reader import Query
from tests import random_queries, twin_features
from tests.compiled import NAMES, Features
from tests.effort import seeds
from tests.real_index import RealIndex

MASS, VOLUME, AREA = (DIMENSIONS.index(name) for name in ("mass", "volume", "area"))
LONG, SHORT, OTHER = 1, 2, 4  # bits of TermIndex.fields
SAME = {"rtol": 2e-5, "atol": 2e-6}


def asked(
    words: str = "",
    hits: tuple[Hit, ...] = (),
    quantities: tuple[Quantity, ...] = (),
    attributes: int = 0,
) -> Query:
    """A query that was read."""
    return Query(words, words, tuple(words.split()), hits, quantities, attributes, (), ())


def term(
    start: int, stop: int, means: tuple[str, ...] = (), rows: tuple[int, ...] = (), *, listed: bool = False
) -> Hit:
    """A known term in words `start` to `stop`."""
    return Hit(start, stop, Meaning("term", means, (), rows, ("lay",), listed))


def bits(*values: str) -> int:
    """Attributes by name, for example `age: child`."""
    return sum(map(bit, values))


def row(attributes: int) -> list[int]:
    """Attributes as a code's row of bytes."""
    return list(attributes.to_bytes(len(GROUPS), "little"))


TERMS = TermIndex(
    vocabulary=["cane", "pad", "wheelchair", "wood"],
    idf=np.array([1, 2, 3, 4], np.float32),
    indptr=np.array([0, 2, 4, 5, 5]),
    tokens=np.array([0, 3, 1, 2, 3], np.int32),
    fields=np.array([LONG | SHORT, LONG, LONG, SHORT, OTHER], np.uint8),
    surfaces=["cane", "pad", "wheelchair", "wood"],
)
"""Code 0: "cane" in both descriptions, "wood" in the long one. Code 1: "pad" in the long, "wheelchair" in the
short one. Code 2: "wood" in another text. Code 3 has no text. The stems weigh 1, 2, 3 and 4."""


def columns_of(count: int = 4) -> CodeColumns:
    """Four codes without any columns; 0 and 1 are of one family."""
    profile = np.zeros(count, PROFILE)
    profile["dimensions"] = -1
    profile["range_dimensions"] = -1
    return CodeColumns(
        Profiles(*(np.ascontiguousarray(profile[name]) for name in Profiles._fields)),
        np.zeros(count, np.float32),
        np.zeros(count, bool),
        np.zeros((count, 4), np.float32),
        np.zeros(count, np.float32),
        np.array([0, 0, 1, *range(2, count)][:count], np.int32),
        np.zeros(count, bool),
    )


def found(
    rows: list[int], cosines: list[list[float]] | None = None, bm25: list[float] | None = None
) -> Candidates:
    """Candidates of one query."""
    n = len(rows)
    return Candidates(
        [0, n],
        np.array(rows, np.int64),
        np.array(cosines or [[0.0] * 4] * n, np.float32).reshape(n, 4),
        np.full(n, -1, np.int64),
        np.array(bm25 or [0.0] * n, np.float32),
        np.zeros((0, 4), np.float32),
        [],
    )


def numbers(
    query: Query, candidates: Candidates, codes: CodeColumns | None = None, table: TermIndex = TERMS
) -> dict[str, list[float]]:
    """Name -> the number of each candidate, from the compiled code."""
    matrix = Features(table, codes or columns_of()).matrix([query], candidates)
    return {name: matrix[:, i].tolist() for i, name in enumerate(NAMES)}


def check(computed: dict[str, list[float]], expected: dict[str, list[float]]) -> None:
    """Every expected number is the computed one."""
    for name, values in expected.items():
        assert computed[name] == pytest.approx(values, rel=1e-6, abs=1e-6), name


def test_vectors_by_hand() -> None:
    """Candidates 0 and 1 are of one family, 2 and 3 of two others; 2 and 3 are equally close."""
    cosines = [
        # long, short, other, as typed
        [0.50, 0.25, -1.0, 0.125],
        [0.25, 0.75, 0.50, 0.500],
        [-1.0, -1.0, 0.25, -1.0],
        [0.25, 0.25, -1.0, 0.250],
    ]

    computed = numbers(asked("cane"), found([0, 1, 2, 3], cosines, [0.0, 4.0, 1.0, 2.0]))

    check(
        computed,
        {
            "cosine_long": [0.50, 0.25, -1.0, 0.25],
            "cosine_short": [0.25, 0.75, -1.0, 0.25],
            "cosine_other": [-1.0, 0.50, 0.25, -1.0],
            "cosine_plain": [0.125, 0.5, -1.0, 0.25],
            "cosine": [0.5, 0.75, 0.25, 0.25],  # the largest of the first three
            "cosine_gap": [-0.25, 0.0, -0.5, -0.5],  # less 0.75
            "cosine_plain_gap": [-0.375, 0.0, -1.5, -0.25],  # less 0.5
            # Candidate 1 comes first, then 0, then 2 before 3, which is equal and later.
            "cosine_rank": [log(2), 0.0, log(3), log(4)],
            # 0.5 - 0.75, 0.75 - 0.5; the others have no sibling.
            "sibling_gap": [-0.25, 0.25, 1.0, 1.0],
            "neighbours_near": [1, 1, 0, 0],
            "query_best_cosine": [0.75] * 4,
            "bm25": [0.0, 4.0, 1.0, 2.0],
            "bm25_gap": [0.0, 1.0, 0.25, 0.5],  # divided by 4
        },
    )


def test_the_closest_of_three_siblings_counts() -> None:
    """Its own cosine is not one of the others'."""
    codes = columns_of(3)._replace(family=np.array([7, 7, 7], np.int32))
    cosines = [[0.25, 0.25, -1, 0], [0.75, 0.75, -1, 0], [0.5, 0.5, -1, 0]]

    computed = numbers(asked("cane"), found([0, 1, 2], cosines), codes)

    # 0.25 - 0.75, 0.75 - 0.5, 0.5 - 0.75.
    check(computed, {"sibling_gap": [-0.5, 0.25, -0.25], "neighbours_near": [2, 2, 2]})


def test_without_any_match_of_words_no_candidate_leads() -> None:
    """A query without stems of the index has BM25 0 everywhere."""
    check(numbers(asked("cane"), found([0, 2])), {"bm25": [0, 0], "bm25_gap": [0, 0]})


def test_words_by_hand() -> None:
    """A stem ("cane"), the consonants of one ("whlchr") and an unknown word ("7")."""
    computed = numbers(asked("cane whlchr 7"), found([0, 1, 2, 3]))

    # What each typed word matches: cane {cane: 1}, whlchr {wheelchair: 0.75}, 7 nothing.
    # Weights: 1 * 1 = 1; 0.75 * 3 = 2.25; 4 for the unknown word. In all 7.25.
    check(
        computed,
        {
            # Code 0 holds cane: 1 * 1. Code 1 holds wheelchair: 2.25 * 0.75 = 1.6875. Others: nothing.
            "query_share": [1 / 7.25, 1.6875 / 7.25, 0, 0],
            "query_share_plain": [1 / 7.25, 1.6875 / 7.25, 0, 0],
            "query_share_gap": [(1 - 1.6875) / 7.25, 0, -1.6875 / 7.25, -1.6875 / 7.25],
            "query_best_share": [1.6875 / 7.25] * 4,
            "rarest_missing": [4, 4, 4, 4],
            # Code 0: long is cane 1 and wood 4, of which 1; short is cane alone.
            # Code 1: long is pad, not matched; short is wheelchair, matched by 0.75; of both (0.75 * 3) / 5.
            "long_share": [1 / 5, 0, 0, 0],
            "short_share": [1, 0.75, 0, 0],
            "any_share": [1 / 5, 2.25 / 5, 0, 0],
            "first_word": [1, 0, 0, 0],
            "numbers": [0, 0, 0, 0],
            "query_words": [3] * 4,
            "query_known": [2 / 3] * 4,
            "query_digits": [1] * 4,
        },
    )


def test_a_light_query_by_hand() -> None:
    """A single word that weighs 1, in a code that holds it and in one that does not."""
    computed = numbers(asked("cane"), found([0, 1]))

    check(computed, {"query_share": [1, 0], "query_share_plain": [1, 0], "rarest_missing": [0, 1]})
    check(computed, {"query_share_gap": [0, -1], "query_best_share": [1, 1], "first_word": [1, 0]})


def test_meanings_by_hand() -> None:
    """The term "stick" stands for "wood cane"; "pad" is known by itself."""
    query = asked("stick pad", (term(0, 1, ("wood cane",)),))

    computed = numbers(query, found([0, 1, 2]))

    # "stick" matches nothing and weighs 4; "pad" weighs 2. In all 6.
    # Of "wood cane" code 0 holds both words, mean 1; code 1 none; code 2 wood alone, mean 0.5.
    check(
        computed,
        {
            "query_share_plain": [0, 2 / 6, 0],
            "query_share": [4 / 6, 2 / 6, 4 * 0.5 / 6],
            "query_share_gap": [0, -2 / 6, -2 / 6],
            "query_best_share": [4 / 6] * 3,
            # Code 0 lacks "pad" (2), code 1 "stick" (4); for code 2 a mean of 0.5 is not below 0.5: "pad".
            "rarest_missing": [2, 4, 2],
            "first_word": [1, 0, 0.5],
            # Words of the meaning cover the code's stems too. Code 1: pad 2 of 5.
            "any_share": [1, 2 / 5, 1],
            "long_share": [1, 1, 0],
            "short_share": [1, 0, 0],
            "query_known": [0.5] * 3,
        },
    )


def test_the_first_two_meanings_count_and_eight_words_of_each() -> None:
    """A third meaning, and a ninth word, are ignored."""
    padded = " ".join(["pad"] * 8)
    cases = {
        ("pad", "pad", "wood"): 0.0,
        ("pad", "wood"): 1.0,
        (f"{padded} wood",): 0.0,
        (f"{' '.join(['pad'] * 7)} wood",): 1 / 8,
        ("", "wood"): 1.0,
        ("", "", "wood"): 0.0,
    }
    for means, held in cases.items():
        computed = numbers(asked("stick", (term(0, 1, means),)), found([2]))
        check(computed, {"first_word": [held], "query_share": [held], "query_share_plain": [0]})


def test_a_meaning_covers_every_word_of_its_term_and_no_other() -> None:
    """Words 1 and 2 of four; each of them weighs 4."""
    query = asked("zzza zzzb zzzc zzzd", (term(1, 3, ("wood",)),))

    check(
        numbers(query, found([2])),
        {"query_share": [8 / 16], "first_word": [0], "rarest_missing": [4], "query_share_plain": [0]},
    )


def test_the_best_match_of_a_word_counts() -> None:
    """The word "whee" begins "wheelchair" (0.85); the full word beside it covers the stem whole."""
    begun, both = asked("whee"), asked("whee wheelchair")

    # 0.85 * 3 = 2.55 is its weight; of it 0.85 is held: the share is 0.85.
    check(numbers(begun, found([1])), {"query_share": [0.85], "short_share": [0.85], "rarest_missing": [0]})
    # Weights 2.55 and 3; held 2.55 * 0.85 + 3 * 1 = 5.1675 of 5.55.
    check(numbers(both, found([1])), {"query_share": [5.1675 / 5.55], "short_share": [1.0]})


def test_numbers_are_words_that_begin_with_a_digit() -> None:
    """A code holds one of two."""
    terms = TermIndex(
        ["250", "mg"],
        np.array([2, 1], np.float32),
        np.array([0, 2]),
        np.array([0, 1], np.int32),
        np.array([LONG, LONG], np.uint8),
        ["250", "mg"],
    )
    matrix = Features(terms, columns_of(1)).matrix([asked("250 mg 9x")], found([0]))
    computed = {name: matrix[:, i].tolist() for i, name in enumerate(NAMES)}

    # Weights 2, 1 and 4; 2 + 1 held of 7; "9x" is missing.
    check(
        computed,
        {
            "numbers": [1],
            "query_digits": [2],
            "query_share": [3 / 7],
            "rarest_missing": [4],
            "first_word": [1],
        },
    )


def test_terms_by_hand() -> None:
    """One term of two words points to codes 1 and 0 in this order, a listed name to 1, 2, 3 and 9."""
    query = asked(
        "a b c d", (term(0, 2, rows=(1, 0)), term(2, 3, rows=(9, 2, 1, 3), listed=True), term(3, 4))
    )

    computed = numbers(query, found([0, 1, 2]))

    check(
        computed,
        {
            "term_place": [1 / 2, 1, 1 / 2],  # second of the first; first of the first; second of the other
            "term_words": [2, 2, 1],
            "term_alone": [1 / 2, 1 / 2, 1 / 4],
            "term_count": [1, 2, 1],
            "name_place": [0, 1 / 4, 1 / 4],
            "term_whole": [2 / 4, 2 / 4, 1 / 4],
            "term_elsewhere": [0, 0, 0],
        },
    )


def test_a_term_that_points_elsewhere_by_hand() -> None:
    """Of another candidate, not of a code that is not a candidate."""
    here, away = asked("a", (term(0, 1, rows=(1,)),)), asked("a", (term(0, 1, rows=(3,)),))

    check(
        numbers(here, found([0, 1])), {"term_elsewhere": [1, 0], "term_place": [0, 1], "term_count": [0, 1]}
    )
    check(
        numbers(away, found([0, 1])), {"term_elsewhere": [0, 0], "term_place": [0, 0], "term_count": [0, 0]}
    )


def test_quantities_by_hand() -> None:
    """Code 0 holds 250 mg and 10 ml, code 1 500 mg, code 2 5 ml, code 3 nothing; asked: 500 mg and 20 ml."""
    codes = columns_of()
    codes.profiles.dimensions[0, :2], codes.profiles.amounts[0, :2] = (MASS, VOLUME), (250, 10)
    codes.profiles.dimensions[1, 0], codes.profiles.amounts[1, 0] = MASS, 500
    codes.profiles.dimensions[2, 0], codes.profiles.amounts[2, 0] = VOLUME, 5
    rows = found([0, 1, 2, 3])

    both = numbers(asked("x", quantities=(Quantity(MASS, 500.0), Quantity(VOLUME, 20.0))), rows, codes)
    half = numbers(asked("x", quantities=(Quantity(MASS, 125.0),)), rows, codes)
    none = numbers(asked("x"), rows, codes)

    check(
        both,
        {
            "quantity_known": [3, 3, 3, 2],
            "quantity_same_kind": [1, 1, 1, 0],
            "quantity_equal": [0, 1, 0, 0],
            "quantity_multiple": [1, 1, 1, 0],  # 2 times 250 mg; once 500 mg; 4 times 5 ml
            "quantity_ratio": [log(2), 0, log(4), 9],
            "quantity_times": [log(2), 0, log(4), -1],
            "quantity_fit": [1, 1, 0.5, 0],  # both whole; equal; whole; nothing to compare
            "quantity_gap": [0, 0, -0.5, -1],
            "range_inside": [0, 0, 0, 0],
            "range_outside": [0, 0, 0, 0],
        },
    )
    check(
        half,
        {
            "quantity_same_kind": [1, 1, 0, 0],
            "quantity_equal": [0, 0, 0, 0],
            "quantity_multiple": [0, 0, 0, 0],  # a half and a quarter are no multiples
            "quantity_times": [-1, -1, -1, -1],
            "quantity_fit": [-1, -1, 0, 0],
            "quantity_gap": [-1, -1, 0, 0],
            "quantity_ratio": [log(2), log(4), 9, 9],
        },
    )
    check(none, {"quantity_known": [1, 1, 1, 0], "quantity_ratio": [9] * 4, "quantity_same_kind": [0] * 4})


@pytest.mark.parametrize(
    ("amount", "equal", "multiple"),
    [
        (99.95, 1, 1),  # 0.9995
        (99.905, 1, 1),  # 0.99905 differs by 0.00095
        (99.89, 0, 0),  # 0.9989 is too small for either
        (100.05, 1, 1),
        (100.2, 0, 0),
        (200.05, 0, 1),  # 2.0005
        (200.2, 0, 0),
        (0.02, 0, 0),  # near 0, which is no multiple
    ],
)
def test_amounts_beside_the_edges(amount: float, equal: int, multiple: int) -> None:
    """Of a code of 100 mg."""
    codes = columns_of(1)
    codes.profiles.dimensions[0, 0], codes.profiles.amounts[0, 0] = MASS, 100

    computed = numbers(asked("x", quantities=(Quantity(MASS, amount),)), found([0]), codes)

    check(
        computed,
        {
            "quantity_equal": [equal],
            "quantity_multiple": [multiple],
            "quantity_ratio": [abs(log(amount / 100))],
        },
    )


def test_a_far_ratio_counts_as_nine() -> None:
    """The ninth power of e is about 8103."""
    codes = columns_of(1)
    codes.profiles.dimensions[0, 0], codes.profiles.amounts[0, 0] = MASS, 1
    for amount in (9000.0, 1 / 9000, 1e12, 1e-12):
        computed = numbers(asked("x", quantities=(Quantity(MASS, amount),)), found([0]), codes)
        check(computed, {"quantity_ratio": [9], "quantity_same_kind": [1]})


@pytest.mark.parametrize(
    ("amounts", "inside", "outside", "distance"),
    [
        ((15.9,), 0, 1, log(16 / 15.9)),
        ((16.0,), 1, 0, 0),
        ((16 - 2e-5,), 1, 0, 0),
        ((16 - 1e-4,), 0, 1, log(16 / (16 - 1e-4))),
        ((48.0,), 1, 0, 0),
        ((48 + 5e-5,), 1, 0, 0),
        ((48.0005,), 0, 1, log(48.0005 / 48)),
        ((20.0, 30.0), 2, 0, 0),
        ((20.0, 60.0), 1, 1, log(60 / 48)),
        ((60.0, 96.0), 0, 2, log(2)),
        ((8.0, 50.0), 0, 2, log(2)),
        ((1e-9, 1e9), 0, 2, 9),
    ],
)
def test_sizes_against_a_range(
    amounts: tuple[float, ...], inside: int, outside: int, distance: float
) -> None:
    """Of 16 to 48 square inches, either end inside, but for the rounding; volumes are no sizes."""
    codes = columns_of(2)
    profiles = codes.profiles
    profiles.range_dimensions[0, 1], profiles.range_low[0, 1], profiles.range_high[0, 1] = AREA, 16, 48
    said = (*(Quantity(AREA, amount) for amount in amounts), Quantity(VOLUME, 20.0))

    check(
        numbers(asked("x", quantities=said), found([0, 1]), codes),
        {
            "range_inside": [inside, 0],
            "range_outside": [outside, 0],
            "range_distance": [distance, 0],
            "quantity_fit": [inside - outside, 0],
        },
    )


def test_the_first_range_of_a_dimension_counts() -> None:
    """A code of two ranges is compared by dimension with the first of them."""
    codes = columns_of(1)
    codes.profiles.range_dimensions[0] = AREA
    codes.profiles.range_low[0], codes.profiles.range_high[0] = (16, 48), (48, 100)

    check(
        numbers(asked("x", quantities=(Quantity(AREA, 60.0),)), found([0]), codes),
        {"range_inside": [0], "range_outside": [1], "range_distance": [log(60 / 48)]},
    )


def test_a_multiple_outside_the_range_does_not_fit() -> None:
    """12 mg are four times 3 mg, but not "less than or equal to 3 mg"."""
    codes = columns_of(2)
    codes.profiles.dimensions[:, 0], codes.profiles.amounts[:, 0] = MASS, 3
    codes.profiles.range_dimensions[0, 0] = MASS
    codes.profiles.range_low[0, 0], codes.profiles.range_high[0, 0] = 0, 3

    check(
        numbers(asked("x", quantities=(Quantity(MASS, 12.0),)), found([0, 1]), codes),
        {"quantity_multiple": [1, 1], "quantity_fit": [-1, 0.5], "range_outside": [1, 0]},
    )


def test_amounts_are_compared_among_neighbours() -> None:
    """Codes 0, 8 and 9: the first two are neighbours, the last two too; only code 9 has the amount."""
    codes = columns_of(10)
    for code, amount in ((0, 100), (8, 250), (9, 500)):
        codes.profiles.dimensions[code, 0], codes.profiles.amounts[code, 0] = MASS, amount
    none = np.zeros(0, np.int32)
    texts = TermIndex([], none.astype(np.float32), np.zeros(11, np.int64), none, none.astype(np.uint8), [])
    features = Features(texts, codes)
    said = asked("x", quantities=(Quantity(MASS, 500.0),))

    def numbers_of(rows: list[int]) -> dict[str, list[float]]:
        matrix = features.matrix([said], found(rows))
        return {name: matrix[:, i].tolist() for i, name in enumerate(NAMES)}

    check(
        numbers_of([0, 8, 9]),
        {
            "quantity_times": [log(5), log(2), 0],
            "quantity_fit": [0.5, 0.5, 1],
            "quantity_gap": [0, -0.5, 0.5],
        },
    )
    check(numbers_of([0, 9]), {"quantity_gap": [0, 0]})
    codes.profiles.kin[9] = 1
    check(numbers_of([0, 8, 9]), {"quantity_gap": [0, 0, 0]})


def test_attributes_by_hand() -> None:
    """Code 0 is for children and oral, 1 for adults, injected or oral, 2 states nothing, 3 is sterile."""
    codes = columns_of()
    codes.profiles.attributes[0] = row(bits("age: child", "route: oral"))
    codes.profiles.attributes[1] = row(bits("age: adult", "route: injected", "route: oral"))
    codes.profiles.attributes[3] = row(bits("sterile: yes"))
    query = asked("x", attributes=bits("age: child", "route: injected"))

    computed = numbers(query, found([0, 1, 2, 3]), codes)

    check(
        computed,
        {
            "attributes_agree": [1, 1, 0, 0],  # age; route, since one of two is in common
            "attributes_clash": [1, 1, 0, 0],  # route; age
            "attributes_extra": [0, 0, 0, 1],
            "attributes_missing": [0, 0, 2, 2],
        },
    )


def test_a_stated_route_beats_another_route_of_the_same_name() -> None:
    """Code 0 "cane" is oral, 1 "pad" injected; asked for an injected cane, pad or unknown thing."""
    codes = columns_of()
    codes.profiles.attributes[0] = row(bits("route: oral"))
    codes.profiles.attributes[1] = row(bits("route: injected"))
    injected = bits("route: injected", "way of injection: vein")

    for words, beaten in (("cane iv", 0), ("cane pad iv", 1), ("pad iv", 1), ("unknown iv", 1), ("4 iv", 1)):
        computed = numbers(asked(words, attributes=injected), found([0, 1, 2]), codes)
        check(
            computed,
            {
                "route_agree": [0, 1, 0],
                "route_clash": [1, 0, 0],
                "beaten": [beaten, 0, 0],
                "route_theme": [-0.25, -0.25, -0.25],
            },
        )
    codes.profiles.generic[1] = True  # a catch-all of the right route holds any name
    check(numbers(asked("cane iv", attributes=injected), found([0, 1]), codes), {"beaten": [1, 0]})
    codes.profiles.generic[1] = False
    codes.profiles.attributes[0] = row(bits("route: injected", "way of injection: muscle"))
    check(
        numbers(asked("pad iv", attributes=injected), found([0, 1]), codes),
        {"route_agree": [0, 1], "route_clash": [1, 0], "beaten": [1, 0]},
    )
    codes.profiles.attributes[0] = row(bits("route: oral"))
    oral = numbers(asked("pad po", attributes=bits("route: oral")), found([1, 2]), codes)
    check(oral, {"route_clash": [1, 0], "beaten": [0, 0]})


def test_themes_and_gaps_by_hand() -> None:
    """Codes 0 and 1 are of one family; 2 has no sibling."""
    codes = columns_of()
    codes.profiles.attributes[0] = row(bits("fit: custom", "arm: wrist", "part: part"))
    codes.profiles.attributes[1] = row(bits("fit: ready made", "arm: wrist", "pieces: one"))
    codes.profiles.attributes[2] = row(bits("urgency: not", "purpose: screening"))
    query = asked("x", attributes=bits("fit: custom", "arm: wrist", "urgency: not"))

    check(
        numbers(query, found([0, 1, 2, 3]), codes),
        {
            "fit_theme": [1, -1, -0.25, -0.25],
            "part_theme": [-0.125, 0, 0, 0],
            "count_theme": [0, -0.125, 0, 0],
            "level_theme": [-0.25, -0.25, 1, -0.25],
            "site_theme": [1, 1, -0.25, -0.25],
            "purpose_theme": [0, 0, -0.125, 0],
            "attributes_gap": [0, -2, -1, -2],
            "attributes_sibling_gap": [2, -2, 0, 0],
        },
    )


def with_roles(*roles: int) -> TermIndex:
    """`TERMS`, with the roles of cane and wood in code 0, of pad and wheelchair in 1, of wood in 2."""
    return TermIndex(
        TERMS.vocabulary,
        TERMS.idf,
        TERMS.indptr,
        TERMS.tokens,
        TERMS.fields,
        TERMS.surfaces,
        np.array(roles, np.uint8),
    )


def test_what_only_one_side_denies_is_not_held() -> None:
    """Code 0 is a cane without wood, code 2 has wood; the stems weigh 1 and 4."""
    table = with_roles(STATED, DENIED, STATED, STATED, STATED)
    with_wood = numbers(asked("cane wood"), found([0, 2, 3]), table=table)
    without = numbers(asked("cane no wood"), found([0, 2, 3]), table=table)
    open_ = numbers(asked("cane with or without wood"), found([0, 2]), table=table)

    check(
        with_wood,
        {
            "denied_by_code": [4, 0, 0],
            "denied_by_text": [0, 0, 0],
            "denied_by_both": [0, 0, 0],
            "denial_gap": [-4, 0, 0],
            "rarest_missing": [4, 1, 4],
            "long_share": [1 / 5, 0, 0],
        },
    )
    check(
        without,
        {
            "denied_by_code": [0, 0, 0],
            "denied_by_text": [0, 4, 0],
            "denied_by_both": [4, 0, 0],
            "denial_gap": [0, -8, -4],
            "long_share": [1, 0, 0],
        },
    )
    check(open_, {"denied_by_code": [0, 0], "denied_by_text": [0, 0], "denied_by_both": [0, 0]})


@pytest.mark.parametrize(
    ("text", "changed", "beaten"),
    [
        ("cane no wood", {}, [0, 1]),  # code 0 is a cane without wood, code 2 has wood
        ("cane wood", {}, [0, 0]),  # nothing is denied
        ("no wood", {}, [0, 1]),
        ("wheelchair no wood", {}, [0, 1]),
        ("cane without iron wood", {}, [0, 0]),  # of the second word it is not sure
        ("cane no wood", {"field": OTHER}, [0, 0]),  # only another text of the code says so
        ("cane no wood", {"kin": {2: 5}}, [0, 0]),  # its descriptor begins with another word
        ("cane no wood", {"attributes": {2: "age: child"}}, [0, 0]),  # and says what the text does
        ("cane no wood", {"attributes": {0: "age: adult"}}, [0, 0]),
        ("cane no wood 5 mg", {"amounts": {2: 5.0}}, [0, 0]),
        ("cane no wood 5 mg", {"amounts": {0: 5.0}}, [0, 1]),
        ("cane no wood 5 mg", {"ranges": {0: (6.0, 9.0)}}, [0, 0]),
        ("cane no wood 5 mg", {"ranges": {2: (6.0, 9.0)}}, [0, 1]),
        ("cane no wood", {"attributes": {0: "route: oral"}, "stated": "route: injected"}, [0, 0]),
    ],
)
def test_a_code_that_states_what_the_text_denies_is_beaten_by_one_like_it(
    text: str, changed: dict[str, Any], beaten: list[int]
) -> None:
    """The other holds no less of the text: words, attributes, sizes and routes."""
    table, codes = with_roles(STATED, DENIED, STATED, STATED, STATED), columns_of()
    table.fields = np.array([LONG | SHORT, LONG, LONG, SHORT, changed.get("field", LONG)], np.uint8)
    for place, number in changed.get("kin", {}).items():
        codes.profiles.kin[place] = number
    for place, name in changed.get("attributes", {}).items():
        codes.profiles.attributes[place] = row(bits(name))
    for place, amount in changed.get("amounts", {}).items():
        codes.profiles.dimensions[place, 0], codes.profiles.amounts[place, 0] = MASS, amount
    for place, (low, high) in changed.get("ranges", {}).items():
        codes.profiles.range_dimensions[place, 0] = MASS
        codes.profiles.range_low[place, 0], codes.profiles.range_high[place, 0] = low, high
    sizes = (Quantity(MASS, 5.0),) if "5 mg" in text else ()
    stated = bits(changed.get("stated", "age: child"))

    found_of = numbers(asked(text, quantities=sizes, attributes=stated), found([0, 2]), codes, table=table)

    check(found_of, {"beaten": beaten})


def test_a_code_that_holds_less_beats_none() -> None:
    """Code 1 is a pad: it denies nothing, is no cane, and states nothing refused."""
    table = with_roles(STATED, STATED, STATED, STATED, STATED)

    check(numbers(asked("cane no wood"), found([0, 1]), table=table), {"beaten": [0, 0]})
    check(numbers(asked("pad no wood"), found([0, 1]), table=table), {"beaten": [1, 0]})
    without = with_roles(STATED, STATED, STATED, STATED, DENIED)
    check(numbers(asked("no wood"), found([0, 1, 2]), table=without), {"beaten": [1, 0, 0]})


def test_the_thing_and_what_it_is_for() -> None:
    """Code 0 is a cane (of wood), code 1 a pad for a wheelchair; the stems weigh 1, 4, 2 and 3."""
    table = with_roles(STATED | HEAD, STATED, STATED | HEAD, STATED, STATED)

    check(
        numbers(asked("pad for wheelchair"), found([0, 1, 2]), table=table),
        {"head_share": [0, 1, 0], "head_in_head": [0, 1, 0], "tail_in_head": [0, 0, 0]},
    )
    check(
        numbers(asked("wheelchair pad"), found([0, 1]), table=table),
        {
            "head_share": [0, 1],
            "head_in_head": [0, 2 / 5],
            "tail_in_head": [0, 0],
            "only_in_tail": [0, 3 / 5],
        },
    )
    check(
        numbers(asked("wood for cane"), found([0, 1]), table=table),
        {"head_share": [1, 0], "head_in_head": [0, 0], "tail_in_head": [1 / 5, 0]},
    )


def test_numbers_and_routes_name_nothing() -> None:
    """`name_missing` leaves out what `rarest_missing` counts."""
    check(
        numbers(asked("cane 77 tablet"), found([0, 1])),
        {"rarest_missing": [4, 4], "name_missing": [0, 1]},
    )


def test_every_opposition_counts() -> None:
    """From the first to the last, each for itself."""
    for group in GROUPS:
        codes = columns_of(2)
        codes.profiles.attributes[0] = row(group)
        told, silent = asked("x", attributes=group), asked("x")
        check(numbers(told, found([0, 1]), codes), {"attributes_agree": [1, 0], "attributes_missing": [0, 1]})
        check(numbers(silent, found([0, 1]), codes), {"attributes_extra": [1, 0], "attributes_clash": [0, 0]})


def test_the_code_by_itself_by_hand() -> None:
    """Each number stands in a code of its own, so that none is taken for another."""
    codes = columns_of()._replace(
        code_popularity=np.array([log1p(6), 0, 0, 0], np.float32),
        starter=np.array([False, True, False, False]),
        sections=np.eye(4, dtype=np.float32),
        length=np.array([log1p(2), log1p(2), log1p(1), 0], np.float32),
    )
    codes.profiles.generic[2] = codes.profiles.maker[3] = True

    computed = numbers(asked("x"), found([0, 1, 2, 3]), codes)

    check(
        computed,
        {
            "generic": [0, 0, 1, 0],
            "maker": [0, 0, 0, 1],
            "code_popularity": [log(7), 0, 0, 0],
            "starter": [0, 1, 0, 0],
            "length": [log(3), log(3), log(2), 0],
            "section_drug": [1, 0, 0, 0],
            "section_device": [0, 1, 0, 0],
            "section_brace": [0, 0, 1, 0],
            "section_service": [0, 0, 0, 1],
        },
    )


def test_a_query_without_words_has_no_word_numbers() -> None:
    """All else is told."""
    computed = numbers(asked(attributes=bits("age: child")), found([0], [[0.5, 0.5, -1, 0.5]]))

    check(
        computed,
        {
            "query_words": [0],
            "query_known": [0],
            "any_share": [0],
            "query_best_share": [0],
            "cosine": [0.5],
            "attributes_missing": [1],
            "quantity_ratio": [9],
        },
    )


@seeds(60, 1_200, "feature matrices of random queries, against the twin")
def test_random_queries_have_the_numbers_of_the_twin(seed: int) -> None:
    """Asked together, with one that has no candidate and one that has no word."""
    random = np.random.default_rng(seed)
    terms, codes = random_queries.terms(random), random_queries.code_columns(random)
    words, sizes = [3, 0, 1, 12, 6, 64], [9, 4, 0, 1, 30, 12]
    queries = [random_queries.query(random, count) for count in words]
    candidates = random_queries.candidates(random, sizes)

    matrix = Features(terms, codes).matrix(queries, candidates)

    assert matrix.dtype == np.float32
    expected = twin_features.matrix(NAMES, terms, codes, queries, candidates)
    for column, name in enumerate(NAMES):
        np.testing.assert_allclose(matrix[:, column], expected[:, column], err_msg=name, **SAME)


@seeds(5, 500, "feature matrices of random queries, against the twin")
def test_the_longest_query_has_the_numbers_of_the_twin(seed: int) -> None:
    """64 words, each a term with three meanings of ten words."""
    random = np.random.default_rng(1000 + seed)
    terms, codes = random_queries.terms(random), random_queries.code_columns(random)
    queries = [random_queries.full_query(random), random_queries.query(random, 2)]
    candidates = random_queries.candidates(random, [12, 5])

    matrix = Features(terms, codes).matrix(queries, candidates)

    expected = twin_features.matrix(NAMES, terms, codes, queries, candidates)
    for column, name in enumerate(NAMES):
        np.testing.assert_allclose(matrix[:, column], expected[:, column], err_msg=name, **SAME)


def test_real_queries_have_the_numbers_of_the_twin(real_index: RealIndex) -> None:
    """Hundreds of texts against their real candidates, in batches."""
    terms, codes = real_index.artifact.table, real_index.columns
    features = Features(terms, codes)
    for queries in real_index.query_batches(500):
        candidates = real_index.candidates(queries)
        matrix = features.matrix(queries, candidates)
        expected = twin_features.matrix(NAMES, terms, codes, queries, candidates)
        for column, name in enumerate(NAMES):
            np.testing.assert_allclose(matrix[:, column], expected[:, column], err_msg=name, **SAME)


def test_no_query_has_no_numbers() -> None:
    """Nor has one without candidates."""
    features = Features(TERMS, columns_of())

    assert features.matrix([], found([])._replace(indptr=[0])).shape == (0, len(NAMES))
    assert features.matrix([asked("cane")], found([])).shape == (0, len(NAMES))
