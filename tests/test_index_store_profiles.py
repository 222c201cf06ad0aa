"""Attributes and quantities of codes as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.records import Record
from index.store.profiles import MAX_QUANTITIES, Profiles
from index.text.attributes import GROUPS, named
from index.text.quantities import DIMENSIONS
from tests.index_fakes import contents_of

MASS, AREA = DIMENSIONS.index("mass"), DIMENSIONS.index("area")
RECORDS = (
    Record(
        "A0001", "Invented gauze, sterile, more than 16 sq. in. but less than or equal to 48 sq. in.", "Gauze"
    ),
    Record(
        "J0002",
        "Injection, dogvax (kennel labs), not therapeutically equivalent to catvax, 5 mg",
        "Inj dogvax 5 mg",
    ),
    Record("J0003", "Invented drugs not otherwise classified", "Drugs nos"),
    Record("J0004", "Mix of 1 mg, 2 mg, 3 mg, 4 mg and 5 mg"),
    Record("E0005", "Invented crutch", is_noc=True),
)


@pytest.fixture
def profiles() -> Profiles:
    """One row for each record."""
    return Profiles.from_records(RECORDS)


def test_attributes_come_from_both_descriptions(profiles: Profiles) -> None:
    """As a byte for each group."""
    assert profiles.attributes.dtype == np.uint8
    assert profiles.attributes.shape == (len(RECORDS), len(GROUPS))
    assert named(profiles.stated(0)) == ["sterile: yes"]
    assert named(profiles.stated(1)) == ["route: injected"]


@pytest.mark.parametrize(
    ("code", "long", "expected"),
    [
        ("J1200", "Dogvax, 5 mg", ["route: injected"]),
        ("J9200", "Dogvax, 5 mg", ["route: injected"]),
        ("Q5101", "Dogvax, biosimilar, 5 mg", ["route: injected"]),
        ("J8501", "Dogvax, 5 mg", ["route: oral"]),
        ("J7600", "Dogvax, 5 mg", []),
        ("J3535", "Dogvax, metered dose inhaler", ["route: inhaled"]),
        ("J3490", "Unclassified dogvax", []),
        ("Q0163", "Dogvax, oral, substitute for an IV dog", ["route: oral"]),
        ("A9500", "Dogvax, 5 mg", []),
    ],
)
def test_a_drug_without_a_route_has_that_of_its_section(code: str, long: str, expected: list[str]) -> None:
    """Its own words come first; a code for what is unclassified has none."""
    profiles = Profiles.from_records((Record(code, long),))

    assert named(profiles.stated(0)) == expected


def test_amounts_are_padded_and_cut_to_four(profiles: Profiles) -> None:
    """A missing one has dimension -1."""
    assert profiles.dimensions[1].tolist() == [MASS, -1, -1, -1]
    assert profiles.amounts[1].tolist() == [5, 0, 0, 0]
    assert profiles.amounts[3].tolist() == [1, 2, 3, 4]
    assert profiles.dimensions.shape == profiles.amounts.shape == (len(RECORDS), MAX_QUANTITIES)


def test_a_range_is_kept_apart_from_amounts(profiles: Profiles) -> None:
    """-1 where a descriptor has none."""
    assert profiles.range_dimensions.tolist() == [[AREA, -1], *[[-1, -1]] * 4]
    assert profiles.range_low[0].tolist() == [pytest.approx(16.00016), 0]
    assert profiles.range_high[0].tolist() == [48, 0]


def test_at_most_two_ranges_are_kept() -> None:
    """Of different dimensions, in the order of the descriptor."""
    profiles = Profiles.from_records([Record("A0001", "Gauze up to 4 sq in, 3 to 5 lb, over 2 hours")])

    assert profiles.range_dimensions.tolist() == [[AREA, DIMENSIONS.index("weight")]]
    assert profiles.range_low.tolist() == [[0, 3]]
    assert profiles.range_high.tolist() == [[4, 5]]


def test_the_short_description_adds_what_the_long_one_lacks() -> None:
    """Its attributes and quantities count beside the long one's; its range only where that has none."""
    profiles = Profiles.from_records(
        (
            Record(
                "A0001", "Invented gauze, 16 sq. in. or less, adult", "Sterile gauze 4 mg, 9 sq in or less"
            ),
            Record("A0002", "Invented gauze", "Gauze 48 sq. in. or less"),
        )
    )

    assert named(profiles.stated(0)) == ["age: adult", "sterile: yes"]
    assert profiles.dimensions[0].tolist() == [MASS, -1, -1, -1]
    assert profiles.amounts[0].tolist() == [4, 0, 0, 0]
    assert profiles.range_dimensions.tolist() == [[AREA, -1], [AREA, -1]]
    assert profiles.range_high.tolist() == [[16, 0], [48, 0]]


def test_the_amounts_of_the_long_description_come_first() -> None:
    """Those of the short one fill the places that are left."""
    profiles = Profiles.from_records([Record("J0001", "Injection, dogvax, per 5 mg", "Dogvax 5 mg in 2 ml")])

    assert profiles.dimensions[0].tolist() == [MASS, DIMENSIONS.index("volume"), -1, -1]
    assert profiles.amounts[0].tolist() == [5, 2, 0, 0]


def test_codes_that_begin_with_the_same_word_are_kin() -> None:
    """Numbers, "injection" and "infusion" do not count."""
    texts = (
        "Injection, dogvax, 5 mg",
        "Infusion, dogvax, 50 mg",
        "5% dogvax",
        "Injection, catvax",
        "Injection, 5",
    )
    kin = Profiles.from_records([Record(f"J000{i}", text) for i, text in enumerate(texts)]).kin.tolist()

    assert kin[0] == kin[1] == kin[2]
    assert len(set(kin)) == 3


def test_catch_all_codes_and_single_makers_are_marked(profiles: Profiles) -> None:
    """By CMS's list or by their words."""
    assert profiles.generic.tolist() == [False, False, True, False, True]
    assert profiles.maker.tolist() == [False, True, False, False, False]


def test_saved_and_loaded_they_are_the_same(profiles: Profiles, tmp_path: Path) -> None:
    """Array by array, with their dtypes."""
    profiles.save(tmp_path)
    loaded = Profiles.load(contents_of(tmp_path))

    for name, array in profiles._asdict().items():
        np.testing.assert_array_equal(getattr(loaded, name), array)
        assert getattr(loaded, name).dtype == array.dtype


def test_no_records_make_empty_arrays() -> None:
    """With the same number of columns."""
    assert Profiles.from_records(()).dimensions.shape == (0, MAX_QUANTITIES)


@pytest.mark.parametrize(
    "changed",
    [
        Record("A0001", "Invented gauze, sterile", "Gauze 5 mg"),
        Record("A0001", "Invented gauze", "Gauze 5 mg, adult"),
        Record("A0001", "Invented gauze", "Gauze 5 mg", is_noc=True),
    ],
)
def test_a_cached_profile_is_not_taken_for_that_of_a_changed_record(tmp_path: Path, changed: Record) -> None:
    """Each part that a profile is read from belongs to the key."""
    Profiles.from_records([Record("A0001", "Invented gauze", "Gauze 5 mg")], tmp_path)

    cached, fresh = Profiles.from_records([changed], tmp_path), Profiles.from_records([changed])

    assert cached.attributes.tolist() == fresh.attributes.tolist()
    assert cached.generic.tolist() == fresh.generic.tolist() == [changed.is_noc]
