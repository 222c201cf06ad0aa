"""The tables of the database as SQLAlchemy reads and writes them; migrations make them."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")

SHOWN = sa.Table(
    "shown",
    METADATA,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("channel", sa.String(8), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False, index=True),
    sa.Column("line_id", sa.String(200), nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("text_hash", sa.String(32)),
    sa.Column("on_date", sa.Date),
    sa.Column("release", sa.String(40), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("silent", sa.Boolean, nullable=False),
    sa.Column("refused", sa.Boolean, nullable=False),
)
"""A list of suggestions that a user saw, or an answer that was kept silently."""

SHOWN_CODES = sa.Table(
    "shown_codes",
    METADATA,
    sa.Column("shown_id", sa.BigInteger, sa.ForeignKey("shown.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(5), nullable=False),
    sa.Column("confidence", sa.Float),
)
"""Its codes; positions from 1."""

PICKS = sa.Table(
    "picks",
    METADATA,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("shown_id", sa.BigInteger, sa.ForeignKey("shown.id"), nullable=False, index=True),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("code", sa.String(5), nullable=False),
    sa.Column("position", sa.Integer),
)
"""What a user took: a code of the list, another code, or none."""
