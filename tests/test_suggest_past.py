"""Answers for a day before the newest release: codes and wordings of that day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from index.build import Sources, assemble, write_index
from index.history.build import build_history
from index.store.artifact import Artifact
from index.text.lexicon import Entry
from suggest.answer import Answer, Filters
from suggest.suggester import Suggester
from tests.history_releases import MIDDLE, NEW, OLD
from tests.index_fakes import LetterEncoder
from tests.test_suggest_suggester import suggester

LEXICON = (Entry("barkband", ("dog bandage",), "lay", ("A0001",)),)
SOURCES = Sources(NEW, LEXICON, history=build_history([OLD, MIDDLE, NEW]))


@pytest.fixture(scope="module", params=["in memory", "read"])
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Suggester:
    """An index of three releases, as it was built and as it is read from its folder."""
    artifact = assemble(SOURCES, LetterEncoder())
    if request.param == "read":
        folder = tmp_path_factory.mktemp("history") / "index"
        write_index(artifact, folder)
        artifact = Artifact.load(folder)
    return suggester(artifact)


def ask(history: Suggester, text: str, on: str, filters: Filters | None = None) -> Answer:
    return history.suggest([text], date_of_service=date.fromisoformat(on), filters=filters)[0]


@pytest.mark.parametrize(
    ("text", "on", "code", "description"),
    [
        ("ladder of oak", "2019-03-31", "A0002", "Ladder of oak"),
        ("ladder of oak", "2019-04-01", "A0002", "Ladder of oak or ash"),
        ("whistle", "2019-06-30", "A0004", "Whistle of tin"),
        ("whistle", "2019-07-01", "A0004", "Whistle of tin or brass"),
        ("bandage dog", "2020-12-31", "A0001", "Bandage for a dog"),
        ("bandage dog", "2021-01-01", "A0001", "Bandage for a large dog"),
        ("kennel of brick", "2016-12-31", "A0003", "Kennel of brick"),
        ("drum of calfskin", "2020-07-01", "A0003", "Drum of calfskin"),
        ("saddle of cork", "2018-06-01", "A0006", "Saddle of cork"),
        ("A0006", "2018-06-01", "A0006", "Saddle of cork"),
        ("barkband", "2019-01-01", "A0001", "Bandage for a dog"),
    ],
)
def test_a_day_has_its_own_codes_and_wordings(
    history: Suggester, text: str, on: str, code: str, description: str
) -> None:
    """Found by the wording of the day, and shown with it."""
    first = ask(history, text, on).suggestions[0]

    assert (first.code, first.description, first.status) == (code, description, "active")


@pytest.mark.parametrize(
    "on", ["2009-12-31", "2017-01-01", "2018-06-01", "2019-09-30", "2020-06-30", "2021-06-01"]
)
def test_no_code_is_offered_on_a_day_on_which_it_is_not_valid(history: Suggester, on: str) -> None:
    """Each code at most once, whatever the wording."""
    day = date.fromisoformat(on)
    lives = {each.code for each in SOURCES.history.codes if each.status(day) == "active"}  # type: ignore[union-attr]
    if day >= date(2021, 1, 1):
        lives &= {record.code for record in NEW.records}
    answer = ask(history, "ladder whistle bandage kennel drum saddle lantern", on)
    codes = [one.code for one in answer.suggestions]

    assert answer.total_considered == len(lives)
    assert len(codes) == len(set(codes))
    assert set(codes) <= lives


def test_from_the_newest_release_on_it_answers_as_one_without_a_history(history: Suggester) -> None:
    """Byte for byte."""
    alone = suggester(assemble(Sources(NEW, LEXICON), LetterEncoder()))
    texts = ["ladder of oak", "whistle", "A0002", "barkband", "lantern glas", ""]
    for on in (date(2021, 1, 1), date(2021, 3, 1)):
        ours, theirs = (one.suggest(texts, date_of_service=on) for one in (history, alone))
        assert msgspec.json.encode(ours) == msgspec.json.encode(theirs)


def test_a_named_code_has_its_status_of_the_day(history: Suggester) -> None:
    """Not begun, and ended."""
    early, late = ask(history, "A0005", "2019-09-30"), ask(history, "A0003", "2018-06-01")

    assert (early.suggestions[0].status, early.suggestions[0].confidence, early.no_good_match) == (
        "future",
        0,
        True,
    )
    assert early.warnings[-1] == "A0005 begins on 2019-10-01"
    assert (late.suggestions[0].status, late.suggestions[0].description) == ("terminated", "Kennel of brick")


@pytest.mark.parametrize(
    ("on", "warning"),
    [
        (
            "2017-12-31",
            "2017-12-31 is before 2018-01, the first release of this index: codes and wordings of that"
            " day may be missing",
        ),
        ("2018-04-11", ""),
        (
            "2018-04-12",
            "the last release at hand before 2018-04-12 is 2018-01, the next 2020-01: what changed between"
            " them without a date of its own is not known for that day",
        ),
        ("2021-04-11", ""),
        (
            "2021-04-12",
            "release 2021-01 is 101 days old on 2021-04-12: newer quarters, up to 2021-04, have changed"
            " codes; build the index from the current release",
        ),
    ],
)
def test_a_date_that_the_index_does_not_know_well_is_said(history: Suggester, on: str, warning: str) -> None:
    """Before the first release, between two, and long after the last."""
    assert "".join(ask(history, "ladder", on).warnings) == warning


def test_the_catalogue_tells_the_wording_of_a_day() -> None:
    """For look-ups, which load no vectors."""
    catalogue = assemble(SOURCES, LetterEncoder()).catalogue

    def words(code: str, on: str) -> str:
        record = catalogue.record_on(code, date.fromisoformat(on))
        return record.long_description if record else ""

    assert [words("A0003", "2016-01-01"), words("A0003", "2020-07-01")] == [
        "Kennel of brick",
        "Drum of calfskin",
    ]
    assert words("A0006", "2018-06-01") == "Saddle of cork"
    assert words("A0002", "2018-06-01") == "Ladder of oak"
    assert catalogue.status_on("A0006", date(2021, 1, 1)) == "terminated"
    assert (
        catalogue.record_on("A9999", date(2021, 1, 1))
        is catalogue.status_on("A9999", date(2021, 1, 1))
        is None
    )


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Files of two indexes put together have other checksums; a missing file is named."""
    write_index(assemble(SOURCES, LetterEncoder()), tmp_path / "index")
    names = {path.name for path in (tmp_path / "index").iterdir()}

    assert {name for name in names if name.startswith("past-")} == {
        "past-codes.faiss", "past-lexical.safetensors", "past-profiles.safetensors", "past-texts.jsonl",
        "past-texts.safetensors", "past-vectors.safetensors", "past-vocabulary.txt", "past-words.safetensors",
        "past-words.txt",
    }  # fmt: skip
    assert "history.json" in names


def test_a_code_that_left_the_file_is_told_of(history: Suggester) -> None:
    """The newest release does not have it; the history knows when it ended."""
    answer = ask(history, "A0006", "2021-02-01")

    assert answer.warnings == (
        "A0006 ended between 2018-01-01 and 2019-12-31 and is no longer in release 2021-01, and no code that"
        " replaced it is known",
    )
    assert (answer.suggestions, answer.no_good_match) == ((), True)


@pytest.mark.parametrize(("on", "first"), [("2018-06-01", "A0006"), ("2021-01-01", None)])
def test_codes_without_reasons_are_those_of_the_day(history: Suggester, on: str, first: str | None) -> None:
    """The audit of an old row looks where an answer for its day looks."""
    day = date.fromisoformat(on)
    (ranked,) = history.ranked(["saddle of cork"], 3, day)

    assert list(ranked.codes) == [
        one.code for one in history.suggest(["saddle of cork"], 3, day)[0].suggestions
    ]
    assert first is None or ranked.codes[0] == first
    assert ("A0006" in ranked.codes) == (first == "A0006")
