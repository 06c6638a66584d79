"""Who refused a scheduled report for good."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of earlier runs nobody is known."""
    op.add_column("report_runs", sa.Column("refused", sa.JSON, nullable=False, server_default="{}"))
