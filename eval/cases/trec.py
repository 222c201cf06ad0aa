"""Reading and writing TREC run and qrels files; reading is done by `ir_measures`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.errors import CaseFileError


def read_qrels(path: Path) -> dict[str, tuple[str, ...]]:
    """Read case id to acceptable codes (relevance above 0), in file order.

    Raises:
        CaseFileError: If a line is not `id 0 code relevance`.
    """
    import ir_measures

    codes_of_case: dict[str, list[str]] = {}
    try:
        for qrel in ir_measures.read_trec_qrels(str(path)):  # type: ignore[no-untyped-call]
            codes = codes_of_case.setdefault(qrel.query_id, [])
            if qrel.relevance > 0:
                codes.append(qrel.doc_id.upper())
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise CaseFileError(f"{path.name} is not a TREC qrels file (id 0 code relevance)") from error
    return {case_id: tuple(codes) for case_id, codes in codes_of_case.items()}


def read_run(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Read case id to ranked codes and scores, best first; equal scores keep the order of the file.

    Raises:
        CaseFileError: If a line is not `id Q0 code rank score tag`.
    """
    import ir_measures

    rankings: dict[str, list[tuple[str, float]]] = {}
    try:
        for row in ir_measures.read_trec_run(str(path)):  # type: ignore[no-untyped-call]
            rankings.setdefault(row.query_id, []).append((row.doc_id.upper(), row.score))
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise CaseFileError(f"{path.name} is not a TREC run file (id Q0 code rank score tag)") from error
    for ranked in rankings.values():
        ranked.sort(key=lambda pair: -pair[1])
    return rankings


def write_qrels(path: Path, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Write `id 0 code 1` for every acceptable code of every case."""
    lines = [f"{word_of_id(case_id)} 0 {code} 1\n" for case_id, codes in rows for code in codes]
    path.write_text("".join(lines), encoding="utf-8")


def write_run(path: Path, rows: Iterable[tuple[str, Sequence[str]]], tag: str) -> None:
    """Write `id Q0 code rank score tag`.

    The score falls by 1 with each rank. TREC's tools sort by score, and equal scores by name, so distinct
    scores keep the order.
    """
    lines = [
        f"{word_of_id(case_id)} Q0 {code} {rank} {len(codes) + 1 - rank} {word_of_id(tag)}\n"
        for case_id, codes in rows
        for rank, code in enumerate(codes, 1)
    ]
    path.write_text("".join(lines), encoding="utf-8")


def word_of_id(text: str) -> str:
    """Write an id or tag as one word, spaces as underscores: the format has no quoting."""
    return "_".join(text.split()) or "_"
