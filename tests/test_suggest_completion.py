"""Words that are not finished."""

from __future__ import annotations

from index.text.lexicon import Entry
from suggest.completion import Completer

COMPLETER = Completer(
    ["Walker of wood", "Walker of tin", "Walker, walk-in tub", "Walking boot", "Walking stick", "Walrus"]
)
LEXICON = [
    Entry("gluc", ("gluconate", "glucose"), "abbreviation"),
    Entry("gluc strips", ("glucose strips",), "abbreviation"),
    *(
        Entry(f"glucose {word}", ("x",), "lay")
        for word in ("monitor", "monitor kit", "strips", "strips box", "pen")
    ),
    *(Entry(f"glucerna {number}", ("formula",), "product") for number in range(8)),
    Entry("rollator", ("walker",), "abbreviation"),
    Entry("rollator seat", ("walker seat",), "lay"),
]


def test_words_of_most_codes_come_first() -> None:
    """A word of one code is too rare to be offered, and so is what is too short to tell."""
    assert COMPLETER.complete("walk") == ("walker", "walking")
    assert COMPLETER.complete("walki") == ("walking",)
    assert COMPLETER.complete("walr") == ()
    assert COMPLETER.complete("wa") == ()
    assert COMPLETER.complete("zebra") == ()


def test_what_a_code_is_for_does_not_count() -> None:
    """Only the words that name it."""
    completer = Completer(["Needle", "Needle", *["Visit for a patient in need of needful things"] * 9])

    assert completer.complete("need") == ("needle",)


def test_words_of_the_lexicon_count_but_clipped_ones_are_no_words() -> None:
    """`gluc` stands for what begins so; `rollator` does not. A list of products counts half."""
    completer = Completer(["Injection, calcium gluconate"] * 3, LEXICON)

    assert completer.complete("gluc") == ("glucose", "glucerna", "gluconate")
    assert completer.complete("roll") == ("rollator",)


def test_words_that_are_far_behind_are_not_offered() -> None:
    """Those with less than a tenth of the uses of the first."""
    completer = Completer(["Cane"] * 30 + ["Canal"] * 3 + ["Canary"] * 2)

    assert completer.complete("can") == ("cane", "canal")


def test_a_word_has_the_pairs_that_name_most() -> None:
    """Of two words in a row, without small ones and numbers."""
    completer = Completer(["Glucose monitor with voice", "Set of 2 glucose", "Set of 2 glucose"], LEXICON)

    assert completer.phrases("glucose") == ("glucose monitor", "glucose strips")
    assert completer.phrases("zebra") == ()


def test_a_word_after_another_is_completed_by_what_follows_it_most() -> None:
    """From two letters on; only what follows that word counts."""
    completer = Completer(["Bed rails"] * 3 + ["Bed rack"] * 2 + ["Radium"] * 9 + ["Glucose monitor"])

    assert completer.complete_after("bed", "ra") == ("bed rails", "bed rack")
    assert completer.complete_after("bed", "rai") == ("bed rails",)
    assert completer.complete_after("bed", "r") == ()
    assert completer.complete_after("zebra", "ra") == ()
    assert completer.complete_after("glucose", "mon") == ()  # of one code alone
