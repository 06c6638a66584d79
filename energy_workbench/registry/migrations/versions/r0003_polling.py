"""When in its interval a meter is read, and who is read first where a line is short of time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns; meters that are there keep the times that the collector chose."""
    with op.batch_alter_table("meters") as batch:
        batch.add_column(sa.Column("poll_offset_seconds", sa.Float))
        batch.add_column(sa.Column("priority", sa.String(20), nullable=False, server_default="normal"))
        batch.create_check_constraint("ck_meters_poll_offset_seconds", "poll_offset_seconds >= 0")
        batch.create_check_constraint("ck_meters_priority", "priority IN ('high', 'normal', 'low')")
