"""Charge masters: CSV files with a column of texts and a column of codes under whatever names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from api.audit.columns import SAMPLE_ROWS, cell_text, recognise
from api.batch.readers import BatchError, CsvReader
from api.prices.lines import PriceCode, PriceLine
from eval.errors import CaseFileError


def read_charge_master(name: str, lines: Iterable[bytes]) -> Iterator[PriceLine]:
    """The rows of a charge master; its columns are told by their names and contents, as `hcpcs audit` does.

    Args:
        name: Of the file, for errors.
        lines: Its lines.

    Raises:
        CaseFileError: If no column holds texts, or none HCPCS codes.
    """
    try:
        reader = CsvReader(lines)
        rows = iter(reader)
        sample = list(islice(rows, SAMPLE_ROWS))
        columns = recognise(reader.columns, sample, {})
        if not columns.text:
            raise BatchError("no column holds texts")
        for number, row in enumerate(chain(sample, rows), 1 + reader.has_header):
            code = cell_text(row.columns.get(columns.code))
            yield PriceLine(
                number,
                cell_text(row.columns.get(columns.text)),
                [PriceCode(code, "")] if code else (),
                row.error or "",
            )
    except BatchError as error:
        raise CaseFileError(
            f"{name} has no columns query and codes, is no price file in CMS's layouts,"
            f" and cannot be read as a charge master: {error}"
        ) from None
