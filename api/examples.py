"""Lines that a site has coded: from its files to `index.exemplars.ExampleLine`.

Files of evaluation cases, charge masters, and price files in CMS's layouts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from eval.cases.case_files import open_packed
from index.records import Problem

if TYPE_CHECKING:
    from api.prices.lines import PriceLine
    from index.exemplars import ExampleLine

MAX_PROBLEMS = 20  # rows of a price file that are named; the others are counted
TABLES = (".csv", ".tsv")


def read_examples(
    paths: Sequence[Path], known: Sequence[str]
) -> tuple[list[ExampleLine], tuple[Problem, ...]]:
    """The lines of several files, and the rows that could not be used.

    Args:
        paths: `.jsonl`, `.csv`, `.tsv` or `.xlsx` with `query` and `codes`; a charge master as `.csv`; a
            price file in CMS's layouts as `.csv` or `.json`; each but `.xlsx` also with `.gz`.
        known: Codes of the release, ascending, for ranges such as `J1-J3`.

    Raises:
        CaseFileError: If a file is missing or of another form.
    """
    lines: list[ExampleLine] = []
    problems: list[Problem] = []
    for path in paths:
        found, left_out = _read(path, known)
        lines += found
        problems += left_out
    return lines, tuple(problems)


def _read(path: Path, known: Sequence[str]) -> tuple[list[ExampleLine], Sequence[Problem]]:
    from eval.cases.cases import read_cases
    from index.exemplars import ExampleLine

    ending = Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()
    if path.is_file() and ending == ".json":
        from api.prices.tree import read_price_tree

        with open_packed(path) as file:
            return _priced(path.name, read_price_tree(path.name, file), "item")
    if path.is_file() and ending in TABLES and not _has_cases(path):
        with open_packed(path) as file:
            return _priced(path.name, _table_lines(path, file), "row")
    cases = read_cases(path, known=known)
    return [ExampleLine(case.query, case.codes) for case in cases.cases], cases.problems


def _table_lines(path: Path, file: IO[bytes]) -> Iterator[PriceLine]:
    from api.prices.master import read_charge_master
    from api.prices.table import is_price_table, read_price_table

    with open_packed(path) as beginning:
        in_layout = is_price_table(beginning)
    yield from (read_price_table if in_layout else read_charge_master)(path.name, file)


def _priced(name: str, found: Iterator[PriceLine], unit: str) -> tuple[list[ExampleLine], Sequence[Problem]]:
    """The different lines of a price file that have Level II codes; the rest is counted by type of code.

    A `tall` file repeats a line for each payer: it is one line.
    """
    from api.prices.lines import level_ii_codes, told_type
    from index.exemplars import ExampleLine

    lines: dict[ExampleLine, None] = {}
    problems: list[Problem] = []
    others: Counter[str] = Counter()
    rows = taken = bad = 0
    for line in found:
        rows += 1
        codes = () if line.error else level_ii_codes(line.codes)
        error = line.error or ("the description is missing" if codes and not line.text else "")
        if error:
            bad += 1
            if bad <= MAX_PROBLEMS:
                problems.append(Problem(name, line.row, error))
        elif codes:
            taken += 1
            lines[ExampleLine(line.text, codes)] = None
        else:
            others[told_type(line.codes)] += 1
    told = ", ".join(f"{type_} {count:,}" for type_, count in others.most_common())
    if bad > MAX_PROBLEMS:
        problems.append(Problem(name, 0, f"{bad - MAX_PROBLEMS:,} more {unit}s that cannot be read"))
    if others:
        message = f"{others.total():,} of {rows:,} {unit}s without a HCPCS Level II code ({told})"
        problems.append(Problem(name, 0, f"{message}; {taken:,} are {len(lines):,} different lines"))
    return list(lines), problems


def _has_cases(path: Path) -> bool:
    """Whether the first line of a file has a column of evaluation cases."""
    from api.prices.table import first_cells

    with open_packed(path) as file:
        cells = first_cells(file)
    return not {"query", "codes"}.isdisjoint(cell.strip() for cell in cells)
