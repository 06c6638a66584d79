"""Meters whose device is meant to be read for another one too."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of none it has been said: those that share a device go on until one of them is changed."""
    op.add_column("meters", sa.Column("shares_device", sa.Boolean, nullable=False, server_default=sa.false()))
