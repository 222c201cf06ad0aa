"""The first tables: answers that were shown, their codes with positions, and picks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "shown",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=True),
        sa.Column("text_hash", sa.String(32), nullable=True),
        sa.Column("on_date", sa.Date, nullable=True),
        sa.Column("release", sa.String(40), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
    )
    op.create_index("shown_request", "shown", ["request_id"])
    op.create_table(
        "shown_codes",
        sa.Column("shown_id", sa.BigInteger, sa.ForeignKey("shown.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(5), nullable=False),
        sa.Column("confidence", sa.Float, nullable=True),
    )
    op.create_table(
        "picks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("shown_id", sa.BigInteger, sa.ForeignKey("shown.id"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("code", sa.String(5), nullable=False),
        sa.Column("position", sa.Integer, nullable=True),
    )
    op.create_index("picks_shown", "picks", ["shown_id"])


def downgrade() -> None:
    """Remove the tables."""
    for table in ("picks", "shown_codes", "shown"):
        op.drop_table(table)
