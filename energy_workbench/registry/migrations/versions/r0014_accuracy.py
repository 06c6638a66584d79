"""Classes of accuracy as people write them: `0.5S` beside 0.5."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CLASSES = ("accuracy_class", "ct_class", "pt_class")


def upgrade() -> None:
    """Make texts of the numbers; what was stated is kept, also where no standard has such a class."""
    connection = op.get_bind()
    for name in CLASSES:
        op.add_column("meters", sa.Column(f"{name}_text", sa.String(16)))
        old, new = sa.column(name, sa.Float), sa.column(f"{name}_text", sa.String)
        meters = sa.table("meters", old, new)
        stated = connection.execute(sa.select(old).where(old.is_not(None)).distinct()).scalars().all()
        for value in stated:
            connection.execute(sa.update(meters).where(old == value).values({new.name: f"{value:.6g}"}))
        # SQLite changes no type of a column, and a table that others refer to is not built anew for that.
        op.execute(f"ALTER TABLE meters DROP COLUMN {name}")
        op.execute(f"ALTER TABLE meters RENAME COLUMN {name}_text TO {name}")
