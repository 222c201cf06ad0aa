import random

from suggest.training.text_styles import PREFIXES, clipped, house_style, shortened, slipped


def test_a_style_keeps_the_words_and_may_put_a_prefix_before_them():
    """Always with a prefix: the first words are one of the prefixes, in capitals or title case."""
    for seed in range(50):
        text = house_style("egd bx", random.Random(seed), 1.0)
        assert text.upper().removesuffix(" EGD BX") in PREFIXES
    assert house_style("egd bx", random.Random(1), 0.0).lower() == "egd bx"


def test_clipped_words_lose_vowels_or_their_end():
    """Words of five letters or fewer and numbers stay."""
    texts = {clipped("culture of wound 123456", random.Random(seed)) for seed in range(30)}
    assert texts == {"cltre of wound 123456", "cultu of wound 123456", "cultur of wound 123456"}
    assert clipped("wound 4x4", random.Random(1)) == "wound 4x4"


def test_a_slip_changes_one_word_and_never_its_first_letter():
    """One letter is left out, doubled, exchanged with the next or another."""
    for seed in range(50):
        first, second = slipped("fracture mri", random.Random(seed)).split(" ")
        assert second == "mri"
        assert first[0] == "f"
        assert 7 <= len(first) <= 9
    assert slipped("mri hip", random.Random(1)) == "mri hip"


def test_common_words_get_a_short_form():
    """A word has one of its short forms or stays."""
    texts = {shortened("biopsy of liver", random.Random(seed)) for seed in range(20)}
    assert texts == {"bx of liver", "biopsy of liver"}
