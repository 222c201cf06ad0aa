"""TREC run and qrels files, in and out, by way of `ir_measures`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.errors import CaseFileError


def read_qrels(path: Path) -> dict[str, tuple[str, ...]]:
    """Case id to its acceptable codes (relevance above 0), in file order.

    Raises:
        CaseFileError: If a line is not `id 0 code relevance`.
    """
    import ir_measures

    found: dict[str, list[str]] = {}
    try:
        for qrel in ir_measures.read_trec_qrels(str(path)):  # type: ignore[no-untyped-call]
            codes = found.setdefault(qrel.query_id, [])
            if qrel.relevance > 0:
                codes.append(qrel.doc_id.upper())
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise CaseFileError(f"{path.name} is not a TREC qrels file (id 0 code relevance)") from error
    return {case_id: tuple(codes) for case_id, codes in found.items()}


def read_run(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Case id to its ranked codes and scores, best first; equal scores keep the order of the file.

    Raises:
        CaseFileError: If a line is not `id Q0 code rank score tag`.
    """
    import ir_measures

    found: dict[str, list[tuple[str, float]]] = {}
    try:
        for row in ir_measures.read_trec_run(str(path)):  # type: ignore[no-untyped-call]
            found.setdefault(row.query_id, []).append((row.doc_id.upper(), row.score))
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise CaseFileError(f"{path.name} is not a TREC run file (id Q0 code rank score tag)") from error
    for ranked in found.values():
        ranked.sort(key=lambda pair: -pair[1])
    return found


def write_qrels(path: Path, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Write `id 0 code 1` for every acceptable code of every case."""
    lines = [f"{_word(case_id)} 0 {code} 1\n" for case_id, codes in rows for code in codes]
    path.write_text("".join(lines), encoding="utf-8")


def write_run(path: Path, rows: Iterable[tuple[str, Sequence[str]]], tag: str) -> None:
    """Write `id Q0 code rank score tag`.

    The score is the depth left at that rank, so that every tool sorts the codes as we did: TREC's own
    sorts equal scores by name.
    """
    lines = [
        f"{_word(case_id)} Q0 {code} {rank} {len(codes) + 1 - rank} {_word(tag)}\n"
        for case_id, codes in rows
        for rank, code in enumerate(codes, 1)
    ]
    path.write_text("".join(lines), encoding="utf-8")


def _word(text: str) -> str:
    """A text as one TREC word: the format has no quoting, blanks part its columns."""
    return "_".join(text.split()) or "_"
