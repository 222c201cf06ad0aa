"""Drug packages: a National Drug Code in any written form gives the code that CMS's crosswalk assigns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.building import BuildOptions, build_index
from api.loading import open_suggester
from api.settings import Settings
from index.home import Home
from index.store.tables import Tables
from index.tables.read import read_tables
from suggest.claim.line import ClaimAsk, claim_line
from suggest.claim.packages import smallest_containers
from suggest.drug_packages import DrugPackages, packages_of, without_numbers
from suggest.suggester import Suggester
from tests.table_files import CROSSWALK_ROWS, csv_bytes

ON = date(2026, 1, 15)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "crosswalk_2026-01.csv"
    path.write_bytes(csv_bytes(CROSSWALK_ROWS))
    return path


@pytest.fixture(scope="module")
def packages(table: Path) -> DrugPackages:
    found = packages_of(Tables.of(read_tables(table)))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def home(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the starter catalogue and the crosswalk."""
    folder = tmp_path_factory.mktemp("home")
    build_index(Home(folder), BuildOptions(tables=(table,)), on=ON)
    return folder


@pytest.fixture(scope="module")
def suggester(home: Path) -> Suggester:
    return open_suggester(None, Settings(home=home))


@pytest.mark.parametrize(
    "text",
    [
        "00123-0456-07",
        "NDC 00123045607",
        "ndc#00123-0456-07",
        "0123-0456-07",
        "00123-456-07",
        "00123-0456-7",
        "0123045607",
        "0012345607",
        "0012304567",
        "N400123045607 ML10",
        "n4 00123045607",
        "inventin 10 units, ndc: 00123 0456 07",
    ],
)
def test_every_written_form_of_a_number_is_read(text: str, packages: DrugPackages) -> None:
    """Eleven digits, the three forms of ten, with hyphens, blanks or neither, and that of a claim."""
    (found,) = packages.named(text, ON)

    assert (found.code, found.package.ndc) == ("J1815", "00123-0456-07")


@pytest.mark.parametrize(
    "text", ["", "100123045607", "00123-0456-071", "12-34-5", "00999-0456-07", "E0143", "1.00123045607"]
)
def test_other_numbers_are_no_packages(text: str, packages: DrugPackages) -> None:
    """Nor a part of a longer one."""
    assert packages.named(text, ON) == ()


def test_the_crosswalk_of_the_day_answers() -> None:
    """Of several quarters the latest that has begun, else the earliest."""
    tables = []
    for quarter, code in (("2025-10", "J0001"), ("2026-01", "J0002")):
        rows = [*CROSSWALK_ROWS[2:4], (code, "", "L", "00123-0456-07", "D", "1 MG", "1", "1", "1", "1")]
        (table,) = _read(rows, quarter)
        tables.append(table)
    packages = packages_of(Tables.of(tables))
    assert packages is not None

    found = [
        packages.named("00123-0456-07", day)[0].code for day in (date(2025, 1, 1), date(2025, 12, 31), ON)
    ]

    assert found == ["J0001", "J0001", "J0002"]


def _read(rows: list[object], quarter: str) -> tuple[object, ...]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"crosswalk_{quarter}.csv"
        path.write_bytes(csv_bytes(rows))  # type: ignore[arg-type]
        return read_tables(path)


def test_a_number_gives_code_labeler_package_and_units(suggester: Suggester) -> None:
    """Without a word beside it; the text is no other system's then."""
    (answer,) = suggester.suggest(["NDC 00123-0456-07"], 3, ON)

    assert not answer.no_good_match
    assert answer.looks_like is None
    assert answer.warnings == ()
    first = answer.suggestions[0]
    assert (first.code, first.confidence, first.why.source) == ("J1815", 0.99, "ndc")
    assert first.why.summary == (
        "NDC 00123-0456-07: Inventin, Invented Labs; 10 in a container; "
        "200 units of J1815 (5 UNITS) a container [ASP NDC-HCPCS crosswalk 2026-01]"
    )


def test_a_text_that_means_another_code_than_its_number_is_told(suggester: Suggester) -> None:
    """The number's code stands first, with a warning that names both; a text that agrees has none."""
    contrary, agreeing = suggester.suggest(
        ["folding walker with wheels 00123-0456-07", "insulin injection 00123-0456-07"], 3, ON
    )

    assert contrary.suggestions[0].code == "J1815"
    assert [warning[:21] for warning in contrary.warnings] == ["the words mean E0143 "]
    assert agreeing.warnings == ()


def test_the_digits_of_a_number_are_no_amount(packages: DrugPackages) -> None:
    """The quantity behind it on an electronic claim is one."""
    text = "N400123045607 ML10.5"

    assert without_numbers(text, packages.named(text, ON)).strip() == "10.5 ml"
    assert without_numbers(text, ()) == text


def test_a_claim_line_names_package_and_containers(suggester: Suggester) -> None:
    """Units come from the text, never from the crosswalk; the containers that leave least are listed."""
    line = claim_line(suggester, "insulin 260 units, NDC 00123-0456-07", ClaimAsk(on=ON))

    assert (line.code, line.units, line.arithmetic) == ("J1815", 52, "260 units / 5 units = 52")
    assert line.package is not None
    assert (line.package.ndc, line.package.units) == ("00123-0456-07", 200.0)
    assert line.vials == (
        "1 x Inventin of 60 units (such as NDC 00123-0456-08) = 60 units, 8 units more than the dose "
        "[ASP NDC-HCPCS crosswalk 2026-01]"
    )


def test_the_containers_leave_least_and_are_fewest(packages: DrugPackages) -> None:
    """First the least left over, then the fewest; none for packages without units."""
    of_code = packages.with_code("J1815", ON)

    assert smallest_containers(200, of_code).startswith("1 x Inventin of 200 units")
    assert smallest_containers(130, of_code).startswith("3 x Inventin of 60 units")
    assert smallest_containers(250, of_code).startswith(
        "1 x Inventin of 200 units (such as NDC 00123-0456-07) + 1 x"
    )
    assert smallest_containers(5, packages.with_code("J9999", ON)) == ""


def test_a_request_may_bring_the_number_beside_the_text(home: Path) -> None:
    """Of both routes; a wrong one is refused without repeating it."""
    settings = Settings(home=home)
    with TestClient(create_app(open_suggester(None, settings), settings)) as client:
        answer = client.post("/v1/suggest", json={"text": "insulin", "ndc": "00123-0456-07"}).json()
        line = client.post("/v1/claim-line", json={"ndc": "00123045607"}).json()
        wrong = client.post("/v1/suggest", json={"text": "insulin", "ndc": "zyqvrax"})

    assert answer["suggestions"][0]["why"]["source"] == "ndc"
    assert line["package"]["labeler"] == "Invented Labs"
    assert wrong.status_code == 422
    assert "zyqvrax" not in wrong.text


def test_a_past_date_is_answered_from_the_crosswalk_too(suggester: Suggester) -> None:
    """Its title says the quarter."""
    (answer,) = suggester.suggest(["00123-0456-07"], 1, date(2025, 6, 1))

    assert msgspec.to_builtins(answer)["suggestions"][0]["code"] == "J1815"
