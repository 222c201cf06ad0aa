"""What changed between two releases."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import msgspec
import pytest

from index.diff import ReleaseChange, count_kinds, diff_releases, render
from index.records import Modifier, Record
from index.release.release import read_release

START = date(2020, 1, 1)
END = date(2024, 12, 31)


def record(code: str, text: str = "Invented bandage", **fields: object) -> Record:
    return Record(code=code, long_description=text, **{"effective_from": START, **fields})  # type: ignore[arg-type]


OLD = (
    record("A0001"),
    record("A0002", "Invented crutch", short_description="Crutch"),
    record("A0003"),
    record("A0004", effective_to=END),
    record("A0005", effective_to=END, cross_references=("A0001",)),
    record("A0006"),
    record("A0007", cross_references=("A0001",)),
)
NEW = (
    record("A0002", "Invented crutch, wooden", short_description="Crutch wood"),
    record("A0003", effective_to=END, cross_references=("A0001", "A0002")),
    record("A0004"),
    record("A0005", effective_to=date(2025, 3, 31), cross_references=("A0002",)),
    record("A0006", "INVENTED  bandage", effective_from=date(2021, 1, 1)),
    record("A0007", cross_references=("A0002",)),
    record("A0008"),
)


def test_each_kind_of_change_is_found() -> None:
    """Changes come by code, one for each field that changed; blanks and case do not count."""
    assert diff_releases(OLD, NEW) == (
        ReleaseChange("vanished", "A0001", "Invented bandage", "", "Invented bandage", ""),
        ReleaseChange(
            "reworded",
            "A0002",
            NEW[0].long_description,
            "long_description",
            "Invented crutch",
            "Invented crutch, wooden",
        ),
        ReleaseChange(
            "reworded", "A0002", NEW[0].long_description, "short_description", "Crutch", "Crutch wood"
        ),
        ReleaseChange("ended", "A0003", "Invented bandage", "effective_to", "", "2024-12-31"),
        ReleaseChange("successor", "A0003", "Invented bandage", "cross_references", "", "A0001 A0002"),
        ReleaseChange("reactivated", "A0004", "Invented bandage", "effective_to", "2024-12-31", ""),
        ReleaseChange("successor", "A0005", "Invented bandage", "cross_references", "A0001", "A0002"),
        ReleaseChange("dates", "A0005", "Invented bandage", "effective_to", "2024-12-31", "2025-03-31"),
        ReleaseChange("dates", "A0006", "INVENTED  bandage", "effective_from", "2020-01-01", "2021-01-01"),
        ReleaseChange("added", "A0008", "Invented bandage", "", "", "Invented bandage"),
    )


def test_a_release_has_not_changed_against_itself() -> None:
    """Equal releases give no change, in any order of their records."""
    assert diff_releases(OLD, OLD[::-1]) == ()
    assert render((), "table") == "no changes\n"


def test_letter_case_counts_when_asked() -> None:
    """A descriptor that changed in case alone is reworded only when case is not ignored."""
    changes = diff_releases([record("A0001", "fda")], [record("A0001", "FDA")], ignore_case=False)

    assert [(change.kind, change.old, change.new) for change in changes] == [("reworded", "fda", "FDA")]
    assert diff_releases([record("A0001", "fda")], [record("A0001", "FDA")]) == ()


def test_a_list_without_dates_changes_no_dates() -> None:
    """With a list without dates, only rows and words are compared."""
    bare = [msgspec.structs.replace(one, effective_from=None, effective_to=None) for one in OLD]

    assert diff_releases(OLD, bare) == ()


def test_modifiers_are_compared_when_given() -> None:
    """Modifiers change like codes do, before the codes of their letter."""
    old = Modifier(modifier="Z1", long_description="Left paw", effective_from=START)
    new = Modifier(modifier="Z1", long_description="Left paw", effective_from=START, effective_to=END)

    assert diff_releases(OLD, OLD, old_modifiers=[old], new_modifiers=[new]) == (
        ReleaseChange("ended", "Z1", "Left paw", "effective_to", "", "2024-12-31"),
    )


def test_the_table_counts_and_shows_both_wordings() -> None:
    """The table starts with the counts and puts the old wording above the new one."""
    assert render(diff_releases(OLD, NEW)[:4], "table") == (
        "2 reworded, 1 ended, 1 vanished\n"
        "vanished     A0001  Invented bandage\n"
        "reworded     A0002  long description\n"
        "                    - Invented crutch\n"
        "                    + Invented crutch, wooden\n"
        "reworded     A0002  short description\n"
        "                    - Crutch\n"
        "                    + Crutch wood\n"
        "ended        A0003  effective to: none -> 2024-12-31  (Invented bandage)\n"
    )


def test_csv_cells_cannot_run_as_formulas() -> None:
    """Cells that begin like a formula get an apostrophe; the others are as they are."""
    text = render(
        diff_releases([], [record("A0001", '=HYPERLINK("x"), "a"'), record("A0002", "-1 paw")]), "csv"
    )

    assert list(csv.reader(io.StringIO(text))) == [
        ["kind", "code", "description", "field", "old", "new"],
        ["added", "A0001", '\'=HYPERLINK("x"), "a"', "", "", '\'=HYPERLINK("x"), "a"'],
        ["added", "A0002", "'-1 paw", "", "", "'-1 paw"],
    ]


def test_json_has_the_fields_of_a_change() -> None:
    """The JSON is a list that decodes into the same changes."""
    changes = diff_releases(OLD, NEW)
    text = render(changes, "json")

    assert msgspec.json.decode(text, type=tuple[ReleaseChange, ...]) == changes
    assert json.loads(text)[0] == {
        "kind": "vanished",
        "code": "A0001",
        "description": "Invented bandage",
        "field": "",
        "old": "Invented bandage",
        "new": "",
    }


STEPS = [
    (
        "2017-01/2017-Alpha-Numeric-HCPCS-File.zip",
        "2018-01/2018-Alpha-Numeric-HCPCS-File.zip",
        168,
        107,
        29,
        59,
    ),
    (
        "2018-01/2018-Alpha-Numeric-HCPCS-File.zip",
        "2019-01/2019-Alpha-Numeric-HCPCS-File.zip",
        244,
        3,
        33,
        114,
    ),
    ("2019-01/2019-Alpha-Numeric-HCPCS-File.zip", "2020-04/anweb.xlsx", 297, 0, 89, 73),
    ("2020-04/anweb.xlsx", "2020-07/anweb.xlsx", 61, 0, 9, 4),
    (
        "2024-10/HCPC2024_OCT_ANWEB.reconstructed-uppercase.txt.gz",
        "2025-10/HCPC2025_OCT_ANWEB_v3.xlsx",
        *(372, 0, 140, 113),
    ),
    (
        "2025-10/HCPC2025_OCT_ANWEB_v3.xlsx",
        "2026-01/january-2026-alpha-numeric-hcpcs-file.zip",
        *(160, 0, 95, 295),
    ),
]


@pytest.mark.shared
@pytest.mark.parametrize(("old", "new", "added", "vanished", "ended", "reworded"), STEPS)
def test_published_releases_differ_as_known(
    shared: Path, old: str, new: str, added: int, vanished: int, ended: int, reworded: int
) -> None:
    """The counts between consecutive releases are the known ones, and no code was reactivated."""
    before, after = (read_release(shared / "hcpcs" / file) for file in (old, new))
    changes = diff_releases(
        before.records, after.records, old_modifiers=before.modifiers, new_modifiers=after.modifiers
    )
    counts = count_kinds(changes)
    long_ones = sum(c.kind == "reworded" and c.field == "long_description" for c in changes)

    assert (counts["added"], counts.get("vanished", 0), counts["ended"], long_ones) == (
        added,
        vanished,
        ended,
        reworded,
    )
    assert "reactivated" not in counts


def test_coverage_that_changed_is_named_in_words() -> None:
    """CMS's letter with its meaning, before and after."""
    old, new = Record("A0001", "Bandage", coverage="C"), Record("A0001", "Bandage", coverage="D")
    dated = [msgspec.structs.replace(one, effective_from=START) for one in (old, new)]

    assert diff_releases(dated[:1], dated[1:]) == (
        ReleaseChange(
            "coverage",
            "A0001",
            "Bandage",
            "coverage",
            "C: left to the Medicare contractor's judgment",
            "D: special coverage instructions apply",
        ),
    )


def test_words_that_differ_can_be_marked() -> None:
    """Only those of one wording."""
    changes = diff_releases([record("A0001", "Crutch of oak")], [record("A0001", "Crutch of pine")])

    assert render(changes, "table", lambda words: f"<{words}>").splitlines()[2:] == [
        "                    - Crutch of <oak>",
        "                    + Crutch of <pine>",
    ]
