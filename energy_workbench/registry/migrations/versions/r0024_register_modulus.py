"""Where a meter's counters of energy begin again, where somebody stated it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of none it has been said: the profile tells, or what the counter did."""
    op.add_column(
        "meters",
        sa.Column(
            "register_modulus", sa.Float, sa.CheckConstraint("register_modulus > 0", name="ck_meters_register_modulus")
        ),
    )
