"""The card of a submission: what was run and by whom, written beside its run file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from eval.errors import SubmissionError

MAX_TEXT = 500


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a submission says of itself.

    Attributes:
        system: Name of the system in the leaderboard.
        version: Of the system.
        submitted_by: Person or group.
        date: Day of the run, YYYY-MM-DD.
        description: How the system works, in a sentence or two.
        trained_on: What it learned from or holds; empty for nothing but the code set.
        saw_cases: Whether texts or labels of the benchmark were used to build, train or choose it.
        release: Release of HCPCS that it answers from.
        link: Where to read more; may be empty.
    """

    system: str
    version: str
    submitted_by: str
    date: str
    description: str
    trained_on: tuple[str, ...]
    saw_cases: bool
    release: str
    link: str = ""


def read_card(path: Path) -> Card:
    """Read a card.

    Raises:
        SubmissionError: If the file is missing, a field is missing, empty, unknown or too long.
    """
    try:
        card = msgspec.json.decode(path.read_bytes(), type=Card)
    except OSError as error:
        raise SubmissionError(f"there is no card {path}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        fields = ", ".join(Card.__struct_fields__)
        raise SubmissionError(f"{path.name} is not a card ({error}); its fields are: {fields}") from error
    for field in ("system", "version", "submitted_by", "date", "description", "release"):
        text = getattr(card, field)
        if not text.strip() or len(text) > MAX_TEXT or "\n" in text:
            raise SubmissionError(f"{path.name}: {field} must be one line of 1 to {MAX_TEXT} characters")
    if card.link and not card.link.startswith(("https://", "http://")):
        raise SubmissionError(f"{path.name}: link must be a web address, or empty")
    return card
