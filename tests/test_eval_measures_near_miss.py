import pytest

from eval.measures.near_miss import (
    DOSE,
    ELSEWHERE,
    INACTIVE,
    SECTION,
    SIBLING,
    UNANSWERED,
    UNKNOWN,
    drug_name,
    find_near_misses,
    kind_of_miss,
    kinds_of_misses,
    same_drug,
)
from index.records import Record
from index.store.catalogue import Catalogue
from tests.eval_fakes import BOOK, DAY, result

WALKERS = Catalogue(
    [
        Record("E0130", "Walker, stiff"),
        Record("E0135", "Walker, folding"),
        Record("E0143", "Walker, folding, wheels"),
        Record("E0160", "Sitz bath"),
        Record("K0001", "Wheelchair"),
    ],
    release="made",
)


@pytest.mark.parametrize(
    ("book", "wanted", "answered", "kind"),
    [
        (WALKERS, "E0143", ["E0130"], SIBLING),
        (WALKERS, "E0143", ["E0160"], SECTION),
        (WALKERS, "E0143", ["K0001"], ELSEWHERE),
        (WALKERS, "E0143", [], UNANSWERED),
        (WALKERS, "E0143", ["Z0000"], UNKNOWN),
        (BOOK, "E0143", ["E0144"], INACTIVE),
        (BOOK, "E0143", ["L9900"], INACTIVE),
        (BOOK, "J0100", ["J0101"], DOSE),
        (BOOK, "J0100", ["J0102"], SIBLING),
        (BOOK, "J0100", ["J0500"], SECTION),
    ],
)
def test_a_wrong_first_answer_has_one_kind(book, wanted, answered, kind):
    """Sibling, dose, same section, other section, not active, unknown or unanswered."""
    assert kind_of_miss(result("a", [wanted], answered), book, DAY) == kind


def test_the_nearest_acceptable_code_decides():
    """With several acceptable codes the closest kind counts."""
    assert kind_of_miss(result("a", ["K0001", "J0101"], ["J0100"]), BOOK, DAY) == DOSE


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("Injection, examplamycin, up to 20 mg", "examplamycin"),
        ("Injection, examplamycin sodium, per 1,000 units", "examplamycin sodium"),
        ("Examplamycin, oral, 0.25 mg", "examplamycin oral"),
        ("Injection, exampl-b12 complex, 0.1 ml", "exampl b12 complex"),
        ("Infusion, examplamycin, 50 grams", "examplamycin"),
    ],
)
def test_a_drug_name_is_what_is_left_without_form_and_dose(description, name):
    """So that two codes of one drug are recognised by it."""
    assert drug_name(description) == name


def test_only_drug_codes_can_be_the_same_drug():
    """Two supplies that differ in a number are siblings, not dose variants."""
    book = Catalogue([Record("A4206", "Syringe, 1 ml"), Record("A4207", "Syringe, 2 ml")], release="made")
    assert not same_drug("A4206", "A4207", book)


def test_misses_are_counted_with_their_confusions():
    """Counts, where the right code was, NOC answers both ways, pairs by frequency."""
    results = [
        result("right", ["E0143"], ["E0143"]),
        result("1", ["E0143"], ["E0130", "E0143"]),
        result("2", ["E0143"], ["E0130"]),
        result("3", ["E0143"], ["E1399", "E0100", "E0130", "K0001", "A4206", "E0143"]),
        result("4", ["E1399"], ["E0143"]),
        result("5", ["E0143"], []),
        result("none fits", [], ["E0143"]),
    ]
    misses = find_near_misses(results, BOOK, DAY)
    assert misses.wrong == 5
    assert misses.found_later == {"2": 1, "3-5": 0, "6-10": 1, "11 or later": 0, "not in the list": 3}
    assert (misses.noc_instead, misses.specific_instead) == (1, 1)
    assert misses.kinds[UNANSWERED] == 1 and sum(misses.kinds.values()) == 5
    first = misses.confusions[0]
    assert (first.wanted, first.answered, first.count) == ("E0143", "E0130", 2)
    assert first.wanted_description == "Folding walker with wheels, height can be set"
    assert (len(misses.confusions), misses.pairs) == (3, 3)
    assert set(kinds_of_misses(results, BOOK, DAY)) == {"1", "2", "3", "4", "5"}
