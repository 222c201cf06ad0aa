import csv
import gzip
from datetime import date

import msgspec
import openpyxl
import pytest

from eval.cases.account import without_dropped
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


def csv_of(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "lines.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('query,codes\na,E0143\n"b,E0143\nc,E0143\n', r"begins at line 3 opens a quote that is never closed"),
        ('query,codes\n"walker" big,E0143\n', r"line 2 has text after a closing quote"),
        ('query,codes\n"a,E0143\n"b",E0143\n', r"line 2 has text after a closing quote"),
        (
            'query,codes\n"' + "x" * 140_000 + '",E0143\n',
            r"line 2 has a cell of more than 131,072 ch",
        ),
        ("query,codes,codes\na,E0143,E0100\n", r"has 2 columns 'codes'; rename all but the one"),
    ],
)
def test_a_csv_file_that_is_not_what_it_seems_is_refused(tmp_path, text, message):
    """An open quote, a stray quote, an endless cell and two columns of one name: each by its line or name."""
    csv.field_size_limit(10_000_000)  # as another reader of the process may have left it
    with pytest.raises(CaseFileError, match=message):
        read_cases(csv_of(tmp_path, text))


def test_a_row_with_more_cells_than_the_header_is_left_out_and_counted(tmp_path):
    """Unquoted commas never shorten a text; empty cells at the end do no harm."""
    text = "codes,query\nE0143,WALKER, FOLDING, WHEELED\nE0100,cane,,\n"
    read = read_cases(csv_of(tmp_path, text))
    assert [found.query for found in read.cases] == ["cane"]
    assert str(read.problems[0]).startswith("lines.csv:2: the row has more cells than the header")
    assert read.account.left_out == {"a row that cannot be read": 1}


@pytest.mark.parametrize("sign", ["\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_line_ends_end_a_line(tmp_path, sign):
    """What `str.splitlines` takes for a line end stays inside its cell, in CSV and in JSONL."""
    (found,) = read_cases(csv_of(tmp_path, f"query,codes\nwalker{sign}folding,E0143\n")).cases
    assert found.query == f"walker{sign}folding"
    (tmp_path / "a.jsonl").write_bytes(
        msgspec.json.encode({"query": f"walker{sign}folding", "codes": ["E0143"]})
    )
    assert read_cases(tmp_path / "a.jsonl").cases[0].query == f"walker{sign}folding"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_utf_16_is_read(tmp_path, encoding, end):
    """What Excel calls "Unicode text", with and without a byte order mark, with any line end."""
    text = end.join(["query;codes", "walker \u00bd;E0143", ""])
    (found,) = read_cases(csv_of(tmp_path, text, encoding)).cases
    assert (found.query, found.codes, found.id) == ("walker \u00bd", ("E0143",), "lines-2")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_jsonl_with_a_byte_order_mark_is_read(tmp_path, encoding):
    """The first line counts too."""
    (tmp_path / "a.jsonl").write_bytes('{"query": "a", "codes": ["E0143"]}\n'.encode(encoding))
    assert len(read_cases(tmp_path / "a.jsonl").cases) == 1


def test_a_field_twice_in_one_line_of_jsonl_is_left_out(tmp_path):
    """The last one never wins silently."""
    lines = '{"query": "a", "codes": ["E0143"], "codes": ["E0100"]}\n{"query": "b", "codes": ["E0100"]}\n'
    (tmp_path / "a.jsonl").write_text(lines)
    read = read_cases(tmp_path / "a.jsonl")
    assert [found.query for found in read.cases] == ["b"]
    assert read.problems[0].message == "the line has one field twice; keep one of them"


def test_an_empty_text_is_left_out_of_every_kind_of_file(tmp_path):
    """CSV, XLSX and JSONL treat a row with a code and without a text the same."""
    csv_of(tmp_path, "query,codes\n ,E0143\ncane,E0100\n")
    (tmp_path / "lines.jsonl").write_text(
        '{"query": " ", "codes": ["E0143"]}\n{"query": "cane", "codes": ["E0100"]}\n'
    )
    book = openpyxl.Workbook()
    for row in (["query", "codes"], [None, "E0143"], ["cane", "E0100"]):
        book.active.append(row)
    book.save(tmp_path / "lines.xlsx")
    for ending in ("csv", "jsonl", "xlsx"):
        read = read_cases(tmp_path / f"lines.{ending}")
        assert (read.account.read, read.account.measured, read.account.left_out) == (2, 1, {"no text": 1})


@pytest.mark.parametrize(
    "text", ["1/5/2026", "1/5/2026 0:00", "01/05/2026 12:00:00 AM", "2026-01-05T00:00:00Z", "20260105"]
)
def test_a_date_with_a_time_is_the_date(tmp_path, text):
    """What spreadsheets write for a date."""
    (found,) = read_cases(csv_of(tmp_path, f"query,codes,date\na,E0143,{text}\n")).cases
    assert found.date == date(2026, 1, 5)


def test_every_row_is_accounted_for_by_reason(tmp_path):
    """Rows read are rows measured and rows left out, whatever is wrong with them; blank rows are no rows."""
    rows = ["a,E0143,", ",E0143,", "b,,", "c,D0120,", "d,N/A,", "e,E0143,soon", "f,E0143,,x", ",,", "g,NONE,"]
    read = read_cases(csv_of(tmp_path, "query,codes,date\n" + "\n".join(rows) + "\n"))
    assert str(read.account) == (
        "lines.csv: 8 rows read = 2 measured + 6 left out (1 no text, 1 no code given, 1 a CDT code as label,"
        " 1 codes that cannot be read, 1 a date that cannot be read, 1 a row that cannot be read)"
    )
    assert len(read.problems) == 6


def test_cases_dropped_by_the_release_check_are_rows_left_out(tmp_path):
    """The account of the file still adds up."""
    read = read_cases(csv_of(tmp_path, "query,codes\na,E0143\nb,E0144\n,E0143\n"))
    (account,) = without_dropped([read.account], ["lines"])
    assert (account.read, account.measured) == (3, 1)
    assert account.left_out == {"no text": 1, "no code that is active on its date": 1}
