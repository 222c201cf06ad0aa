"""The cases of the open benchmark: their number, kinds, sections, codes and wording."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from eval.benchmark.agreement import SECOND, read_labels
from eval.benchmark.score import CASES
from eval.cases.cases import read_cases
from index.release.release import read_release

ON = date(2026, 1, 15)
KINDS = {"charge-line", "order", "lay", "trade-name", "dose", "noise", "no-code"}
SYSTEMS = {"cpt", "cdt", "icd", "revenue", "not-medical", ""}
RUN_WORDS = 6
ROWS = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9.%]+", text.lower())


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1)}


def test_benchmark_holds_a_thousand_cases_of_every_kind_and_section() -> None:
    """All kinds have at least 50 cases, every section of the code set has one, and none is left out."""
    account = read_cases(CASES)
    kinds = Counter(case.kind for case in account.cases)
    assert len(account.cases) == len(ROWS) >= 1000
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 50
    sections = {code[0] for case in account.cases for code in case.codes}
    assert sections == set("ABCEGHJKLMPQRSTUV")


def test_benchmark_cases_are_labelled_whole() -> None:
    """Each has an id, a writing batch and the date; one without a code has `looks_like`."""
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert {re.sub(r"\d\d$", "NN", row["source"]) for row in ROWS} == {"benchmark-NN"}
    assert {row["date"] for row in ROWS} == {ON.isoformat()}
    for row in ROWS:
        assert (row["kind"] == "no-code") == (not row["codes"]) == ("looks_like" in row), row
        assert row.get("looks_like", "") in SYSTEMS
        assert len(set(row["codes"])) == len(row["codes"])


def test_benchmark_has_no_text_twice() -> None:
    """Texts differ by more than case and punctuation."""
    texts = Counter(" ".join(_words(row["query"])) for row in ROWS)
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.shared
def test_benchmark_codes_are_active_and_texts_not_copied(shared: Path) -> None:
    """Every code is active on the date; no text has six words in a row with a descriptor of its codes."""
    release = read_release(shared / "hcpcs" / "2026-01" / "HCPC2026_JAN_ANWEB_01122026.txt.gz")
    records = {record.code: record for record in release.records}
    wrong = []
    for row in ROWS:
        for code in row["codes"]:
            record = records[code]
            copied = _runs(row["query"]) & (_runs(record.long_description) | _runs(record.short_description))
            if record.status(ON) != "active" or copied:
                wrong.append((row["id"], code, copied))
    assert wrong == []


def test_second_labels_are_of_300_cases() -> None:
    """Of cases of the benchmark, among them some without a code."""
    second = read_labels(SECOND)
    assert len(second) >= 300
    assert set(second) <= {row["id"] for row in ROWS}
    assert not all(second.values())
