"""How long a site keeps every reading."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; every reading is kept for ever until somebody states otherwise."""
    op.add_column("site", sa.Column("keep_readings_days", sa.Integer))
