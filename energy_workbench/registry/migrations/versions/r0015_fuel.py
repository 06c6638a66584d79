"""What a generator burns, where it is not diesel."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of none it has been said: a generator burns diesel, as before."""
    op.add_column("meters", sa.Column("fuel", sa.String(20)))
