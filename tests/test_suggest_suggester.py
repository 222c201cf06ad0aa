"""Answers from a small index with a readable encoder and ranker."""

from __future__ import annotations

from datetime import date

import msgspec
import numpy as np
import pytest

from index.build import Sources, assemble
from index.errors import ArtifactError, QueryError
from index.records import Record, Wording
from index.store.artifact import Artifact
from index.text.lexicon import Entry
from suggest.answer import Filters, LooksLike, Why
from suggest.calibration import Probabilities, ScoredCandidates
from suggest.items import Best, BestOf, Span
from suggest.ranker import FusionRanker
from suggest.reader import Query
from suggest.suggester import Suggester
from suggest.thresholds import UNTRAINED, Thresholds
from tests.index_fakes import SMALL, LetterEncoder

ON = date(2026, 1, 15)


class EvenConfidence:
    """Each probability is half of the one before; that any code fits has a fixed probability."""

    def __init__(self, answerable: float = 0.9) -> None:
        self.answerable = answerable

    def probabilities(self, scored: ScoredCandidates) -> list[Probabilities]:
        sizes = np.diff(scored.top_indptr).tolist()
        return [Probabilities([0.5 ** (i + 1) for i in range(size)], self.answerable) for size in sizes]


def suggester(artifact: Artifact, answerable: float = 0.9) -> Suggester:
    thresholds = Thresholds(refuse_below=0.5, code_popularity={"A0001": 3})
    return Suggester(artifact, LetterEncoder(), FusionRanker(), EvenConfidence(answerable), thresholds)


@pytest.fixture
def small() -> Suggester:
    lexicon = [Entry("hundebinde", ("dog bandage",), "lay", ("A0001",))]
    return suggester(assemble(Sources(SMALL, lexicon), LetterEncoder()))


def test_the_best_match_comes_first_with_its_facts(small: Suggester) -> None:
    """A suggestion has the record's own fields, a rank and a reason."""
    (answer,) = small.suggest(["dog bandage"], k=2, date_of_service=ON)
    first = answer.suggestions[0]

    assert (first.rank, first.code, first.section, first.status) == (1, "A0001", "A", "active")
    assert first.description == "Invented bandage for a large dog"
    assert first.why.source == "short description"
    assert first.why.words == ("dog", "bandage")
    assert (answer.release, answer.error, answer.total_considered) == ("2026-01", None, 3)


def test_answers_come_in_order_one_for_each_text(small: Suggester) -> None:
    """A bad text has its own error and does not disturb its neighbours."""
    answers = small.suggest(["dog bandage", "", "x" * 2001, "spring crutch"], date_of_service=ON)

    assert [answer.suggestions[0].code if answer.suggestions else None for answer in answers] == [
        "A0001",
        None,
        None,
        "E0003",
    ]
    assert answers[1].error == "the text is empty"
    assert answers[2].error == "the text has 2001 characters; at most 2000 are read"


@pytest.mark.parametrize(
    "text", ["dog bandage and spring crutch", "dgo bandage left", "A0001", "chest pain", ""]
)
def test_without_explanations_the_codes_are_the_same(small: Suggester, text: str) -> None:
    """Only the reasons of candidates, items, modifiers and the reading as typed are left out."""
    (whole,) = small.suggest([text], date_of_service=ON)
    (short,) = small.suggest([text], date_of_service=ON, explained=False)

    replace = msgspec.structs.replace
    expected = [
        one if one.why.source == "code" else replace(one, why=Why("", "", "")) for one in whole.suggestions
    ]
    assert short == replace(whole, suggestions=tuple(expected), items=(), modifiers=(), as_typed=())


def test_as_many_codes_come_as_are_asked_for() -> None:
    """Also when k is larger than the usual number of candidates."""
    records = tuple(Record(f"A{number:04}", f"Invented thing {number}") for number in range(60))
    many = suggester(assemble(Sources(msgspec.structs.replace(SMALL, records=records)), LetterEncoder()))

    (answer,) = many.suggest(["invented thing"], k=50, date_of_service=ON)

    assert [suggestion.rank for suggestion in answer.suggestions] == list(range(1, 51))
    assert len({suggestion.code for suggestion in answer.suggestions}) == 50


def test_a_code_whose_descriptor_has_no_word_has_a_reason_without_one() -> None:
    """Such a code can be the only one that passes the filters."""
    records = (Record("A0001", "(***)"), Record("E0002", "Invented crutch"))
    odd = suggester(assemble(Sources(msgspec.structs.replace(SMALL, records=records)), LetterEncoder()))

    (answer,) = odd.suggest(["crutch"], date_of_service=ON)

    by_code = {one.code: one.why for one in answer.suggestions}
    assert by_code["E0002"].words == ("crutch",)
    assert (by_code["A0001"].term, by_code["A0001"].words) == ("", ())


def test_a_code_in_the_text_comes_first(small: Suggester) -> None:
    """A code that the text contains is suggested, with that as the reason."""
    (answer,) = small.suggest(["E0003 dog bandage"], k=2, date_of_service=ON)

    assert [(one.rank, one.code) for one in answer.suggestions] == [(1, "E0003"), (2, "A0001")]
    assert answer.suggestions[0].why.summary == "the text names E0003"
    (alone,) = small.suggest(["E0003"], date_of_service=ON)
    assert [suggestion.code for suggestion in alone.suggestions] == ["E0003"]


def test_an_ended_code_is_left_out_unless_named_or_asked_for(small: Suggester) -> None:
    """Ended codes are left out by default; a typed one is shown with its successor."""

    def codes(text: str, filters: Filters | None = None) -> list[str]:
        (answer,) = small.suggest([text], date_of_service=ON, filters=filters)
        return [suggestion.code for suggestion in answer.suggestions]

    assert "K0004" not in codes("kennel of wood")
    assert codes("kennel of wood", Filters(include_terminated=True))[-1] == "K0004"
    (answer,) = small.suggest(["k0004"], date_of_service=ON)
    assert (answer.suggestions[1].status, answer.suggestions[1].successors) == ("terminated", ("E0002",))


@pytest.mark.parametrize("text", ["K0004", "k0004 kennel of wood"])
def test_a_code_that_has_ended_is_never_likely(small: Suggester, text: str) -> None:
    """What to use instead leads; the ended code comes last with confidence 0."""
    (answer,) = small.suggest([text], date_of_service=ON)
    first, last = answer.suggestions[0], answer.suggestions[-1]

    assert (first.code, first.status, first.confidence) == ("E0002", "active", 0.9)
    assert first.why.summary == "instead of K0004, which ended on 2024-12-31 (CMS's cross-reference)"
    assert first.why.source == "instead of a code"
    assert (last.code, last.confidence, last.rank) == ("K0004", 0.0, len(answer.suggestions))
    assert not answer.no_good_match
    assert answer.warnings == ("K0004 ended on 2024-12-31; use E0002 (CMS's cross-reference)",)
    (then,) = small.suggest([text], date_of_service=date(2024, 12, 31))
    assert (then.suggestions[0].code, then.suggestions[0].confidence) == ("K0004", 0.99)


def test_an_ended_code_without_a_successor_is_no_good_match() -> None:
    """It is shown, and the answer says that nothing replaced it."""
    records = (Record("K0004", "Invented kennel", effective_to=date(2024, 12, 31)), *SMALL.records[:2])
    release = msgspec.structs.replace(SMALL, records=tuple(sorted(records, key=lambda one: one.code)))
    (answer,) = suggester(assemble(Sources(release), LetterEncoder())).suggest(["K0004"], date_of_service=ON)

    assert [(one.code, one.confidence) for one in answer.suggestions] == [("K0004", 0.0)]
    assert answer.no_good_match
    assert answer.warnings == ("K0004 ended on 2024-12-31, and no code that replaced it is known",)


def test_ended_codes_that_are_asked_for_follow_the_valid_ones(small: Suggester) -> None:
    """Their words may fit best; their confidence is 0 all the same."""
    filters = Filters(include_terminated=True)
    (answer,) = small.suggest(["kennel of wood"], date_of_service=ON, filters=filters)
    statuses = [one.status for one in answer.suggestions]

    assert statuses == ["active"] * (len(statuses) - 1) + ["terminated"]
    assert answer.suggestions[-1].confidence == 0.0
    assert [one.rank for one in answer.suggestions] == list(range(1, len(statuses) + 1))


def test_the_date_of_service_decides_what_is_active(small: Suggester) -> None:
    """A code may be suggested on its last day, and not before its first."""
    (answer,) = small.suggest(["kennel of wood"], date_of_service=date(2024, 12, 31))
    assert answer.suggestions[0].code == "K0004"
    (answer,) = small.suggest(["dog bandage"], date_of_service=date(2019, 12, 31))
    assert "A0001" not in [suggestion.code for suggestion in answer.suggestions]


def test_filters_narrow_the_list(small: Suggester) -> None:
    """Only suggestions of the given sections and confidence are returned."""
    (answer,) = small.suggest(["dog bandage"], date_of_service=ON, filters=Filters(sections=("E",)))
    assert {suggestion.section for suggestion in answer.suggestions} == {"E"}
    assert answer.total_considered == 2
    (answer,) = small.suggest(["dog bandage"], date_of_service=ON, filters=Filters(min_confidence=0.4))
    assert [suggestion.confidence for suggestion in answer.suggestions] == [0.5]
    (answer,) = small.suggest(["dog bandage"], date_of_service=ON, filters=Filters(level=1))
    assert answer.suggestions == ()


def test_codes_of_a_licence_holder_are_told_from_level_ii() -> None:
    """Each suggestion says its level, and the filter keeps one level, also of codes that the text names."""
    cpt = (Record("12345", "Invented washing of a large dog"), Record("1234F", "Invented dry paw"))
    release = msgspec.structs.replace(SMALL, records=(*cpt, *SMALL.records))
    wordings = [Wording("12345", "consumer", "Doggy bath")]
    both = suggester(assemble(Sources(release, wordings=wordings, cpt={"LONGULT.txt": "0"}), LetterEncoder()))

    (answer,) = both.suggest(["washing of a large dog bandage"], date_of_service=ON)
    levels = {one.code: (one.level, one.section) for one in answer.suggestions}
    assert (levels["12345"], levels["A0001"]) == ((1, "CPT"), (2, "A"))
    for level, codes in ((1, {"12345", "1234F"}), (2, {"A0001", "E0002", "E0003"})):
        (answer,) = both.suggest(["dog 12345"], date_of_service=ON, filters=Filters(level=level))
        assert {one.code for one in answer.suggestions} == codes
        assert answer.total_considered == len(codes)
    (answer,) = both.suggest(["doggy bath"], k=1, date_of_service=ON)
    assert answer.suggestions[0].why.summary == "CPT consumer descriptor: Doggy bath"


def test_confidence_never_rises_down_the_list(small: Suggester) -> None:
    """A later suggestion never has a higher confidence than an earlier one."""
    (answer,) = small.suggest(["crutch"], date_of_service=ON)
    confidences = [suggestion.confidence for suggestion in answer.suggestions]

    assert confidences == sorted(confidences, reverse=True)


def test_a_term_of_the_lexicon_is_the_reason(small: Suggester) -> None:
    """The reason names a known term of the text, and its meaning."""
    (answer,) = small.suggest(["Hundebinde"], date_of_service=ON)
    why = answer.suggestions[0].why

    assert answer.suggestions[0].code == "A0001"
    assert (why.source, why.term) == ("plain-language name", "hundebinde")
    assert why.expansions == ("hundebinde -> dog bandage",)
    assert why.summary == "hundebinde is a plain-language name of dog bandage"


def test_a_misspelling_is_told(small: Suggester) -> None:
    """A corrected word is in `did_you_mean` and in the reason."""
    (answer,) = small.suggest(["spring crutsch"], date_of_service=ON)

    assert [(change.typed, change.read_as) for change in answer.did_you_mean] == [("crutsch", "crutch")]
    assert answer.suggestions[0].why.corrections == ("crutsch -> crutch",)


def test_a_text_that_no_code_fits_is_no_good_match() -> None:
    """Then the answer says so. Confidences count it unless a code fits in 9 of 10 cases or more."""
    artifact = assemble(Sources(SMALL), LetterEncoder())
    (sure,) = suggester(artifact, 0.95).suggest(["dog"], date_of_service=ON)
    (fits,) = suggester(artifact, 0.6).suggest(["dog"], date_of_service=ON)
    (none,) = suggester(artifact, 0.4).suggest(["dog"], date_of_service=ON)

    assert (sure.no_good_match, sure.suggestions[0].confidence) == (False, 0.5)
    assert (fits.no_good_match, fits.suggestions[0].confidence) == (False, 0.3333)
    assert (none.no_good_match, none.suggestions[0].confidence) == (True, 0.2)


def test_a_named_code_is_never_no_good_match() -> None:
    """A typed code is suggested, whatever the rest of the text is."""
    (answer,) = suggester(assemble(Sources(SMALL), LetterEncoder()), 0.1).suggest(
        ["A0001 soup"], date_of_service=ON
    )

    assert not answer.no_good_match


@pytest.mark.parametrize("k", [0, -1, 101])
def test_an_impossible_k_is_refused(small: Suggester, k: int) -> None:
    """K must be from 1 to 100."""
    with pytest.raises(QueryError, match=f"k is {k}; it must be from 1 to 100"):
        small.suggest(["dog"], k=k)


@pytest.mark.parametrize(
    "text", ["x", "😀", "\x00\x01\x02", "wo ist der Hund?", "狗", "a " * 900, "%%%", "-" * 1999]
)
def test_odd_texts_get_an_answer(small: Suggester, text: str) -> None:
    """For any text the answer has no error and says whether there is a good match."""
    (answer,) = small.suggest([text], date_of_service=ON)

    assert answer.error is None
    assert answer.no_good_match == (not answer.suggestions)


def test_the_same_text_has_the_same_answer(small: Suggester) -> None:
    """An answer does not depend on earlier queries."""
    once = small.suggest(["crutch with a spring"], date_of_service=ON)
    small.suggest(["kennel", "dog"], date_of_service=ON)

    assert small.suggest(["crutch with a spring"], date_of_service=ON) == once


def test_an_index_of_other_weights_is_refused() -> None:
    """An index that was built with other encoder weights would give wrong answers."""
    artifact = assemble(Sources(SMALL), LetterEncoder())

    with pytest.raises(ArtifactError, match="built with other weights of encoder 'letters'"):
        Suggester(artifact, LetterEncoder("2" * 64), FusionRanker(), EvenConfidence(), UNTRAINED)


class RecordingConfidence(EvenConfidence):
    """Keeps the candidates that it was asked about."""

    def probabilities(self, scored: ScoredCandidates) -> list[Probabilities]:
        self.asked = scored
        return super().probabilities(scored)


def test_the_calibration_is_asked_about_k_candidates_and_one_more_for_each_code_in_the_text() -> None:
    """Without a regression on the text's vector its bias stands for it."""
    calibration = RecordingConfidence()
    thresholds = Thresholds(refuse_below=0.5, code_popularity={})
    artifact = assemble(Sources(SMALL), LetterEncoder())
    asking = Suggester(artifact, LetterEncoder(), FusionRanker(), calibration, thresholds)

    asking.suggest(["dog bandage"], k=1, date_of_service=ON)
    assert (calibration.asked.top_indptr, calibration.asked.codable) == ([0, 1], [0.0])

    asking.suggest(["E0003 dog bandage"], k=1, date_of_service=ON)
    assert (calibration.asked.top_indptr, calibration.asked.codable) == ([0, 2], [0.0])


def test_a_suggestion_as_likely_as_the_lowest_confidence_asked_for_is_kept(small: Suggester) -> None:
    """The fake calibration gives 0.5, then 0.25."""
    (answer,) = small.suggest(["dog bandage"], date_of_service=ON, filters=Filters(min_confidence=0.5))

    assert [(one.code, one.confidence) for one in answer.suggestions] == [("A0001", 0.5)]


def test_the_status_is_that_of_each_date_of_service(small: Suggester) -> None:
    """Asked on one date and then on another."""
    filters = Filters(include_terminated=True)
    statuses = [
        next(one.status for one in answer.suggestions if one.code == "K0004")
        for on in (date(2024, 6, 1), ON, date(2024, 6, 1))
        for answer in small.suggest(["wood kennel"], k=4, date_of_service=on, filters=filters)
    ]

    assert statuses == ["active", "terminated", "active"]


def test_the_beginning_of_a_code_lists_the_codes_that_begin_so(small: Suggester) -> None:
    """In order, ended ones left out, none likelier than another."""
    (answer,) = small.suggest(["E00"], date_of_service=ON)

    assert [one.code for one in answer.suggestions] == ["E0002", "E0003"]
    assert [one.confidence for one in answer.suggestions] == [0.495, 0.495]
    assert [one.rank for one in answer.suggestions] == [1, 2]
    assert (answer.suggestions[0].why.source, answer.suggestions[0].why.summary) == (
        "code prefix",
        "E0002 begins with E00",
    )
    assert not answer.no_good_match
    (one,) = small.suggest(["E00"], k=1, date_of_service=ON)
    assert [(one.code, one.confidence) for one in one.suggestions] == [("E0002", 0.495)]


def test_a_code_with_a_modifier_is_the_code_and_the_modifier(small: Suggester) -> None:
    """The modifier is described, and named in the reason."""
    (answer,) = small.suggest(["E0003Z1"], date_of_service=ON)

    assert [one.code for one in answer.suggestions] == ["E0003"]
    assert answer.suggestions[0].why.summary == "the text names E0003 with modifier Z1"
    assert [one.modifier for one in answer.modifiers] == ["Z1"]
    (alone,) = small.suggest(["modifier Z1"], date_of_service=ON)
    assert (alone.suggestions, [one.modifier for one in alone.modifiers]) == ((), ["Z1"])


def test_a_code_of_another_system_is_no_good_match(small: Suggester) -> None:
    """No suggestion claims to be sure, also not one for the words beside it."""
    alone, described = small.suggest(["99213", "cpt 99213 crutch with a spring"], date_of_service=ON)

    for answer in (alone, described):
        assert answer.no_good_match
        assert answer.looks_like == LooksLike("cpt", 0.99)
        assert answer.warnings[0].startswith("99213 is a CPT code")
        assert answer.none_fits >= 0.99
        assert all(one.confidence <= 0.01 for one in answer.suggestions)
    assert alone.suggestions == ()


def test_codes_in_one_text_are_acceptable_together(small: Suggester) -> None:
    """The text names both."""
    (answer,) = small.suggest(["E0002 E0003"], date_of_service=ON)

    assert answer.acceptable_together == (("E0002", "E0003"),)


def test_a_list_adds_up_to_one_with_the_probability_of_no_code() -> None:
    """0.5, 0.25 and 0.125, by 0.6 / 0.9 since no code may fit, with 0.4 for that."""
    artifact = assemble(Sources(SMALL), LetterEncoder())
    (answer,) = suggester(artifact, 0.6).suggest(["dog bandage"], date_of_service=ON)

    assert [one.confidence for one in answer.suggestions] == [0.3333, 0.1667, 0.0833]
    assert answer.none_fits == 0.4


def test_codes_of_measures_come_where_the_text_speaks_of_one() -> None:
    """An order for the drug that a measure names does not."""
    records = (*SMALL.records, Record("G8001", "Dog bandage not prescribed, reason not given"))
    artifact = assemble(Sources(msgspec.structs.replace(SMALL, records=records)), LetterEncoder())
    order, measure = suggester(artifact).suggest(
        ["dog bandage", "dog bandage not prescribed, reason"], date_of_service=ON
    )

    assert "G8001" not in [one.code for one in order.suggestions]
    assert measure.suggestions[0].code == "G8001"
    assert order.total_considered == measure.total_considered


def test_a_word_that_became_another_name_is_told_beside_the_text_as_typed(
    small: Suggester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a warning, and the first codes for the text as typed."""
    read = small._reader.read

    def renaming(text: str, correct: bool = True) -> Query:
        query = read(text, correct)
        return msgspec.structs.replace(query, renamed=query.corrections)

    monkeypatch.setattr(small._reader, "read", renaming)
    (answer,) = small.suggest(["dog bandege"], date_of_service=ON)

    assert answer.warnings == ("bandege was read as the name bandage; check that this is what was meant",)
    assert answer.as_typed[0].code == "A0001"
    assert answer.as_typed[0].why.corrections == ()
    (plain,) = small.suggest(["dog bandage"], date_of_service=ON)
    assert plain.as_typed == ()


def test_each_item_of_an_enumeration_has_its_own_suggestions(
    small: Suggester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its characters in the text; the whole text keeps its list. A text of one thing has no items."""
    text = "dog bandage, spring crutch"
    monkeypatch.setattr(small._items, "spans", lambda *_: ((0, 11), (13, 26)))
    (answer,) = small.suggest([text], date_of_service=ON)
    monkeypatch.undo()
    (alone,) = small.suggest(["dog bandage"], date_of_service=ON)

    assert [(item.start, item.stop, item.text) for item in answer.items] == [
        (0, 11, "dog bandage"),
        (13, 26, "spring crutch"),
    ]
    assert [item.suggestions[0].code for item in answer.items] == ["A0001", "E0003"]
    assert answer.items[0].suggestions == alone.suggestions
    assert answer.suggestions
    assert alone.items == ()


@pytest.mark.parametrize(("answerable", "shown"), [(0.95, 0.5), (0.6, 0.5 * 0.6 / 0.9)])
def test_items_are_judged_by_the_confidence_that_is_shown(
    answerable: float, shown: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece of which it is doubtful that it has any code is less of an item."""
    small = suggester(assemble(Sources(SMALL), LetterEncoder()), answerable)
    judged: list[tuple[int, float, bool]] = []

    def spans(text: str, whole: Best, best_of: BestOf) -> tuple[Span, ...]:
        bests = best_of([small._reader.read(piece) for piece in text.split(", ")])
        judged.extend([(one.row, one.confidence, one.refused) for one in bests if one is not None])
        return ()

    monkeypatch.setattr(small._items, "spans", spans)

    small.suggest(["dog bandage, spring crutch"], date_of_service=ON)

    assert judged == [(0, pytest.approx(shown), False), (2, pytest.approx(shown), False)]
