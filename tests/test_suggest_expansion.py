"""Known terms in a text."""

from __future__ import annotations

import pytest

from index.text.lexicon import Entry
from index.text.names import Name
from index.text.spelling import Mending
from suggest.expansion import MAX_CODES, Expander, added_words

CODES = ["A0001", "E0002", "E0003", "K0004"]
LEXICON = (
    Entry("w/c", ("wheelchair",), "abbreviation", ("K0004",)),
    Entry("sleep apnea", ("obstructive apnea",), "lay"),
    Entry("sleep apnea machine", ("cpap device",), "lay", ("E0002",)),
    Entry("machine", ("device",), "synonym"),
    Entry("crutch", ("walking aid",), "lay", ("E",)),
    Entry("item", (), "noise"),
)
NAMES = (Name("Crutch", "K0004", "product list x.csv"), Name("Barkaid", "Z0000", "ASP crosswalk"))


@pytest.fixture
def expander() -> Expander:
    """A small lexicon, a list of names, and four codes."""
    return Expander(LEXICON, NAMES, CODES)


def spans(expander: Expander, text: str) -> list[tuple[int, int, str]]:
    """The positions of terms in the words of a text."""
    return [(hit.start, hit.stop, hit.meaning.term) for hit in expander.find(text.split())]


def test_the_longest_term_wins(expander: Expander) -> None:
    """Left to right and without overlap."""
    assert spans(expander, "my sleep apnea machine") == [(1, 4, "sleep apnea machine")]
    assert spans(expander, "sleep apnea w c machine") == [
        (0, 2, "sleep apnea"),
        (2, 4, "w/c"),
        (4, 5, "machine"),
    ]


def test_terms_are_cut_like_texts(expander: Expander) -> None:
    """A slash separates words on both sides, so `w/c` is found in its words."""
    assert spans(expander, "w c") == [(0, 2, "w/c")]
    assert spans(expander, "w") == []


def test_facts_of_one_term_are_joined(expander: Expander) -> None:
    """The lexicon's codes come first, then those of the lists; each is a row of the catalogue."""
    (hit,) = expander.find(["crutch"])

    assert hit.meaning.means == ("walking aid",)
    assert hit.meaning.rows == (1, 2, 3)
    assert hit.meaning.kinds == ("lay", "product list x.csv")


def test_a_name_whose_code_the_release_lacks_is_unknown(expander: Expander) -> None:
    """It could not be suggested."""
    assert spans(expander, "barkaid") == []
    assert not expander.mentions("barkaid")


def test_noise_means_nothing_and_points_nowhere(expander: Expander) -> None:
    """It is still recognised, so that it can be left out."""
    (hit,) = expander.find(["item"])

    assert (hit.meaning.means, hit.meaning.rows, hit.meaning.kinds) == ((), (), ("noise",))


def test_a_term_for_very_many_codes_is_left_out() -> None:
    """It does not distinguish codes."""
    codes = [f"E{number:04}" for number in range(MAX_CODES + 1)]
    broad = Entry("gear", ("gear",), "lay", ("E",))

    assert Expander([broad], (), codes).find(["gear"]) == []
    assert len(Expander([broad], (), codes[1:]).find(["gear"])) == 1


def test_words_of_terms_correct_misspelt_ones(expander: Expander) -> None:
    """A misspelt trade name is read as the one that is meant."""
    assert expander.mentions("apnea")
    assert expander.nearest("machnie") == Mending("machine", 0.6, name=False)
    assert expander.nearest("zebra") is None
    assert expander.nearest("crutcch") == Mending("crutch", 0.25, name=True)
    assert expander.nearest("crutches") is None


def test_an_empty_text_holds_no_term(expander: Expander) -> None:
    """An empty lexicon finds no terms."""
    assert expander.find([]) == []
    assert Expander((), (), ()).find(["crutch"]) == []


def test_a_term_of_more_than_eight_words_is_left_out() -> None:
    """Eight are known, nine are not."""
    eight, nine = "a b c d e f g h", "b c d e f g h i j"
    expander = Expander(
        [Entry(term, ("crutch",), "lay", ("E0003",)) for term in (eight, nine)], (), ["E0003"]
    )

    assert [hit.meaning.term for hit in expander.find(eight.split())] == [eight]
    assert expander.find(nine.split()) == []


def test_a_term_that_a_name_list_holds_is_listed_though_the_lexicon_holds_it_too(expander: Expander) -> None:
    """A term of the lexicon alone is not."""
    assert [hit.meaning.listed for hit in expander.find(["crutch", "item"])] == [True, False]


def test_the_words_of_the_first_two_wordings_are_added_unless_the_text_has_them() -> None:
    """Each once, in order."""
    entry = Entry("aid", ("crutch of wood", "wood cane", "walker"), "lay", ("E0003",))
    hits = Expander([entry], (), CODES).find(["aid", "of"])

    assert [hit.meaning.words for hit in hits] == [("crutch", "of", "wood", "cane")]
    assert added_words(["aid", "of"], hits) == ["crutch", "wood", "cane"]


CONTEXT = (
    Entry("pt", ("physical therapy",), "abbreviation", ("E0002",), ("eval", "visit"), ("pt here",)),
    Entry("pt", ("pint",), "abbreviation", ("E0003",), (), ("eval",)),
    Entry("pt lift", ("patient lift",), "abbreviation", ("K0004",), ("hydraulic",)),
    Entry("lift", ("raise",), "lay"),
)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("pt eval", ["physical therapy"]),
        ("pt visit", ["physical therapy", "pint"]),
        ("pt", ["pint"]),
        ("pt here for eval", []),
        ("pt lift hydraulic", ["patient lift"]),
        ("pt lift", ["pint", "raise"]),
    ],
)
def test_a_meaning_counts_only_where_its_context_allows_it(text: str, means: list[str]) -> None:
    """Each entry of a term by itself; a term of which no entry applies leaves its words to shorter ones."""
    expander = Expander(CONTEXT, (), CODES)
    for _ in range(2):  # meanings are cached
        assert [wording for hit in expander.find(text.split()) for wording in hit.meaning.means] == means


def test_the_codes_of_an_entry_that_does_not_apply_are_left_out() -> None:
    """The same term points elsewhere in another text."""
    expander = Expander(CONTEXT, (), CODES)
    assert [expander.find(text.split())[0].meaning.rows for text in ("pt visit", "pt", "pt eval")] == [
        (1, 2),
        (2,),
        (1,),
    ]


@pytest.mark.parametrize(
    ("term", "other"),
    [
        ("hospital bed", "hospital beds"),
        ("bath bench", "bath benches"),
        ("home therapy", "home therapies"),
        ("enteral tray", "enteral trays"),
        ("surgical brush", "surgical brushes"),
        ("shoe inserts", "shoe insert"),
        ("sitz baths", "sitz bath"),
        ("wound dressing patches", "wound dressing patch"),
        ("glucose test batteries", "glucose test battery"),
    ],
)
def test_a_term_of_several_words_is_known_by_its_plural_or_singular(term: str, other: str) -> None:
    """Also where the plural is a word of descriptors, which nobody reads as the singular."""
    expander = Expander([Entry(term, ("thing",), "lay", ("E0003",))], (), CODES)

    (hit,) = expander.find(other.split())
    assert (hit.start, hit.stop, hit.meaning.term) == (0, len(other.split()), term)


@pytest.mark.parametrize("term", ["eyeglass lens", "cut glass", "foot prosthesis", "size 10s", "calcium gas"])
def test_a_term_that_only_ends_like_a_plural_has_no_singular(term: str) -> None:
    """Nothing is cut off a word that is no plural."""
    expander = Expander([Entry(term, ("thing",), "lay", ("E0003",))], (), CODES)

    assert expander.find(term[:-1].split()) == []


def test_a_plural_that_has_an_entry_of_its_own_keeps_it() -> None:
    """And terms that end like plurals, in a number or shortly have none."""
    entries = [
        Entry("leg bag", ("one",), "lay", ("E0002",)),
        Entry("leg bags", ("many",), "lay", ("E0003",)),
        Entry("cast boss", ("shoe",), "lay", ("E0003",)),
        Entry("size 12", ("twelve",), "lay", ("E0003",)),
        Entry("an iv", ("drip",), "lay", ("E0003",)),
    ]
    expander = Expander(entries, (), CODES)

    assert [hit.meaning.means for hit in expander.find(["leg", "bags"])] == [("many",)]
    for text in ("cast bosss", "cast bosses", "size 12s", "an ivs"):
        assert expander.find(text.split()) == []
