import re
from collections import Counter

import pytest
from rapidfuzz import fuzz

from index.release.release import read_release
from suggest.training.grammar import read_grammar
from suggest.training.no_code import FOLDER, SHARES, NoCode, listed_no_code, no_code_lines

LINES = no_code_lines(1, 20000)


def test_the_texts_are_the_same_for_a_seed_and_others_for_another():
    """A seed gives the same list each time; another seed gives mostly other texts."""
    assert no_code_lines(7, 500) == no_code_lines(7, 500)
    other = {line.text for line in no_code_lines(8, 500)}
    assert len(other & {line.text for line in no_code_lines(7, 500)}) < 100


def test_every_kind_has_its_share_and_no_text_comes_twice():
    """20,000 texts, distinct with letter case aside, the kinds in the shares of the module."""
    assert len(LINES) == 20000
    assert len({line.text.lower() for line in LINES}) == 20000
    assert Counter(line.looks_like for line in LINES) == {
        kind: 20000 * share for kind, share in SHARES.items()
    }


def test_the_texts_are_clean():
    """No bracket or bar of the grammar is left, and no blanks outside or side by side."""
    left = [line for line in LINES if re.search(r"[\[\]|\\]|\{[a-z_0-9.]+\}", line.text)]
    assert left == []
    assert [line for line in LINES if line.text != " ".join(line.text.split()) or not line.text] == []


def test_ndc_texts_of_the_file_of_numbers_hold_a_number():
    """Every form of a number has digits; the other texts of that kind are retail drugs."""
    grammar = read_grammar(FOLDER / "ndc.txt", {})
    assert grammar.kind == "ndc"
    assert all("#" in value for value in grammar.lists["number"])


@pytest.mark.parametrize(
    ("written", "message"),
    [("> {missing}", "no list 'missing'"), ("kind cpt\nnonsense", ":2: neither a list nor a template")],
)
def test_a_wrong_line_of_a_grammar_is_refused(tmp_path, written, message):
    """The error names the file and what is wrong."""
    path = tmp_path / "wrong.txt"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_grammar(path, {})


def test_texts_with_the_words_of_a_line_of_left_out_are_not_given():
    """No text has all words of such a line, whatever the order."""
    rows = [
        line.split("\t")
        for line in (FOLDER / "left_out.txt").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert all(re.fullmatch(r"[A-Z]\d{4}", code) for _, code in rows)
    for words, _ in rows:
        together = set(words.split())
        assert [line for line in LINES if together <= set(line.text.lower().split())] == []


@pytest.mark.shared
def test_no_text_is_a_description_of_the_january_2026_release(shared):
    """No text equals an active short or long description, and `left_out.txt` names active codes only."""
    release = read_release(shared / "hcpcs" / "2026-01" / "january-2026-alpha-numeric-hcpcs-file.zip")
    active = [record for record in release.records if record.effective_to is None]
    said = {
        text.casefold() for record in active for text in (record.short_description, record.long_description)
    }
    assert [line for line in LINES if line.text.casefold() in said] == []
    rows = (FOLDER / "left_out.txt").read_text().splitlines()
    codes = {row.split("\t")[1] for row in rows if not row.startswith("#")}
    assert codes <= {record.code for record in active}


def test_nothing_near_a_text_that_measures_is_given():
    """Each of 300 texts of one draw keeps its equals and near equals out of the same draw."""
    measuring = [line.text for line in no_code_lines(3, 3000)][:300]
    given = no_code_lines(3, 3000, measuring)
    assert len(given) == 3000
    assert max(fuzz.ratio(text.lower(), line.text.lower()) for text in measuring for line in given) < 85


def test_a_text_has_the_two_fields():
    """The struct is frozen, with the text and its system."""
    assert NoCode.__struct_fields__ == ("text", "looks_like")


def test_the_hand_written_list_has_a_system_for_each_text():
    """Some of each kind, read by eye."""
    listed = listed_no_code()
    assert {line.looks_like for line in listed} == set(SHARES)
    systems = {line.text: line.looks_like for line in listed}
    assert systems["HC LAB IGF-1 STAT"] == "cpt"
    assert systems["hx of achalasia"] == "icd"
    assert systems["DENTAL INLAY GOLD #30"] == "cdt"
    assert systems["60341640531"] == systems["nebivolol 5 mg"] == "ndc"
    assert systems["CCU DLY RM"] == "revenue"
    assert systems["tell me a joke"] == "not-medical"
    assert systems["placeholder"] == "vague"
