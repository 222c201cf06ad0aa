"""Labelled lines for training: limits, folds and rewritten lines."""

from __future__ import annotations

import gzip
import json
import random
import re
from pathlib import Path

import pytest

from index.errors import ReleaseFormatError
from index.records import Record, Release
from index.text.lexicon import Entry
from suggest.training.lines import (
    MAX_PER_CODE,
    MAX_PER_HOSPITAL,
    NO_CODE_TEXT,
    TERM_VARIANT,
    WRITTEN,
    WRITTEN_TEXTS,
    Line,
    charge_lines,
    clipped,
    lexicon_lines,
    no_code_lines,
    no_code_text_lines,
    older_lines,
    variant_lines,
    written_lines,
)
from suggest.training.no_code import NoCode
from suggest.training.ranking import is_ranked


def write(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    lines = [json.dumps({"query": text, "codes": [code], "source": source}) for text, code, source in rows]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_lines_are_capped_by_hospital_and_by_code(tmp_path: Path) -> None:
    """One hospital and one frequent code cannot dominate the training lines."""
    rows = [(f"dog bandage {i} of {j}", "A0001", f"oshpd-{j}") for i in range(30) for j in range(12)]
    lines, code_popularity, popularity = charge_lines([write(tmp_path / "lines.gz", rows)], {"A0001"}, seed=0)

    assert len(lines) == MAX_PER_CODE
    one, _, _ = charge_lines(
        [write(tmp_path / "one.gz", [row for row in rows if row[2] == "oshpd-1"])], {"A0001"}, 0
    )
    assert len(one) == MAX_PER_HOSPITAL
    assert [counts["A0001"] for counts in code_popularity] == [9, 9, 10, 10, 10]
    assert popularity == {"A0001": 12}


def test_a_hospital_system_stays_in_one_fold_over_all_files(tmp_path: Path) -> None:
    """The encoder that left out a fold never saw its hospitals' habits, nor those of their sisters."""
    old = [
        (f"{place} line {i}", f"A000{i}", place)
        for place in ("north-city", "south", "east")
        for i in range(5)
    ]
    new = [(f"north new line {i}", f"A000{i}", "north-hill-2026") for i in range(9)]
    codes = {f"A000{i}" for i in range(9)}
    paths = [write(tmp_path / "old.gz", old), write(tmp_path / "new.gz", new)]
    lines, _, _ = charge_lines(paths, codes, seed=0)

    for place in ("north", "south", "east"):
        assert len({line.fold for line in lines if line.text.startswith(place)}) == 1
    assert {line.fold for line in lines} == {0, 1, 2}


def test_a_hospitals_lines_without_a_code_are_in_the_fold_of_its_charge_lines(tmp_path: Path) -> None:
    """Otherwise a hospital's habits would tell which of its lines have a code."""
    charges = write(tmp_path / "charges.gz", [(f"line {i}", "A0001", f"oshpd-{i % 3}") for i in range(9)])
    path = tmp_path / "no-code.gz"
    rows = [{"query": "knee surgery", "codes": [], "source": f"oshpd-{i}"} for i in range(3)]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    lines, _, _ = charge_lines([charges], {"A0001"}, seed=0)
    folds = {line.source: line.fold for line in lines}

    without = no_code_lines(path, [charges])

    assert [(line.fold, line.codes, line.system) for line in without] == [
        (folds[f"oshpd-{i}"], (), "cpt") for i in range(3)
    ]


def test_own_texts_about_one_thing_are_in_one_fold() -> None:
    """Their longest word says what they are about."""
    texts = [
        NoCode("lap appendectomy", "cpt"),
        NoCode("appendectomy open", "cpt"),
        NoCode("hello", "not-medical"),
    ]
    lines = no_code_text_lines(texts, NO_CODE_TEXT)

    assert lines[0].fold == lines[1].fold
    assert [line.system for line in lines] == ["cpt", "cpt", "not-medical"]


def test_written_texts_of_one_code_are_in_several_folds() -> None:
    """All of the list are texts of active codes; without a fold the encoder knows other texts of the code."""
    lines = written_lines({"E0601", "A7035"})

    assert {line.codes for line in lines} == {("E0601",), ("A7035",)}
    for code in ("E0601", "A7035"):
        assert len({line.fold for line in lines if line.codes == (code,)}) > 1


def test_variants_stay_in_the_fold_of_their_line_and_say_what_they_are_of() -> None:
    """Those of charge lines and written texts are ranked too; those of names teach that they have a code."""
    kinds = ("charge", WRITTEN, "name", "lexicon meaning")
    lines = [Line(f"wheeled walker {kind}", ("E0143",), kind, fold) for fold, kind in enumerate(kinds)]

    variants = variant_lines(lines, seed=0)

    assert {(line.kind, line.fold) for line in variants} == {
        ("charge variant", 0),
        ("written variant", 1),
        (TERM_VARIANT, 2),
    }
    assert [is_ranked(line.kind) for line in sorted(variants, key=lambda line: line.fold)] == [
        True,
        True,
        False,
    ]


def test_the_written_texts_are_distinct_and_have_codes() -> None:
    """A line is a text, a tab and codes; no text stands twice, in whatever letter case."""
    rows = [line.split("\t") for line in WRITTEN_TEXTS.read_text(encoding="utf-8").splitlines()]

    assert all(re.fullmatch(r"[A-Z]\d{4}(,[A-Z]\d{4})*", codes) for _, codes in rows)
    assert len({text.lower() for text, _ in rows}) == len(rows) > 3000


def test_codes_that_have_ended_are_not_learned(tmp_path: Path) -> None:
    """A line whose code is not active is not used."""
    path = write(tmp_path / "lines.gz", [("old thing", "A0002", "north"), ("new thing", "A0001", "north")])

    assert [line.text for line in charge_lines([path], {"A0001"}, seed=0)[0]] == ["new thing"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A truncated or foreign file is one clear error."""
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(b'{"query": "dog"}')[:-3])

    with pytest.raises(ReleaseFormatError, match="the training lines lines.gz cannot be read"):
        charge_lines([path], {"A0001"}, seed=0)


def test_a_term_of_many_codes_teaches_nothing() -> None:
    """A lexicon term for more than a dozen codes is not used."""
    active = [f"A00{i:02}" for i in range(20)]
    entries = [Entry("broad", (), "lay", ("A00",)), Entry("narrow", ("thing",), "lay", ("A0001",))]

    assert {line.text for line in lexicon_lines(entries, active)} == {"narrow", "thing"}


def test_a_term_that_needs_other_words_teaches_nothing() -> None:
    """Alone it does not mean its codes."""
    entries = [
        Entry("pt", ("crutch",), "abbreviation", ("A0001",), needs=("eval",)),
        Entry("stick", ("crutch",), "abbreviation", ("A0001",), excludes=("dynamite",)),
    ]
    assert [line.text for line in lexicon_lines(entries, ["A0001"])] == ["stick"]


def test_only_wordings_that_changed_are_older() -> None:
    """A wording that the current release still has is not learned twice."""
    old = Release(
        "2017-01", "old", "0" * 64, (Record("A0001", "Old words", "Same"), Record("A0009", "Gone", "Gone"))
    )
    now = [Record("A0001", "New words", "same")]

    assert [line.text for line in older_lines([old], now, {"A0001"})] == ["Old words"]


def test_a_clipped_descriptor_holds_no_new_letters() -> None:
    """Rewriting drops and shortens words; it never adds any."""
    text = "Injection, inventedmab, for the treatment of large dogs, 250 mg"
    for seed in range(50):
        for word in clipped(text, random.Random(seed)).split():
            assert set(word) <= set(text.lower())
