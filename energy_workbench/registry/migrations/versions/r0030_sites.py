"""Several sites: keys of meters that begin above a number, and tokens that hold at some sites only."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ROLES = ("viewer", "operator", "editor", "admin")


def upgrade() -> None:
    """Add the tables; keys of a home of today go on as they are, and its tokens hold everywhere."""
    listed = ", ".join(f"'{word}'" for word in ROLES)
    op.create_table(
        "key_range",
        sa.Column("key", sa.Integer, sa.CheckConstraint("key = 1", name="one"), primary_key=True, autoincrement=False),
        sa.Column("above", sa.Integer, nullable=False),
    )
    op.create_table(
        "token_sites",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(20), sa.CheckConstraint(f"role IN ({listed})", name="role"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
