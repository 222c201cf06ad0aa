import gzip
from datetime import date

import openpyxl
import pytest

from eval.cases.cases import Case, case_set_sha256, read_cases
from eval.errors import CaseFileError
from eval.pipeline import gather
from tests.eval_fakes import case


def test_jsonl_holds_one_case_a_line(tmp_path):
    """Every field of the contract is read; other fields are ignored."""
    path = tmp_path / "dev.jsonl"
    path.write_text(
        '{"id": "x1", "query": " a walker ", "codes": ["E0143", "E0130"], "source": "ward 3",'
        ' "kind": "order", "date": "2026-01-05", "note": "why"}\n\n{"query": "nothing fits", "codes": []}\n'
    )
    assert read_cases(path).cases == (
        Case("x1", "dev", "a walker", ("E0143", "E0130"), "ward 3", "order", date(2026, 1, 5)),
        Case("dev-3", "dev", "nothing fits", ()),
    )


def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path):
    """Rows that cannot be used are reported as problems with their line, never dropped silently."""
    path = tmp_path / "dev.jsonl"
    path.write_text(
        '{"query": "a", "codes": ["E0143"]}\nnot json\n{"query": "b"}\n{"query": "c", "codes": "x"}\n'
    )
    read = read_cases(path)
    assert [found.query for found in read.cases] == ["a"]
    assert [(problem.line, problem.message.split(";")[0]) for problem in read.problems] == [
        (2, "the line is not one JSON object"),
        (3, "no code is given"),
        (4, "the codes are not a code, a list of codes or a range such as L3140-L3170"),
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('Text,HCPCS\n"walker, folding",E0143\n', "utf-8-sig"),
        ("Text;HCPCS\nwalker, folding;E0143\n", "utf-8"),
        ("Text\tHCPCS\nwalker, folding\tE0143\n", "cp1252"),
    ],
)
def test_csv_of_any_common_making_is_read(tmp_path, text, encoding):
    """Comma, semicolon and tab, with and without a byte order mark."""
    path = tmp_path / "lines.csv"
    path.write_bytes(text.encode(encoding))
    (found,) = read_cases(path, {"query": "Text", "codes": "HCPCS"}).cases
    assert (found.query, found.codes, found.id) == ("walker, folding", ("E0143",), "lines-2")


def test_packed_files_are_read(tmp_path):
    """`.gz` after the ending makes no difference, and is not part of the set's name."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"query,codes\r\nwalker,E0143\r\n"))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"query": "walker", "codes": ["E0143"]}\n'))
    sets = [read_cases(tmp_path / name) for name in ("a.csv.gz", "b.jsonl.gz")]
    assert [(one.name, one.cases[0].codes) for one in sets] == [("a", ("E0143",)), ("b", ("E0143",))]


def test_xlsx_takes_the_first_sheet(tmp_path):
    """Numbers, dates and empty cells of a workbook are read correctly."""
    book = openpyxl.Workbook()
    book.active.append(["charge", "code", "when"])
    book.active.append(["walker", "E0143; E0130", date(2026, 2, 3)])
    book.active.append([None, None, None])
    book.active.append(["office visit", 99213, None])
    book.save(tmp_path / "lines.xlsx")
    found = read_cases(tmp_path / "lines.xlsx", {"query": "charge", "codes": "code", "date": "when"}).cases
    assert [(one.query, one.codes, one.date) for one in found] == [
        ("walker", ("E0143", "E0130"), date(2026, 2, 3)),
        ("office visit", ("99213",), None),
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "text,hcpcs\nx,E0143\n"), ("a.jsonl", '{"text": "x", "hcpcs": "E0143"}\n')]
)
def test_a_wrong_column_name_lists_the_columns_there_are(tmp_path, name, text):
    """The message names the requested column, the columns of the file and the option to use."""
    (tmp_path / name).write_text(text)
    with pytest.raises(
        CaseFileError, match=r"no column 'charge' for the query; there are: text, hcpcs.*--query-column"
    ):
        read_cases(tmp_path / name, {"query": "charge", "codes": "hcpcs"})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gone.csv", None, "there is no file"),
        ("a.pdf", "x", "cases are read from"),
        ("a.xlsx", "x", "is a damaged workbook"),
        ("a.csv", "query,codes\n", "holds no usable case"),
    ],
)
def test_a_file_of_no_use_is_refused_in_one_sentence(tmp_path, name, text, message):
    """Missing, of another form, broken, empty."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(CaseFileError, match=message):
        read_cases(tmp_path / name)


def test_a_range_is_read_against_the_release(tmp_path):
    """Only the codes of the release within a range are acceptable."""
    (tmp_path / "a.csv").write_text("query,codes\nwalker,E0130-E0144\n")
    (found,) = read_cases(tmp_path / "a.csv", known=("E0100", "E0130", "E0143", "E0144", "E0150")).cases
    assert found.codes == ("E0130", "E0143", "E0144")


def test_qrels_are_cases_without_text(tmp_path):
    """A TREC qrels file can be scored against a run file."""
    (tmp_path / "q.qrels").write_text("7 0 E0143 1\n7 0 E0130 1\n8 0 E0100 0\n")
    assert [(one.id, one.codes) for one in read_cases(tmp_path / "q.qrels").cases] == [
        ("7", ("E0143", "E0130")),
        ("8", ()),
    ]


def test_the_hash_changes_with_text_codes_and_date():
    """Two case sets are the same only when everything that is measured is the same."""
    base = case_set_sha256([case("1", ["E0143"])])
    assert base == case_set_sha256([case("1", ["E0143"])])
    others = [
        case("1", ["E0143"], "rollator"),
        case("1", ["E0130"]),
        case("1", ["E0143"], date=date(2026, 1, 1)),
        case("2", ["E0143"]),
    ]
    assert base not in {case_set_sha256([other]) for other in others}


def test_ids_are_made_unique_across_files_and_refused_within_one(tmp_path):
    """The same id in two files gets the set's name in front; twice in one file is an error."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id,query,codes\n1,walker,E0143\n")
    sets = [read_cases(tmp_path / name) for name in ("a.csv", "b.csv")]
    assert [one.id for one in gather(sets)] == ["1", "b/1"]
    (tmp_path / "c.csv").write_text("id,query,codes\n1,walker,E0143\n1,cane,E0100\n")
    with pytest.raises(CaseFileError, match="the id 1 occurs twice"):
        gather([read_cases(tmp_path / "c.csv")])
