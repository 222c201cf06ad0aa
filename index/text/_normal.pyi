"""The normal form of a text and the words in it, compiled from `_normal.pyx`."""

UNITS: tuple[str, ...]

def normalise(text: str) -> str:
    """Lower case, thousands joined (`1,000` -> `1000`), a number parted from its unit (`250MG` -> `250 mg`).

    Characters that no descriptor uses, and dots beside no digit, become blanks, so the result may be empty.
    It has single blanks only. tests/test_index_text_words.py says the same in regular expressions.
    """

def words(normalised: str) -> list[str]:
    """The words of a normalised text, in order: runs of letters, digits, `.` and `%`."""

def skeleton(word: str) -> str:
    """A word without its vowels and doubled letters, as charge lines clip it: wheelchair -> whlchr."""
