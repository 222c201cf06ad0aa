"""Forward index: the words of every text as numbers, cut once when the index is built."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from index.store._forward import WordMatcher
from index.store.contents import Contents
from index.store.named_arrays import read_arrays
from index.text.words import words

NUMBERS = "words.safetensors"
WORDS = "words.txt"


class ForwardIndex:
    """The words of texts as one flat array.

    Attributes:
        vocabulary: Every word, ascending; a word's number is its position here.
        indptr: int64 (texts + 1,): the words of text i are `numbers[indptr[i]:indptr[i + 1]]`.
        numbers: int32 (n,): word numbers in the order of the text.
    """

    def __init__(
        self, vocabulary: Sequence[str], indptr: npt.NDArray[np.int64], numbers: npt.NDArray[np.int32]
    ) -> None:
        self.vocabulary = list(vocabulary)
        self.indptr = indptr
        self.numbers = numbers

    @cached_property
    def _matcher(self) -> WordMatcher:
        return WordMatcher(self.vocabulary, self.indptr, self.numbers)

    @classmethod
    def from_forms(cls, forms: Sequence[str]) -> ForwardIndex:
        """Cut normalised texts into words."""
        met: dict[str, int] = defaultdict(count().__next__)  # how many other words came before
        order, ends = array("i"), array("q", [0])
        for form in forms:
            order.extend(map(met.__getitem__, words(form)))
            ends.append(len(order))
        vocabulary = sorted(met)
        places = np.empty(len(met), np.int32)
        places[[met[word] for word in vocabulary]] = np.arange(len(met), dtype=np.int32)
        return cls(vocabulary, np.array(ends, np.int64), places[np.frombuffer(order, np.intc)])

    def save(self, folder: Path) -> None:
        """Write `words.safetensors` and `words.txt` (one a line)."""
        save_file({"indptr": self.indptr, "numbers": self.numbers}, folder / NUMBERS)
        (folder / WORDS).write_text("\n".join(self.vocabulary), encoding="utf-8")

    @classmethod
    def load(cls, contents: Contents) -> ForwardIndex:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If a file is missing or cannot be read.
        """
        arrays = read_arrays(contents, NUMBERS, ("indptr", "numbers"))
        return cls(contents.text(WORDS).split(), arrays["indptr"], arrays["numbers"])

    def shared(self, texts: Sequence[int], known: frozenset[str]) -> list[tuple[str, ...]]:
        """For each given text, the words that it shares with a query, each once, in the order of the text.

        Args:
            texts: Positions of texts; -1 for no text.
            known: Words of the query.
        """
        return self._matcher.shared(texts, known)
