"""Tables about codes in CMS's layouts, made for tests: every notice and number in them is invented."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

NOTICE = (
    'Invented notice of the owner of other codes, caf\xe9 edition.\nIt has "quoted" words, commas, and\n'
    "several lines; Centers for Medicare & Medicaid Services. Effective 04/01/2026"
)
STATES = re.findall(
    "..",
    "ALARAZCACOCTDCDEFLGAIAIDILINKSKYLAMAMDMEMIMNMOMSMTNCNDNENHNJNMNVNYOHOKORPARISCSDTNTXUTVAVTWAWIWVWYAKHIPRVI",
)

Rows = Sequence[Sequence[object]]


def mue_rows(
    title: str, rows: Rows, notice: str = NOTICE, header: str = "HCPCS/\nCPT Code"
) -> list[Sequence[object]]:
    """An MUE table with its notice as the first record."""
    columns = (header, f"{title} MUE Values", "MUE Adjudication Indicator", "MUE Rationale")
    return [(notice,), columns, *rows]


def dmepos_rows(rows: Mapping[tuple[str, ...], tuple[float, float]], blank: str = " ") -> list[list[object]]:
    """A DMEPOS table: code, modifiers -> non-rural and rural fee of every state, plus 1 in CA."""
    columns: list[object] = ["HCPCS", "Mod", "Mod2", "JURIS", "CATG", "Ceiling", "Floor"]
    columns += [f"{state}{blank}({area})" for state in STATES for area in ("NR", "R")]
    table: list[list[object]] = [["2026 Invented Fee Schedule"], [], [*columns, "Description"]]
    for (code, *modifiers), (fee, rural) in rows.items():
        fees = [amount + (state == "CA" and amount > 0) for state in STATES for amount in (fee, rural)]
        two = [*modifiers, "", ""][:2]
        table.append([code, *two, "D", "IN", 0, 0, *fees, "Invented thing"])
    return table


ASP_ROWS: list[Sequence[object]] = [
    ("Invented allowance limits",),
    (),
    ("Effective January 1, 2026 through March 31, 2026",),
    (),
    (
        "HCPCS Code",
        "Short Description",
        "HCPCS Code Dosage",
        "Payment Limit",
        "Co-insurance Percentage",
        "Vaccine AWP%",
        "Vaccine Limit",
        "Blood AWP%",
        "Blood limit",
        "Clotting Factor",
        "Notes",
    ),
    ("J0001", "Invented drug", "10 MG", "1,234.567", "20.000", "", "", "", "", "", ""),
    ("J0002", "Invented vaccine", "1 EA", "", "", "95", "12.5", "", "", "", "Since spring"),
    ("J0003", "Invented factor", "1 IU", "N/A", "19.5", "", "", "", "", "1", "See\nelsewhere"),
    ("90281", "", "1 ML", "5", "20", "", "", "", "", "", ""),
]

OPPS_ROWS: list[Sequence[object]] = [
    ("Addendum B.-Invented rates for October 2025",),
    ("Invented notice of the owner of other codes",),
    (
        "HCPCS Code",
        "Short Descriptor",
        "SI",
        "APC",
        "Relative Weight",
        "Payment Rate ",
        "National Unadjusted Copayment",
        "Minimum Unadjusted Copayment",
        "Note",
    ),
    ("A0001", "Invented", "N ", "", "", " ", "", "", ""),
    ("J0001", "Invented", "K", "0760", "2.5", "$2,062.940", "", "$412.59", "Capped"),
    ("D0120", "", "A", "", "", "", "", "", ""),
    ("99213", "", "V", "5012", "1.5", "$100.00", "", "", ""),
]


CROSSWALK_ROWS: list[Sequence[object]] = [
    ("January 2026 invented crosswalk",),
    ("     Effective January 1, 2026 through March 31, 2026",),
    (),
    (
        "_2026_CODE",
        "Short Description",
        "LABELER NAME",
        "NDC2",
        "Drug Name",
        "HCPCS dosage",
        "PKG SIZE",
        "PKG QTY",
        "BILLUNITS",
        "BILLUNITSPKG",
    ),
    ("J1815", "Invented", "Invented Labs", "00123-0456-07", "Inventin", "5 UNITS", "10", "1", "200", "200"),
    ("J1815", "Invented", "Invented Labs", "00123-0456-08", "Inventin", "5 UNITS", "3", "5", "60", "300"),
    ("J9999", "Invented", "Other Labs", "54321-0678-90", "Othermab", "1 MG", "1", "1", "", ""),
    ("J9999", "Invented", "Other Labs", "no number", "Othermab", "1 MG", "1", "1", "1", "1"),
    ("90281", "", "Invented Labs", "00123-0456-09", "", "1 ML", "1", "1", "1", "1"),
]


def csv_bytes(rows: Rows, delimiter: str = ",", encoding: str = "latin-1") -> bytes:
    """The rows as CMS writes them: CRLF, quotes where needed."""
    import csv

    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: Rows) -> bytes:
    """The rows as a workbook with one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """A zip of some members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()
