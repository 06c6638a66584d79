"""Roles beside viewer and editor, visits of browsers, and tokens that stay revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLES = ("viewer", "operator", "editor", "admin")


def upgrade() -> None:
    """Editors stay editors, who may do what they might before; what is new (tokens, site by REST) needs an admin."""
    listed = ", ".join(f"'{word}'" for word in ROLES)
    with op.batch_alter_table("tokens") as batch:
        batch.drop_constraint("ck_tokens_role", type_="check")
        batch.create_check_constraint("ck_tokens_role", f"role IN ({listed})")
    op.create_table(
        "revoked_tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column(
            "token",
            sa.String(64),
            sa.ForeignKey("tokens.digest", name="fk_sessions_token", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("ix_sessions_token", "sessions", ["token"])
