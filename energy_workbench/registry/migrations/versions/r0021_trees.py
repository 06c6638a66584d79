"""Since when a meter is in service, where that is not its first reading."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of none it has been said: a meter is there since its first reading."""
    op.add_column("meters", sa.Column("commissioned_at", sa.String(40)))
