"""The numbers that the ranker reads of each candidate code of a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.store.terms import Match, TermIndex
from index.text.attributes import GROUPS
from index.text.quantities import Quantity
from suggest._features import FIELD_NAMES, FeatureKernel
from suggest.candidates import Candidates
from suggest.code_columns import CodeColumns
from suggest.expansion import MOST_MEANINGS
from suggest.reader import Query

FEATURES = {
    # Vectors. The text is meant with its known terms written out, unless it says "as typed".
    "cosine": "cosine of the text with the closest text of the code",
    "cosine_long": "cosine with the long description; -1 where there is none, as below",
    "cosine_short": "cosine with the short description, or the long one where there is none",
    "cosine_other": "cosine with the closest other text of the code",
    "cosine_plain": "cosine of the text as typed with the closer description",
    "cosine_gap": "cosine less the largest one among the candidates",
    "cosine_plain_gap": "cosine_plain less the largest one among the candidates",
    "cosine_rank": "ln(1 + candidates with a larger cosine)",
    "sibling_gap": "cosine less the largest one of candidates of the same family; 1 where there are none",
    # Words. A word counts by the inverse document frequency of its stem.
    "bm25": "BM25 of the text with the code",
    "bm25_gap": "bm25 over the largest one among the candidates",
    "query_share": "share of the text's words that the code holds, as typed or as what they stand for",
    "query_share_plain": "share of the text's words that the code holds as typed",
    "query_share_gap": "query_share less the largest one among the candidates",
    "rarest_missing": "weight of the heaviest word of the text that the code holds less than half of",
    "short_share": "share of the short description's words that the text holds",
    "long_share": "share of the long description's words that the text holds",
    "any_share": "share of all of the code's words that the text holds",
    "first_word": "how well the code matches the first word of the text, 0 to 1",
    "numbers": "how many words of the text that begin with a digit the code holds",
    # Terms of the lexicon and of name lists that point to the code; 0 where none does.
    "term_place": "1 / place of the code among those of a term",
    "term_words": "words of the longest term",
    "term_alone": "1 / number of codes of a term",
    "term_count": "how many terms of the text point to the code",
    "name_place": "term_alone over terms of name lists only",
    "term_whole": "share of the text's words that are in the term",
    "term_elsewhere": "1 if terms point to other candidates and none to this one",
    # Quantities and attributes.
    "quantity_known": "1 if the code states a quantity, and 2 more if the text does",
    "quantity_same_kind": "1 if both state a quantity of one dimension",
    "quantity_equal": "how many quantities of the text the code states too",
    "quantity_multiple": "1 if a quantity of the text is a whole multiple of the code's",
    "quantity_ratio": "smallest |ln(text's quantity / code's quantity)|; 9 where none can be compared",
    "range_fit": "quantities inside the code's size range, less those outside it",
    "attributes_agree": "groups of attributes in which text and code state the same value",
    "attributes_clash": "groups in which they state different values",
    "attributes_extra": "groups that only the code states",
    "attributes_missing": "groups that only the text states",
    # The code.
    "generic": "1 for codes not otherwise classified, miscellaneous and the like",
    "maker": "1 for codes of one maker's product",
    "code_popularity": "ln(1 + training price lists that hold the code)",
    "starter": "1 for codes of the starter catalogue",
    "length": "ln(1 + stems in the texts of the code)",
    "section_drug": "1 for sections of drugs",
    "section_device": "1 for section C",
    "section_brace": "1 for section L",
    "section_service": "1 for sections of services",
    "neighbours_near": "how many candidates are of the same family",
    # The query.
    "query_words": "words of the text",
    "query_known": "share of these that any code holds",
    "query_digits": "how many of these begin with a digit",
    "query_best_cosine": "largest cosine among the candidates",
    "query_best_share": "largest query_share among the candidates",
}
"""Name and meaning of each column of the matrix, in order."""

NAMES = tuple(FEATURES)
COUNT = len(NAMES)
assert NAMES == FIELD_NAMES, "the struct Row in _features.pyx has other fields than FEATURES"


class PlainQuery(NamedTuple):
    """A query in plain numbers, as the compiled loops read it.

    Attributes:
        words: Stems that each word may stand for.
        digits: Whether each word begins with a digit.
        meanings: For each meaning of a term, the words `start` to `stop` that the term is, and the stems that
            each word of the meaning may stand for.
        terms: For each term that points to codes, its number of words, the codes' rows, best first, and
            whether it is of a name list.
        quantities: Dimension and amount.
        attributes: Bits of `index.text.attributes`.
    """

    words: list[list[Match]]
    digits: list[bool]
    meanings: list[tuple[int, int, tuple[list[Match], ...]]]
    terms: list[tuple[int, tuple[int, ...], bool]]
    quantities: tuple[Quantity, ...]
    attributes: int


class Features:
    """Computes the matrix that the ranker reads, for the codes of one index."""

    def __init__(self, table: TermIndex, codes: CodeColumns) -> None:
        self._table = table
        profiles = codes.profiles
        self._kernel = FeatureKernel(
            (table.indptr, table.tokens, table.fields, table.idf),
            (profiles.attributes, np.array(GROUPS, np.uint64)),
            (profiles.dimensions, profiles.amounts),
            (profiles.range_dimension, profiles.above, profiles.to),
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

    def _plain(self, query: Query) -> PlainQuery:
        """The query in plain numbers."""
        return PlainQuery(
            list(map(self._table.matches, query.words)),
            [word[0].isdigit() for word in query.words],
            [
                (hit.start, hit.stop, meaning)
                for hit in query.hits
                for means in hit.meaning.means[:MOST_MEANINGS]
                if (meaning := self._table.meant(means))
            ],
            [
                (hit.stop - hit.start, hit.meaning.rows, hit.meaning.listed)
                for hit in query.hits
                if hit.meaning.rows
            ],
            query.quantities,
            query.attributes,
        )
