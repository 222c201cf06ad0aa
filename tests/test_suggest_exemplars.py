"""A site's own lines beside the descriptors: what they change, what they cannot change, what is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import exp, log, log1p
from pathlib import Path

import faiss
import msgspec
import numpy as np
import pytest
from safetensors.numpy import load, save

from index.build import Sources, assemble, write_index
from index.encoder import load_encoder
from index.errors import ArtifactError
from index.exemplars import ExampleLine, ExampleReport, build_exemplars, keyed
from index.starter import read_starter
from index.store.artifact import Artifact
from index.store.contents import read_contents
from index.store.exemplars import ARRAYS, LINES, Exemplars, entry_key, shape_key, vector_index
from index.text.words import normalise
from suggest.answer import Answer
from suggest.exemplars import FEATURES
from suggest.suggester import Suggester
from tests.compiled import log_odds, probability, spoken_for, tell, weighed
from tests.index_fakes import SMALL, LetterEncoder

ON = date(2026, 1, 1)
LINES_OF_SITE = (
    ExampleLine("ZORBLAX KIT 4MM", ("E0143",)),
    ExampleLine("ZORBLAX KIT 6MM", ("E0143",)),
    ExampleLine("QUIBBER PAD", ("A6222",)),
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Index folders of the starter catalogue: without and with the lines of a site."""
    root = tmp_path_factory.mktemp("own")
    encoder, release = load_encoder(), read_starter()
    for name, examples in (("plain", ()), ("own", LINES_OF_SITE)):
        write_index(assemble(Sources(release, examples=examples), encoder), root / name)
    return root / "plain", root / "own"


@pytest.fixture(scope="module")
def own(folders: tuple[Path, Path]) -> Suggester:
    """A suggester that knows the lines."""
    return Suggester.load(folders[1])


def first(suggester: Suggester, text: str) -> Answer:
    """The answer to a text."""
    return suggester.suggest([text], k=3, date_of_service=ON)[0]


def report(*lines: tuple[str, str]) -> ExampleReport:
    """What is made of lines of the small release."""
    built = [keyed(ExampleLine(text, (code,) if code else ())) for text, code in lines]
    return build_exemplars(built, SMALL.records, LetterEncoder())[1]


def test_keys_leave_order_out_and_shapes_leave_digits_out() -> None:
    """Other words are another key."""
    kit, other_order, other_size, short = [
        (entry_key(normalise(text)), shape_key(normalise(text)))
        for text in ("ZORBLAX KIT 4MM", "Kit 4mm, zorblax", "zorblax kit 16MM", "ZORBLAX KIT")
    ]

    assert kit == other_order
    assert kit[0] != other_size[0]
    assert kit[1] == other_size[1]
    assert short[0] == short[1] != kit[1]


def test_a_line_like_one_coded_before_gets_its_code_first(own: Suggester, folders: tuple[Path, Path]) -> None:
    """The reason shows the line; without the lines the code is not there."""
    answer = first(own, "kit zorblax 9mm")

    assert answer.suggestions[0].code == "E0143"
    assert answer.suggestions[0].why.summary.endswith(": ZORBLAX KIT 4MM")
    assert "E0143" not in {
        one.code for one in first(Suggester.load(folders[0]), "kit zorblax 9mm").suggestions
    }


def test_a_line_with_the_same_words_is_told_as_such(own: Suggester) -> None:
    """In any order."""
    why = first(own, "kit 4mm zorblax").suggestions[0].why.summary

    assert why.endswith("; coded so before: ZORBLAX KIT 4MM")


def test_a_text_like_no_line_keeps_its_answer(own: Suggester, folders: tuple[Path, Path]) -> None:
    """Byte for byte."""
    text = "folding walker with wheels"
    plain = first(Suggester.load(folders[0]), text)

    assert msgspec.json.encode(first(own, text)) == msgspec.json.encode(plain)


def test_probabilities_stay_within_one_and_never_rise(own: Suggester) -> None:
    """With the probability that none fits."""
    answer = first(own, "zorblax kit")
    values = [one.confidence for one in answer.suggestions]

    assert values == sorted(values, reverse=True)
    assert sum(values) + answer.none_fits <= 1.0


def test_odds_are_taken_between_two_bounds() -> None:
    """So that no line outvotes all others."""
    assert log_odds([0.5, 0.8, 0.0, 1.0], 0.01, 0.9) == pytest.approx([0, log(4), log(1 / 99), log(9)])
    assert log_odds([], 0.01, 0.9) == []
    assert [probability(log(4)), probability(-log(4))] == pytest.approx([0.8, 0.2])
    assert probability(-1e9) == probability(-30) > 0


def test_what_the_nearest_lines_say_by_hand() -> None:
    """The nearest has a say of 1, shared 3 to 1 by its codes; one at a distance of 0.1 has e to the -1."""
    indptr, codes = np.array([0, 1, 3], np.int64), np.array([5, 5, 8], np.int32)
    weights = np.array([2, 3, 1], np.float32)

    spoken = spoken_for([(0.9, 1), (0.8, 0)], indptr, codes, weights, 10.0, 0.8)

    total = 1 + exp(-1)
    assert spoken[5] == [pytest.approx((0.75 + exp(-1)) / total), 0.9, 1, 2]
    assert spoken[8] == [pytest.approx(0.25 / total), 0.9, 1, 1]
    assert spoken_for([(0.9, 1), (0.8, 0)], indptr, codes, weights, 10.0, 0.85)[5][3] == 1
    assert spoken_for([], indptr, codes, weights, 10.0, 0.8) == {}


def test_what_lines_say_of_candidates_by_hand() -> None:
    """A code of no line, of neighbours and equal lines, of equal lines alone, and of neighbours alone."""
    features = np.zeros((4, len(FEATURES)))
    spoken: dict[int, list[float]] = {7: [0.75, 0.95, 0, 2], 3: [0.25, 0.6, 1, 0]}
    common = [0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.2]

    tell(
        features,
        [-1, 7, 4, 3],
        [2.0, 1.0, 0.0, -1.0],
        3,
        spoken,
        {7: 3.0, 4: 1.0},
        {7: 2.0},
        0.95,
        common,
        0.55,
        16,
    )

    expected = [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0.75, log1p(3), 1, log1p(2), 0.4, 0.75, 0.75 * 0.4, 0.125, 0.15, 0, 0.95],
        [0.25, log1p(1), 0, 0, 0, 0, 0, 0, 0, 0, 1.9],
        [0, 0, 0, 0, 0.05, 0.25, 0.25 * 0.4, 0, 0.125, 1, 2.85],
    ]
    np.testing.assert_allclose(features, expected, atol=1e-12)


def test_the_candidates_are_weighed_by_hand() -> None:
    """1 + 2 x shipped odds + 10 x first + 100 x second; of equal ones the earlier is first."""
    features = np.array([[0, 0], [0.2, 0.02], [0.2, 0.02], [0, -1]])

    order, odds, probabilities = weighed(features, [0.5, -1.0, -1.0, 0.25], (1.0, 2.0, 10.0, 100.0), 3)

    assert (order, odds) == ([1, 2, 0], [3.0, 3.0, 2.0])
    assert probabilities == [0.9526, 0.9526, 0.8808]
    assert weighed(np.empty((1, 0)), [50.0], (0.0, 1.0), 5) == ([0], [50.0], [1.0])
    assert weighed(np.empty((0, 1)), [], (0.0, 1.0, 0.0), 5) == ([], [], [])


def test_a_filter_holds_for_codes_of_own_lines(own: Suggester) -> None:
    """A code that may not be suggested is not."""
    from suggest.answer import Filters

    (answer,) = own.suggest(["zorblax kit 4mm"], k=5, date_of_service=ON, filters=Filters(sections=("A",)))

    assert {one.section for one in answer.suggestions} == {"A"}


def test_an_index_without_lines_has_no_file_of_them(folders: tuple[Path, Path]) -> None:
    """Nothing changes for those who give none."""
    assert not list(folders[0].glob("exemplars*"))
    assert Artifact.load(folders[0]).exemplars is None


def test_lines_that_cannot_be_used_are_counted() -> None:
    """No code, a code that is not in the release, an ended code, and words with two codes."""
    told = report(
        ("spring crutch", "E0003"),
        ("spring crutch", "E0003"),
        ("crutch", "E0002"),
        ("crutch", "E0003"),
        ("kennel", "K0004"),
        ("nothing", ""),
        ("other", "Z9999"),
    )

    assert told == ExampleReport(7, 3, 3, 2, 1, 1, 1, 2, "E0003", 3 / 5)


def test_an_ended_code_counts_half_for_its_successor() -> None:
    """The small release says that E0002 follows K0004."""
    lines = [keyed(ExampleLine("kennel", ("K0004",)))]
    exemplars, _ = build_exemplars(lines, SMALL.records, LetterEncoder())

    assert exemplars is not None
    assert exemplars.codes == ("E0002",)
    assert exemplars.entries.at(0) == [(0, 0.5)]


def test_many_equal_lines_have_one_say_in_a_shape() -> None:
    """A catch-all code of very many lines cannot outvote the lines that say more."""
    lines = [ExampleLine("crutch 1", ("E0002",))] * 50 + [ExampleLine("crutch 2", ("E0003",))]
    exemplars, _ = build_exemplars(map(keyed, lines), SMALL.records, LetterEncoder())

    assert exemplars is not None
    assert exemplars.shapes.at(0) == [(0, 1.0), (1, 1.0)]


def test_a_damaged_file_is_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """The parts must have equal numbers of rows."""
    contents = read_contents(folders[1])
    cut = contents._replace(files={**contents.files, LINES: b"one line\n"})

    with pytest.raises(ArtifactError, match="does not belong to"):
        Exemplars.load(cut)


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("indptr", lambda array: array[:-1]),
        ("indptr", lambda array: array[::-1].copy()),
        ("indptr", lambda array: array + 1),
        ("indptr", lambda array: array.astype(np.int32)),
        ("codes", lambda array: array + 1000),
        ("codes", lambda array: array - 1000),
        ("codes", lambda array: array[:-1]),
        ("weights", lambda array: array * 0),
        ("weights", lambda array: array[:-1]),
        ("keys", lambda array: array[:-1]),
    ],
)
def test_arrays_that_would_lead_outside_are_refused(
    part: str, damage: Callable[[np.ndarray], np.ndarray], folders: tuple[Path, Path]
) -> None:
    """Compiled code reads them without looking where they end."""
    contents = read_contents(folders[1])
    for table in ("entry", "shape"):
        arrays = load(contents.files[ARRAYS])
        arrays[f"{table}_{part}"] = damage(arrays[f"{table}_{part}"])
        damaged = contents._replace(files={**contents.files, ARRAYS: save(arrays)})

        with pytest.raises(ArtifactError, match="does not fit together"):
            Exemplars.load(damaged)
    assert Exemplars.load(contents) is not None


def test_a_large_search_finds_nearly_all_that_are_nearest() -> None:
    """A part of the shapes is compared; nine of ten nearest ones are found."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(400, 32))
    vectors = (centres[rng.integers(0, 400, 9000)] + 0.5 * rng.normal(size=(9000, 32))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = vectors[:100]

    _, found = vector_index(lambda at: vectors[at], len(vectors), 32).search(queries, 10)
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]

    shared = [len(set(a) & set(b)) for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
    assert np.mean(shared) > 9


def test_a_coarse_scan_of_many_lists_finds_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the index that has it is written and read as any other."""
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(9000, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    exact = vector_index(lambda at: vectors[at], len(vectors), 32)
    monkeypatch.setattr("index.store.exemplars.COARSE_FROM", 64)

    coarse = vector_index(lambda at: vectors[at], len(vectors), 32)
    read = faiss.deserialize_index(faiss.serialize_index(coarse))

    assert isinstance(faiss.downcast_index(coarse.quantizer), faiss.IndexRefine)
    cosines, rows = exact.search(vectors[:200], 10)
    for index in (coarse, read):
        found = index.search(vectors[:200], 10)[1]
        shared = [len(set(a) & set(b)) for a, b in zip(found.tolist(), rows.tolist(), strict=True)]
        assert np.mean(shared) > 9.5
    assert cosines[:, 0] == pytest.approx(1, abs=0.01)
