"""Keys by which costs are allocated to meters: area, heads, and a plant's own."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of no meter any key has been stated."""
    for name in ("area_m2", "heads", "own_key"):
        op.add_column("meters", sa.Column(name, sa.String(300)))
