"""The lexicon: the shipped entries are well formed, and a damaged file is reported with its line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from index.code_systems import LEVEL_II
from index.errors import ReleaseFormatError
from index.release.release import read_release
from index.text.lexicon import FOLDER, Entry, codes_of, read_lexicon

JANUARY = Path("hcpcs/2026-01/january-2026-alpha-numeric-hcpcs-file.zip")
HEADER = "term\tmeans\tkind\tcodes\tcontext\n"
PREFIX = re.compile(r"[A-CE-HJ-MP-V]\d{0,4}")


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    """Everything shipped."""
    return read_lexicon()


def test_the_shipped_lexicon_is_large_enough(entries: tuple[Entry, ...]) -> None:
    """At least a thousand entries, of every kind that a charge line needs."""
    kinds = Counter(entry.kind for entry in entries)

    assert len(entries) >= 1000
    assert {"abbreviation", "trade name", "lay", "product"} <= set(kinds)


def test_terms_are_lower_case_without_blanks_at_the_ends(entries: tuple[Entry, ...]) -> None:
    """A term is matched in the form that the file has."""
    assert [entry.term for entry in entries if entry.term != " ".join(entry.term.lower().split())] == []


def test_only_noise_means_nothing(entries: tuple[Entry, ...]) -> None:
    """Every other entry has a meaning or a code."""
    empty = [entry.term for entry in entries if not entry.means and not entry.codes and entry.kind != "noise"]
    assert empty == []


def test_no_fact_stands_twice(entries: tuple[Entry, ...]) -> None:
    """Two entries of one term have different contents; `Expander` joins them."""
    counts = Counter(entries)
    assert [entry.term for entry, count in counts.items() if count > 1] == []


def test_codes_are_level_two_codes_or_beginnings_of_them(entries: tuple[Entry, ...]) -> None:
    """No CPT, no dental code, nothing misspelt."""
    assert [code for entry in entries for code in entry.codes if not PREFIX.fullmatch(code)] == []


def test_every_code_of_the_lexicon_is_in_january_2026(entries: tuple[Entry, ...], shared: Path) -> None:
    """A whole code is an active code; a beginning stands for at least one."""
    records = read_release(shared / JANUARY).records
    active = [record.code for record in records if record.effective_to is None]
    missing = {
        code
        for entry in entries
        for code in entry.codes
        if not any(known.startswith(code) for known in ([code] if code in active else active))
    }

    assert all(LEVEL_II.matches(code) for code in active)
    assert sorted(missing) == []


def test_files_are_read_in_order_of_name(tmp_path: Path) -> None:
    """Bars separate meanings and blanks separate codes; a quote is an ordinary character."""
    (tmp_path / "b.tsv").write_text(
        HEADER + 'w/c\twheelchair | water closet\tabbreviation\tE1 K0001\n4" pad\tpad\tlay\t\n'
    )
    (tmp_path / "a.tsv").write_text(HEADER + "hcpcs\t\tnoise\t\n")

    assert read_lexicon(tmp_path) == (
        Entry("hcpcs", (), "noise"),
        Entry("w/c", ("wheelchair", "water closet"), "abbreviation", ("E1", "K0001")),
        Entry('4" pad', ("pad",), "lay"),
    )


def test_a_context_is_a_fifth_cell_that_may_be_left_out(tmp_path: Path) -> None:
    """Bars separate its phrases, which are cut like texts; semicolons separate its two rules."""
    (tmp_path / "a.tsv").write_text(
        HEADER + "pt\ttherapy\tlay\t\tneeds: eval|1-on-1; not: pt here\n"
        "vac\tpump\tlay\t\t\nbls\tlife\tlay\t\tnot: cpr\n"
    )
    pt, vac, bls = read_lexicon(tmp_path)

    assert (pt.needs, pt.excludes, pt.conditional) == (("eval", "1 on 1"), ("pt here",), True)
    assert (vac.needs, vac.excludes, vac.conditional) == ((), (), False)
    assert (bls.needs, bls.excludes, bls.conditional) == ((), ("cpr",), True)


@pytest.mark.parametrize(
    ("text", "applies"),
    [
        ("pt eval", True),
        ("1 on 1 pt", True),
        ("pt here for eval", False),
        ("pt", False),
        ("pt evaluated", False),
        ("on 1 pt", False),
    ],
)
def test_an_entry_applies_where_the_text_has_what_it_needs_and_nothing_excluded(
    text: str, applies: bool
) -> None:
    """Whole words and phrases anywhere in the text."""
    entry = Entry("pt", ("therapy",), "lay", (), ("eval", "1 on 1"), ("pt here",))
    assert entry.applies(f" {text} ") is applies


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("term\tmeans\n", r"bad\.tsv:1: the header must be"),
        ("", r"bad\.tsv:1: the header must be"),
        (HEADER + "a\tb\tlay\n", r"bad\.tsv:2: expected term, means"),
        (HEADER + "a\tb\tlay\t\nc\td\tgossip\t\n", r"bad\.tsv:3: expected term, means"),
        (
            HEADER + "a\tb\tlay\t\tneed: x\n",
            r"bad\.tsv:2: expected 'needs: a\|b' or 'not: a\|b', got 'need: x'",
        ),
        (HEADER + "a\tb\tlay\t\tneeds: x|\n", r"bad\.tsv:2: expected 'needs"),
        (HEADER + "a\tb\tlay\t\tnot: x; not: y\n", r"bad\.tsv:2: expected 'needs"),
        (HEADER + "a\tb\tlay\t\tnot: x\ty\n", r"bad\.tsv:2: expected term, means"),
        (HEADER + "\tb\tlay\t\n", r"bad\.tsv:2: expected term, means"),
    ],
)
def test_a_bad_row_is_named_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    """The error shows where an edited lexicon is wrong."""
    (tmp_path / "bad.tsv").write_text(text)

    with pytest.raises(ReleaseFormatError, match=message):
        read_lexicon(tmp_path)


def test_a_beginning_of_a_code_stands_for_all_codes_that_start_so() -> None:
    """In the entry's order, and only codes that the release has."""
    entry = Entry("kennel", ("kennel",), "lay", ("K00", "E0002", "A9"))

    assert codes_of(entry, ["A0001", "E0002", "K0001", "K0004", "K0100"]) == ["K0001", "K0004", "E0002"]


def test_the_folder_is_part_of_the_package() -> None:
    """The shipped files are beside the module that reads them."""
    assert sorted(path.suffix for path in FOLDER.iterdir() if path.suffix != ".md")[0] == ".tsv"
