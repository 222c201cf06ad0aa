"""How much own lines count: from judged candidates of labelled lines to the weights of `Blend`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from index.exemplars import KeyedLine, build_exemplars
from index.store.exemplars import Blend
from suggest.answer import Ask
from suggest.exemplars import FEATURES, POOL, OwnLines, answerable_columns
from suggest.suggester import Suggester

Floats = npt.NDArray[np.float64]
NO_HELP = Blend((0.0, 1.0, *(0.0 for _ in FEATURES)), (0.0, 1.0, 0.0, 0.0, 0.0))
"""Weights that leave every probability as it was."""

STRENGTH = 5.0  # how firmly the weights are held where they begin
SITE_STRENGTH = 20.0  # the same for the shipped weights, when they are tuned for a site
PER_CODE = 5  # lines of one code that a site's weights learn from
ASKED = 3000  # of a site's lines at most
MAY_FALL = ("new", "behind", "vote_common")
"""Features that may count against a candidate; the others say that lines have its code."""


class Judged(NamedTuple):
    """The candidates of a labelled line with what other lines say of them.

    Attributes:
        columns: float64 (candidates, weights): what `Blend.accepted` weighs.
        labels: bool (candidates,): which are right.
        ranked: The first of them are those of the ranking, in its order; the others are new.
        answerable: What `Blend.answerable` weighs.
        coded: Whether the line has a code.
        told: Whether any line is like it.
    """

    columns: Floats
    labels: npt.NDArray[np.bool_]
    ranked: int
    answerable: tuple[float, ...]
    coded: bool
    told: bool


def judge(
    suggester: Suggester, arms: Mapping[str, OwnLines], text: str, codes: Sequence[str], on: date
) -> dict[str, Judged]:
    """One labelled line, judged with each of several histories; empty for a line without words.

    Args:
        suggester: Without own lines.
        arms: Name -> a history.
        text: The line.
        codes: The codes that are right; none where no code fits.
        on: Date of service.
    """
    scope = suggester._scopes.of(Ask(POOL, on))
    query = suggester._read(text, scope)
    if not query.words:
        return {}
    (ranking,) = suggester._rankings([text], [query], scope)
    names = suggester.catalogue.codes
    found = {}
    for name, own in arms.items():
        (similar,) = own.similar([text])
        evidence = own.evidence(ranking, similar, scope.without_measures)
        found[name] = Judged(
            np.column_stack([np.ones(len(evidence.rows)), evidence.log_odds, evidence.features]),
            np.array([names[row] in codes for row in evidence.rows], bool),
            len(ranking.rows),
            answerable_columns(ranking.answerable, similar),
            bool(codes),
            bool(similar.neighbours or similar.shape),
        )
    return found


def hits(judged: Judged, blend: Blend | None) -> tuple[bool, bool]:
    """Whether a right code is first, and among the first five; without own lines when `blend` is None."""
    labels = judged.labels[: judged.ranked]
    if blend is not None and judged.told:
        order = np.argsort(-(judged.columns @ np.array(blend.accepted)), kind="stable")
        labels = judged.labels[order]
    return bool(labels[:1].any()), bool(labels[:5].any())


def fit_blend(judged: Sequence[Judged], start: Blend = NO_HELP, strength: float = STRENGTH) -> Blend:
    """Weights with the highest penalised likelihood.

    Args:
        judged: Labelled lines.
        start: Where the weights begin and are held: few lines change them little.
        strength: How firmly.
    """
    told = [one for one in judged if one.told]
    coded = [one for one in told if one.coded]
    accepted = answerable = None
    if coded:
        bounds = [(None, None), (0.0, None)]
        bounds += [(None if name in MAY_FALL else 0.0, None) for name in FEATURES]
        columns, labels = (
            np.concatenate([getattr(one, part) for one in coded]) for part in Judged._fields[:2]
        )
        accepted = _fit(columns, labels, np.ones(len(labels)), start.accepted, bounds, strength)
    if len({one.coded for one in told}) == 2:
        columns = np.array([one.answerable for one in told])
        labels = np.array([one.coded for one in told])
        weights = np.where(labels, 1.0, _balance(columns, labels))
        answerable = _fit(columns, labels, weights, start.answerable, None, strength)
    return Blend(accepted or start.accepted, answerable or start.answerable)


def _balance(columns: Floats, labels: npt.NDArray[np.bool_]) -> float:
    """Weight of a line without a code, at which the shipped probability is right on average."""
    shipped = 1.0 / (1.0 + np.exp(-columns[:, 1]))
    return float((1.0 - shipped[labels]).sum() / max(1e-6, shipped[~labels].sum()))


def _fit(
    columns: Floats,
    labels: npt.NDArray[np.bool_],
    weights: Floats,
    start: Sequence[float],
    bounds: Sequence[tuple[float | None, float | None]] | None,
    strength: float,
) -> tuple[float, ...]:
    """A logistic regression whose weights are held near `start`."""
    begin, right = np.array(start), labels.astype(float)

    def loss(now: Floats) -> tuple[float, Floats]:
        odds = columns @ now
        likely = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        away = now - begin
        value = (weights * (np.logaddexp(0.0, odds) - right * odds)).sum() + strength / 2 * away @ away
        return float(value), columns.T @ (weights * (likely - right)) + strength * away

    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(round(float(value), 4) for value in found.x)


def tuned_blend(
    suggester: Suggester, lines: Sequence[KeyedLine], start: Blend, on: date
) -> tuple[Blend, int]:
    """Weights tuned for a site, and the number of lines that they learned from.

    Each half of the lines is asked with the other as history; lines that are equal but
    for digits are in one half.

    Args:
        suggester: Without own lines.
        lines: Of the site.
        start: The weights that hold where the lines say little.
        on: Date of service.
    """
    judged: list[Judged] = []
    for half in (0, 1):
        history, _ = build_exemplars(
            (line for line in lines if line.shape % 2 != half), suggester.catalogue.records, suggester.encoder
        )
        if history is None:
            continue
        arms = {"own": OwnLines(history, suggester.artifact, suggester.encoder, start)}
        for line in _asked(lines, half):
            judged += judge(suggester, arms, line.line.text, line.line.codes, on).values()
    return fit_blend(judged, start, SITE_STRENGTH), len(judged)


def _asked(lines: Sequence[KeyedLine], half: int) -> Iterator[KeyedLine]:
    per_code: dict[str, int] = {}
    asked = 0
    for line in lines:
        if line.shape % 2 != half or not line.line.codes or asked >= ASKED // 2:
            continue
        code = line.line.codes[0]
        per_code[code] = per_code.get(code, 0) + 1
        if per_code[code] <= PER_CODE:
            asked += 1
            yield line
