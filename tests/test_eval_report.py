import re

import pytest

from eval.case_results import SystemAnswer
from eval.errors import RunFolderError
from eval.measures.run_metrics import Plan, measure
from eval.pipeline import write_folder
from eval.report.report import read_run_folder, write_report
from eval.run import ask, new_manifest
from tests.eval_fakes import BOOK, DAY, FixedSystem, case

CASES = [
    *(case(f"r{i}", ["E0143"], f"folding frame {i}", set="one", kind="order") for i in range(6)),
    *(case(f"w{i}", ["E0130"], f"stiff <b>frame</b> {i}", set="two", kind="lay") for i in range(4)),
    case("n", [], "a headache", set="two", kind="lay"),
]
GOOD = {
    entry.id: SystemAnswer((*entry.codes, "E0100"), 0.9, not entry.codes)
    for entry in CASES
    if entry.id != "w0"
} | {"w0": SystemAnswer(("E0143", "E0130"), 0.3, False)}
POOR = {entry.id: SystemAnswer(("E0100", "E0143")) for entry in CASES}


def run_of(folder, name, answers, cases=CASES):
    system = FixedSystem(answers, name)
    manifest = new_manifest(system, cases, "2026-01", DAY, 5, 0, 50)
    results = ask(system, cases, manifest, folder)
    write_folder(folder, manifest, results, measure(name, results, BOOK, Plan(DAY, samples=50)))
    return read_run_folder(folder)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The joint report of two systems."""
    folder = tmp_path_factory.mktemp("runs")
    runs = [run_of(folder / "good", "good", GOOD), run_of(folder / "poor", "poor", POOR)]
    write_report(runs, folder / "report.html")
    return folder / "report.html"


def test_the_verdict_comes_first(report):
    """One sentence, then the comparison, then the cautions."""
    text = re.sub(r"<[^>]+>", " ", report.read_text().split('id="verdict"')[1].split("</section>")[0])
    assert "good puts a right code first for 87.5% of the lines on average over 2 case sets" in text
    assert "points better than poor" in text
    assert "Few lines (under 30) in: one, two." in text


def test_it_needs_no_network(report):
    """Every picture, style and script is inside the file."""
    text = report.read_text()
    addresses = re.findall(r"""(?:src|href)=["']([^"']{0,30})""", text)
    assert addresses and all(address.startswith("data:image/svg+xml;base64,") for address in addresses)
    assert "@import" not in text and "url(" not in text and "fetch(" not in text


def test_every_failure_is_in_it_and_every_text_is_escaped(report):
    """The one wrong line, with the acceptable codes and the answer; markup in texts stays text."""
    table = report.read_text().split('id="failures"')[1].split("</table>")[0]
    assert table.count("<tr data-set=") == 1
    assert "stiff &lt;b&gt;frame&lt;/b&gt; 0" in table
    assert "Stiff walker without wheels" in table and "Folding walker with wheels" in table


def test_one_run_makes_a_report_of_its_own(tmp_path):
    """A system that states no confidence has no confidence section and nothing is compared."""
    write_report([run_of(tmp_path, "poor", POOR)], tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "Can its confidence be trusted?" not in text and "Is the difference real?" not in text
    assert text.count("<tr data-set=") == 11


def test_runs_over_other_cases_are_refused(tmp_path):
    """A joint report needs the same cases, and two names."""
    a = run_of(tmp_path / "a", "good", GOOD)
    b = run_of(tmp_path / "b", "poor", POOR, CASES[:3])
    with pytest.raises(RunFolderError, match="measured different cases; one report cannot hold both"):
        write_report([a, b], tmp_path / "x.html")
    with pytest.raises(RunFolderError, match="systems with one name"):
        write_report([a, a], tmp_path / "x.html")


@pytest.mark.browser
def test_a_browser_shows_it_and_its_search_works(report, browser, tmp_path):
    """Opened in Chromium: no error, all pictures load, and typing filters the failures."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: request.url.startswith("http") and errors.append(request.url))
    page.goto(report.as_uri())
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 50)")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.fill("#find", "stiff walker")
    assert page.inner_text("#count") == "1 of 1 lines"
    page.fill("#find", "no such words")
    assert page.inner_text("#count") == "0 of 1 lines"
    assert page.locator("#failures tbody tr:visible").count() == 0
    page.pdf(path=str(tmp_path / "report.pdf"))
    page.close()
    assert (tmp_path / "report.pdf").stat().st_size > 20_000
    assert errors == []


@pytest.mark.browser
def test_the_first_200_failures_show_and_a4_holds_every_column(browser, tmp_path):
    """The button shows the others; in print no table is wider than the text of an A4 page."""
    cases = [case(f"w{i}", ["E0130"], f"stiff frame {i}", source=f"h{i % 5}") for i in range(205)]
    write_report([run_of(tmp_path, "poor", POOR, cases)], tmp_path / "report.html")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("#failures tbody tr:visible").count() == 200
    assert page.inner_text("#count") == "205 of 205 lines, the first 200 shown"
    page.click("#all")
    assert page.locator("#failures tbody tr:visible").count() == 205
    page.set_viewport_size({"width": 703, "height": 1000})  # 186 mm: A4 without its margins
    page.emulate_media(media="print")
    widest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('th')].map(h => h.getBoundingClientRect().right))"
    )
    assert widest <= 703
    page.close()


def test_sets_without_a_code_are_not_counted_in_the_mean(tmp_path):
    """Two of three sets have lines with a code, and the report says so wherever it counts sets."""
    cases = [*CASES, case("n2", [], "a cold", set="three")]
    write_report([run_of(tmp_path, "good", GOOD, cases)], tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "3 case sets, 1 of them without any line that has a code, HCPCS release" in text
    assert "on average over 2 case sets" in text
    assert "mean over the 2 case sets that have lines with a code" in text
