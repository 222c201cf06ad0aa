"""Writes lists and picks, and reads them back. A call returns once the disk has what it wrote."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from api.feedback.database import FeedbackError, open_database
from api.feedback.records import KeptAnswer, KeptPick, Pick, Shown, ShownCode
from api.settings import Settings

HEX_DIGITS = 32  # 128 bits of HMAC-SHA256
AT_ONCE = 500  # lists whose codes are read together


class FeedbackStore:
    """One database of picks. Safe to use from several threads and processes.

    Attributes:
        kept_text: What is kept of a text: `text`, `hash` or `none`.
    """

    def __init__(self, engine: Any, kept_text: str, key: bytes) -> None:
        """Take the database, what is kept of a text (`text`, `hash`, `none`), and the key of hashes."""
        self._engine = engine
        self.kept_text = kept_text
        self._key = key

    def text_hash(self, text: str) -> str:
        """The keyed hash of a text without regard to case and blanks: equal for one site only."""
        plain = " ".join(text.lower().split()).encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, plain, "sha256").hex()[:HEX_DIGITS]

    def add_shown(self, *lists: Shown) -> None:
        """Keep lists that were shown, or silent answers.

        Raises:
            FeedbackError: If the database does not take them.
        """
        with self._writing() as connection:
            for one in lists:
                self._insert(connection, one)

    def add_pick(self, shown: Shown, pick: Pick) -> None:
        """Keep what was taken of a list; the list is kept too unless its request id is known.

        Raises:
            FeedbackError: If the database does not take it.
        """
        self.add_picks([(shown, pick)])

    def add_picks(self, picks: Iterable[tuple[Shown, Pick]]) -> None:
        """Keep what was taken of several lists, as `add_pick` does: all or none of them.

        Raises:
            FeedbackError: If the database does not take them.
        """
        with self._writing() as connection:
            for shown, pick in picks:
                self._add_pick(connection, shown, pick)

    def picks(self) -> Iterator[KeptPick]:
        """Every pick, oldest first."""
        import sqlalchemy as sa

        from api.feedback.tables import PICKS, SHOWN

        query = sa.select(PICKS, SHOWN).join(SHOWN, SHOWN.c.id == PICKS.c.shown_id).order_by(PICKS.c.id)
        with self._engine.connect() as connection:
            for rows in connection.execution_options(stream_results=True).execute(query).partitions(AT_ONCE):
                codes = self._codes(connection, [row.shown_id for row in rows])
                for row in rows:
                    shown = tuple(one.code for one in codes[row.shown_id])
                    yield KeptPick(
                        row.made_at, row.channel, row.text, row.text_hash, row.on_date, row.release,
                        row.outcome, row.code, row.position, shown,
                    )  # fmt: skip

    def silent_answers(self) -> Iterator[KeptAnswer]:
        """Every answer that was kept silently, oldest first."""
        import sqlalchemy as sa

        from api.feedback.tables import SHOWN

        query = sa.select(SHOWN).where(SHOWN.c.silent).order_by(SHOWN.c.id)
        with self._engine.connect() as connection:
            for rows in connection.execution_options(stream_results=True).execute(query).partitions(AT_ONCE):
                codes = self._codes(connection, [row.id for row in rows])
                for row in rows:
                    yield KeptAnswer(
                        row.line_id, row.text, row.text_hash, row.on_date, row.refused, tuple(codes[row.id])
                    )

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A transaction, committed at the end of the block.

        Raises:
            FeedbackError: If the database does not take it; the error quotes nothing.
        """
        import sqlalchemy as sa

        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise FeedbackError(
                f"the feedback database did not take it ({type(error).__name__}); send it again"
            ) from None

    def _add_pick(self, connection: Any, shown: Shown, pick: Pick) -> None:
        import sqlalchemy as sa

        from api.feedback.tables import PICKS, SHOWN

        known = None
        if shown.request_id:
            query = sa.select(SHOWN.c.id).where(SHOWN.c.request_id == shown.request_id)
            known = connection.execute(query.order_by(SHOWN.c.id.desc()).limit(1)).scalar()
        shown_id = self._insert(connection, shown) if known is None or shown.codes else known
        row = {"shown_id": shown_id, "made_at": datetime.now(UTC), "outcome": pick.outcome}
        position = pick.position or self._position(connection, shown_id, pick.code)
        connection.execute(sa.insert(PICKS).values(**row, code=pick.code, position=position))

    def _insert(self, connection: Any, one: Shown) -> int:
        import sqlalchemy as sa

        from api.feedback.tables import SHOWN, SHOWN_CODES

        kept = self.kept_text
        row = sa.insert(SHOWN).values(
            made_at=datetime.now(UTC),
            channel=one.channel,
            request_id=one.request_id[:64],
            line_id=one.line_id[:200],
            text=one.text if kept == "text" and one.text else None,
            text_hash=self.text_hash(one.text) if kept != "none" and one.text else None,
            on_date=one.on,
            release=one.release,
            model=one.model,
            silent=one.silent,
            refused=one.refused,
        )
        shown_id = int(connection.execute(row).inserted_primary_key[0])
        if one.codes:
            codes = [
                {"shown_id": shown_id, "position": c.position, "code": c.code, "confidence": c.confidence}
                for c in one.codes
            ]
            connection.execute(sa.insert(SHOWN_CODES), codes)
        return shown_id

    def _position(self, connection: Any, shown_id: int, code: str) -> int | None:
        found = [one.position for one in self._codes(connection, [shown_id])[shown_id] if one.code == code]
        return found[0] if found else None

    def _codes(self, connection: Any, shown_ids: Sequence[int]) -> dict[int, list[ShownCode]]:
        import sqlalchemy as sa

        from api.feedback.tables import SHOWN_CODES as CODES

        query = sa.select(CODES).where(CODES.c.shown_id.in_(shown_ids)).order_by(CODES.c.position)
        found: dict[int, list[ShownCode]] = defaultdict(list)
        for row in connection.execute(query):
            found[row.shown_id].append(ShownCode(row.position, row.code, row.confidence))
        return found


def open_store(settings: Settings) -> FeedbackStore | None:
    """The database that the settings name, opened; None where no feedback is kept.

    Raises:
        FeedbackError: If it cannot be opened.
    """
    if not settings.feedback:
        return None
    from api.trail.key import read_or_make_key

    key = read_or_make_key(settings.feedback_key or settings.home / "feedback.key")
    return FeedbackStore(open_database(settings.feedback), settings.feedback_text, key.text)
