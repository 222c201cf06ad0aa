import json
import shutil
from pathlib import Path

import pytest

from api.__main__ import main
from index.errors import QueryError
from tests.fakes import RECORDS, FakeSuggester


@pytest.fixture(autouse=True)
def _index(monkeypatch, tmp_path):
    """An index folder of the fake records, answered by the fake suggester."""
    import eval.setting
    from index.store.catalogue import Catalogue

    monkeypatch.setenv("HCPCS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(eval.setting.RunSetting, "suggester", lambda self, folder: FakeSuggester())
    monkeypatch.setattr(
        eval.setting.RunSetting, "catalogue", lambda self: Catalogue(RECORDS, release="2026-01")
    )


@pytest.fixture
def lines(tmp_path):
    """Five labelled lines of a spreadsheet."""
    path = tmp_path / "lines.csv"
    path.write_text(
        "charge,hcpcs,kind\nfolding walker,E0143,order\ncane,E0100,order\nwheelchair,K0001,lay\n"
        "old walker thing,E0144,lay\nheadache,NONE,lay\n"
    )
    return path


def columns(lines: Path, out: Path) -> list[str]:
    named = ["--query-column", "charge", "--codes-column", "hcpcs"]
    return ["eval", "run", str(lines), *named, "--out", str(out)]


def test_a_run_prints_a_table_and_writes_the_folder(lines, tmp_path, capsys):
    """Numbers on stdout, remarks on stderr, and every file of the contract."""
    assert main([*columns(lines, tmp_path / "run"), "--on", "2026-01-15"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[2].split()[:4] == ["lines", "4", "(few)", "default"]
    assert "0.750 [" in said.out
    last = said.out.splitlines()[-1]
    assert last.split()[:2] == ["lines", "default"] and last.endswith("0.000 (0 of 4)  1.000 (1 of 1)")
    assert "1 labelled codes are not active on their case's date (1 terminated): kept" in said.err
    assert "1 cases are labelled as having no code" in said.err
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"metrics.json", "cases.jsonl", "run.trec", "qrels.trec", "manifest.json", "report.html"}


def test_several_systems_have_a_folder_each_and_a_joint_report(lines, tmp_path, capsys):
    """Ours and two baselines over the same cases in one command."""
    systems = ["--system", "default", "--system", "bm25", "--system", "all-words"]
    assert main([*columns(lines, tmp_path / "run"), *systems, "--markdown"]) == 0
    first, _, head = capsys.readouterr().out.splitlines()[:3]
    assert "with release 2026-01" in first and "case-set sha256 `" in first
    assert head.startswith("| case set | n | system | top-1 |")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "all-words",
        "bm25",
        "default",
        "report.html",
    ]
    assert main(["eval", "compare", str(tmp_path / "run" / "bm25"), str(tmp_path / "run" / "default")]) == 0
    assert "B: default" in capsys.readouterr().out
    runs = [str(tmp_path / "run" / name) for name in ("default", "bm25")]
    assert main(["eval", "report", *runs, "--out", str(tmp_path / "joint.html")]) == 0
    assert "default, bm25" in (tmp_path / "joint.html").read_text()
    assert main(["eval", "report", str(tmp_path / "run")]) == 0
    assert "all-words, bm25, default" in (tmp_path / "run" / "report.html").read_text()
    assert main(["eval", "compare", *runs, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pooled"]["n"] == 4


def test_json_is_one_object_a_system(lines, tmp_path, capsys):
    """The metrics that the folder holds."""
    assert main([*columns(lines, tmp_path / "run"), "--json", "--no-report"]) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["sets"]["lines"]["summary"]["measures"]["top-1"]["n"] == 4
    assert metrics == json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert not (tmp_path / "run" / "report.html").exists()


def test_dropping_codes_and_splitting_kinds(lines, tmp_path, capsys):
    """The ended code leaves the run; each kind is a set."""
    assert main([*columns(lines, tmp_path / "run"), "--release-check", "drop", "--split", "lines"]) == 0
    out = capsys.readouterr().out
    assert (
        "lines: order" in out and "lines: lay" in out and "mean over the sets 2 sets" in " ".join(out.split())
    )
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["pooled"]["summary"]["n"] == 3


def test_a_missed_gate_exits_1_and_names_each_miss(lines, tmp_path, capsys):
    """0 when it is kept, 1 when not, 2 when it cannot be read."""
    gate = tmp_path / "gate.toml"
    gate.write_text('[mean]\n"top-1" = 0.7\n')
    run = [*columns(lines, tmp_path / "run"), "--no-report", "--overwrite", "--gate", str(gate)]
    assert main(run) == 0
    assert "the gate gate.toml is kept" in capsys.readouterr().err
    gate.write_text('[mean]\n"top-1" = 0.9\nMRR = 0.99\n')
    assert main(run) == 1
    assert capsys.readouterr().err.count("gate missed: default: mean over the sets:") == 2
    gate.write_text("[mean\n")
    assert main(run) == 2


def test_a_gate_against_a_stored_run(lines, tmp_path, capsys):
    """A run is not worse than itself; a stored run over other cases is refused."""
    assert main([*columns(lines, tmp_path / "stored"), "--no-report"]) == 0
    gate = tmp_path / "gate.toml"
    gate.write_text('[regression]\nagainst = "stored"\n"top-1" = 0.0\n')
    run = [*columns(lines, tmp_path / "run"), "--no-report", "--overwrite", "--gate", str(gate)]
    assert main(run) == 0
    assert main([*run, "--release-check", "drop"]) == 2
    assert "measured other cases" in capsys.readouterr().err


def test_ctrl_c_keeps_the_answers_and_says_how_to_go_on(lines, tmp_path, capsys, monkeypatch):
    """Exit 130, the rows on disk, and the same command continues."""
    asked = []
    real = FakeSuggester.suggest

    def interrupted(self, texts, **options):
        asked.append(texts)
        if len(asked) == 4:  # one question warms up
            raise KeyboardInterrupt
        return real(self, texts, **options)

    monkeypatch.setattr(FakeSuggester, "suggest", interrupted)
    assert main(columns(lines, tmp_path / "run")) == 130
    assert f"--out {tmp_path / 'run'} continues" in capsys.readouterr().err
    assert main(columns(lines, tmp_path / "run")) == 0
    assert "continuing after 2 of 5 cases" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--query-column", "text"], "no column 'text' for the query; there are: charge, hcpcs, kind"),
        (["--system", "magic"], "magic is none of"),
        (["-k", "0"], "k is 0; it must be from 1 to 100"),
        (["--split", "other"], "--split other is no case set of this run; there are: lines"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(lines, tmp_path, capsys, words, message):
    """No traceback."""
    assert main([*columns(lines, tmp_path / "run"), *words]) == 2
    assert message in capsys.readouterr().err


def test_an_error_of_the_suggester_ends_the_run_in_one_sentence(lines, tmp_path, capsys, monkeypatch):
    """The error of the index is reported unchanged."""

    def broken(self, texts, **options):
        raise QueryError("this index cannot answer")

    monkeypatch.setattr(FakeSuggester, "suggest", broken)
    assert main(columns(lines, tmp_path / "run")) == 2
    assert capsys.readouterr().err.endswith("hcpcs: this index cannot answer\n")


def test_seen_files_make_slices(lines, tmp_path):
    """Wordings that a system was trained on are reported separately."""
    seen = tmp_path / "train.jsonl"
    seen.write_text('{"query": "CANE", "codes": ["E0100"]}\n')
    assert main([*columns(lines, tmp_path / "run"), "--no-report", "--seen", str(seen)]) == 0
    slices = json.loads((tmp_path / "run" / "metrics.json").read_text())["pooled"]["slices"]
    counts = {(part["dimension"], part["value"]): part["n"] for part in slices}
    assert counts["wording", "seen"] == 1 and counts["wording", "unseen"] == 3


def test_a_full_disk_is_one_sentence(lines, tmp_path, capsys, monkeypatch):
    """While the answers are written; the same command goes on with those that are there."""
    import eval.run

    whole, calls = eval.run.make_case_result, []

    def full(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return whole(*arguments)

    monkeypatch.setattr(eval.run, "make_case_result", full)
    assert main(columns(lines, tmp_path / "run")) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"hcpcs: {tmp_path / 'run'} cannot be used (No space left on device); free space, or name another "
        "folder with --out: the answers so far are kept, and the same command continues"
    )
    assert main(columns(lines, tmp_path / "run")) == 0
    assert "continuing after 2 of 5 cases" in capsys.readouterr().err


def test_a_run_folder_that_cannot_be_made_is_named(lines, tmp_path, capsys):
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("mine")

    assert main(columns(lines, tmp_path / "file" / "run")) == 2
    assert "run cannot be used (Not a directory)" in capsys.readouterr().err


def test_every_row_is_accounted_for_wherever_a_run_is_told(lines, tmp_path, capsys):
    """Terminal, metrics, manifest and report say the same of the rows that were left out."""
    with lines.open("a") as file:
        file.write("walker, with wheels,E0143,order\n,E0143,order\ncleaning,D1110,lay\n")
    assert main([*columns(lines, tmp_path / "run"), "--release-check", "drop"]) == 0
    left_out = {
        "a row that cannot be read": 1,
        "no text": 1,
        "a CDT code as label": 1,
        "no code that is active on its date": 1,
    }
    told = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
    assert f"lines.csv: 8 rows read = 4 measured + 4 left out ({told})" in capsys.readouterr().err
    for name in ("metrics.json", "manifest.json"):
        (rows,) = json.loads((tmp_path / "run" / name).read_text())["rows"]
        assert rows == {"set": "lines", "file": "lines.csv", "read": 8, "measured": 4, "left_out": left_out}
    report = (tmp_path / "run" / "report.html").read_text()
    assert "4 rows of the case files were left out" in report and f"<td>{told}</td>" in report


def test_cpt_labels_are_counted_apart(lines, tmp_path, capsys):
    """A label of the other level is named as such, not as an unknown code."""
    with lines.open("a") as file:
        file.write("therapy evaluation,97161-GP,lay\nsomething,A9999,lay\n")
    assert main([*columns(lines, tmp_path / "run"), "--no-report"]) == 0
    said = capsys.readouterr().err
    assert "(1 unknown, 1 a CPT code and not in this release, 1 terminated)" in said


def test_a_finished_run_is_never_overwritten_unasked(lines, tmp_path, capsys):
    """Refused before a question is asked; --overwrite measures again in its place."""
    run = [*columns(lines, tmp_path / "run"), "--no-report"]
    assert main(run) == 0
    before = (tmp_path / "run" / "cases.jsonl").read_bytes()
    assert main([*run, "-k", "3"]) == 2
    assert "run is a finished run; give another --out, or --overwrite" in capsys.readouterr().err
    assert (tmp_path / "run" / "cases.jsonl").read_bytes() == before
    assert main([*run, "-k", "3", "--overwrite"]) == 0
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["k"] == 3


def test_the_finished_systems_of_an_interrupted_command_stand(lines, tmp_path, capsys):
    """The same command asks only what is missing; another one is refused and touches nothing."""
    run = [*columns(lines, tmp_path / "run"), "--no-report", "--system", "default", "--system", "bm25"]
    assert main(run) == 0
    finished = (tmp_path / "run" / "default" / "cases.jsonl").read_bytes()
    shutil.rmtree(tmp_path / "run" / "bm25")
    assert main([*run, "--seed", "7"]) == 2
    assert "is a finished run, and split, seed or samples changed; give another" in capsys.readouterr().err
    assert main(run) == 0
    assert (tmp_path / "run" / "default" / "cases.jsonl").read_bytes() == finished
    assert (tmp_path / "run" / "bm25" / "metrics.json").is_file()


def test_a_run_file_of_other_cases_is_refused(lines, tmp_path, capsys):
    """Ids that no case has would count as unanswered; those of cases that were dropped are no error."""
    other = tmp_path / "other.trec"
    run = [*columns(lines, tmp_path / "run"), "--no-report", "--system", str(other)]
    other.write_text("lines-2 Q0 E0143 1 1 x\n7 Q0 E0143 1 1 x\n")
    assert main(run) == 2
    assert "other.trec answers 1 ids that are no case of this run, of 2, such as 7" in capsys.readouterr().err
    other.write_text("lines-2 Q0 E0143 1 1 x\nlines-5 Q0 E0143 1 1 x\n")
    assert main([*run, "--release-check", "drop"]) == 0


def test_an_install_without_the_extra_says_so_before_anything_is_asked(lines, tmp_path, capsys, monkeypatch):
    """One sentence that names the extra, for every action, and no run folder."""
    import eval.extra

    monkeypatch.setattr(eval.extra, "MODULES", ("scipy", "a_package_that_is_not_there"))
    for words in (columns(lines, tmp_path / "run"), ["eval", "compare", "a", "b"], ["eval", "report", "a"]):
        assert main(words) == 2
        assert capsys.readouterr().err == (
            "hcpcs: hcpcs eval needs the extra `eval`, of which a_package_that_is_not_there is not installed"
            " here; install it with: pip install 'hcpcs-suggest[eval]'\n"
        )
    assert not (tmp_path / "run").exists()


def test_changed_texts_are_part_of_a_run(lines, tmp_path, capsys):
    """Every change by seed, in metrics.json and in the report; the fake answers by words in any order."""
    assert main([*columns(lines, tmp_path / "run"), "--seed", "3"]) == 0
    measured = json.loads((tmp_path / "run" / "metrics.json").read_text())["robustness"]
    assert [row["kind"] for row in measured][:2] == ["upper case", "lower case"] and len(measured) == 7
    assert measured[0]["changed"]["n"] == 3 and 0 <= measured[0]["wrong"]["value"] <= 1
    assert "The same text, written otherwise" in (tmp_path / "run" / "report.html").read_text()
    assert main([*columns(lines, tmp_path / "none"), "--changed-texts", "0", "--no-report"]) == 0
    assert json.loads((tmp_path / "none" / "metrics.json").read_text())["robustness"] == []
