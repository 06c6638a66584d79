"""Months that are locked, and in the audit what a change did to them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column; no month is locked yet."""
    op.create_table(
        "month_locks",
        sa.Column("site", sa.Integer, sa.ForeignKey("site.key", name="fk_month_locks_site"), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
    )
    op.add_column("audit", sa.Column("locked", sa.JSON()))
