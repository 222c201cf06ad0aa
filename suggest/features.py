"""The numbers that the ranker reads of each candidate code of a query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.store.terms import Match, TermIndex
from index.text.attributes import GROUPS, THEME_OF
from index.text.quantities import Quantity
from suggest._features import FIELD_NAMES, FeatureKernel
from suggest.candidates import Candidates
from suggest.code_columns import CodeColumns
from suggest.expansion import MAX_MEANINGS
from suggest.feature_table import FEATURES
from suggest.reader import Query
from suggest.word_marks import marks_of, marks_of_meaning, own_marks

NAMES = tuple(feature.name for feature in FEATURES)
"""Names of the columns of the matrix, in order."""

COUNT = len(NAMES)
MAX_CACHED_TERMS = 1 << 15  # of the lexicon and of name lists

assert NAMES == FIELD_NAMES, "the struct Row in _features.pyx has other fields than FEATURES"


class PlainQuery(NamedTuple):
    """A query in plain numbers, as the compiled loops read it.

    Attributes:
        words: Stems that each word may stand for.
        digits: Whether each word begins with a digit.
        marks: Marks of each word, and of each word of each meaning; see `suggest.word_marks`.
        meanings: For each meaning of a term, the words `start` to `stop` that the term is, and the stems that
            each word of the meaning may stand for.
        terms: For each term that points to codes, its number of words, the codes' rows, best first, and
            whether it is of a name list.
        quantities: Dimension and amount.
        attributes: Bits of `index.text.attributes`, as bytes, one a group.
        mended: See `Query.mended`.
    """

    words: list[list[Match]]
    digits: list[bool]
    marks: list[int]
    meanings: list[tuple[int, int, tuple[list[Match], ...]]]
    terms: list[tuple[int, tuple[int, ...], bool]]
    quantities: tuple[Quantity, ...]
    attributes: bytes
    mended: float


class Features:
    """Computes the matrix that the ranker reads, for the codes of one index."""

    def __init__(self, table: TermIndex, codes: CodeColumns) -> None:
        self._table = table
        self._meanings = lru_cache(MAX_CACHED_TERMS)(self._meanings_of)
        profiles = codes.profiles
        self._kernel = FeatureKernel(
            (table.indptr, table.tokens, table.fields, table.idf, table.roles),
            (profiles.attributes, np.array(THEME_OF, np.int32)),
            (profiles.dimensions, profiles.amounts),
            (profiles.range_dimensions, profiles.range_low, profiles.range_high, profiles.kin),
            (profiles.generic.view(np.uint8), profiles.maker.view(np.uint8), codes.starter.view(np.uint8)),
            (codes.code_popularity, codes.length, codes.sections, codes.family),
        )

    def matrix(self, queries: Sequence[Query], candidates: Candidates) -> npt.NDArray[np.float32]:
        """The features of each candidate of each query.

        Returns:
            float32 (candidates, COUNT); `FEATURES` says what the columns are.
        """
        return self._kernel.matrix(
            [self._plain(query) for query in queries],
            candidates.indptr,
            candidates.rows,
            candidates.cosines,
            candidates.bm25,
        )

    def _meanings_of(self, means: tuple[str, ...]) -> list[tuple[tuple[list[Match], ...], tuple[int, ...]]]:
        """For each wording of a term that has words of codes: their stems and their marks."""
        return [
            (meaning, own_marks(wording))
            for wording in means[:MAX_MEANINGS]
            if (meaning := self._table.meant(wording))
        ]

    def _plain(self, query: Query) -> PlainQuery:
        """The query in plain numbers."""
        marks = marks_of(query.words)
        meanings = []
        for hit in query.hits:
            for meaning, own in self._meanings(hit.meaning.means):
                meanings.append((hit.start, hit.stop, meaning))
                marks += marks_of_meaning(own, marks[hit.start : hit.stop])
        return PlainQuery(
            list(map(self._table.matches, query.words)),
            [word[0].isdigit() for word in query.words],
            marks,
            meanings,
            [
                (hit.stop - hit.start, hit.meaning.rows, hit.meaning.listed)
                for hit in query.hits
                if hit.meaning.rows
            ],
            query.quantities,
            query.attributes.to_bytes(len(GROUPS), "little"),
            query.mended,
        )
