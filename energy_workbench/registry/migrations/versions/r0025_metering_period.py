"""How often a meter's register is read, where people state it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of none it has been stated: readings tell."""
    op.add_column("meters", sa.Column("metering_period", sa.String(300)))
