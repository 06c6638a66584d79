"""A site states its country and currency itself; a factor says which gases it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a site that nobody ever described state nothing: INR and IN were only where the program came from."""
    with op.batch_alter_table("site") as batch:
        batch.alter_column("currency", existing_type=sa.String(3), nullable=True)
        batch.alter_column("country", existing_type=sa.String(2), nullable=True)
    op.add_column("factors", sa.Column("gases", sa.String(60), nullable=False, server_default="CO₂"))
    bind = op.get_bind()
    if not bind.execute(sa.text("SELECT 1 FROM audit WHERE action = 'site.update' LIMIT 1")).first():
        bind.execute(sa.text("UPDATE site SET currency = NULL, country = NULL"))
