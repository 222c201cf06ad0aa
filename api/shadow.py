"""`hcpcs eval shadow`: from kept answers and a claims extract to a comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import msgspec

from api.settings import Settings, SettingsError
from eval.cases.cases import read_cases
from eval.errors import CaseFileError
from eval.shadow.compare import Billed, Comparison, SilentAnswer, compare_billed


class _Code(msgspec.Struct):
    code: str
    confidence: float = 0.0


class _Answer(msgspec.Struct):
    text: str | None = None
    date_of_service: date | None = None
    no_good_match: bool = False
    suggestions: tuple[_Code, ...] = ()


def compare_with_billed(
    billed: Path, columns: Mapping[str, str], answers: Path | None, id_column: str, settings: Settings
) -> Comparison:
    """Compare the answers of a file, or those that the service kept, with what was billed.

    Args:
        billed: A file of labelled lines; `id` is the line's id.
        columns: Field to the name of its column, where the two differ.
        answers: JSON Lines of `hcpcs batch`; None for the database that the settings name.
        id_column: Field of the line's id in `answers`.
        settings: Name the database.

    Raises:
        HcpcsError: If a file or the database cannot be read.
    """
    cases = read_cases(billed, columns)
    given_ids = "id" in columns or any(not case.id.startswith(f"{case.set}-") for case in cases.cases)

    def lines(key: Callable[[str], str]) -> list[Billed]:
        return [
            Billed(case.id if given_ids else "", key(case.query), case.date, case.codes, case.kind)
            for case in cases.cases
            if case.codes
        ]

    if answers is not None:
        return compare_billed(_of_file(answers, id_column), lines(_plain))
    from api.feedback.store import open_store

    store = open_store(settings)
    if store is None:
        raise SettingsError("no answers are kept here; set HCPCS_FEEDBACK, or name a file with --answers")
    kept = (
        SilentAnswer(
            one.line_id,
            one.text_hash or store.text_hash(one.text or ""),
            one.on,
            one.refused,
            tuple(code.code for code in one.codes),
            (one.codes[0].confidence or 0.0) if one.codes else 0.0,
        )
        for one in store.silent_answers()
    )
    found = compare_billed(kept, lines(store.text_hash))
    store.close()
    return found


def _plain(text: str) -> str:
    """What equal texts have in common: without case and further blanks."""
    return " ".join(text.lower().split())


def _of_file(path: Path, id_column: str) -> Iterator[SilentAnswer]:
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                row = msgspec.json.decode(line)
                answer = msgspec.convert(row, _Answer)
                codes = tuple(one.code for one in answer.suggestions)
                yield SilentAnswer(
                    str(row.get(id_column) or ""),
                    _plain(answer.text or ""),
                    answer.date_of_service,
                    answer.no_good_match,
                    codes,
                    answer.suggestions[0].confidence if codes else 0.0,
                )
    except OSError as error:
        raise CaseFileError(f"{path.name}: {(error.strerror or 'cannot be read').lower()}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise CaseFileError(f"{path.name}, line {number}: this is no answer of `hcpcs batch`") from None
