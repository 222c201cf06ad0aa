"""Scores of a submission over the cases of the benchmark."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from eval.benchmark.card import Card, read_card
from eval.benchmark.submission import read_submission
from eval.case_results import CaseResult, SystemAnswer, make_case_result
from eval.cases.cases import case_set_sha256, read_cases
from eval.cases.trec import word_of_id
from eval.errors import SubmissionError
from eval.measures.bootstrap import SAMPLES, bootstrap_means, draw_counts
from eval.measures.clusters import find_clusters
from eval.measures.ranking import per_case
from eval.measures.shares import Share, share
from eval.measures.summary import Estimate, estimates, summarise
from eval.run import read_case_results

CASES = Path(__file__).parents[1] / "cases" / "benchmark" / "cases.jsonl"
MEASURES = ("top-1", "top-5", "top-10", "MRR", "nDCG@10")
RIGHT = "right"
ANSWERS = "cases.jsonl"  # of a run folder


class ScoredCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card with its scores; the leaderboard is made of these files.

    Attributes:
        card: As submitted.
        run_sha256: Of the run file.
        cases_sha256: Of the cases; only cards of the same cases are in one table.
        n: Cases; `coded` of them have a code.
        right: Share of all cases answered right: the first code is acceptable, or no code is given where
            none fits. The leaderboard is ranked by it.
        measures: Over the cases with a code.
        kinds: Share right of each kind of case.
        none_refused: Cases without a code for which no code was given.
        coded_refused: Cases with a code for which no code was given.
        outcome: `1` or `0` for each case in order: right or not, so that two cards can be paired.
    """

    card: Card
    run_sha256: str
    cases_sha256: str
    n: int
    coded: int
    right: Estimate
    measures: dict[str, Estimate]
    kinds: dict[str, Estimate]
    none_refused: Share
    coded_refused: Share
    outcome: str


def score_submission(run: Path, card: Path, cases: Path = CASES, seed: int = 0) -> ScoredCard:
    """Check a submission and score it.

    Args:
        run: TREC run file, or a run folder of `hcpcs eval run` over the cases.
        card: JSON card.
        cases: Cases of the benchmark.
        seed: Of the bootstrap.

    Raises:
        SubmissionError: If the card or the run file breaks a rule, or there are no cases with a code.
        CaseFileError: If the cases cannot be read.
    """
    about = read_card(card)
    all_cases = read_cases(cases).cases
    ids = {word_of_id(case.id) for case in all_cases}
    ranked = read_folder(run, ids) if run.is_dir() else read_submission(run, ids)
    results = []
    for case in all_cases:
        codes = ranked.get(word_of_id(case.id), ())
        results.append(make_case_result(case, SystemAnswer(codes, None, not codes), 0.0))
    coded = [result for result in results if result.codes]
    if not coded:
        raise SubmissionError(f"{cases.name} holds no case with a code")
    summary = summarise(coded, per_case(coded), SAMPLES, seed)
    refused = sum(not result.ranked for result in coded)
    none = [result for result in results if not result.codes]
    return ScoredCard(
        card=about,
        run_sha256=hashlib.sha256((run / ANSWERS if run.is_dir() else run).read_bytes()).hexdigest(),
        cases_sha256=case_set_sha256(all_cases),
        n=len(results),
        coded=len(coded),
        right=_right(results, seed),
        measures={label: summary.measures[label] for label in MEASURES},
        kinds=_kinds(results, seed),
        none_refused=share(sum(not result.ranked for result in none), len(none)),
        coded_refused=share(refused, len(coded)),
        outcome="".join(str(int(is_right(result))) for result in results),
    )


def read_folder(folder: Path, ids: set[str]) -> dict[str, tuple[str, ...]]:
    """Read the answers of a run folder; an answer that says that no code fits gives no code.

    Raises:
        SubmissionError: If the run is over other cases.
        RunFolderError: If it is no run folder.
    """
    results = read_case_results(folder)
    if {word_of_id(result.id) for result in results} != ids:
        raise SubmissionError(f"{folder} is not a run over the cases of the benchmark")
    return {word_of_id(r.id): r.ranked for r in results if r.ranked and not r.no_good_match}


def is_right(result: CaseResult) -> bool:
    """Return whether the first code is acceptable, or no code is given where none fits."""
    return result.rank == 1 if result.codes else not result.ranked


def _right(results: Sequence[CaseResult], seed: int) -> Estimate:
    clusters = find_clusters(results)
    matrix = np.array([[float(is_right(result))] for result in results])
    drawn = bootstrap_means(matrix, draw_counts(clusters.numbers, SAMPLES, seed))
    return estimates(matrix, drawn, [RIGHT], clusters)[RIGHT]


def _kinds(results: Sequence[CaseResult], seed: int) -> dict[str, Estimate]:
    groups: dict[str, list[CaseResult]] = {}
    for result in results:
        groups.setdefault(result.kind or "no kind", []).append(result)
    return {kind: _right(members, seed) for kind, members in sorted(groups.items())}


def read_scored(path: Path) -> ScoredCard:
    """Read a scored card.

    Raises:
        SubmissionError: If it is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=ScoredCard)
    except (OSError, msgspec.MsgspecError) as error:
        raise SubmissionError(
            f"{path.name} is not a scored card ({error}); `hcpcs eval submit` writes one"
        ) from error
