"""Reading what a user typed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.records import Record
from index.store.forward import ForwardIndex
from index.store.terms import TermIndex
from index.store.texts import LONG, Text, texts_of
from index.text.attributes import named
from index.text.lexicon import Entry
from index.text.quantities import with_inches
from index.text.words import normalise, words
from suggest.expansion import Expander
from suggest.reader import MAX_WORDS, Reader

RECORDS = [
    Record("A0001", "Invented bandage for a large dog", "Dog bandage", effective_from=date(2020, 1, 1)),
    Record("E0003", "Invented wheelchair with a spring, 250 mg", "Spring wheelchair"),
]
LEXICON = [
    Entry("whlchr", ("wheelchair",), "abbreviation"),
    Entry("hc", (), "noise"),
    Entry("sofa on wheels", ("wheelchair",), "lay", ("E0003",)),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Two records, an abbreviation, a noise word and a lay term."""
    texts, forms = texts_of(RECORDS)
    return Reader(
        Expander(LEXICON, (), ["A0001", "E0003"]),
        TermIndex.from_texts(texts, ForwardIndex.from_forms(forms), 2),
    )


def test_a_known_term_adds_the_words_it_stands_for(reader: Reader) -> None:
    """An abbreviation stays and is followed by the full word."""
    query = reader.read("WHLCHR spring")

    assert query.plain == "whlchr spring"
    assert query.expanded == "whlchr spring wheelchair"


def test_the_longest_known_term_wins(reader: Reader) -> None:
    """A phrase of the lexicon is found as a whole, with the codes it points to."""
    (hit,) = reader.read("a sofa on wheels please").hits

    assert (hit.start, hit.stop, hit.meaning.rows) == (1, 4, (1,))


def test_hospital_prefixes_are_left_out(reader: Reader) -> None:
    """A prefix without meaning is not a word of the query, unless the text has no other word."""
    assert reader.read("HC dog bandage").words == ("dog", "bandage")
    assert reader.read("HC").words == ("hc",)


def test_a_misspelt_word_is_corrected_and_named(reader: Reader) -> None:
    """A word that no text of a code contains is read as the most similar one, which the query says."""
    query = reader.read("large bandege")

    assert query.plain == "large bandage"
    assert [(change.typed, change.read_as) for change in query.corrections] == [("bandege", "bandage")]


def test_only_whole_words_are_corrected(reader: Reader) -> None:
    """A misspelt word inside a model number stays, and so does the punctuation between words."""
    query = reader.read("bandege xbandegex1 bandege/large <bandege2>")

    assert query.plain == "bandage xbandegex1 bandage/large <bandege2>"
    assert query.words == ("bandage", "xbandegex1", "bandage", "large", "bandege2")


PIECES = st.sampled_from(
    ["bandege", "bandage", "whelchair", "sprng", "hc", "whlchr", "dog", "mg", "250", "E0003", "é", ".", "%"]
)  # fmt: skip
SIGNS = st.sampled_from([" ", "", "/", "&", "+", "<", ">", "=", "'", "-", "; "])
TYPED = st.lists(st.tuples(PIECES, SIGNS), max_size=MAX_WORDS + 6).map(
    lambda pairs: "".join(piece + sign for piece, sign in pairs)
)


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(TYPED, st.text()))
@example(text="bandege xbandegex1")
@example(text="A0")
@example(text="hc bandege-large bandegelarge")
def test_the_plain_text_holds_the_words_that_were_read(reader: Reader, text: str) -> None:
    """For any text: the words as typed, corrected and without noise, make both."""
    query = reader.read(text)
    held = words(query.plain)
    read_as = {correction.typed: correction.read_as for correction in query.corrections}

    assert query.words == tuple(held[:MAX_WORDS])
    if not (query.codes or query.prefixes or query.modifiers or query.other_codes):
        corrected = [read_as.get(word, word) for word in words(normalise(with_inches(text)))]
        assert held == ([word for word in corrected if word != "hc"] or corrected)


def test_unlike_words_are_left_as_typed(reader: Reader) -> None:
    """A name or model number that resembles no known word is not corrected."""
    assert reader.read("zyxwvut 9000").corrections == ()


@pytest.mark.parametrize("text", ["E0601", "e0601 cpap", "HCPCS J0585", "code:E0601.", "(A4253)"])
def test_a_code_in_the_text_is_seen(reader: Reader, text: str) -> None:
    """Codes are found in any case, with or without words around them."""
    assert len(reader.read(text).codes) == 1


@pytest.mark.parametrize("text", ["D0120", "XE0601", "E06011", "1E0601", "4.5 mm", "E0601.5"])
def test_what_only_looks_like_a_code_is_not_one(reader: Reader, text: str) -> None:
    """Dental codes, longer words and decimals are not taken for codes."""
    assert reader.read(text).codes == ()


def test_amounts_are_read_in_base_units(reader: Reader) -> None:
    """A gram is a thousand milligrams, whether the unit is attached or not."""
    assert reader.read("1GM").quantities == reader.read("1000 mg").quantities


@pytest.mark.parametrize("text", ["", " ", "😀😀", "\x00\x01", "¿qué?", "!!!", "a" * 100_000])
def test_no_text_is_an_error(reader: Reader, text: str) -> None:
    """Any characters can be read."""
    assert reader.read(text).codes == ()


def test_a_code_is_no_word_of_the_text(reader: Reader) -> None:
    """A text that is only a code leaves no words to search by; others keep theirs."""
    assert reader.read("HC E0601").words == ()
    assert reader.read("e0601 dog bandage").words == ("dog", "bandage")


def test_an_unfinished_word_is_searched_by_what_it_begins(reader: Reader) -> None:
    """The most common word with that beginning is added to the search."""
    assert reader.read("dog banda").expanded == "dog banda bandage"
    assert reader.read("dog bandage").expanded == "dog bandage"


def test_a_term_may_end_with_the_last_word_that_counts(reader: Reader) -> None:
    """One that ends behind it is left out."""
    at_the_end = reader.read(" ".join(["dog"] * (MAX_WORDS - 1) + ["whlchr"]))
    behind_it = reader.read(" ".join(["dog"] * MAX_WORDS + ["whlchr"]))

    assert [(hit.start, hit.stop) for hit in at_the_end.hits] == [(MAX_WORDS - 1, MAX_WORDS)]
    assert behind_it.hits == ()


def test_positions_of_terms_count_the_words_that_are_left(reader: Reader) -> None:
    """Noise in front of a term does not shift it."""
    query = reader.read("hc dog whlchr")

    assert query.words == ("dog", "whlchr")
    assert [(hit.start, hit.stop) for hit in query.hits] == [(1, 2)]


def test_attributes_of_the_words_that_a_term_stands_for_count() -> None:
    """Also when the text states others itself."""
    texts, forms = texts_of(RECORDS)
    table = TermIndex.from_texts(texts, ForwardIndex.from_forms(forms), 2)
    reading = Reader(Expander([Entry("tot", ("child",), "lay")], (), ["A0001", "E0003"]), table)

    assert named(reading.read("tot").attributes) == ["age: child"]
    assert named(reading.read("sterile tot").attributes) == ["age: child", "sterile: yes"]


def test_a_word_of_five_letters_is_corrected_and_one_of_four_is_not() -> None:
    """A shorter word resembles too many others."""
    texts, forms = texts_of([Record("A0001", "Invented walker of metal", "Walker")])
    table = TermIndex.from_texts(texts, ForwardIndex.from_forms(forms), 1)
    reading = Reader(Expander([], (), ["A0001"]), table)

    assert [change.read_as for change in reading.read("waker mtel").corrections] == ["walker"]


def test_a_word_that_becomes_a_name_is_said_and_weighed() -> None:
    """The name's text as typed can be read too; a sure correction is not listed."""
    texts, forms = texts_of([Record("J0001", "Injection, zorplexumab, 1 mg"), Record("A0002", "Bandage")])
    table = TermIndex.from_texts(texts, ForwardIndex.from_forms(forms), 2)
    names = Entry("barkaid", ("zorplexumab",), "product", ("J0001",))
    reading = Reader(Expander([names], (), ["A0002", "J0001"]), table)
    query = reading.read("bakaid 3 mg")

    assert [(change.typed, change.read_as) for change in query.renamed] == [("bakaid", "barkaid")]
    assert query.mended == pytest.approx(2 * 0.8 / 6, abs=1e-4)
    assert reading.read("barkaad").renamed == ()
    assert reading.read("barkaad").mended == pytest.approx(2 * 0.5 / 7, abs=1e-4)
    assert reading.read("bakaid 3 mg", correct=False).words == ("bakaid", "3", "mg")
    assert reading.read("bakaid 3 mg", correct=False).mended == 0
    assert reading.read("barkaid").mended == 0


def test_the_plural_of_a_known_term_is_the_term(reader: Reader) -> None:
    """Nobody is told of it, since it is no spelling mistake."""
    query = reader.read("two whlchrs")

    assert (query.plain, query.expanded) == ("two whlchr", "two whlchr wheelchair")
    assert query.corrections == ()


def test_plurals_of_names_and_digits_for_letters_are_read() -> None:
    """They are forms of the word, not misspellings: they cost little or nothing."""
    names = [
        Entry(name, ("bandage",), "product", ("A0001",))
        for name in ("barkaid", "barkux", "barky", "barklaus")
    ]
    texts, forms = texts_of(RECORDS)
    table = TermIndex.from_texts(texts, ForwardIndex.from_forms(forms), 2)
    reading = Reader(Expander(names, (), ["A0001", "E0003"]), table)

    assert (reading.read("barkaids").words, reading.read("barkaids").mended) == (("barkaid",), 0)
    assert reading.read("barkuxes barkies barklauses").words == ("barkux", "barky", "barklaus")
    assert reading.read("barkuxes").mended == 0
    assert reading.read("bark4id").words == ("bark4id",)
    assert reading.read("barka1d").words == ("barkaid",)
    assert reading.read("b0ndage 1Omg").quantities == reading.read("10 mg").quantities
    assert reading.read("thanks").corrections == ()


def test_plurals_of_names_that_only_descriptors_have_are_read() -> None:
    """Short words are abbreviations rather than plurals, and ordinary words stay as typed."""
    texts = [Text(0, LONG, "Injection, alprostadil, ib, surgeon")]
    texts += [Text(row, LONG, f"Injection, item {row}") for row in range(1, 12)]
    table = TermIndex.from_texts(texts, ForwardIndex.from_forms([normalise(one.text) for one in texts]), 12)
    reading = Reader(Expander((), (), ["A0001"]), table)

    query = reading.read("alprostadils ibs surgeons")

    assert query.words == ("alprostadil", "ibs", "surgeons")
    assert (query.corrections, query.mended) == ((), 0)


def test_codes_packages_and_numbers_are_read_before_the_words(reader: Reader) -> None:
    """What they consist of are no words of the text."""
    query = reader.read("Dog Bandage: 5 Pouch In 1 Box (0641-6080-25) / 1O Ml In 1 Pouch")

    assert query.words == ("dog", "bandage", "10", "ml")
    assert query.other_codes == (("ndc", "0641-6080-25"),)
    assert reader.read("E06").prefixes == ()
    assert reader.read("A00").prefixes == ("A00",)
