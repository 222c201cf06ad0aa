"""Which codes are candidates, and their cosines: calculated by hand, and against plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest

from index.build import Sources, assemble
from index.encoder import Vectors
from index.records import Record, Release
from index.store.artifact import Artifact
from index.text.lexicon import Entry
from suggest.candidates import CODES_BY_MEANING, Candidates, Retriever
from suggest.reader import Query
from tests import random_queries, twin_candidates
from tests.effort import seeds
from tests.real_index import RealIndex

CODES = 150  # more than one block


class WordEncoder:
    """Each word has a fixed random direction; a text is their sum, made unit length.

    Attributes:
        name: Of no encoder that is shipped.
        sha256: Of nothing.
        dim: No multiple of the processor's registers.
    """

    name = "words"
    sha256 = "2" * 64
    dim = 13

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        rows = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"[a-z0-9.%]+", text):
                row += np.random.default_rng(list(word.encode())).normal(size=self.dim)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


class Axes:
    """An encoder of two words that a person can follow.

    Attributes:
        name: Of no encoder that is shipped.
        sha256: Of nothing.
        dim: Two.
    """

    name = "axes"
    sha256 = "3" * 64
    dim = 2
    known = {"east": (1.0, 0.0), "north": (0.0, 1.0), "west": (-1.0, 0.0), "between": (0.6, 0.8)}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`; a text of another word is zero."""
        return np.array([self.known.get(text, (0.0, 0.0)) for text in texts], np.float32).reshape(-1, 2)


def of_texts(plain: str, expanded: str = "", hits: tuple = ()) -> Query:
    """A query that was read."""
    return Query(plain, expanded or plain, tuple(plain.split()), hits, (), 0, (), ())


def index_of(records: Sequence[Record], encoder: object, lexicon: Sequence[Entry] = ()) -> Artifact:
    """An index in memory."""
    return assemble(Sources(Release("r", "r", "0" * 64, tuple(records)), lexicon), encoder)


def test_candidates_by_hand() -> None:
    """Four codes on two axes."""
    records = [
        Record("A0001", "East", "North"),
        Record("A0002", "Between", ""),
        Record("A0003", "West", "Between"),
        Record("A0004", "North", ""),
    ]
    retriever = Retriever(index_of(records, Axes()), Axes())
    query = of_texts("between", "east")

    found = retriever.candidates([query], np.array([True, True, True, False]), 2)

    # By meaning two of three: the means are (0.71, 0.71), (0.6, 0.8) and (-0.45, 0.89); their cosines with
    # east are 0.71, 0.6 and -0.45.
    # By words: A0001 holds "east"; A0002 and A0003 hold none. A0004 is not allowed.
    assert found.indptr == [0, 2]
    assert found.rows.tolist() == [0, 1]
    # Texts 0 to 3 are the long descriptions, 4 and 5 the short ones. The scale is 127, so that 0.6 is held as
    # 76 / 127 and 0.8 as 102 / 127. As typed the query is "between", (4915, 6554) / 8192.
    expected = [
        [1.0, 0.0, -1.0, 6554 / 8192],
        [76 / 127, 76 / 127, -1.0, (76 * 4915 + 102 * 6554) / (127 * 8192)],
    ]
    np.testing.assert_allclose(found.cosines, expected, atol=1e-6)
    assert found.closest.tolist() == [0, 1]
    # The codes have 2, 1, 2 and 1 stems, 1.5 in the mean. "east" is in one of four: its idf is
    # ln(1 + 3.5 / 1.5) = ln(10 / 3), which is divided by 1 + 1.2 * (0.5 + 0.5 * 2 / 1.5) = 2.4.
    assert found.bm25.tolist() == pytest.approx([np.log(10 / 3) / 2.4, 0])
    assert found.typed == [1]
    np.testing.assert_array_equal(found.vectors, np.array([[1, 0], [0.6, 0.8]], np.float32))


def random_index(random: np.random.Generator) -> Artifact:
    """Codes with a long description; most with a short one; lexicon terms as further texts of some."""
    codes = [f"A{row:04}" for row in range(CODES)]

    def text(most: int) -> str:
        return " ".join(random.choice(random_queries.WRITTEN, random.integers(0, most)))

    records = [Record(code, f"{text(7)} wood", text(4)) for code in codes]
    lexicon = [
        Entry(f"term {i}", ("wood",), "lay", tuple(random.choice(codes, random.integers(1, 6)).tolist()))
        for i in range(20)
    ]
    return index_of(records, WordEncoder(), lexicon)


def query_on(random: np.random.Generator) -> Query:
    """A random query; every second one reads as it was typed."""
    query = random_queries.query(random, int(random.integers(0, 9)), CODES)
    added = " ".join(random.choice(random_queries.WRITTEN, random.integers(0, 5) * random.integers(0, 2)))
    return of_texts(query.plain, f"{query.plain} {added}".strip(), query.hits)


def check(
    artifact: Artifact,
    encoder: object,
    queries: Sequence[Query],
    allowed: np.ndarray,
    by_meaning: int,
    found: Candidates,
    weights: list,
) -> None:
    """Every candidate, cosine, closest text and BM25 score is the twin's."""
    meant = encoder.encode([query.expanded for query in queries])
    _, near = artifact.vectors.search(meant, min(by_meaning, len(artifact.vectors)), allowed)
    assert len(found.indptr) == len(queries) + 1
    assert found.indptr[0] == 0
    assert found.indptr[-1] == len(found.rows) == len(found.cosines) == len(found.closest) == len(found.bm25)
    for i, query in enumerate(queries):
        own = slice(found.indptr[i], found.indptr[i + 1])
        expected = twin_candidates.candidates(artifact, encoder, weights, query, near[i].tolist(), allowed)
        assert found.rows[own].tolist() == expected.rows
        assert found.closest[own].tolist() == expected.closest
        assert found.cosines[own].tolist() == expected.cosines
        np.testing.assert_allclose(found.bm25[own], expected.bm25, rtol=1e-6)
        np.testing.assert_array_equal(found.vectors[found.typed[i]], encoder.encode([query.plain])[0])


@seeds(12, 500, "random candidate searches, against the twin")
def test_random_queries_have_the_candidates_of_the_twin(seed: int) -> None:
    """Asked together; few codes allowed, all, or none by meaning but those that are."""
    random = np.random.default_rng(seed)
    artifact, encoder = random_index(random), WordEncoder()
    weights = twin_candidates.bm25_weights(artifact.table)
    retriever = Retriever(artifact, encoder)
    for share, by_meaning in ((1.0, 5), (0.6, 1), (0.1, 20), (0.0, 3), (0.8, 999)):
        allowed = random.random(CODES) < share
        queries = [query_on(random) for _ in range(4)]
        found = retriever.candidates(queries, allowed, by_meaning)
        check(artifact, encoder, queries, allowed, by_meaning, found, weights)


def test_real_queries_have_the_candidates_of_the_twin(real_index: RealIndex) -> None:
    """Hundreds of texts, in batches."""
    weights = twin_candidates.bm25_weights(real_index.artifact.table)
    for queries in real_index.query_batches(300):
        found, allowed = real_index.candidates(queries), real_index.allowed
        check(real_index.artifact, real_index.encoder, queries, allowed, CODES_BY_MEANING, found, weights)


def test_no_query_has_no_candidates(real_index: RealIndex) -> None:
    """Without an allowed code there is no candidate."""
    query = real_index.reader.read("manual wheelchair")
    nothing = np.zeros(len(real_index.artifact.catalogue), bool)

    found = real_index.retriever.candidates([query, query], nothing, 20)

    assert found.indptr == [0, 0, 0]
    assert found.cosines.shape == (0, 4)
