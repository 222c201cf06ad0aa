"""What the ranker knows of each code, from a small index, worked by hand."""

from __future__ import annotations

from math import log

import numpy as np

from index.build import Sources, assemble
from index.records import Record, Release
from suggest.code_columns import CodeColumns
from tests.index_fakes import LetterEncoder

RECORDS = (
    Record("A4253", "Strips"),
    Record("A9500", "Contrast"),
    Record("C1713", "Anchor"),
    Record("E0001", "Walker with wheels"),
    Record("G0008", "Vaccine visit"),
    Record("J0135", "Adalimumab, 20 mg"),
    Record("L0001", "Brace"),
    Record("L0002", "Brace"),
    Record("L0011", "Brace"),
    Record("Q0001", "Blood test"),
    Record("Q5001", "Filgrastim"),
)
STARTER = (Record("E0001", "Frame on wheels"),)


def test_each_column_has_a_row_for_each_code() -> None:
    """Popularity and length are ln(1 + n); A and Q count as drugs in their drug ranges only."""
    release = Release("r", "r", "0" * 64, RECORDS)
    artifact = assemble(Sources(release, starter=STARTER), LetterEncoder())

    columns = CodeColumns.from_artifact(artifact, {"E0001": 3, "Z9999": 9})

    np.testing.assert_allclose(columns.code_popularity, [0, 0, 0, log(4), *[0] * 7], rtol=1e-6)
    assert columns.starter.tolist() == [False] * 3 + [True] + [False] * 7
    # Drug, device, brace, service.
    assert columns.sections.tolist() == [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 0],
        [1, 0, 0, 0],
    ]
    # E0001: walker, with, wheel; frame, on.
    stems = [1, 1, 1, 5, 2, 3, 1, 1, 1, 2, 1]
    np.testing.assert_allclose(columns.length, [log(1 + n) for n in stems], rtol=1e-6)
    # L0001 and L0002 share four characters, L0011 only three with them.
    assert columns.family[6] == columns.family[7]
    assert len(set(columns.family.tolist())) == 10
