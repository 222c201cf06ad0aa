"""The normal form of a text and the words in it, compiled from `normal.pyx`."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

UNITS: tuple[str, ...]

def normalise(text: str) -> str:
    """Lower case, thousands joined (`1,000` -> `1000`), a number parted from its unit (`250MG` -> `250 mg`).

    Characters that no descriptor uses, and dots beside no digit, become blanks, so the result may be empty.
    It has single blanks only. tests/test_index_words.py says the same in regular expressions.
    """

def words(normalised: str) -> list[str]:
    """The words of a normalised text, in order: runs of letters, digits, `.` and `%`."""

def skeleton(word: str) -> str:
    """A word without its vowels and doubled letters, as charge lines clip it: wheelchair -> whlchr."""

def numbered(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """The words of normalised texts as `ForwardIndex` holds them: `vocabulary`, `indptr`, `numbers`."""
