"""Name lists that a user downloads."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from index.errors import ReleaseFormatError
from index.text.names import Name, read_names

# The layout of CMS's crosswalk with invented products.
CROSSWALK = (
    "Title of the list,,,,,,\n"
    '"Notes, with a comma",,,,,,\n'
    "_2026_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage\n"
    "J0001,Inj dogvax,Kennel Labs,00001-0001-01,Dogvax,1 MG\n"
    "J0001,Inj dogvax,Kennel Labs,00001-0001-02,Dogvax,1 MG\n"
    "J0002,Inj catvax,Cattery\xa0Inc,00002-0001-01, Catvax\xa0Plus ,1 MG\n"
    "D0001,Not ours,Kennel Labs,00001-0001-03,Toothvax,1 MG\n"
    "99999,Not ours,Kennel Labs,00001-0001-04,Cptvax,1 MG\n"
    "J0003\n"
)
NAMES = (
    Name("Catvax Plus", "J0002", "ASP crosswalk", "Cattery Inc"),
    Name("Dogvax", "J0001", "ASP crosswalk", "Kennel Labs"),
)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_the_crosswalk_gives_each_name_once(tmp_path: Path, encoding: str) -> None:
    """Title rows, packages of one drug, other code sets and incomplete rows are skipped."""
    path = tmp_path / "crosswalk.csv"
    path.write_bytes(CROSSWALK.encode(encoding))

    assert read_names(path) == NAMES


def test_a_packed_crosswalk_reads_alike(tmp_path: Path) -> None:
    """Gzip is recognised by its first bytes, whatever the file's name."""
    path = tmp_path / "crosswalk.csv"
    path.write_bytes(gzip.compress(CROSSWALK.encode("cp1252")))

    assert read_names(path) == NAMES


def test_a_product_list_joins_product_and_model(tmp_path: Path) -> None:
    """Columns are found by title, in any order, with tabs or commas."""
    path = tmp_path / "kennels.tsv"
    path.write_text(
        "Manufacturer\tProduct Name\tModel Number\tHCPCS\n"
        "Barkworks\tKennel\tK-9\te0002\n"
        "Barkworks\t\t\tE0002\n"
    )

    assert read_names(path) == (Name("Kennel K-9", "E0002", "product list kennels.tsv", "Barkworks"),)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b,c\n1,2,3\n", "no header with a code column"),
        (b"", "no header with a code column"),
        (b"PK\x03\x04\x00\x00", "is a binary file; save the list as CSV"),
        (b"\x1f\x8b\x08\x00cut", "cannot be read"),
    ],
)
def test_a_file_without_names_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """The message names the file and what was expected."""
    path = tmp_path / "list.csv"
    path.write_bytes(data)

    with pytest.raises(ReleaseFormatError, match=message):
        read_names(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    """Only its name is told, not its folder."""
    with pytest.raises(ReleaseFormatError, match=r"^gone\.csv cannot be read"):
        read_names(tmp_path / "gone.csv")


def test_the_real_crosswalks_read(shared: Path) -> None:
    """Every quarter's file gives names of drugs, most of them J codes."""
    for path in sorted((shared / "asp").glob("asp_ndc_hcpcs_crosswalk_*")):
        names = read_names(path)
        assert len(names) > 700, path.name
        assert sum(name.code.startswith("J") for name in names) > len(names) / 2, path.name
        assert {name.source for name in names} == {"ASP crosswalk"}
