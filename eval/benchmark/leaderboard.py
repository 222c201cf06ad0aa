"""The leaderboard as Markdown, made from scored cards and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from eval.benchmark.score import ScoredCard, read_scored
from eval.errors import SubmissionError
from eval.measures.significance import holm, mcnemar_exact
from eval.measures.summary import Estimate

HEAD = (
    "rank",
    "system",
    "right",
    "p against the next",
    "top-1",
    "top-10",
    "MRR",
    "no code refused",
    "coded refused",
)
NOTE = (
    "Right: the first code is acceptable, or no code is given where none fits, over all cases. top-1, top-10"
    " and MRR are over the cases with a code. Brackets: intervals of 95 %. p: McNemar's exact test against"
    " the next system, corrected for the number of tests (Holm); above 0.05 their order may be chance."
)


def read_cards(folder: Path) -> list[ScoredCard]:
    """Read every scored card of a folder, best first.

    Raises:
        SubmissionError: If there is none, a file is no card, or the cards are of different cases.
    """
    cards = [read_scored(path) for path in sorted(folder.glob("*.json"))]
    if not cards:
        raise SubmissionError(f"{folder} holds no scored card; `hcpcs eval submit` writes them")
    if len({card.cases_sha256 for card in cards}) > 1:
        raise SubmissionError(
            f"the cards in {folder} were scored on different cases; score all runs again on the same version"
        )
    return sorted(cards, key=lambda card: (-card.right.value, card.card.system, card.card.version))


def leaderboard_page(cards: Sequence[ScoredCard]) -> str:
    """Write the page.

    Args:
        cards: From `read_cards`.
    """
    first = cards[0]
    lines = [
        "# Leaderboard",
        "",
        f"{first.n:,} cases, {first.coded:,} of them with a code; sha256 `{first.cases_sha256}`. Made by"
        " `hcpcs eval leaderboard` from the scored cards; rules and measures: [method.md](method.md).",
        "",
        *_table([list(HEAD), *_rows(cards)]),
        "",
        NOTE,
        "",
        "## Right by kind of case",
        "",
        *_table(_kind_rows(cards)),
        "",
        "## Systems",
        "",
        *(_about(card) for card in cards),
    ]
    return "\n".join(lines) + "\n"


def _rows(cards: Sequence[ScoredCard]) -> list[list[str]]:
    tests = holm([_against(one, other) for one, other in zip(cards, cards[1:], strict=False)])
    rows = []
    for i, card in enumerate(cards):
        p = "" if i == len(tests) else "< 0.001" if tests[i] < 0.001 else f"{tests[i]:.3f}"
        name = f"{card.card.system} {card.card.version}" + (" (saw the cases)" if card.card.saw_cases else "")
        measures = [_interval(card.measures[label]) for label in ("top-1", "top-10", "MRR")]
        shares = [str(card.none_refused), str(card.coded_refused)]
        rows.append([str(i + 1), name, _interval(card.right), p, *measures, *shares])
    return rows


def _against(one: ScoredCard, other: ScoredCard) -> float:
    """McNemar's exact p of two cards over the same cases."""
    pairs = list(zip(one.outcome, other.outcome, strict=True))
    return mcnemar_exact(pairs.count(("1", "0")), pairs.count(("0", "1")))


def _kind_rows(cards: Sequence[ScoredCard]) -> list[list[str]]:
    rows = [["kind", "cases", *(card.card.system for card in cards)]]
    for kind, estimate in cards[0].kinds.items():
        values = [_interval(card.kinds[kind]) if kind in card.kinds else "-" for card in cards]
        rows.append([kind, str(estimate.n), *values])
    return rows


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def _about(card: ScoredCard) -> str:
    about = card.card
    learned = "; ".join(about.trained_on) or "nothing but the code set"
    names = (about.system, about.version, about.submitted_by, about.date, about.release, about.description)
    system, version, by, day, release, description = map(_plain, names)
    text = f"- **{system} {version}** ({by}, {day}, release {release}): {description}"
    return f"{text} Learned from: {_plain(learned)}." + (f" <{about.link}>" if about.link else "")


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *body = rows
    lines = [list(head), ["---"] * len(head), *body]
    return ["| " + " | ".join(_plain(cell) for cell in line) + " |" for line in lines]


def _plain(text: str) -> str:
    """A text of a card as it may stand in Markdown: no markup, no end of a cell."""
    return re.sub(r"([\\|<>*`_])", r"\\\1", text)
