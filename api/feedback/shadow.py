"""Answers that are kept silently, to be compared later with the codes that were billed.

A thread writes them, many in one transaction, so that no request waits for the disk.
"""

from __future__ import annotations

import logging
import queue
import threading

from api.feedback.database import FeedbackError
from api.feedback.records import Shown, ShownCode
from api.feedback.store import FeedbackStore
from suggest.answer import Answer

log = logging.getLogger("hcpcs.shadow")

TOGETHER = 500  # answers of one transaction
WAITING = 20_000  # answers at most that wait for the disk; later ones are not kept
SHOWN_CODES = 10  # codes of an answer that are kept
CLOSE_S = 10.0


class SilentAnswers:
    """Keeps answers in the background."""

    def __init__(self, store: FeedbackStore) -> None:
        """Take the database and begin."""
        self._store = store
        self._queue: queue.Queue[Shown | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._thread.start()

    def keep(self, answer: Answer) -> None:
        """Keep an answer soon; never waits."""
        codes = [ShownCode(one.rank, one.code, one.confidence) for one in answer.suggestions[:SHOWN_CODES]]
        one = Shown(
            request_id="",
            channel="rest",
            text=answer.text,
            codes=tuple(codes),
            on=answer.date_of_service,
            release=answer.release,
            model=answer.model,
            silent=True,
            refused=answer.no_good_match,
        )
        try:
            self._queue.put_nowait(one)
        except queue.Full:
            log.warning("an answer was not kept: the feedback database is too slow")

    def close(self) -> None:
        """Write what waits, and stop."""
        self._queue.put(None)
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            while batch[-1] is not None and len(batch) < TOGETHER and not self._queue.empty():
                batch.append(self._queue.get())
            answers = [one for one in batch if one is not None]
            try:
                if answers:
                    self._store.add_shown(*answers)
            except FeedbackError as error:
                log.error("%d answers were not kept: %s", len(answers), error)
            if batch[-1] is None:
                return
