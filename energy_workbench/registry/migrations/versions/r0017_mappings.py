"""Mappings of readings files, by name."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nobody has stated anything yet."""
    op.create_table(
        "mappings",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("folded", sa.String(200), nullable=False, unique=True),
        sa.Column("fields", sa.JSON, nullable=False),
    )
