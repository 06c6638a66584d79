"""Formulas of calculated meters, the one of now and those of each time."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table; no meter is calculated yet."""
    op.add_column("meters", sa.Column("formula", sa.String(2000)))
    op.create_table(
        "formulas",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name="fk_formulas_meter"), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True)),
        sa.Column("formula", sa.String(2000)),
        sa.UniqueConstraint("meter", "valid_from", name="uq_formulas_meter_valid_from"),
    )
    first = sa.text("valid_from IS NULL")
    op.create_index("uq_formulas_first", "formulas", ["meter"], unique=True, sqlite_where=first, postgresql_where=first)
