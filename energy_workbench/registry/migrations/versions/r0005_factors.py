"""A site's own emission factors."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; without a row the shipped factors hold."""
    op.create_table(
        "factors",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.String(10), nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("source", sa.String(500), nullable=False),
        sa.UniqueConstraint("name", "valid_from", name="uq_factors_name_valid_from"),
        sa.CheckConstraint("value >= 0", name="ck_factors_value"),
    )
