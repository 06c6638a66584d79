"""Limits of health: the site's, and where a meter has its own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; without a row the defaults hold."""
    op.create_table(
        "limits",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name="fk_limits_meter")),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.UniqueConstraint("meter", name="uq_limits_meter"),
    )
    site = sa.text("meter IS NULL")
    op.create_index("uq_limits_site", "limits", ["meter"], unique=True, sqlite_where=site, postgresql_where=site)
