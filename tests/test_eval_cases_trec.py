import pytest

from eval.cases.trec import read_qrels, read_run, write_qrels, write_run
from eval.errors import CaseFileError


def test_runs_come_back_as_they_went_out(tmp_path):
    """The order of the codes is preserved, whatever their names."""
    write_run(tmp_path / "run.trec", [("a", ["K0001", "A4206", "E0143"]), ("b", [])], "ours")
    assert (
        tmp_path / "run.trec"
    ).read_text() == "a Q0 K0001 1 3 ours\na Q0 A4206 2 2 ours\na Q0 E0143 3 1 ours\n"
    assert [code for code, _ in read_run(tmp_path / "run.trec")["a"]] == ["K0001", "A4206", "E0143"]


def test_qrels_come_back_as_they_went_out(tmp_path):
    """Every acceptable code has relevance 1; blanks in ids become underscores."""
    write_qrels(tmp_path / "q.trec", [("a 1", ["E0143", "E0130"])])
    assert (tmp_path / "q.trec").read_text() == "a_1 0 E0143 1\na_1 0 E0130 1\n"
    assert read_qrels(tmp_path / "q.trec") == {"a_1": ("E0143", "E0130")}


def test_the_standard_evaluator_agrees_on_the_files(tmp_path):
    """`ir_measures` on the two files gives the numbers of the run folder."""
    import ir_measures

    write_run(tmp_path / "run.trec", [("a", ["K0001", "E0143"]), ("b", ["E0130"])], "ours")
    write_qrels(tmp_path / "q.trec", [("a", ["E0143"]), ("b", ["E0130"]), ("c", ["E0100"])])
    found = ir_measures.calc_aggregate(
        [ir_measures.RR],
        ir_measures.read_trec_qrels(str(tmp_path / "q.trec")),
        ir_measures.read_trec_run(str(tmp_path / "run.trec")),
    )
    assert found[ir_measures.RR] == pytest.approx((1 / 2 + 1 + 0) / 3)


@pytest.mark.parametrize("read", [read_run, read_qrels])
def test_another_file_is_refused(tmp_path, read):
    """One sentence that says what the form is."""
    (tmp_path / "x").write_text("hello\n")
    with pytest.raises(CaseFileError, match="is not a TREC"):
        read(tmp_path / "x")
