"""Sheets that somebody signed when a meter was put into service."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; of no meter a sheet was signed yet."""
    op.create_table(
        "commissioning_sheets",
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name="fk_sheets_meter"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(200), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("remarks", sa.String(2000), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
    )
