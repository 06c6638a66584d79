"""Decisions on steps of counters, and edits of intervals."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CHOICES = ("rollover", "reset", "exchange", "glitch", "real")


def upgrade() -> None:
    """Add the two tables."""
    listed = ", ".join(f"'{word}'" for word in CHOICES)
    op.create_table(
        "decisions",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name="fk_decisions_meter"), nullable=False),
        sa.Column("quantity", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("choice", sa.String(20), nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("modulus", sa.Float),
        sa.Column("closing", sa.Float),
        sa.Column("opening", sa.Float),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.CheckConstraint(f"choice IN ({listed})", name="ck_decisions_choice"),
        sa.UniqueConstraint("meter", "quantity", "at", name="uq_decisions_meter_quantity_at"),
    )
    op.create_table(
        "interval_edits",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name="fk_interval_edits_meter"), nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("energies", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.UniqueConstraint("meter", "start", name="uq_interval_edits_meter_start"),
    )
