"""Documentation that matches the code: links, commands, make targets, the README's answer, the lock."""

from __future__ import annotations

import re
import subprocess
import tomllib
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.__main__ import COMMANDS, build_parser
from tests import readme_answer

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
VERBS = (
    "suggest",
    "serve",
    "test",
    "test-long",
    "mutants",
    "check",
    "sbom",
    "lock",
    "eval",
    "reading",
    "bench",
    "docs",
    "pictures",
    "wheel",
    "clean",
)


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, in the form that code hosts use."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short() -> None:
    """Under 140 lines: what, how, limits. It opens with a picture of the page and the plot of accuracy."""
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 140
    assert lines[2].startswith("![") and "docs/pictures/page.png" in lines[2]
    first_section = next(number for number, line in enumerate(lines) if line.startswith("## "))
    assert any("docs/pictures/accuracy.svg" in line for line in lines[:first_section])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_resolves(page: Path) -> None:
    """With its anchor, where it has one."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_outside_link_is_well_formed(page: Path) -> None:
    """Secure, with a host name and no blank; nothing is fetched."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [urlsplit(link) for link in re.findall(r"\]\((\w+://[^)]*)\)", text)]
    wrong = [
        link.geturl()
        for link in links
        if link.scheme != "https"
        or not re.fullmatch(r"([\w-]+\.)+[a-z]{2,}", link.netloc)
        or " " in link.path
    ]
    assert wrong == []


def test_every_page_is_in_the_table_of_pages() -> None:
    """`docs/index.md` lists all others."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    missing = [
        page.name
        for page in (ROOT / "docs").rglob("*.md")
        if f"({page.relative_to(ROOT / 'docs').as_posix()})" not in index
    ]
    assert missing == ["index.md"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_section(command: str) -> None:
    """With an example that its own parser accepts as written."""
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    section = re.search(rf"^## hcpcs {command}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)

    assert section is not None
    assert f"hcpcs {command}" in section[1]


def examples() -> list[str]:
    """Every `hcpcs` line in a code block of the docs."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```\w*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            lines = block.replace("\\\n", " ").splitlines()
            found += [line.strip() for line in lines if re.match(r"\s*(\.venv/bin/)?hcpcs ", line)]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("line", examples())
def test_every_example_parses(line: str) -> None:
    """Its options exist."""
    import shlex

    line = re.sub(r"\.\./shared/\S*\*\S*", "cases.jsonl", line.split(" # ")[0])
    words = shlex.split(re.split(r" [<>|] ", line)[0])[1:]
    if "--help" in words or "..." in words:
        return
    arguments = build_parser(words[:1]).parse_args(words)
    assert arguments.command == words[0]


def test_the_readme_shows_an_answer_that_the_project_gives(tmp_path: Path) -> None:
    """The same codes in the same order; `python -m tests.readme_answer` refreshes it."""
    ranks = re.compile(r"^ +\d+\. (\w+)", re.MULTILINE)
    codes = ranks.findall(readme_answer.shown())

    assert len(codes) == readme_answer.K
    assert codes == ranks.findall(readme_answer.answer(tmp_path))


def test_the_readme_names_every_verb_and_make_has_them() -> None:
    """Each with its line in the Makefile."""
    readme = README.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split() == list(VERBS)  # type: ignore[index]
    assert [verb for verb in VERBS if f"make {verb}" not in readme] == []
    for verb in VERBS:
        assert re.search(rf"^{verb}:.*## .+", makefile, re.MULTILINE), verb


def test_make_would_run_every_verb() -> None:
    """A dry run shows no error in the recipes."""
    for verb in VERBS:
        done = subprocess.run(
            ["make", "--dry-run", verb], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_lock_holds_exact_versions_and_no_addresses() -> None:
    """One line for each package, each once, with every dependency of ours."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    names = [normal(line.partition("==")[0]) for line in pins]

    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", pin)] == []
    assert len(names) == len(set(names))
    assert "torch==2.13.0" in pins
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    assert [want for want in wanted if normal(re.split(r"[<>=;\[ ]", want)[0]) not in names] == []
    assert project["build-system"]["requires"][0] in pins


def normal(name: str) -> str:
    """A package's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_shipped_file_names_a_registry_or_a_machine() -> None:
    """The project does not depend on the folder that it is in."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git clone")
    # Written in parts so that this file does not match itself.
    hosts = (
        "py" + "pi.org",
        "python" + "hosted",
        "registry." + "npmjs",
        "deb." + "debian.org",
        "/wo" + "rk/",
    )
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if not path.is_file() or path.suffix in {".safetensors", ".tsv", ".svg", ".png"}:
            continue
        text = path.read_bytes()
        found += [f"{name}: {host}" for host in hosts if host.encode() in text]
    assert found == []


def test_the_page_on_upgrading_names_the_present_versions() -> None:
    """The message that it quotes, and the constants that it tells developers to raise."""
    from index.store import manifest, texts
    from index.text import words

    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")

    assert f"has format {manifest.FORMAT - 1}, this version of hcpcs reads {manifest.FORMAT};" in page
    for module, name in ((manifest, "FORMAT"), (words, "NORMAL_FORM"), (texts, "TEMPLATE")):
        assert f"raise `{name}`" in page and hasattr(module, name)


def test_the_map_of_the_project_names_every_folder() -> None:
    """The first table of CONTRIBUTING.md: a stranger reads one line a folder."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git clone")
    folders = {f"{Path(name).parent.as_posix()}/" for name in listed.stdout.splitlines() if "/" in name}
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("| to add |")[0]

    named = set(re.findall(r"`([\w/]+/)`", table))

    assert {folder for folder in folders if folder[0] != "."} <= named


def test_every_path_that_contributing_names_is_there() -> None:
    """So that the table "to add, go to" does not go stale."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = re.findall(r"`((?:api|benchmarks|docs|eval|index|suggest|tests)/[\w./*<>-]*)`", text)

    assert len(names) > 30
    assert [name for name in names if "<" not in name and not list(ROOT.glob(name.rstrip("/")))] == []


NAMED_TESTS = re.compile(r"`(test_\w+\.py)`(?:: ((?:`test_\w+`(?: \([^)]*\))?(?:, )?)+))?")


def test_each_promise_names_tests_that_exist() -> None:
    """`docs/security.md` names files of tests, and beginnings of the names of tests in them."""
    missing, found = [], 0
    for file, names in NAMED_TESTS.findall((ROOT / "docs" / "security.md").read_text()):
        text = (ROOT / "tests" / file).read_text()
        for name in re.findall(r"`(test_\w+)`", names):
            found += 1
            missing += [] if f"def {name}" in text else [(file, name)]

    assert missing == []
    assert found > 40


def test_the_plot_of_the_readme_shows_its_table() -> None:
    """`make pictures` draws it from there; the numbers stand in the picture too."""
    from tests.pictures import FOLDER, published

    results = published()
    assert [name for name, _ in results.systems][-1] == "this project"
    assert all(len(pairs) == len(results.sets) for _, pairs in results.systems)
    picture = (FOLDER / "accuracy.svg").read_text(encoding="utf-8")
    assert escape(str(results), quote=False) in picture, "the table changed: run `make pictures`"


def test_the_site_is_built_with_exact_versions() -> None:
    """In an environment of its own; no line holds an address."""
    lines = (ROOT / "docs" / "site" / "requirements.txt").read_text(encoding="utf-8").splitlines()

    assert lines[0].startswith("#")
    assert [
        line for line in lines[1:] if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)
    ] == []


def test_each_of_three_users_has_a_tutorial() -> None:
    """With commands that exist, and pictures that are there."""
    lessons = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
    assert [page.stem for page in lessons] == ["coder", "integrator", "quality"]
    for page in lessons:
        text = page.read_text(encoding="utf-8")
        assert text.startswith("# Ten minutes for a")
        for command in re.findall(r"^\.venv/bin/hcpcs (\w+)", text, re.MULTILINE):
            assert command in COMMANDS
