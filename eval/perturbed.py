"""Asks a system changed texts of a run: upper case, a typo, another order and so on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from random import Random

import msgspec
from tqdm import tqdm

from eval.case_results import CaseResult
from eval.measures.robustness import Robustness
from eval.measures.shares import share
from eval.reading.changes import CHANGES
from eval.reading.replies import Reply
from eval.reading.robustness import draw_evenly
from eval.systems.runfile import RunFile
from eval.systems.systems import System

TEXTS = 200


def measure_perturbed(
    system: System, results: Sequence[CaseResult], k: int, on: date, texts: int = TEXTS, seed: int = 0
) -> tuple[Robustness, ...]:
    """Change texts that the system answered right, in each way of `CHANGES`, and ask it again.

    A text that a change leaves as it is does not count for that change. A run file cannot be asked.

    Args:
        system: What is asked.
        results: Its answers.
        k: Codes asked for.
        on: Date of service of cases without one.
        texts: Number of texts, drawn evenly over the case sets.
        seed: Of the draw and of the changes.

    Returns:
        One value a change; empty where there is no such text or nothing to ask.
    """
    right = [
        (result.case, Reply(result.ranked[0], 0.0, False))
        for result in results
        if result.rank == 1 and not result.no_good_match and result.query
    ]
    if isinstance(system, RunFile) or not right or texts < 1:
        return ()
    drawn = [case for case, _ in draw_evenly(right, texts, seed)]
    first = {result.id: result.first for result in results}
    hidden = not sys.stderr.isatty()
    measured = []
    for kind, change in tqdm(CHANGES.items(), f"{system.name}: changed texts", delay=2, disable=hidden):
        pairs = [(case, change(case.query, Random(f"{seed} {kind} {case.set} {case.id}"))) for case in drawn]
        pairs = [(case, text) for case, text in pairs if text != case.query]
        answers = [system.rank(msgspec.structs.replace(case, query=text), k, on) for case, text in pairs]
        codes = [answer.codes[0] if answer.codes else None for answer in answers]
        cases = [case for case, _ in pairs]
        measured.append(
            Robustness(
                kind=kind,
                changed=share(
                    sum(c != first[one.id] for one, c in zip(cases, codes, strict=True)), len(cases)
                ),
                wrong=share(sum(c not in one.codes for one, c in zip(cases, codes, strict=True)), len(cases)),
                refused=share(sum(bool(answer.no_good_match) for answer in answers), len(cases)),
            )
        )
    return tuple(measured)
