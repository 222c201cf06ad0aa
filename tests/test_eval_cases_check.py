from datetime import date

from eval.cases.check import check_cases, describe
from tests.eval_fakes import BOOK, DAY, case

CASES = [
    case("ok", ["E0143"], "folding frame on casters"),
    case("ended", ["E0144"], "the old sort"),
    case("partly", ["E0143", "E0144", "E9998"], "either sort"),
    case("future", ["L9900"], "splint of next century"),
    case("none", [], "headache"),
]


def test_codes_that_cannot_be_billed_are_reported_and_kept():
    """Unknown, ended and future codes are distinguished; without `drop` all cases stay in the run."""
    measured, check = check_cases(CASES, BOOK, DAY)
    assert measured == CASES
    assert [str(problem) for problem in check.problems] == [
        "case ended: E0144 is terminated; its successor is E0143",
        "case partly: E0144 is terminated; its successor is E0143",
        "case partly: E9998 is unknown",
        "case future: L9900 is not yet active",
    ]
    assert check.without_code == ("ended", "future")
    assert check.none_fits == 1


def test_with_drop_they_leave_the_acceptable_codes():
    """A case without any code left is out of the run, and counted."""
    measured, check = check_cases(CASES, BOOK, DAY, drop=True)
    assert [(entry.id, entry.codes) for entry in measured] == [
        ("ok", ("E0143",)),
        ("partly", ("E0143",)),
        ("none", ()),
    ]
    assert check.without_code == ("ended", "future")
    assert any("2 cases have no active code (left out)" in line for line in describe(check))


def test_the_date_of_the_case_decides():
    """A code that has since ended is fine on a date when it was in use."""
    _, check = check_cases([case("then", ["E0144"], "x", date=date(2019, 5, 1))], BOOK, DAY)
    assert check.problems == ()


def test_leaks_are_flagged():
    """A text that contains the code or equals its descriptor except for punctuation and a letter."""
    _, check = check_cases(
        [
            case("code", ["E0143"], "walker e0143 please"),
            case("long", ["E0143"], "FOLDING WALKER WITH WHEELS; HEIGHT CAN BE SET"),
            case("typo", ["E0143"], "folding walker with wheels height can be sett"),
            case("short", ["E0143"], "folding wheeled walker"),
            case("other", ["E0143"], "cane of any material, with tip"),
            case("fine", ["E0143"], "frame that folds"),
        ],
        BOOK,
        DAY,
    )
    assert check.leaks == {
        "code": "contains the code",
        "long": "repeats a descriptor",
        "typo": "repeats a descriptor",
        "short": "repeats a descriptor",
    }


def test_duplicates_and_contradictions_are_counted():
    """The same text again is a duplicate; with other codes it contradicts."""
    _, check = check_cases(
        [
            case("1", ["E0143"], "Big frame!"),
            case("2", ["E0143", "E0130"], "big  frame"),
            case("3", ["E0100"], "big frame"),
            case("4", ["E0100"], "another"),
        ],
        BOOK,
        DAY,
    )
    assert check.duplicates == ("2", "3")
    assert check.contradictions == ("3",)
